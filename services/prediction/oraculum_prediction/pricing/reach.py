"""How many shares bring a price somewhere, whatever a market trades by; for those who look, and to a share or two.

Of pools the way is known in closed form. One of two outcomes is bought up to the price. Of several, shares of one outcome
bought together with `t` sets of NO of all others change the difference d = y - n of each of those by t, and leave its
product K as it is, so that it stands at

    price_j(t)  =  (1 - (d_j + t) / sqrt((d_j + t)^2 + 4 K_j)) / 2

and t is where these add up to what is left for them. Newton's method finds it, kept between two bounds.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import reduce
from typing import Final, NamedTuple

from oraculum_money import PRICE_ONE, Price
from oraculum_prediction.pricing import moves
from oraculum_prediction.pricing.arithmetic import add, divide, floor, multiply, scaleb, sqrt, subtract
from oraculum_prediction.pricing.cpmm_multi_state import CpmmMultiState
from oraculum_prediction.pricing.cpmm_state import CpmmState
from oraculum_prediction.pricing.lmsr import LmsrState
from oraculum_prediction.pricing.market import MakerState

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_STEPS_MAX: Final = 200
# Of the sum of prices: far finer than a share.
_CLOSE: Final = Decimal("1E-24")


def shares_to_price(state: MakerState, outcome: int, target: Price) -> int:
    """Give the shares that bring the price of an outcome to the target: bought if positive, sold if negative.

    No further than the market's ceiling lets any price go. How many are outstanding is not asked.
    """
    if not 0 < target < PRICE_ONE:
        raise ValueError(f"a price to reach lies between 0 and 1, not at {target} millionths")
    if isinstance(state, LmsrState):
        return moves.shares_to_price(state, outcome, target)
    # What this one leaves is for all others together, so none of them passes the ceiling either.
    within = min(max(target, PRICE_ONE - state.price_max), state.price_max)
    aim = scaleb(Decimal(within), -6)
    shares = (
        _of_one_pool(state, outcome, aim) if isinstance(state, CpmmState) else _of_pools(state, outcome, aim)
    )
    return floor(shares) if shares > 0 else -floor(shares.copy_negate())


def _of_one_pool(state: CpmmState, outcome: int, aim: Decimal) -> Decimal:
    side = state.side(outcome)
    amount = side.amount_to_price(aim)
    if amount >= 0:
        return side.shares(amount)
    opposite = side.opposite
    return opposite.shares(opposite.amount_to_price(subtract(_ONE, aim))).copy_negate()


class _Pool(NamedTuple):
    difference: Decimal
    # Four times the product.
    product: Decimal

    def price(self, sets: Decimal) -> Decimal:
        there = add(self.difference, sets)
        return divide(subtract(_ONE, divide(there, self.width(there))), 2)

    def fall(self, sets: Decimal) -> Decimal:
        """By how much the price falls with a set more: 2 K / width^3."""
        width = self.width(add(self.difference, sets))
        return divide(self.product, multiply(2, multiply(width, multiply(width, width))))

    def width(self, there: Decimal) -> Decimal:
        return sqrt(add(multiply(there, there), self.product))

    def sets_to(self, price: Decimal) -> Decimal:
        """What the difference has to grow by for this price: (1 - 2p) sqrt(K / (p (1 - p))) less what it is."""
        width = sqrt(divide(self.product, multiply(4, multiply(price, subtract(_ONE, price)))))
        return subtract(multiply(subtract(_ONE, multiply(2, price)), width), self.difference)


def _of_pools(state: CpmmMultiState, outcome: int, aim: Decimal) -> Decimal:
    pools = [
        _Pool(Decimal(pool.own - pool.other), Decimal(4 * pool.own * pool.other)) for pool in state.pools
    ]
    own = pools.pop(outcome)
    return subtract(_sets(pools, subtract(_ONE, aim)), own.sets_to(aim))


def _sets(pools: Sequence[_Pool], total: Decimal) -> Decimal:
    """Where the prices of these pools add up to so much: their sum only falls with the sets."""
    # Each at its part of the total at most, or each at it: the answer lies between.
    part = divide(total, len(pools))
    ends = [pool.sets_to(part) for pool in pools]
    low, high = min(ends), max(ends)
    sets = divide(add(low, high), 2)
    for _ in range(_STEPS_MAX):
        off = subtract(reduce(add, (pool.price(sets) for pool in pools), _ZERO), total)
        if off.copy_abs() <= _CLOSE:
            break
        low, high = (sets, high) if off > 0 else (low, sets)
        step = add(sets, divide(off, reduce(add, (pool.fall(sets) for pool in pools), _ZERO)))
        sets = step if low < step < high else divide(add(low, high), 2)
    return sets
