"""How far a venue's clock is from ours, narrowed down by everything that tells something of it.

A message that says when it was said was said before it came: the venue's clock is ahead of ours by no less than what it
said minus when we got it. An answer to a request carries a time of whole seconds that was read between asking and
getting: that bounds the difference from both sides. The bounds of the last minutes together leave a narrow span.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from oraculum_market_data.normal import Venue

_BUCKET_SECONDS: Final = 30
_BUCKETS: Final = 10


@dataclass(slots=True)
class _Bounds:
    """How far ahead the venue's clock is, by what was heard in half a minute."""

    bucket: int
    least: float = float("-inf")
    most: float = float("inf")


@dataclass(frozen=True, slots=True)
class Ahead:
    """The venue's clock is ahead of ours by so many seconds: no less, no more, and the likeliest."""

    least: float
    most: float | None

    @property
    def seconds(self) -> float:
        """The middle of both bounds; while there is no upper one, what is certain, and nothing below zero is."""
        return max(self.least, 0.0) if self.most is None else (self.least + self.most) / 2

    @property
    def certain_seconds(self) -> float:
        """By how much the clocks differ at least, whichever is ahead."""
        behind = 0.0 if self.most is None else -self.most
        return max(self.least, behind, 0.0)


class Skew:
    """The clocks of all venues."""

    def __init__(self) -> None:
        self._bounds: dict[Venue, deque[_Bounds]] = {venue: deque(maxlen=_BUCKETS) for venue in Venue}

    def heard(self, venue: Venue, said_at: datetime, received_at: datetime) -> None:
        """A message that says when it was said."""
        bounds = self._bucket(venue, received_at)
        bounds.least = max(bounds.least, (said_at - received_at).total_seconds())

    def answered(self, venue: Venue, date: datetime, asked_at: datetime, received_at: datetime) -> None:
        """An answer with the second in which it was written."""
        bounds = self._bucket(venue, received_at)
        bounds.least = max(bounds.least, (date - received_at).total_seconds())
        bounds.most = min(bounds.most, (date - asked_at).total_seconds() + 1.0)

    def ahead(self, venue: Venue) -> Ahead | None:
        """How far a venue's clock is ahead; None while nobody has told."""
        bounds = self._bounds[venue]
        least = max((one.least for one in bounds), default=float("-inf"))
        most = min((one.most for one in bounds), default=float("inf"))
        if least == float("-inf"):
            return None
        if most < least:
            # A clock that was set meanwhile: what was heard last counts.
            last = bounds[-1]
            least, most = last.least, max(last.most, last.least)
        return Ahead(least, None if most == float("inf") else most)

    def _bucket(self, venue: Venue, at: datetime) -> _Bounds:
        bucket = int(at.timestamp()) // _BUCKET_SECONDS
        bounds = self._bounds[venue]
        if not bounds or bounds[-1].bucket != bucket:
            bounds.append(_Bounds(bucket))
        return bounds[-1]
