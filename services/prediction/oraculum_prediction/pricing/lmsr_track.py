"""A taker's way along the LMSR curve while the prices of other outcomes may be pinned.

Let i be the taker's outcome, P the sum of the pinned prices, E = 1 - P what is left for all others, and F the sum of the
prices that are free (neither i nor pinned), so that p_i = E - F. Weights are w = exp(q / b) and T is their sum. When the
taker trades on until T has grown by the factor t = exp(tau), then

    free prices         p_k' = p_k / t                  their quantities stay as they are
    pinned prices       p_j' = p_j                      each pinned outcome has traded  b tau  shares: w_j = p_j T
    the taker's         p_i' = p_i + F (1 - 1 / t)      it has traded  b (tau + ln p_i' - ln p_i)  shares
    the taker's money   E b tau                         the integral of p_i, after what the pinned ones have paid
    its uncertainty     E b (p_i' - p_i) + P x money    the integral of p_i (1 - p_i)

For a sale tau is negative and the same holds. So every price lies at a rational factor t, every amount and every number
of pinned shares at a plain tau, and no exponential can grow large: where nothing is free p_i stands still and shares are
simply b tau. The distance of the way is |tau|, its reach is exp(|tau|).
"""

from decimal import Decimal
from typing import Final

from oraculum_money import Shares
from oraculum_prediction.pricing.arithmetic import add, divide, exp, ln, multiply, scaleb, subtract
from oraculum_prediction.pricing.lmsr import LmsrState
from oraculum_prediction.pricing.orders import Side
from oraculum_prediction.pricing.track import Stretch

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)

# Beyond exp(1000) what is free has no weight that forty digits could see.
_FAR: Final = Decimal(1_000)

# The reach of a price for an outcome whose own has become too small for any exponent.
_NEVER: Final = Decimal("1E+900000")


def _fraction(millionths: int) -> Decimal:
    return scaleb(Decimal(millionths), -6)


