"""How prices move together: Pearson's coefficient of hourly changes. Pure.

Each outcome's price is taken at the end of every hour, carried on where nothing was traded, and the hours are compared by
their changes: prices drift to 0 or 1 as events near their ends, and levels that drift correlate whatever they mean. An
outcome that never moved has no coefficient. Computed in exact integers but for the last root.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import isqrt
from typing import Final, NamedTuple

from oraculum_money import Price

METHOD: Final = (
    "Pearson's coefficient of the hourly changes of the last traded price; an hour without a trade carries the price on; "
    "hours before either market opened are left out."
)
_MILLION: Final = 1_000_000
SAMPLES_MIN: Final = 3


class Pair(NamedTuple):
    """How two series move together."""

    first: int
    second: int
    coefficient_millionths: int
    sample_count: int


def pairs(series: Sequence[Sequence[Price | None]]) -> list[Pair]:
    """Every pair of series that both moved while both had a price; None is an hour before the market opened."""
    found = []
    for first in range(len(series)):
        for second in range(first + 1, len(series)):
            both = [
                (one, other)
                for one, other in zip(series[first], series[second], strict=True)
                if one is not None and other is not None
            ]
            changes = [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(both)]
            coefficient = pearson_millionths(changes)
            if coefficient is not None:
                found.append(Pair(first, second, coefficient, len(changes)))
    return found


def pearson_millionths(changes: Sequence[tuple[int, int]]) -> int | None:
    """The coefficient, rounded towards zero; None where one of them never varies, or too few are known."""
    count = len(changes)
    if count < SAMPLES_MIN:
        return None
    sum_x, sum_y = sum(x for x, _ in changes), sum(y for _, y in changes)
    over = count * sum(x * y for x, y in changes) - sum_x * sum_y
    spread_x = count * sum(x * x for x, _ in changes) - sum_x * sum_x
    spread_y = count * sum(y * y for _, y in changes) - sum_y * sum_y
    if spread_x == 0 or spread_y == 0:
        return None
    size = isqrt(over * over * _MILLION * _MILLION // (spread_x * spread_y))
    return min(size, _MILLION) if over >= 0 else -min(size, _MILLION)
