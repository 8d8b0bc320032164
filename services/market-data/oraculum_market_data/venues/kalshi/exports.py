"""Frames of Kalshi's socket that collectors stored in a database and exported again, flattened.

One row is a ticker or a trade; numbers that a kind does not have are zeros. They are not frames, but what is in them
is a venue's word all the same.
"""

from decimal import Decimal

import msgspec

from oraculum_market_data import moments
from oraculum_market_data.decoding import Decoded, Reader, Source, Wire
from oraculum_market_data.figures import finite, not_negative, price_of
from oraculum_market_data.normal import Item, MarketChange, Quote, Trade, Venue
from oraculum_market_data.refusals import Refused
from oraculum_market_data.translation import Kept, words
from oraculum_market_data.venues.kalshi.markets import direction, tradable_ask, tradable_bid
from oraculum_market_data.venues.kalshi.vocabulary import YES, resolution_of, status_of


class Row(Wire, frozen=True):
    """A ticker or a trade."""

    ts: int
    market_ticker: str
    msg_type: str
    price: Decimal
    yes_bid: Decimal
    yes_ask: Decimal
    yes_bid_size: Decimal
    yes_ask_size: Decimal
    volume: Decimal
    open_interest: Decimal
    last_trade_size: Decimal
    no_price: Decimal
    taker_side: str = ""
    taker_outcome_side: str = ""


class MarketRow(Wire, frozen=True):
    """What became of a market."""

    market_ticker: str
    status: str
    result: str = ""
    open_ts: int | None = None
    close_ts: int | None = None
    settlement_ts: int | None = None


_read_row = Reader(Row)
_read_market = Reader(MarketRow)


def decode_row(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a row."""
    wire = _read_row(raw)
    if wire.msg_type not in {"trade", "ticker"}:
        raise Refused("msg_type", f"neither trade nor ticker: {wire.msg_type[:20]!r}")
    into.items.append(_trade(wire, source) if wire.msg_type == "trade" else _quote(wire, source))


def decode_market(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode what became of a market."""
    wire = _read_market(raw)
    kept = Kept()
    status = status_of(wire.status)
    into.items.append(
        MarketChange(
            venue=Venue.KALSHI,
            market_id=wire.market_ticker,
            word="export",
            status=status,
            opens_at=kept.epoch("opens_at", wire.open_ts),
            closes_at=kept.epoch("closes_at", wire.close_ts),
            resolution=resolution_of(
                wire.result,
                None,
                status,
                words(status=wire.status, result=wire.result),
                kept.epoch("resolved_at", wire.settlement_ts),
            ),
            kept=kept.texts,
            received_at=source.received_at,
        )
    )


def _trade(wire: Row, source: Source) -> Item:
    taker = wire.taker_outcome_side or wire.taker_side
    return Trade(
        venue=Venue.KALSHI,
        market_id=wire.market_ticker,
        outcome_id=YES,
        id=f"{wire.market_ticker}:{wire.ts}:{wire.price}:{wire.volume}:{taker}",
        price=price_of(wire.price, "price"),
        other_price=price_of(wire.no_price, "no_price"),
        size=not_negative(finite(wire.volume, "volume"), "volume"),
        direction=direction(None, taker),
        original_side=taker,
        venue_time=moments.from_epoch(wire.ts, "ts"),
        received_at=source.received_at,
    )


def _quote(wire: Row, source: Source) -> Item:
    kept = Kept()
    return Quote(
        venue=Venue.KALSHI,
        market_id=wire.market_ticker,
        outcome_id=YES,
        bid=tradable_bid(price_of(wire.yes_bid, "yes_bid"), kept),
        ask=tradable_ask(price_of(wire.yes_ask, "yes_ask"), kept),
        bid_size=finite(wire.yes_bid_size, "yes_bid_size"),
        ask_size=finite(wire.yes_ask_size, "yes_ask_size"),
        last=kept.tradable("last", price_of(wire.price, "price"), never=0),
        last_size=finite(wire.last_trade_size, "last_trade_size"),
        volume=finite(wire.volume, "volume"),
        open_interest=finite(wire.open_interest, "open_interest"),
        kept=kept.texts,
        venue_time=moments.from_epoch(wire.ts, "ts"),
        received_at=source.received_at,
    )
