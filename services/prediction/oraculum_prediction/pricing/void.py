"""What a share of a cancelled market is worth: its time-weighted average price over the last hour of trading."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from oraculum_money import PRICE_ONE, Price
from oraculum_prediction.pricing.apportionment import apportion
from oraculum_prediction.pricing.payouts import PayoutVector, payout_vector

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class PricePoint:
    """The prices that hold from a moment on, until the next point."""

    at: datetime
    prices: tuple[Price, ...]


def void_prices(points: Sequence[PricePoint], start: datetime, end: datetime) -> PayoutVector:
    """Average the prices over [start, end], each weighed by the time it held; the result adds up to one exactly.

    Points come in order of time; of several at one moment the last holds. The first of them holds for the time before
    it too, so a caller gives the last one at or before `start` where there is one. An interval without length has the
    prices of its moment.
    """
    if not points:
        raise ValueError("no price is known, so none can be averaged")
    if start > end:
        raise ValueError("the interval ends before it starts")
    if any(later.at < earlier.at for earlier, later in pairwise(points)):
        raise ValueError("the points are not in order of time")
    durations = _durations(points, start, end)
    sums = [
        sum(duration * point.prices[outcome] for duration, point in zip(durations, points, strict=True))
        for outcome in range(len(points[0].prices))
    ]
    return payout_vector(apportion(sums, PRICE_ONE))


def _durations(points: Sequence[PricePoint], start: datetime, end: datetime) -> list[int]:
    """Give for each point the microseconds of the interval in which it held."""
    if start == end:
        held = max((index for index, point in enumerate(points) if point.at <= start), default=0)
        return [int(index == held) for index in range(len(points))]
    begins = [start, *(min(max(point.at, start), end) for point in points[1:])]
    ends = [*begins[1:], end]
    return [(finish - begin) // _MICROSECOND for begin, finish in zip(begins, ends, strict=True)]
