"""The way of a taker along a weighted pool, for matching (see `track`).

Whoever buys an outcome puts money into the pool and takes shares of it out; whoever sells one buys the other, and turns pairs
into cash. So either way something is *bought*, and the measure of the way is the money that goes into the pool for it.

Where a resting order of the other outcome is reached, the pool stands still: the two make or burn complete sets at its
price, for as long as it lasts, and the measure is shares meanwhile.
"""

from decimal import Decimal
from typing import Final

from oraculum_money import Shares
from oraculum_prediction.pricing.arithmetic import add, divide, multiply, scaleb, subtract
from oraculum_prediction.pricing.cpmm import Side as PoolSide
from oraculum_prediction.pricing.orders import Side
from oraculum_prediction.pricing.track import Stretch

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)


class CpmmTrack:
    """One taker's way; see `Track` for what each of these answers."""

    def __init__(self, bought: PoolSide, side: Side) -> None:
        self._buying = side is Side.BUY
        # The pool from the side of what is bought: the taker's outcome, or the other one.
        self.bought = bought
        self.shares = self.amount = self.uncertainty = _ZERO
        # The taker's price while a resting order holds it.
        self._held: Decimal | None = None
        self._taken = _ZERO

    def reach_of_price(self, millionths: int) -> Decimal | None:
        """Where the taker's outcome has this price."""
        price = _fraction(millionths)
        if self._held is None:
            return add(_ONE, self.bought.amount_to_price(self._of_bought(price)))
        passed = self._held > price if self._buying else self._held < price
        return _ONE if passed else None

    def reach_of_other(self, outcome: int, millionths: int) -> Decimal:  # noqa: ARG002  there is but one other
        """Where the other outcome has this price."""
        price = subtract(_ONE, _fraction(millionths))
        return add(_ONE, self.bought.amount_to_price(self._of_bought(price)))

    def reach_of_ceiling(self, millionths: int) -> Decimal | None:
        """Where what is bought has the highest price that there may be."""
        if self._held is not None:
            return None
        return add(_ONE, self.bought.amount_to_price(_fraction(millionths)))

    def distance(self, reach: Decimal) -> Decimal:
        """How far that is from here."""
        return max(_ZERO, subtract(reach, _ONE))

    def distance_to_use_up(self, outcome: int, shares: Shares) -> Decimal:  # noqa: ARG002  there is but one other
        """How far it is until what is held has traded so much."""
        return subtract(Decimal(shares), self._taken)

    def stretch(self, distance: Decimal) -> Stretch:
        """The way ahead of this length."""
        if self._held is not None:
            return Stretch(distance, distance, multiply(distance, self._held), self._held)
        shares = self.bought.shares(distance)
        price = self._of_bought(self.bought.bought(distance, shares).price)
        return Stretch(distance, shares, distance if self._buying else subtract(shares, distance), price)

    def stretch_of_shares(self, shares: Decimal) -> Stretch:
        """The way ahead on which the taker trades so many shares; less than none by the price of the moment."""
        if self._held is not None:
            return self.stretch(shares)
        if shares < 0:
            spent = multiply(shares, self.bought.price)
            amount = spent if self._buying else subtract(shares, spent)
            return Stretch(spent, shares, amount, self._of_bought(self.bought.price))
        return self.stretch(self.bought.amount(shares))

    def stretch_of_amount(self, amount: Decimal) -> Stretch | None:
        """The way ahead on which the taker pays or gets so much."""
        if self._held is not None:
            return self.stretch(divide(amount, self._held))
        spent = amount if self._buying else self.bought.amount_to_gain(amount)
        return None if spent is None else self.stretch(spent)

    def advance(self, stretch: Stretch) -> None:
        """Go there."""
        self.shares = add(self.shares, stretch.shares)
        self.amount = add(self.amount, stretch.amount)
        if self._held is None:
            self.bought = self.bought.bought(stretch.distance, stretch.shares)
        else:
            self._taken = add(self._taken, stretch.shares)

    def pin(self, outcome: int, millionths: int) -> None:  # noqa: ARG002  there is but one other
        """Hold the price of the other outcome where it is."""
        self._held, self._taken = subtract(_ONE, _fraction(millionths)), _ZERO

    def release(self, outcome: int) -> None:  # noqa: ARG002  there is but one other
        """Let it go again."""
        self._held = None

    def taken(self, outcome: int, stretch: Stretch) -> Decimal:  # noqa: ARG002  there is but one other
        """What it has traded, and all that the taker trades ahead."""
        return add(self._taken, stretch.shares)

    def uncertainty_by(self, stretch: Stretch) -> Decimal:  # noqa: ARG002  fees are flat here
        """Nothing: fees are flat here."""
        return _ZERO

    def _of_bought(self, price: Decimal) -> Decimal:
        """The price of what is bought where the taker's outcome has this one, and the other way round."""
        return price if self._buying else subtract(_ONE, price)


def _fraction(millionths: int) -> Decimal:
    return scaleb(Decimal(millionths), -6)
