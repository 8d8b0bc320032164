"""Frames that are not market data: answers to commands, errors, a client's own commands, private channels."""

from datetime import datetime
from typing import Final

import msgspec

from oraculum_market_data import moments
from oraculum_market_data.decoding import Reader, Wire, details_of, text_of
from oraculum_market_data.figures import amount
from oraculum_market_data.normal import Control, Reference, ReferencePrice, Venue, VenueError
from oraculum_market_data.venues.kalshi.frames import Head

_CONTROL: Final = frozenset(
    {"subscribed", "unsubscribed", "ok", "pong", "cfbenchmarks_value_indexlist", "pyth_value_underlying_list"}
)
# Private or special channels: understood, but no market data of ours.
_REFERENCES: Final = frozenset(
    {
        "fill",
        "user_order",
        "user_orders",
        "market_position",
        "market_positions",
        "order_group_updates",
        "rfq_created",
        "rfq_deleted",
        "quote_created",
        "quote_accepted",
        "quote_executed",
        "multivariate_lookup",
        "event_fee_update",
        "cfbenchmarks_value",
    }
)
_IDS: Final = ("trade_id", "order_id", "quote_id", "id", "collection_ticker", "index_id")
_MARKETS: Final = ("market_ticker", "ticker", "event_ticker")


class PythMessage(Wire, frozen=True):
    """The price of something outside, from Pyth."""

    underlying_ticker: str
    value_usd: str
    source_ts_ms: int
    received_at: int | None = None


_read_fields = Reader(dict[str, msgspec.Raw])
_read_pyth = Reader(PythMessage)


def item_of(
    head: Head, received_at: datetime | None
) -> Control | VenueError | Reference | ReferencePrice | None:
    """Translate a frame of one of these kinds; None when it is of a kind that nobody told us of."""
    if head.cmd is not None:
        return _control(head, f"command {head.cmd}", received_at)
    word = head.type or ""
    if word in _CONTROL:
        return _control(head, word, received_at)
    if word == "error":
        return _error(head, received_at)
    if word == "pyth_value":
        return _pyth(head, received_at)
    return _reference(head, word, received_at) if word in _REFERENCES else None


def _control(head: Head, word: str, received_at: datetime | None) -> Control:
    return Control(
        venue=Venue.KALSHI,
        word=word,
        stream=head.sid,
        sequence=head.seq,
        command=head.id,
        details=_details(head.params if head.cmd is not None else head.msg),
        received_at=received_at,
    )


def _error(head: Head, received_at: datetime | None) -> VenueError:
    details = _details(head.msg)
    return VenueError(
        venue=Venue.KALSHI,
        code=details.pop("code", ""),
        message=details.pop("msg", ""),
        stream=head.sid,
        sequence=head.seq,
        command=head.id,
        details=details,
        received_at=received_at,
    )


def _reference(head: Head, word: str, received_at: datetime | None) -> Reference:
    details = _details(head.msg)
    identity = next((details.pop(name) for name in _IDS if name in details), None)
    market = next((details.pop(name) for name in _MARKETS if name in details), None)
    return Reference(
        venue=Venue.KALSHI,
        what=word,
        id=identity,
        market_id=market,
        details=details,
        received_at=received_at,
    )


def _pyth(head: Head, received_at: datetime | None) -> ReferencePrice:
    wire = _read_pyth(head.msg)
    received = wire.received_at
    return ReferencePrice(
        venue=Venue.KALSHI,
        source="pyth",
        symbol=wire.underlying_ticker,
        value=amount(wire.value_usd, "msg.value_usd"),
        venue_time=moments.from_milliseconds(wire.source_ts_ms, "msg.source_ts_ms"),
        received_by_venue_at=None if received is None else moments.from_epoch(received, "msg.received_at"),
        received_at=received_at,
    )


def _details(raw: msgspec.Raw) -> dict[str, str]:
    """What a message says; one that is a list stays JSON under one name."""
    opening = bytes(raw).lstrip()[:1]
    if opening == b"{":
        return details_of(_read_fields(raw))
    return {"msg": text_of(raw)} if opening else {}
