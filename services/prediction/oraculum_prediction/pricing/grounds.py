"""What settling asks of a market maker: where whole shares bring it, what that moves, and which state it leaves.

A group of trades is a step of whole shares for each outcome. A ground knows what such a step costs, exactly, and a *standing* is
where it leads: settling looks at many before it takes one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol

from oraculum_money import PRICE_ONE, Price, Shares
from oraculum_prediction.pricing import curve
from oraculum_prediction.pricing.arithmetic import floor, multiply, scaleb, subtract
from oraculum_prediction.pricing.cpmm_state import CpmmState
from oraculum_prediction.pricing.cpmm_track import CpmmTrack
from oraculum_prediction.pricing.curve import PICOUNITS, Point
from oraculum_prediction.pricing.limits import below_ceiling
from oraculum_prediction.pricing.liquidity import covering
from oraculum_prediction.pricing.lmsr import LmsrState
from oraculum_prediction.pricing.lmsr_quotes import uncertainty_picounits
from oraculum_prediction.pricing.lmsr_track import LmsrTrack
from oraculum_prediction.pricing.moves import price_above, price_below
from oraculum_prediction.pricing.orders import Side
from oraculum_prediction.pricing.track import Track

# Markets in which orders may rest.
BookState = LmsrState | CpmmState

_PICO_DIGITS = 12


class Standing(Protocol):
    """Where a market would stand after a step of whole shares."""

    @property
    def rise_picounits(self) -> int:
        """What the step costs in all, less than zero where it fetches something."""

    @property
    def escrow(self) -> int:
        """What the escrow would hold at least."""

    def within(self, ceiling: Price) -> bool:
        """Tell whether no price is above the ceiling."""

    def passed(self, outcome: int, limit: Price, side: Side) -> bool:
        """Tell whether a price is beyond a limit: above it for a purchase, below it for a sale."""


class Ground(Protocol):
    """A market maker under one order."""

    def track(self, outcome: int, side: Side) -> Track:
        """The way of a taker."""

    def at(self, steps: Sequence[int]) -> Standing:
        """Where these steps lead."""

    def after(self, steps: Sequence[int], escrow_change: int) -> BookState | None:
        """The state that they leave, with what came into the escrow; None where they would empty a pool."""

    def uncertainty(self, steps: Sequence[int], outcome: int) -> int:
        """The base of a quadratic fee for a trade with the market maker alone, in picounits."""


def ground_of(state: BookState) -> Ground:
    """Give the ground that a market stands on."""
    return LmsrGround(state) if isinstance(state, LmsrState) else PoolGround(state)


class _OnCurve(NamedTuple):
    state: LmsrState
    point: Point

    @property
    def rise_picounits(self) -> int:
        return self.point.potential - self.state.point.potential

    @property
    def escrow(self) -> int:
        return covering(self.point, self.state.prior)

    def within(self, ceiling: Price) -> bool:
        return below_ceiling(self.point, ceiling)

    def passed(self, outcome: int, limit: Price, side: Side) -> bool:
        beyond = price_above if side is Side.BUY else price_below
        return beyond(self.point, outcome, limit)


@dataclass(frozen=True, slots=True)
class LmsrGround:
    """The logarithmic rule: a step is a difference of its integer potential."""

    state: LmsrState

    def track(self, outcome: int, side: Side) -> Track:
        """The way of a taker."""
        return LmsrTrack(self.state, outcome, side)

    def at(self, steps: Sequence[int]) -> Standing:
        """Where these steps lead."""
        after = tuple(map(int.__add__, self.state.quantities, steps))
        return _OnCurve(self.state, curve.evaluate(after, self.state.liquidity))

    def after(self, steps: Sequence[int], escrow_change: int) -> BookState:  # noqa: ARG002  the curve needs no money
        """The state that they leave."""
        return self._moved(steps)

    def uncertainty(self, steps: Sequence[int], outcome: int) -> int:
        """The closed form of the curve."""
        return uncertainty_picounits(self.state, self._moved(steps), outcome)

    def _moved(self, steps: Sequence[int]) -> LmsrState:
        state = self.state
        sold = tuple(map(Shares, map(int.__add__, state.sold, steps)))
        return LmsrState(state.liquidity, state.prior, sold, state.fee, state.price_max)


class _InPool(NamedTuple):
    before: int
    rise_picounits: int
    price_of_yes: Decimal

    @property
    def escrow(self) -> int:
        return self.before - (-self.rise_picounits // PICOUNITS)

    def within(self, ceiling: Price) -> bool:
        most = max(self.price_of_yes, subtract(Decimal(1), self.price_of_yes))
        return multiply(most, PRICE_ONE) <= ceiling

    def passed(self, outcome: int, limit: Price, side: Side) -> bool:
        price = self.price_of_yes if outcome == 1 else subtract(Decimal(1), self.price_of_yes)
        millionths = multiply(price, PRICE_ONE)
        return millionths > limit if side is Side.BUY else millionths < limit


@dataclass(frozen=True, slots=True)
class PoolGround:
    """One weighted pool: a step is complete sets, worth one each, and shares of one outcome bought of the pool.

    So many sets as the smaller of the two steps says, and the difference of the other one; a step below zero takes
    sets out. What it costs is rounded up, to a picounit.
    """

    state: CpmmState

    def track(self, outcome: int, side: Side) -> Track:
        """The way of a taker."""
        return CpmmTrack(self.state.side(outcome if side is Side.BUY else 1 - outcome), side)

    def at(self, steps: Sequence[int]) -> Standing:
        """Where these steps lead."""
        no, yes = steps
        bought = 1 if yes > no else 0
        side, shares = self.state.side(bought), Decimal(abs(yes - no))
        spent = side.amount(shares)
        price = side.bought(spent, shares).price
        return _InPool(
            self.state.escrow,
            min(steps) * PICOUNITS - floor(scaleb(spent, _PICO_DIGITS).copy_negate()),
            price if bought else subtract(Decimal(1), price),
        )

    def after(self, steps: Sequence[int], escrow_change: int) -> BookState | None:
        """The state that they leave: whatever came in is sets, and what was not taken out of them lies in the pool."""
        state = self.state
        no, yes = (
            Shares(there + escrow_change - step) for there, step in zip(state.pools, steps, strict=True)
        )
        if min(no, yes) < 1:
            return None
        no_sold, yes_sold = (Shares(there + step) for there, step in zip(state.sold, steps, strict=True))
        return CpmmState(state.weight, (no, yes), (no_sold, yes_sold), state.fee, state.price_max, state.idle)

    def uncertainty(self, steps: Sequence[int], outcome: int) -> int:  # noqa: ARG002  fees are flat here
        """Nothing: fees are flat here."""
        return 0
