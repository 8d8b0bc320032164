"""The way of a taker through market maker and book, found in real numbers and not yet booked.

At every step it looks for what comes next on its track: a price (its limit, the ceiling, a resting order on the other side
of its outcome, a resting order on its own side of another outcome), a pinned order used up, or its own size. Of two at
the same place its size comes first and its limit last: what rests at the limit is still traded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import Final, NamedTuple

from oraculum_money import PRICE_ONE, Price, Shares
from oraculum_prediction.pricing.arithmetic import add, divide, multiply, subtract
from oraculum_prediction.pricing.book import Book, Resting
from oraculum_prediction.pricing.matches import Change, Ending
from oraculum_prediction.pricing.orders import Side
from oraculum_prediction.pricing.takers import SelfTrade, Taker
from oraculum_prediction.pricing.track import Stretch, Track

# Prices found by different formulas are the same if they differ by less than this: forty digits, and room to err.
_SAME: Final = Decimal("1E-30")


@dataclass(slots=True)
class Meeting:
    """A resting order that the walk came to. `shares` are known when it was used up or is of no use to the taker."""

    resting: Resting
    pinned: bool
    shares: Shares | None = None
    cancelled: Change | None = None


@dataclass(slots=True)
class Walk:
    """Where a walk ended, and whom it met.

    The track stands where the last event was; a taker whose size is what ended it goes on from there, on the curve or, if
    `last` is set, with shares of that resting order.
    """

    track: Track
    ending: Ending = Ending.FILLED
    met: list[Meeting] = field(default_factory=list)
    last: Meeting | None = None
    # The order of the same person that the taker gave way to.
    blocked_by: Resting | None = None

    @property
    def transferred(self) -> int:
        """The shares that changed hands at resting orders' own prices, without those of the last one."""
        return sum(meeting.shares or 0 for meeting in self.met if not meeting.pinned)


class _Kind(IntEnum):
    """What may come next, in the order of precedence at one place."""

    CROSS = 0
    PIN = 1
    USED_UP = 2
    LIMIT = 3
    CEILING = 4


class _Event(NamedTuple):
    kind: _Kind
    outcome: int


def walk(
    track: Track,
    book: Book,
    taker: Taker,
    outcomes: int,
    price_max: Price,
    now: datetime | None,
    meetings_max: int | None = None,
) -> Walk | None:
    """Walk until the taker has all it wants, or may go no further; None if it meets more orders than it may."""
    walker = _Walker(track, book, taker, outcomes, price_max, now)
    return walker.run(meetings_max)


class _Queue:
    """A ladder, seen from its front."""

    def __init__(self, ladder: Sequence[Resting]) -> None:
        self._ladder = ladder
        self._at = 0

    @property
    def head(self) -> Resting | None:
        return self._ladder[self._at] if self._at < len(self._ladder) else None

    def first(self) -> Resting:
        return self._ladder[self._at]

    def step(self) -> None:
        self._at += 1


