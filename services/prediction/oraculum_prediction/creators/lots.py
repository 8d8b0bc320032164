"""Lock-ups of a creator's shares, kept per purchase.

A lock of the person as a whole would let a small later purchase lock everything again, and a gift of one share lock
somebody else's. So every purchase is a lot with a time of its own, and what is free is sold from the oldest lot on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Lot:
    """Shares bought together, and when they may be sold."""

    count: int
    locked_until: datetime

    def __post_init__(self) -> None:
        if self.count <= 0:
            raise ValueError("a lot has one share or more")


class StillLocked(ValueError):
    """More shares are asked for than are free by now."""


def sellable(lots: Sequence[Lot], now: datetime) -> int:
    """Give how many shares are free."""
    return sum(lot.count for lot in lots if lot.locked_until <= now)


def taken(lots: Sequence[Lot], count: int, now: datetime) -> tuple[Lot, ...]:
    """Give the lots that are left once `count` free shares are gone, the oldest first."""
    left: list[Lot] = []
    for lot in lots:
        here = min(count, lot.count) if lot.locked_until <= now else 0
        count -= here
        if here < lot.count:
            left.append(replace(lot, count=lot.count - here))
    if count > 0:
        raise StillLocked(f"{count} shares more than are free were asked for")
    return tuple(left)
