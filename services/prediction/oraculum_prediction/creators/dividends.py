"""Dividends: money for all who hold a creator's shares, without a row per holder and payment.

An accumulator counts what one share has earned since the beginning, and a holder remembers where it stood when it was
last settled:

    distribute D        earned += floor(D x SCALE / supply), the remainder is carried to the next distribution
    settle a holder     owed += floor(balance x (earned - checkpoint) / SCALE); checkpoint = earned

A holder is settled *before* every change of the balance, whether bought, sold, given or received, and a new one begins at
the present checkpoint: so nobody is paid for a time in which they held nothing, and nobody twice. What comes in while
nobody holds a share is parked and goes to the next distribution.

Everything is rounded down, so that all holders together are never owed more than was distributed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from oraculum_money import Units
from oraculum_prediction.pricing.apportionment import apportion

SCALE: Final = 10**18


@dataclass(frozen=True, slots=True)
class Accumulator:
    """What one share has earned, times SCALE, and what is still to be distributed, times SCALE as well."""

    earned: int = 0
    carried: int = 0

    def distributed(self, amount: Units, supply: int) -> "Accumulator":
        """Give the accumulator once this amount has come in."""
        if amount < 0 or supply < 0:
            raise ValueError("neither a dividend nor a supply is negative")
        total = self.carried + amount * SCALE
        if supply == 0:
            return Accumulator(self.earned, total)
        return Accumulator(self.earned + total // supply, total % supply)


@dataclass(frozen=True, slots=True)
class Holder:
    """What a holder is owed, as of the accumulator at its checkpoint."""

    checkpoint: int
    owed: Units = Units(0)

    @classmethod
    def beginning(cls, accumulator: Accumulator) -> "Holder":
        """Give one who has held nothing so far."""
        return cls(accumulator.earned)

    def settled(self, count: int, accumulator: Accumulator) -> "Holder":
        """Give the holder with all that so many shares have earned until now."""
        earned = count * (accumulator.earned - self.checkpoint) // SCALE
        return Holder(accumulator.earned, Units(self.owed + earned))

    def claimed(self) -> tuple["Holder", Units]:
        """Pay out what is owed; settle before."""
        return Holder(self.checkpoint), self.owed


def by_time_held(amount: Units, weights: Sequence[int]) -> tuple[Units, ...]:
    """Share an amount out by shares times time held, to the last unit: largest remainders get what the floors leave."""
    if not any(weights):
        raise ValueError("nobody has held anything")
    return tuple(map(Units, apportion(weights, amount)))
