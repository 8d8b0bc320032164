"""The constant product of two sides with a weight (Manifold's binary market maker), in real numbers.

A pool holds y shares of YES and n of NO, and keeps k = y^p n^(1-p). A purchase of `a` turns it into `a` complete sets that go
into the pool, and takes the side that was bought out of it until k is what it was:

    P(YES)          p n / ((1-p) y + p n)
    shares of YES   a + y (1 - (n / (n + a))^((1-p)/p))            of NO the mirror, with y and n, p and 1-p exchanged

A sale of s shares is a purchase of the other side that brings s of it, and s pairs turned back into cash. So whatever a side
asks is asked here of the side that is *bought*: `own` is its part of the pool, `other` the rest, `weight` its weight.
"""

from decimal import Decimal
from typing import Final, NamedTuple, Self

from oraculum_prediction.pricing.arithmetic import add, divide, exp, ln, multiply, power, subtract

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)

# Newton's steps double the digits once they are close; far from it each takes at least a part of the way.
_STEPS_MAX: Final = 200
_CLOSE: Final = Decimal("1E-34")

# How much larger a side may become by one purchase, as a logarithm: about 10^43 times. No account holds the square root of that.
_GROWTH_MAX: Final = Decimal(100)


class Side(NamedTuple):
    """A pool, seen from one of its sides."""

    own: Decimal
    other: Decimal
    weight: Decimal

    @property
    def opposite(self) -> "Side":
        """The same pool from its other side."""
        return Side(self.other, self.own, subtract(_ONE, self.weight))

    @property
    def price(self) -> Decimal:
        """The price of a share of this side."""
        mine = multiply(self.weight, self.other)
        return divide(mine, add(mine, multiply(subtract(_ONE, self.weight), self.own)))

    def shares(self, amount: Decimal) -> Decimal:
        """Give the shares that an amount buys."""
        kept = power(divide(self.other, add(self.other, amount)), self._steepness)
        return add(amount, multiply(self.own, subtract(_ONE, kept)))

    def amount_to_price(self, price: Decimal) -> Decimal:
        """Give what brings the price up to this one; less than zero where it is above it already.

        With the pool's k it is  k ((1-p) q / (p (1-q)))^p - n,  written with what is in the pool.
        """
        ratio = divide(
            multiply(multiply(subtract(_ONE, self.weight), price), self.own),
            multiply(multiply(self.weight, subtract(_ONE, price)), self.other),
        )
        return multiply(self.other, subtract(power(ratio, self.weight), _ONE))

    def amount(self, shares: Decimal) -> Decimal:
        """Give what exactly so many shares cost.

        Shares grow with the amount, and ever slower, so Newton's method comes up to the answer from below.
        """
        steepness = self._steepness
        here = max(_ZERO, subtract(shares, self.own))
        for _ in range(_STEPS_MAX):
            after = add(self.other, here)
            kept = multiply(self.own, power(divide(self.other, after), steepness))
            missing = subtract(shares, add(here, subtract(self.own, kept)))
            step = divide(missing, add(_ONE, divide(multiply(steepness, kept), after)))
            if step <= multiply(_CLOSE, after):
                break
            here = add(here, step)
        return here

    def amount_to_gain(self, gain: Decimal) -> Decimal | None:
        """Give what must be spent to get so many shares more than were spent.

        None if the pool has not that many, or where they would cost more than there is of any money: the last shares of a
        heavy side cost numbers of a million digits.
        """
        left = subtract(_ONE, divide(gain, self.own))
        if left <= 0:
            return None
        growth = multiply(ln(left), divide(self.weight, subtract(self.weight, _ONE)))
        if growth > _GROWTH_MAX:
            return None
        return multiply(self.other, subtract(exp(growth), _ONE))

    def bought(self, amount: Decimal, shares: Decimal) -> Self:
        """Give the pool after a purchase."""
        return self._replace(own=subtract(add(self.own, amount), shares), other=add(self.other, amount))

    @property
    def _steepness(self) -> Decimal:
        return divide(subtract(_ONE, self.weight), self.weight)


class Sale(NamedTuple):
    """What selling shares does: so much of the other side is bought, and the rest of each pair is paid out."""

    proceeds: Decimal
    spent: Decimal
    after: Side


def sale(side: Side, shares: Decimal) -> Sale:
    """Give what selling shares of this side fetches."""
    opposite = side.opposite
    spent = opposite.amount(shares)
    after = opposite.bought(spent, shares).opposite
    return Sale(subtract(shares, spent), spent, after)


def with_liquidity(side: Side, amount: Decimal) -> Side:
    """Add an amount to both sides and change the weight so that the price stays: p' = q (a + y) / (a - n (q-1) + q y)."""
    price = side.price
    numerator = multiply(price, add(amount, side.own))
    rest = add(amount, multiply(side.other, subtract(_ONE, price)))
    weight = divide(numerator, add(rest, multiply(price, side.own)))
    return Side(add(side.own, amount), add(side.other, amount), weight)


def with_liquidity_at_weight(side: Side, amount: Decimal) -> tuple[Side, Decimal, Decimal]:
    """Add an amount at the same weight of one half, and give back what the price leaves no use for: of this side, of the other.

    What comes back belongs to whoever brought the money.
    """
    price = side.price
    if price < Decimal("0.5"):
        brought = divide(multiply(amount, price), subtract(_ONE, price))
        after = side._replace(own=add(side.own, amount), other=add(side.other, brought))
        return after, _ZERO, subtract(amount, brought)
    brought = divide(multiply(amount, subtract(_ONE, price)), price)
    after = side._replace(own=add(side.own, brought), other=add(side.other, amount))
    return after, subtract(amount, brought), _ZERO


def depth(side: Side) -> Decimal:
    """Give k, by which the sizes of two pools are compared."""
    return multiply(power(side.own, side.weight), power(side.other, subtract(_ONE, side.weight)))
