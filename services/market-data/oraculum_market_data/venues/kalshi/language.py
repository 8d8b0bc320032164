"""What Kalshi's answers and frames look like, and the one way to read any of them."""

import re

from oraculum_market_data.bodies import Language, frame_decoder, holder, shape
from oraculum_market_data.decoding import SocketDecoder
from oraculum_market_data.normal import Venue
from oraculum_market_data.venue_errors import error_shapes
from oraculum_market_data.venues.kalshi import books, candles, exports, markets, old_markets
from oraculum_market_data.venues.kalshi.references import reference_shapes

# KXBTCD-26JUL2502-T74299.99 alone, as the key of a map, or in an address: /markets/<ticker>/orderbook.
_TICKER = re.compile(r"(?:^|/markets/)([A-Z][A-Z0-9]*(?:-[A-Z0-9.\-]+)+)(?:$|[/?])", re.ASCII)


def language(socket: SocketDecoder) -> Language:
    """The language of one connection or one recording; its frames go to the given decoder, in order."""
    frames = frame_decoder(socket)
    return Language(
        shapes=(
            shape("frame", "type msg", frames),
            shape("frame", "type sid", frames),
            shape("command", "cmd params", frames),
            shape("market", "ticker status event_ticker", markets.decode_market),
            shape("market, v1", "ticker_name status", old_markets.decode_market),
            shape("event, v1", "ticker title markets", old_markets.decode_event),
            shape("event", "event_ticker title", markets.decode_event, "ticker market_ticker"),
            shape("trade", "trade_id ticker created_time", markets.decode_trade, "order_id"),
            holder("candles", "candlesticks", candles.decode_answer),
            holder("candles of an event", "market_tickers market_candlesticks", candles.decode_event),
            shape("candle, flat", "market_ticker end_period_ts", candles.decode_flat),
            shape("book", "orderbook_fp", books.decode_answer),
            shape("book", "orderbook", books.decode_answer),
            shape("book", "_yes _no", books.decode_dump),
            shape("book", "yes_dollars no_dollars", books.decode_sides),
            shape("book", "yes no", books.decode_sides),
            shape("exported row", "msg_type market_ticker ts", exports.decode_row),
            shape("exported market", "market_ticker status open_ts", exports.decode_market),
            *reference_shapes(),
            *error_shapes(Venue.KALSHI),
            shape("frame without a message", "type id", frames),
        ),
        envelopes=frozenset(
            {
                "markets",
                "events",
                "trades",
                "series",
                "milestones",
                "announcements",
                "orderbooks",
                "incentive_programs",
                "series_fee_change_arr",
                "event_fee_change_arr",
                "structured_targets",
                "multivariate_contracts",
            }
        ),
        names_market=_names_market,
    )


def _names_market(name: str) -> str | None:
    found = _TICKER.search(name)
    return None if found is None else found[1]
