"""Decoding the frames of Kalshi's socket.

One decoder belongs to one connection: it remembers, by subscription, in which leg's prices the NO side comes. A change
of a NO level is told in the leg in which it was written: as a bid of NO, or as an ask of YES.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import get_args

import msgspec

from oraculum_market_data.decoding import Decoded, Reader, Unknown, Wire, invalid, malformed
from oraculum_market_data.figures import (
    Price,
    amount,
    not_negative,
    price,
    price_of,
    price_of_cents,
    size,
)
from oraculum_market_data.normal import BookDelta, BookSnapshot, Item, Level, Side, Venue
from oraculum_market_data.refusals import Refused
from oraculum_market_data.venues.kalshi import control, frames, lifecycle, tickers
from oraculum_market_data.venues.kalshi.books import mirrored, two_books
from oraculum_market_data.venues.kalshi.legs import are_yes_prices
from oraculum_market_data.venues.kalshi.vocabulary import NO, YES

_decoder = msgspec.json.Decoder(frames.AnyFrame)
_read_head = Reader(frames.Head)
_TYPED = frozenset(frame.__struct_config__.tag for frame in get_args(frames.AnyFrame))


class _Subscription(Wire, frozen=True):
    use_yes_price: bool | None = None


_read_subscription = Reader(_Subscription)


class KalshiSocket:
    """Decodes the frames of one connection."""

    def __init__(self, *, use_yes_price: bool | None = None) -> None:
        """`use_yes_price` is what was asked for when subscribing; a book that shows otherwise is believed."""
        self._asked = bool(use_yes_price)
        self._is_yes_leg: dict[int | None, bool] = {}

    def decode(self, frame: bytes | str, received_at: datetime | None = None) -> Decoded:
        """Decode one frame."""
        into = Decoded(records=1)
        try:
            self._decode(frame, received_at, into)
        except Refused as refusal:
            into.refused.append(refusal.within("frame"))
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            into.refused.append(malformed(error).within("frame"))
        return into

    def _decode(self, frame: bytes | str, received_at: datetime | None, into: Decoded) -> None:
        try:
            wire = _decoder.decode(frame)
        except msgspec.ValidationError as error:
            self._decode_other(frame, received_at, into, error)
            return
        into.stream, into.sequence = wire.sid, wire.seq
        match wire:
            case frames.Delta():
                into.items.append(self._delta(wire, received_at))
            case frames.Snapshot():
                into.items += self._snapshots(wire, received_at)
            case frames.Ticker():
                into.items.append(tickers.quote(wire.msg, received_at))
            case frames.TradeFrame():
                into.items.append(tickers.trade(wire.msg, received_at))
            case frames.Lifecycle() | frames.CombinedLifecycle():
                into.items.append(lifecycle.market_change(wire.msg, received_at))
            case frames.EventLifecycle() | frames.CombinedEventLifecycle():
                into.items.append(lifecycle.event(wire.msg, received_at))

    def _decode_other(
        self,
        frame: bytes | str,
        received_at: datetime | None,
        into: Decoded,
        error: msgspec.ValidationError,
    ) -> None:
        """Take a frame that is not market data, that is unknown, or that is broken."""
        head = _read_head(frame)
        into.stream, into.sequence = head.sid, head.seq
        if head.type in _TYPED:
            raise invalid(error)
        if head.cmd is not None:
            self._heed(head)
        item: Item | None = control.item_of(head, received_at)
        if item is None:
            raw = frame.encode("utf-8", "surrogatepass") if isinstance(frame, str) else frame
            into.unknown.append(Unknown(head.type or "frame", raw))
        else:
            into.items.append(item)

    def _heed(self, head: frames.Head) -> None:
        """Learn from a recorded command of the client's what was asked for."""
        if bytes(head.params).lstrip()[:1] == b"{":
            asked = _read_subscription(head.params).use_yes_price
            self._asked = self._asked if asked is None else asked

    def _snapshots(self, wire: frames.Snapshot, received_at: datetime | None) -> list[BookSnapshot]:
        message = wire.msg
        yes = _levels(message.yes_dollars_fp, message.yes_dollars, message.yes, "yes")
        no_side = _levels(message.no_dollars_fp, message.no_dollars, message.no, "no")
        seen = are_yes_prices([level.price for level in yes], [level.price for level in no_side])
        in_yes_prices = self._remember(wire.sid, seen=seen)
        no = mirrored(no_side) if in_yes_prices else no_side
        asks = no_side if in_yes_prices else mirrored(no_side)

        def snapshot(outcome_id: str, bids: tuple[Level, ...], asks: tuple[Level, ...]) -> BookSnapshot:
            return BookSnapshot(
                venue=Venue.KALSHI,
                market_id=message.market_ticker,
                outcome_id=outcome_id,
                bids=bids,
                asks=asks,
                aliases={"market": message.market_id} if message.market_id else {},
                stream=wire.sid,
                sequence=wire.seq,
                received_at=received_at,
            )

        return two_books(yes, no, asks, mirrored(yes), snapshot)

    def _remember(self, stream: int | None, *, seen: bool | None) -> bool:
        if seen is not None:
            self._is_yes_leg[stream] = seen
        return self._is_yes_leg.get(stream, self._asked)

    def _delta(self, wire: frames.Delta, received_at: datetime | None) -> BookDelta:
        message = wire.msg
        if message.side not in {YES, NO}:
            raise Refused("msg.side", f"neither yes nor no: {message.side[:20]!r}")
        is_yes_ask = message.side == NO and self._is_yes_leg.get(wire.sid, self._asked)
        return BookDelta(
            venue=Venue.KALSHI,
            market_id=message.market_ticker,
            outcome_id=YES if is_yes_ask else message.side,
            side=Side.ASK if is_yes_ask else Side.BID,
            price=_price(message),
            change=_change(message),
            aliases={"market": message.market_id} if message.market_id else {},
            stream=wire.sid,
            sequence=wire.seq,
            venue_time=tickers.time_of(message.ts, message.ts_ms, "msg.ts"),
            received_at=received_at,
        )


def _price(message: frames.DeltaMessage) -> Price:
    if message.price_dollars is not None:
        return price(message.price_dollars, "msg.price_dollars")
    if message.price_cents is not None:
        return price_of_cents(message.price_cents, "msg.price")
    raise Refused("msg.price_dollars", "missing")


def _change(message: frames.DeltaMessage) -> Decimal:
    if message.delta_fp is not None:
        return amount(message.delta_fp, "msg.delta_fp")
    if message.delta is not None:
        return Decimal(message.delta)
    raise Refused("msg.delta_fp", "missing")


def _levels(
    texts: frames.TextPairs | None,
    dollars: Sequence[tuple[Decimal, Decimal]] | None,
    cents: frames.CentPairs | None,
    side: str,
) -> list[Level]:
    if texts is not None:
        field = f"msg.{side}_dollars_fp"
        return [Level(price(at, field), size(count, field)) for at, count in texts]
    if dollars is not None:
        field = f"msg.{side}_dollars"
        return [Level(price_of(at, field), not_negative(count, field)) for at, count in dollars]
    field = f"msg.{side}"
    return [
        Level(price_of_cents(at, field), not_negative(Decimal(count), field)) for at, count in cents or ()
    ]
