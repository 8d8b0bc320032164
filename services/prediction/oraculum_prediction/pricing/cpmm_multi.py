"""Several answers of which exactly one comes true, each with a pool of its own, kept to prices that add up to one.

Every answer is a constant product of YES and NO with equal weights (Manifold's multiple choice). A trade of one answer would
leave the sum of all prices above or below one, so it goes on in all of them, by what sets of shares are worth together:
`t` NO in every answer but one are `t` YES of that one and `t (k - 2)` in cash, `t` YES in all but one are `t` NO of it.

    buy YES of i with A    t NO of every other one at the cost c; A - c + t (k - 2) on YES of i       s + t shares
    buy NO of i with A     t YES of every other one at the cost c; A - c on NO of i                   s + t shares
    sell s YES of i        x NO of i and s - x YES of every other one                                 s - cost
    sell s NO of i         x YES of i and s - x NO of every other one               s + (k - 2)(s - x) - cost
    buy a basket with A    Y YES of each answer in it and t NO of every answer, which are t (k - 1) in cash

with t or x such that the prices add up to one. Their sum only falls or only rises with it, so it is found by halving, before
anything is traded. All in real numbers.
"""

from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Final, NamedTuple

from oraculum_prediction.pricing.arithmetic import add, divide, multiply, sqrt, subtract

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_HALVINGS: Final = 120


class Pool(NamedTuple):
    """The shares of one answer that its pool holds."""

    yes: Decimal
    no: Decimal

    @property
    def price(self) -> Decimal:
        """The price of YES."""
        return divide(self.no, add(self.yes, self.no))

    @property
    def turned(self) -> "Pool":
        """The pool with its sides exchanged, so that what is said of YES is said of NO."""
        return Pool(self.no, self.yes)

    def shares(self, amount: Decimal) -> Decimal:
        """Give the YES shares that an amount buys: y + a - y n / (n + a)."""
        kept = divide(multiply(self.yes, self.no), add(self.no, amount))
        return subtract(add(self.yes, amount), kept)

    def amount(self, shares: Decimal) -> Decimal:
        """Give what exactly so many YES shares cost."""
        lacking = subtract(add(self.yes, self.no), shares)
        root = sqrt(add(multiply(multiply(4, self.no), shares), multiply(lacking, lacking)))
        return divide(subtract(root, lacking), 2)

    def bought(self, shares: Decimal) -> tuple["Pool", Decimal]:
        """Give the pool after so many YES shares were bought, and what they cost."""
        amount = self.amount(shares)
        return Pool(subtract(add(self.yes, amount), shares), add(self.no, amount)), amount


class Traded(NamedTuple):
    """All pools after a trade, and what it brought: shares, or money for a sale."""

    pools: tuple[Pool, ...]
    brought: Decimal


# A trade with one number left open, or None where that number is more than the money pays for.
_Attempt = Callable[[Decimal], Traded | None]


def buy_yes(pools: Sequence[Pool], answer: int, amount: Decimal) -> Traded:
    """Buy YES of one answer."""

    def attempt(sets: Decimal) -> Traded | None:
        after, cost = _others(pools, answer, sets, yes=False)
        left = add(subtract(amount, cost), multiply(sets, len(pools) - 2))
        return _with_rest(after, answer, left, sets, yes=True)

    return _settled(attempt, _sets_for(attempt, amount), falls=True)


def buy_no(pools: Sequence[Pool], answer: int, amount: Decimal) -> Traded:
    """Buy NO of one answer."""

    def attempt(sets: Decimal) -> Traded | None:
        after, cost = _others(pools, answer, sets, yes=True)
        return _with_rest(after, answer, subtract(amount, cost), sets, yes=False)

    return _settled(attempt, _sets_for(attempt, amount), falls=False)


def sell_yes(pools: Sequence[Pool], answer: int, shares: Decimal) -> Traded:
    """Sell YES of one answer."""

    def attempt(pairs: Decimal) -> Traded:
        after, cost = _others(pools, answer, subtract(shares, pairs), yes=True)
        after[answer], mine = _bought(pools[answer], pairs, yes=False)
        return Traded(tuple(after), subtract(shares, add(cost, mine)))

    return _settled(attempt, shares, falls=True)