class LmsrTrack:
    """See the module: a `Track` on the curve of an `LmsrState`."""

    def __init__(self, state: LmsrState, outcome: int, side: Side) -> None:
        point = state.point
        self._liquidity = state.liquidity
        self._outcome = outcome
        self._buying = side is Side.BUY
        self._fixed: dict[int, Decimal] = {}
        self._taken: dict[int, Decimal] = {}
        # Free prices are these times the scale; one factor moves them all.
        self._bases = {
            other: divide(weight, point.total)
            for other, weight in enumerate(point.weights)
            if other != outcome
        }
        self._scale = _ONE
        self._left_over = _ONE
        self._free = divide(subtract(point.total, point.weights[outcome]), point.total)
        # Both are kept: one is no use where the price is below 10^-40, the other dear to compute.
        self._price = divide(point.weights[outcome], point.total)
        distance = divide(state.quantities[outcome] - max(state.quantities), state.liquidity)
        self._log_price = subtract(distance, ln(point.total))
        self.shares = _ZERO
        self.amount = _ZERO
        self.uncertainty = _ZERO

    def reach_of_price(self, millionths: int) -> Decimal | None:
        """Where t = F / (E - price)."""
        rest = subtract(self._left_over, _fraction(millionths))
        if not self._bases:
            # The price stands still at E: it is past this one by now, or never will be.
            return _ONE if (rest > 0) is self._buying and rest != 0 else None
        if rest <= 0:
            return None if self._buying else _ONE
        return self._reach(self._free, rest)

    def reach_of_other(self, outcome: int, millionths: int) -> Decimal:
        """Where t = p_k / price."""
        return self._reach(self._price_of(outcome), _fraction(millionths))

    def reach_of_ceiling(self, millionths: int) -> Decimal | None:
        """A purchase lifts its own outcome, a sale all that is free, of which the largest is there first."""
        if self._buying:
            return self.reach_of_price(millionths)
        if not self._bases:
            return None
        return self._reach(multiply(max(self._bases.values()), self._scale), _fraction(millionths))

    def _reach(self, now: Decimal, then: Decimal) -> Decimal:
        if self._buying:
            return divide(now, then)
        return divide(then, now) if now else _NEVER

    def distance(self, reach: Decimal) -> Decimal:
        """The logarithm of the reach."""
        return ln(reach) if reach > _ONE else _ZERO

    def distance_to_use_up(self, outcome: int, shares: Shares) -> Decimal:
        """What is left of the shares, as every pinned outcome trades b tau."""
        return max(_ZERO, divide(subtract(Decimal(shares), self._taken[outcome]), self._liquidity))

    def stretch(self, distance: Decimal) -> Stretch | None:
        """None where a sale would have to go below a price of zero."""
        if not distance:
            return Stretch(_ZERO, _ZERO, _ZERO, self._price)
        price = self._price_after(distance)
        if price <= 0:
            return None
        moved = add(self._signed(distance), subtract(ln(price), self._log_price)) if self._bases else distance
        shares = multiply(moved.copy_abs(), self._liquidity)
        return Stretch(distance, shares, self._amount(distance), price)

    def stretch_of_shares(self, shares: Decimal) -> Stretch:
        """Find tau = ln( (p_i exp(s / b) + F) / E ), written so that no exponent is large."""
        move = self._signed(divide(shares, self._liquidity))
        if not self._bases:
            tau = move
        elif move > 0:
            inner = add(self._price, multiply(self._free, exp(move.copy_negate())))
            tau = add(move, ln(divide(inner, self._left_over)))
        else:
            inner = add(exp(add(self._log_price, move)), self._free)
            tau = ln(divide(inner, self._left_over))
        distance = self._signed(tau)
        return Stretch(distance, shares, self._amount(distance), self._price_after(distance))

    def stretch_of_amount(self, amount: Decimal) -> Stretch | None:
        """Go as far as the money lasts: tau = money / (E b)."""
        return self.stretch(divide(amount, multiply(self._left_over, self._liquidity)))

    def advance(self, stretch: Stretch) -> None:
        """Shrink what is free, let the pinned ones trade and sum up."""
        traded = multiply(stretch.distance, self._liquidity)
        for outcome in self._taken:
            self._taken[outcome] = add(self._taken[outcome], traded)
        self.uncertainty = self.uncertainty_by(stretch)
        self.shares = add(self.shares, stretch.shares)
        self.amount = add(self.amount, stretch.amount)
        if self._bases:
            moved = self._signed(divide(stretch.shares, self._liquidity))
            self._shift(self._signed(stretch.distance), moved)
            self._price = stretch.price

    def pin(self, outcome: int, millionths: int) -> None:
        """Pin an outcome where it has come to a resting order's price, or a share past it.

        A market stands on whole shares, so a price may lie a little beyond a resting order. Then that order trades first
        what brings it back, and T grows by (E - p_k) / (E - price).
        """
        here = self._price_of(outcome)
        price = _fraction(millionths)
        if price >= self._left_over:
            # The pinned ones would pay for everything, to the millionth; they are pinned where they are instead.
            price = here
        tau = ln(divide(subtract(self._left_over, here), subtract(self._left_over, price)))
        shift = multiply(tau, self._liquidity)
        for other in self._taken:
            self._taken[other] = add(self._taken[other], self._signed(shift))
        moved = add(tau, ln(divide(price, here)))
        self._taken[outcome] = self._signed(multiply(moved, self._liquidity))
        del self._bases[outcome]
        self._fixed[outcome] = price
        self._free = subtract(self._free, here) if self._bases else _ZERO
        self._left_over = subtract(self._left_over, price)
        self._shift(tau, _ZERO)
        self._price = exp(self._log_price) if self._bases else self._left_over

    def release(self, outcome: int) -> None:
        """Make an outcome free at the price that it has."""
        price = self._fixed.pop(outcome)
        del self._taken[outcome]
        if not self._bases:
            # The taker's own price stood still while nothing was free, and its logarithm was not followed.
            self._log_price = ln(self._price)
        # The scale may have become too small to divide by.
        self._bases = {other: multiply(base, self._scale) for other, base in self._bases.items()}
        self._scale = _ONE
        self._bases[outcome] = price
        self._free = add(self._free, price)
        self._left_over = add(self._left_over, price)

    def taken(self, outcome: int, stretch: Stretch) -> Decimal:
        """What it has, and b tau more."""
        return add(self._taken[outcome], multiply(stretch.distance, self._liquidity))

    def uncertainty_by(self, stretch: Stretch) -> Decimal:
        """Give E b (p_i' - p_i) + P x money on top of what there is."""
        change = self._signed(subtract(stretch.price, self._price))
        rise = multiply(self._left_over, multiply(change, self._liquidity))
        pinned = multiply(subtract(_ONE, self._left_over), stretch.amount)
        return add(self.uncertainty, add(rise, pinned))

    def _price_of(self, outcome: int) -> Decimal:
        return multiply(self._bases[outcome], self._scale)

    def _price_after(self, distance: Decimal) -> Decimal:
        """Give p_i' = p_i + F (1 - 1 / t)."""
        if not self._bases:
            return self._left_over
        if distance > _FAR:
            return self._left_over if self._buying else _ZERO
        shrunk = exp(self._signed(distance).copy_negate())
        return add(self._price, multiply(self._free, subtract(_ONE, shrunk)))

    def _amount(self, distance: Decimal) -> Decimal:
        return multiply(multiply(self._left_over, self._liquidity), distance)

    def _signed(self, size: Decimal) -> Decimal:
        return size if self._buying else size.copy_negate()

    def _shift(self, tau: Decimal, moved: Decimal) -> None:
        shrunk = exp(tau.copy_negate())
        self._scale = multiply(self._scale, shrunk)
        self._free = multiply(self._free, shrunk)
        self._log_price = add(self._log_price, subtract(moved, tau))
