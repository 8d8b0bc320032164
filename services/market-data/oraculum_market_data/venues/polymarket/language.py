"""What Polymarket's answers and frames look like, and the one way to read any of them."""

import re

from oraculum_market_data.bodies import Language, frame_decoder, shape
from oraculum_market_data.decoding import SocketDecoder
from oraculum_market_data.normal import Venue
from oraculum_market_data.venue_errors import error_shapes
from oraculum_market_data.venues.polymarket import answers, clob, gamma, trades

# A token id is a 256-bit number in decimal digits.
_TOKEN = re.compile(r"[0-9]{30,80}", re.ASCII)


def _names_market(name: str) -> str | None:
    found = _TOKEN.search(name)
    return None if found is None else found[0]


def language(socket: SocketDecoder) -> Language:
    """The language of one connection or one recording; its frames go to the given decoder."""
    frames = frame_decoder(socket)
    return Language(
        shapes=(
            shape("frame", "event_type", frames),
            shape("frame without its kind", "market price_changes", frames),
            shape("data frame", "topic payload", frames),
            shape("gamma market", "conditionId question", gamma.decode_market),
            shape("gamma event", "id slug title markets", gamma.decode_event),
            shape("gamma series", "id slug title seriesType", gamma.decode_series),
            shape("gamma event", "id slug title ticker", gamma.decode_event),
            shape("gamma tag", "id label slug", gamma.decode_tag),
            shape("trade", "conditionId asset side size price timestamp", trades.decode_trade, "usdcSize"),
            shape("trade", "condition_id token_id side size price timestamp", trades.decode_new_trade),
            shape("clob market", "condition_id tokens", clob.decode_market),
            shape("clob market, short", "c t mts", clob.decode_short_market),
            shape("book", "asset_id bids asks", clob.decode_book),
            shape("price point", "t p", clob.decode_point),
            shape("prices", "BUY", answers.decode_prices),
            shape("prices", "SELL", answers.decode_prices),
            *answers.reference_shapes(),
            *error_shapes(Venue.POLYMARKET),
        ),
        envelopes=frozenset({"data", "markets", "events", "tags", "history"}),
        names_market=_names_market,
    )
