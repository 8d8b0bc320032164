"""The real-time data socket: prices of coins and shares that markets ask about, and comments.

It is another socket than the market channel. A subscription is answered with the last minutes as a list; updates follow
one by one. `value` is a rounded number, `full_accuracy_value` what the source said, in a scale of the source's own.
"""

from datetime import datetime
from decimal import Decimal

import msgspec

from oraculum_market_data import moments
from oraculum_market_data.decoding import Decoded, Reader, Unknown, Wire, details_of
from oraculum_market_data.figures import finite
from oraculum_market_data.normal import Reference, ReferencePrice, Venue
from oraculum_market_data.refusals import Refused


class Point(Wire, frozen=True):
    """A price at a time."""

    timestamp: int
    value: Decimal


class PricePayload(Wire, frozen=True):
    """A price, or in `data` those of the last minutes."""

    symbol: str = ""
    timestamp: int | None = None
    value: Decimal | None = None
    full_accuracy_value: str | None = None
    received_at: int | None = None
    data: list[Point] | None = None


class DataFrame(Wire, frozen=True):
    """A frame of this socket."""

    topic: str
    payload: msgspec.Raw
    timestamp: int | None = None


_read_frame = Reader(DataFrame)
_read_prices = Reader(PricePayload)
_read_fields = Reader(dict[str, msgspec.Raw])


def decode_frame(raw: bytes, topic: str, word: str, received_at: datetime | None, into: Decoded) -> None:
    """Decode a frame; topics beside prices and comments are counted and kept."""
    frame = _read_frame(raw)
    if "prices" in topic:
        _decode_prices(frame, received_at, into)
    elif topic == "comments":
        details = details_of(_read_fields(frame.payload))
        if frame.timestamp is not None:
            details["published"] = str(frame.timestamp)
        into.records += 1
        into.items.append(
            Reference(
                venue=Venue.POLYMARKET,
                what=word or topic,
                id=details.pop("id", None),
                details=details,
                received_at=received_at,
            )
        )
    else:
        into.records += 1
        into.unknown.append(Unknown(f"{topic}/{word}", raw))


def _decode_prices(frame: DataFrame, received_at: datetime | None, into: Decoded) -> None:
    wire = _read_prices(frame.payload)
    if wire.data is not None:
        into.records += len(wire.data)
        points = wire.data
    elif wire.timestamp is not None and wire.value is not None:
        into.records += 1
        points = [Point(wire.timestamp, wire.value)]
    else:
        raise Refused("payload.value", "missing")
    received, published = wire.received_at, frame.timestamp
    into.items += [
        ReferencePrice(
            venue=Venue.POLYMARKET,
            source=frame.topic,
            symbol=wire.symbol,
            value=finite(point.value, "payload.value"),
            precise=wire.full_accuracy_value or "",
            venue_time=moments.from_milliseconds(point.timestamp, "payload.timestamp"),
            received_by_venue_at=(
                None if received is None else moments.from_milliseconds(received, "payload.received_at")
            ),
            published_at=None if published is None else moments.from_milliseconds(published, "timestamp"),
            received_at=received_at,
        )
        for point in points
    ]
