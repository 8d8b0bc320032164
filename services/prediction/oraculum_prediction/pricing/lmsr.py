"""A market under the logarithmic market scoring rule: its state, and what may be asked of a state.

A state is integers only and never changes; a fill leads to the next. What is derived from it (the point on the curve, the
fingerprint) is computed once, when the state is made, and is a function of the integers alone: a market replayed from its
fills is the same to the last bit, whatever any cache held meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Self

from oraculum_money import INT64_MAX, INT64_MIN, PRICE_ONE, Price, Shares, Units
from oraculum_prediction.pricing import curve
from oraculum_prediction.pricing.curve import Point
from oraculum_prediction.pricing.fees import NO_FEE, FeeSchedule
from oraculum_prediction.pricing.hashing import state_hash
from oraculum_prediction.pricing.limits import (
    LIQUIDITY_MAX,
    LIQUIDITY_MIN,
    OUTCOMES_MAX,
    OUTCOMES_MIN,
    PRICE_MAX,
    below_ceiling,
)
from oraculum_prediction.pricing.liquidity import covering, prior_for
from oraculum_prediction.pricing.orders import Fill, Side, StateMismatch

FORMULA_VERSION_LMSR: Final = "oraculum/lmsr/1"


@dataclass(frozen=True, slots=True)
class LmsrState:
    """The whole state of an LMSR market. Making one with numbers that no market can have raises ValueError."""

    liquidity: Units
    prior: tuple[int, ...]
    sold: tuple[Shares, ...]
    fee: FeeSchedule
    price_max: Price = PRICE_MAX
    point: Point = field(init=False, repr=False, compare=False)
    state_hash: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check()
        point = curve.evaluate(self.quantities, self.liquidity)
        if not below_ceiling(point, self.price_max):
            raise ValueError(
                f"a price of {max(point.prices)} millionths is above the ceiling of {self.price_max}"
            )
        if covering(point, self.prior) > INT64_MAX:
            raise ValueError("no account could hold the escrow of so many shares outstanding")
        vectors = (self.prior, self.sold)
        fingerprint = state_hash(FORMULA_VERSION_LMSR, self.fee, self.price_max, self.liquidity, vectors)
        object.__setattr__(self, "point", point)
        object.__setattr__(self, "state_hash", fingerprint)

    @classmethod
    def opened(
        cls,
        *,
        liquidity: Units,
        odds: Sequence[int],
        fee: FeeSchedule = NO_FEE,
        price_max: Price = PRICE_MAX,
    ) -> Self:
        """Give a market before its first trade. Its escrow must hold `subsidy_for(liquidity, odds)` by then."""
        prior = prior_for(liquidity, odds)
        return cls(liquidity, prior, (Shares(0),) * len(prior), fee, price_max)

    @property
    def outcomes(self) -> int:
        """The number of outcomes."""
        return len(self.sold)

    @property
    def quantities(self) -> tuple[int, ...]:
        """What the curve sees: the prior's offsets with the shares sold on top."""
        return tuple(map(int.__add__, self.prior, self.sold))

    @property
    def prices(self) -> tuple[Price, ...]:
        """The price of every outcome; they add up to one exactly."""
        return self.point.prices

    def traded(self, outcome: int, step: int) -> "LmsrState":
        """Give the state after `step` more shares of an outcome are outstanding."""
        sold = curve.moved(self.sold, outcome, step)
        return _standing(self.liquidity, self.prior, tuple(map(Shares, sold)), self.fee, self.price_max)

    def after(self, fill: Fill) -> "LmsrState":
        """Give the state that a fill leads to; `StateMismatch` if it was not made on this one."""
        if fill.state_before != self.state_hash:
            raise StateMismatch("the fill was made on another state of this market")
        step = fill.shares if fill.order.side is Side.BUY else -fill.shares
        return self.traded(fill.order.outcome, step)

    def _check(self) -> None:
        if not OUTCOMES_MIN <= len(self.sold) <= OUTCOMES_MAX or len(self.prior) != len(self.sold):
            raise ValueError(f"{len(self.prior)} offsets and {len(self.sold)} share counts make no market")
        if not LIQUIDITY_MIN <= self.liquidity <= LIQUIDITY_MAX:
            raise ValueError(f"liquidity lies outside {LIQUIDITY_MIN} to {LIQUIDITY_MAX}: {self.liquidity}")
        if min(self.sold) < 0:
            raise ValueError("shares outstanding are never negative")
        if max(self.prior) != 0 or min(self.prior) < INT64_MIN:
            raise ValueError(
                "a prior's offsets are 0 for the likeliest outcome, less for the others, and fit an int64"
            )
        if not 0 < self.price_max < PRICE_ONE:
            raise ValueError(f"a ceiling lies between 0 and 1, not at {self.price_max} millionths")


# A quote makes the state that its fill leads to, and whoever takes the fill asks for it again. A state never changes, so it
# may be the same one.
@lru_cache(maxsize=256)
def _standing(
    liquidity: Units, prior: tuple[int, ...], sold: tuple[Shares, ...], fee: FeeSchedule, price_max: Price
) -> LmsrState:
    return LmsrState(liquidity, prior, sold, fee, price_max)


def least_escrow(state: LmsrState) -> Units:
    """Give the least that the escrow of this market can hold at this moment, and always enough to pay any outcome.

    It depends on the state alone, so it can be checked against live data without the history.
    """
    return Units(covering(state.point, state.prior))