def sell_no(pools: Sequence[Pool], answer: int, shares: Decimal) -> Traded:
    """Sell NO of one answer."""

    def attempt(pairs: Decimal) -> Traded:
        rest = subtract(shares, pairs)
        after, cost = _others(pools, answer, rest, yes=False)
        after[answer], mine = _bought(pools[answer], pairs, yes=True)
        redeemed = add(shares, multiply(rest, len(pools) - 2))
        return Traded(tuple(after), subtract(redeemed, add(cost, mine)))

    return _settled(attempt, shares, falls=False)


def buy_basket(pools: Sequence[Pool], answers: Collection[int], amount: Decimal) -> Traded:
    """Buy as many YES of each of several answers as the amount pays for."""

    def at(shares: Decimal) -> tuple[Traded, Decimal]:
        bought = [
            _bought(pool, shares, yes=True) if answer in answers else (pool, _ZERO)
            for answer, pool in enumerate(pools)
        ]

        def attempt(sets: Decimal) -> Traded:
            after = [_bought(pool, sets, yes=False) for pool, _ in bought]
            cost = subtract(_sum([*(each for _, each in after)]), multiply(sets, len(pools) - 1))
            return Traded(tuple(pool for pool, _ in after), cost)

        settled = _settled(attempt, multiply(shares, len(pools)), falls=True)
        return settled, add(_sum([each for _, each in bought]), settled.brought)

    low, high = _ZERO, _doubled(amount, lambda shares: at(shares)[1] > amount)
    for _ in range(_HALVINGS):
        middle = divide(add(low, high), 2)
        low, high = (middle, high) if at(middle)[1] <= amount else (low, middle)
    return Traded(at(low)[0].pools, low)


def total_price(pools: Sequence[Pool]) -> Decimal:
    """Give the sum of all prices: one, once a trade is settled."""
    return _sum([pool.price for pool in pools])


def _settled(attempt: _Attempt, high: Decimal, *, falls: bool) -> Traded:
    """Find the open number for which the prices add up to one; their sum falls with it or rises."""
    low, settled = _ZERO, attempt(_ZERO)
    for _ in range(_HALVINGS):
        middle = divide(add(low, high), 2)
        there = attempt(middle)
        if there is not None and (total_price(there.pools) >= _ONE) is falls:
            low, settled = middle, there
        else:
            high = middle
    if settled is None:
        raise ValueError("nothing can be traded with so little")
    return settled


def _sets_for(attempt: _Attempt, amount: Decimal) -> Decimal:
    return _doubled(amount, lambda sets: attempt(sets) is None)


def _doubled(first: Decimal, beyond: Callable[[Decimal], bool]) -> Decimal:
    size = first
    while not beyond(size):
        size = multiply(size, 2)
    return size


def _others(pools: Sequence[Pool], answer: int, shares: Decimal, *, yes: bool) -> tuple[list[Pool], Decimal]:
    """Buy so many shares of every answer but one."""
    after, costs = list(pools), []
    for other, pool in enumerate(pools):
        if other != answer:
            after[other], cost = _bought(pool, shares, yes=yes)
            costs.append(cost)
    return after, _sum(costs)


def _with_rest(after: list[Pool], answer: int, left: Decimal, sets: Decimal, *, yes: bool) -> Traded | None:
    """Spend what is left of the money on the answer itself."""
    if left < 0:
        return None
    mine = after[answer] if yes else after[answer].turned
    shares = mine.shares(left)
    bought = Pool(subtract(add(mine.yes, left), shares), add(mine.no, left))
    after[answer] = bought if yes else bought.turned
    return Traded(tuple(after), add(shares, sets))


def _bought(pool: Pool, shares: Decimal, *, yes: bool) -> tuple[Pool, Decimal]:
    after, amount = (pool if yes else pool.turned).bought(shares)
    return (after if yes else after.turned), amount


def _sum(numbers: Sequence[Decimal]) -> Decimal:
    *_, total = accumulate(numbers, add)
    return total