class _Walker:
    def __init__(
        self, track: Track, book: Book, taker: Taker, outcomes: int, price_max: Price, now: datetime | None
    ) -> None:
        self._track = track
        self._taker = taker
        self._price_max = price_max
        self._now = now
        opposite = Side.SELL if taker.side is Side.BUY else Side.BUY
        self._crossing = _Queue(book.ladder(taker.outcome, opposite))
        # Outcomes that nobody waits for are none of ours.
        self._rivals = {
            other: _Queue(ladder)
            for other in range(outcomes)
            if other != taker.outcome and (ladder := book.ladder(other, taker.side))
        }
        self._pinned: dict[int, Meeting] = {}
        self._transferred = 0
        self._transferred_amount = Decimal(0)
        self._walk = Walk(track)

    def run(self, meetings_max: int | None) -> Walk | None:
        ending = None
        while ending is None:
            ending = self._step()
            if meetings_max is not None and len(self._walk.met) > meetings_max:
                return None
        self._walk.ending = ending
        return self._walk

    def _step(self) -> Ending | None:
        event, ahead = self._next()
        if ahead is None or self._size_ends_on(ahead):
            return Ending.FILLED
        self._track.advance(ahead)
        match event.kind:
            case _Kind.CROSS:
                return self._cross()
            case _Kind.PIN:
                return self._pin(event.outcome)
            case _Kind.USED_UP:
                self._release(event.outcome)
                return None
            case _Kind.LIMIT:
                return Ending.LIMIT
            case _Kind.CEILING:
                return Ending.CEILING

    def _next(self) -> tuple[_Event, Stretch | None]:
        """Give what comes next and the way there; no way if the taker can go on for ever."""
        event, distance = self._next_price()
        for outcome, meeting in self._pinned.items():
            until = self._track.distance_to_use_up(outcome, meeting.resting.left)
            nearer = distance is None or until < distance
            if nearer or (event.kind > _Kind.USED_UP and distance is not None and _same(until, distance)):
                event, distance = _Event(_Kind.USED_UP, outcome), until
        return event, None if distance is None else self._track.stretch(distance)

    def _next_price(self) -> tuple[_Event, Decimal | None]:
        nearest: tuple[Decimal, _Event] | None = None
        for kind, outcome, reach in self._prices_ahead():
            if reach is None:
                continue
            if nearest is None or subtract(nearest[0], reach) > _SAME:
                nearest = (reach, _Event(kind, outcome))
        if nearest is None:
            return _Event(_Kind.CEILING, self._taker.outcome), None
        return nearest[1], self._track.distance(nearest[0])

    def _prices_ahead(self) -> list[tuple[_Kind, int, Decimal | None]]:
        own = self._taker.outcome
        ahead: list[tuple[_Kind, int, Decimal | None]] = []
        if self._crossing.head is not None and self._acceptable(self._crossing.head.price):
            ahead.append((_Kind.CROSS, own, self._track.reach_of_price(self._crossing.head.price)))
        ahead.extend(
            (_Kind.PIN, outcome, self._track.reach_of_other(outcome, queue.head.price))
            for outcome, queue in self._rivals.items()
            if queue.head is not None and outcome not in self._pinned
        )
        limit = self._taker.marginal_limit
        if limit is not None:
            ahead.append((_Kind.LIMIT, own, self._track.reach_of_price(limit)))
        ahead.append((_Kind.CEILING, own, self._track.reach_of_ceiling(self._price_max)))
        return [(kind, outcome, _from_here(reach)) for kind, outcome, reach in ahead]

    def _acceptable(self, price: Price) -> bool:
        limit = self._taker.marginal_limit
        return limit is None or (price <= limit if self._taker.side is Side.BUY else price >= limit)

    def _size_ends_on(self, ahead: Stretch) -> bool:
        if self._taker.shares is not None:
            return ahead.shares >= self._shares_left(self._taker.shares)
        return ahead.amount >= self._amount_left(self._taker.order.size)

    def _shares_left(self, ordered: int) -> Decimal:
        return subtract(Decimal(ordered - self._transferred), self._track.shares)

    def _amount_left(self, ordered: int) -> Decimal:
        return subtract(Decimal(ordered), add(self._track.amount, self._transferred_amount))

    def _cross(self) -> Ending | None:
        resting = self._crossing.first()
        meeting = Meeting(resting, pinned=False)
        if self._gives_way(meeting):
            return Ending.SELF_TRADE
        if meeting.cancelled is None:
            worth = divide(multiply(Decimal(resting.left), resting.price), PRICE_ONE)
            shares, amount = self._taker.shares, self._taker.amount
            if (shares is not None and self._shares_left(shares) <= resting.left) or (
                amount is not None and self._amount_left(amount) <= worth
            ):
                self._walk.last = meeting
                return Ending.FILLED
            meeting.shares = resting.left
            self._transferred += resting.left
            self._transferred_amount = add(self._transferred_amount, worth)
        self._walk.met.append(meeting)
        self._crossing.step()
        return None

    def _pin(self, outcome: int) -> Ending | None:
        resting = self._rivals[outcome].first()
        meeting = Meeting(resting, pinned=True)
        if self._gives_way(meeting):
            return Ending.SELF_TRADE
        self._walk.met.append(meeting)
        if meeting.cancelled is None:
            self._track.pin(outcome, resting.price)
            self._pinned[outcome] = meeting
        else:
            self._rivals[outcome].step()
        return None

    def _gives_way(self, meeting: Meeting) -> bool:
        """Cancel an order that may not be traded; true if the taker has to stop instead."""
        if meeting.resting.expired(self._now):
            meeting.cancelled, meeting.shares = Change.EXPIRED, Shares(0)
        elif meeting.resting.user_id == self._taker.user_id:
            if self._taker.self_trade is SelfTrade.CANCEL_TAKER:
                self._walk.blocked_by = meeting.resting
                return True
            meeting.cancelled, meeting.shares = Change.SELF_TRADE, Shares(0)
        return False

    def _release(self, outcome: int) -> None:
        meeting = self._pinned.pop(outcome)
        meeting.shares = meeting.resting.left
        self._rivals[outcome].step()
        self._track.release(outcome)


def _from_here(reach: Decimal | None) -> Decimal | None:
    return None if reach is None else max(reach, Decimal(1))


def _same(one: Decimal, other: Decimal) -> bool:
    return subtract(one, other).copy_abs() <= _SAME
