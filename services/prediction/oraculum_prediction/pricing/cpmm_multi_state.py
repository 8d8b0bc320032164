"""A market of several outcomes on pools whose prices add up to one, in whole shares; see `cpmm_multi` for how it trades.

Outcome k has a pool of y_k YES and n_k NO with the product y_k n_k, which no trade makes smaller: what a trade of whole shares
costs is the least whole amount that keeps it, so nothing here is ever a real number but the sum of the prices.

Why the escrow covers every outcome. Let s_k be the shares of people. If k comes true, people are paid s_k and the pools
are worth y_k and the NO of all others, together D_k + N with D_k = y_k + s_k - n_k and N the sum of all n. A trade that
brings `a` into escrow, `t` sets of NO exchanged, changes every D_k by t and N by a - t. So what lies in escrow stays

    escrow  =  N + max_k D_k  >=  N + D_k  >=  s_k

if it was so at the beginning, which is what the subsidy is for. It is also the most that the house can lose.

Rounding leaves shares in the pools, and no part of a unit beside them. Fees are flat.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from math import isqrt  # lint-allow amounts: it is exact, and gives an integer for an integer
from typing import Final, NamedTuple, Self

from oraculum_money import INT64_MAX, PRICE_ONE, Price, Shares, Units
from oraculum_prediction.pricing import curve
from oraculum_prediction.pricing.apportionment import apportion
from oraculum_prediction.pricing.arithmetic import add, divide, floor, multiply, nearest, scaleb, sqrt
from oraculum_prediction.pricing.fees import NO_FEE, FlatFee
from oraculum_prediction.pricing.hashing import state_hash
from oraculum_prediction.pricing.limits import (
    LIQUIDITY_MAX,
    LIQUIDITY_MIN,
    OUTCOMES_MAX,
    OUTCOMES_MIN,
    PRICE_MAX,
)
from oraculum_prediction.pricing.orders import Fill, Order, Reason, Refusal, Side, StateMismatch
from oraculum_prediction.pricing.search import last_within

FORMULA_VERSION_MULTI: Final = "oraculum/multi/1"

_WEIGHT_DIGITS = 24


class WholePool(NamedTuple):
    """The pool of one outcome, seen from the side that is bought."""

    own: Shares
    other: Shares

    @property
    def turned(self) -> "WholePool":
        """The pool from its other side."""
        return WholePool(self.other, self.own)

    def shares(self, amount: Units) -> Shares:
        """Give the most shares that an amount buys: (other + a)(own + a - s) >= own other."""
        return Shares(self.own + amount + (-self.own * self.other) // (self.other + amount))

    def amount(self, shares: Shares) -> Units:
        """Give the least amount that buys so many shares: the root of a quadratic, rounded up."""
        linear = self.own + self.other - shares
        root = isqrt(linear * linear + 4 * self.other * shares)  # lint-allow amounts: exact on integers
        guess = max(0, (root - linear) // 2 - 1)
        while (self.other + guess) * (self.own + guess - shares) < self.own * self.other:
            guess += 1
        return Units(guess)

    def bought(self, shares: Shares) -> tuple["WholePool", Units]:
        """Give the pool after so many shares were bought, and what they cost."""
        amount = self.amount(shares)
        return WholePool(Shares(self.own + amount - shares), Shares(self.other + amount)), amount


class _Trade(NamedTuple):
    """All pools after a trade, what was paid or fetched, and the shares."""

    pools: list[WholePool]
    gross: Units
    shares: Shares


@dataclass(frozen=True, slots=True)
class CpmmMultiState:
    """The whole state of such a market. Numbers that no market can have raise ValueError."""

    yes: tuple[Shares, ...]
    no: tuple[Shares, ...]
    sold: tuple[Shares, ...]
    fee: FlatFee
    price_max: Price = PRICE_MAX
    state_hash: bytes = field(init=False, repr=False, compare=False)
    # The last fill that was quoted on this state, and where it leads: a trade is searched for in all pools, and is once.
    _quoted: "tuple[Fill, CpmmMultiState] | None" = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        if not OUTCOMES_MIN <= len(self.sold) <= OUTCOMES_MAX:
            raise ValueError(f"a market has {OUTCOMES_MIN} to {OUTCOMES_MAX} outcomes, not {len(self.sold)}")
        if not len(self.yes) == len(self.no) == len(self.sold):
            raise ValueError("every outcome has a pool of both sides")
        if min(*self.yes, *self.no) < 1 or min(self.sold) < 0:
            raise ValueError("a pool has shares of both sides, and nobody has less than none")
        if not 0 < self.price_max < PRICE_ONE:
            raise ValueError(f"a ceiling lies between 0 and 1, not at {self.price_max} millionths")
        if self.escrow > INT64_MAX:
            raise ValueError("no account could hold the escrow of so many shares")
        vectors = (self.yes, self.no, self.sold)
        fingerprint = state_hash(FORMULA_VERSION_MULTI, self.fee, self.price_max, 0, vectors)
        object.__setattr__(self, "state_hash", fingerprint)

    @classmethod
    def opened(
        cls,
        *,
        liquidity: Units,
        odds: Sequence[int],
        fee: FlatFee = NO_FEE,
        price_max: Price = PRICE_MAX,
    ) -> Self:
        """Give a market before its first trade; its `escrow` is the subsidy that must lie there by then.

        Every pool has the product of `liquidity` squared, at the price that these odds say.
        """
        if not LIQUIDITY_MIN <= liquidity <= LIQUIDITY_MAX:
            raise ValueError(f"liquidity lies between {LIQUIDITY_MIN} and {LIQUIDITY_MAX} units")
        if min(odds) <= 0:
            raise ValueError("odds are positive integers")
        total = sum(odds)
        leans = [sqrt(divide(each, total - each)) for each in odds]
        yes = tuple(Shares(nearest(divide(liquidity, lean))) for lean in leans)
        no = tuple(Shares(nearest(multiply(lean, liquidity))) for lean in leans)
        return cls(yes, no, (Shares(0),) * len(odds), fee, price_max)

    @property
    def outcomes(self) -> int:
        """The number of outcomes."""
        return len(self.sold)

    @property
    def pools(self) -> list[WholePool]:
        """The pools from the side of YES."""
        return [WholePool(yes, no) for yes, no in zip(self.yes, self.no, strict=True)]

    @property
    def escrow(self) -> Units:
        """What lies in escrow, exactly; it covers every outcome."""
        parts = zip(self.yes, self.sold, self.no, strict=True)
        return Units(sum(self.no) + max(yes + sold - no for yes, sold, no in parts))

    @property
    def prices(self) -> tuple[Price, ...]:
        """The price of every outcome; they add up to one exactly."""
        weights = [floor(scaleb(_price(pool), _WEIGHT_DIGITS)) for pool in self.pools]
        return tuple(map(Price, apportion(weights, PRICE_ONE)))

    def after(self, fill: Fill) -> "CpmmMultiState":
        """Give the state that a fill leads to; `StateMismatch` if it was not made on this one."""
        if fill.state_before != self.state_hash:
            raise StateMismatch("the fill was made on another state of this market")
        quoted = self._quoted
        if quoted is not None and quoted[0] is fill:
            # Handed over and not kept: whoever holds an old state shall not hold all that came after it.
            object.__setattr__(self, "_quoted", None)
            return quoted[1]
        order = fill.order
        if order.side is Side.SELL:
            trade = _sale(self, order.outcome, fill.shares)
        elif order.amount is not None:
            trade = _purchase(self, order.outcome, order.amount)
        else:
            trade = _purchase_of(self, order.outcome, fill.shares)
        return self._traded(order, trade)

    def evened(self) -> Self:
        """Give the market once the house has brought the sum of its prices to one, as far as whole shares do.

        By sets of shares that are worth cash, as trades do it: NO of every outcome where the prices add up to more, YES where
        they add up to less. What the sets fetch beyond their cost stays in escrow, whose least is never higher for it than by
        the rounding of each pool.
        """

        def moved(sets: int) -> list[WholePool]:
            """With so many sets of NO bought, or with so many of YES where it is less than none."""
            if sets >= 0:
                return [pool.turned.bought(Shares(sets))[0].turned for pool in self.pools]
            return [pool.bought(Shares(-sets))[0] for pool in self.pools]

        pools = moved(last_within(0, lambda sets: _total(moved(sets)) < 1))
        yes, no = tuple(pool.own for pool in pools), tuple(pool.other for pool in pools)
        return type(self)(yes, no, self.sold, self.fee, self.price_max)

    def _traded(self, order: Order, trade: _Trade) -> Self:
        step = trade.shares if order.side is Side.BUY else -trade.shares
        sold = tuple(map(Shares, curve.moved(self.sold, order.outcome, step)))
        yes = tuple(pool.own for pool in trade.pools)
        no = tuple(pool.other for pool in trade.pools)
        return type(self)(yes, no, sold, self.fee, self.price_max)


def quote_cpmm_multi(state: CpmmMultiState, order: Order) -> Fill | Refusal:
    """Give the fill of this order on this state, or the refusal that names its reason."""
    outcome, buying = order.outcome, order.side is Side.BUY
    if not 0 <= outcome < state.outcomes:
        return Refusal(Reason.UNKNOWN_OUTCOME, f"the market has the outcomes 0 to {state.outcomes - 1}")
    if order.size + state.escrow > INT64_MAX:
        return Refusal(Reason.TOO_LARGE, "no account could hold the escrow of so many shares")
    if buying and order.amount is not None:
        trade = _purchase(state, outcome, order.amount)
    elif order.amount is not None:
        return Refusal(Reason.NOT_OFFERED, "this market sells a number of shares, not for an amount")
    elif buying:
        trade = _purchase_of(state, outcome, Shares(order.size))
    elif order.size > state.sold[outcome]:
        message = "more shares than are outstanding cannot be sold"
        return Refusal(Reason.NOT_ENOUGH_SHARES, message, state.sold[outcome])
    else:
        trade = _sale(state, outcome, Shares(order.size))
    return _filled(state, order, trade)


def _purchase(state: CpmmMultiState, outcome: int, amount: Units) -> _Trade:
    """The most shares for an amount."""

    def attempt(sets: int) -> _Trade | None:
        pools, cost = _others(state, outcome, Shares(sets), yes=False)
        left = amount - cost + sets * (state.outcomes - 2)
        if left < 0:
            return None
        own = pools[outcome]
        shares = own.shares(Units(left))
        pools[outcome] = WholePool(Shares(own.own + left - shares), Shares(own.other + left))
        return _Trade(pools, amount, Shares(shares + sets))

    return _settled(attempt)


def _purchase_of(state: CpmmMultiState, outcome: int, shares: Shares) -> _Trade:
    """The least amount for shares."""

    def attempt(sets: int) -> _Trade | None:
        if sets > shares:
            return None
        pools, cost = _others(state, outcome, Shares(sets), yes=False)
        pools[outcome], own = pools[outcome].bought(Shares(shares - sets))
        return _Trade(pools, Units(cost + own - sets * (state.outcomes - 2)), shares)

    return _settled(attempt)


def _sale(state: CpmmMultiState, outcome: int, shares: Shares) -> _Trade:
    """What shares fetch at most."""

    def attempt(pairs: int) -> _Trade | None:
        if pairs > shares:
            return None
        pools, cost = _others(state, outcome, Shares(shares - pairs), yes=True)
        turned, own = pools[outcome].turned.bought(Shares(pairs))
        pools[outcome] = turned.turned
        return _Trade(pools, Units(shares - cost - own), shares)

    return _settled(attempt)


def _others(state: CpmmMultiState, outcome: int, shares: Shares, *, yes: bool) -> tuple[list[WholePool], int]:
    pools, cost = state.pools, 0
    for other, pool in enumerate(pools):
        if other != outcome:
            after, amount = (pool if yes else pool.turned).bought(shares)
            pools[other] = after if yes else after.turned
            cost += amount
    return pools, cost


def _settled(attempt: Callable[[int], _Trade | None]) -> _Trade:
    """Find the largest open number for which the prices still add up to one; their sum falls with it."""

    def exceeds(number: int) -> bool:
        there = attempt(number) if number > 0 else None
        return number > 0 and (there is None or _total(there.pools) < 1)

    trade = attempt(max(0, last_within(0, exceeds)))
    if trade is None:
        raise ValueError("without any sets of shares every trade can be made")
    return trade


def _filled(state: CpmmMultiState, order: Order, trade: _Trade) -> Fill | Refusal:
    buying = order.side is Side.BUY
    shares, gross = trade.shares, trade.gross
    fee = state.fee.charge(Units(max(0, gross)), 0)
    net = Units(gross + fee if buying else gross - fee)
    if shares <= 0 or gross <= 0 or net <= 0:
        return Refusal(Reason.TOO_SMALL, "so little is nothing once rounded and charged")
    if min(min(pool) for pool in trade.pools) < 1:
        return Refusal(Reason.PRICE_CEILING, "a pool would be emptied")
    after = state._traded(order, trade)  # noqa: SLF001  the state's own module
    if max(after.prices) > state.price_max:
        message = f"a price would pass the ceiling of this market, {state.price_max} millionths"
        return Refusal(Reason.PRICE_CEILING, message)
    if not order.within_limit(shares, gross):
        return Refusal(Reason.PRICE_LIMIT, f"the average price is worse than the limit of {order.limit}")
    fill = Fill(
        order=order,
        shares=shares,
        gross=gross,
        fee=fee,
        net=net,
        rounding_picounits=0,
        price_before=state.prices[order.outcome],
        price_after=after.prices[order.outcome],
        state_before=state.state_hash,
        state_after=after.state_hash,
        formula_version=FORMULA_VERSION_MULTI,
    )
    object.__setattr__(state, "_quoted", (fill, after))
    return fill


def _price(pool: WholePool) -> Decimal:
    return divide(pool.other, pool.own + pool.other)


def _total(pools: Sequence[WholePool]) -> Decimal:
    *_, total = accumulate(map(_price, pools), add)
    return total
