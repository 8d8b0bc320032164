"""A binary market on the weighted constant product: whole shares in a pool, and people's shares outside of it.

A market opens with a subsidy of S as S shares of each side in the pool and the weight at the price of YES, so that the first
price is the prior's and nothing is thrown away. Every share, in the pool or outside, is half of a complete set that lies
in escrow as one unit:

    escrow  =  pool of YES + YES outside + YES idle  =  pool of NO + NO outside + NO idle

exactly and at every moment, so any outcome is covered and the house loses its subsidy at most. A purchase of `a` adds `a`
sets; a sale takes out as many as it is paid. All rounding leaves more in the pool, never less, so k never falls. What a
later subsidy brings and the price leaves no use for in the pool lies `idle` beside it: the house's, and in escrow like the rest.

Fees are flat; a sum of p (1 - p) over the way has no closed form here.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Final, Self

from oraculum_money import INT64_MAX, PRICE_ONE, Price, Shares, Units
from oraculum_prediction.pricing import curve
from oraculum_prediction.pricing.apportionment import apportion
from oraculum_prediction.pricing.arithmetic import add, floor, scaleb, subtract
from oraculum_prediction.pricing.cpmm import Side as PoolSide
from oraculum_prediction.pricing.curve import PICOUNITS
from oraculum_prediction.pricing.fees import NO_FEE, FlatFee
from oraculum_prediction.pricing.hashing import state_hash
from oraculum_prediction.pricing.limits import LIQUIDITY_MAX, LIQUIDITY_MIN, PRICE_MAX
from oraculum_prediction.pricing.orders import Fill, Order, Reason, Refusal, Side, StateMismatch
from oraculum_prediction.pricing.search import last_within

FORMULA_VERSION_CPMM: Final = "oraculum/cpmm/1"

_WEIGHT_DIGITS = 24


@dataclass(frozen=True, slots=True)
class CpmmState:
    """The whole state of such a market; outcome 0 is NO and 1 is YES. Numbers that no market can have raise ValueError."""

    OUTCOMES: ClassVar[int] = 2

    weight: Price
    pools: tuple[Shares, Shares]
    sold: tuple[Shares, Shares]
    fee: FlatFee
    price_max: Price = PRICE_MAX
    idle: tuple[Shares, Shares] = (Shares(0), Shares(0))
    state_hash: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 < self.weight < PRICE_ONE or not 0 < self.price_max < PRICE_ONE:
            raise ValueError("a weight and a ceiling lie between 0 and 1")
        if min(self.pools) < 1 or min(*self.sold, *self.idle) < 0:
            raise ValueError("a pool has shares of both sides, and nobody has less than none")
        no, yes = (sum(each) for each in zip(self.pools, self.sold, self.idle, strict=True))
        if no != yes:
            raise ValueError("there are as many shares of one side as of the other")
        if self.escrow > INT64_MAX:
            raise ValueError("no account could hold the escrow of so many shares")
        vectors = (self.pools, self.sold, self.idle)
        fingerprint = state_hash(FORMULA_VERSION_CPMM, self.fee, self.price_max, self.weight, vectors)
        object.__setattr__(self, "state_hash", fingerprint)

    @classmethod
    def opened(
        cls, *, subsidy: Units, probability: Price, fee: FlatFee = NO_FEE, price_max: Price = PRICE_MAX
    ) -> Self:
        """Give a market before its first trade; the subsidy must lie in its escrow by then."""
        if not LIQUIDITY_MIN <= subsidy <= LIQUIDITY_MAX:
            raise ValueError(f"a subsidy lies between {LIQUIDITY_MIN} and {LIQUIDITY_MAX} units")
        return cls(probability, (Shares(subsidy), Shares(subsidy)), (Shares(0), Shares(0)), fee, price_max)

    @property
    def outcomes(self) -> int:
        """NO and YES."""
        return self.OUTCOMES

    @property
    def escrow(self) -> Units:
        """What lies in escrow, exactly; it covers either outcome."""
        return Units(self.pools[1] + self.sold[1] + self.idle[1])

    @property
    def prices(self) -> tuple[Price, ...]:
        """The price of NO and of YES; they add up to one exactly."""
        yes = floor(scaleb(self.side(1).price, _WEIGHT_DIGITS))
        return tuple(map(Price, apportion((10**_WEIGHT_DIGITS - yes, yes), PRICE_ONE)))

    def side(self, outcome: int) -> PoolSide:
        """The pool from the side of an outcome, in real numbers."""
        weight = self.weight if outcome == 1 else PRICE_ONE - self.weight
        own, other = self.pools[outcome], self.pools[1 - outcome]
        return PoolSide(Decimal(own), Decimal(other), scaleb(Decimal(weight), -6))

    def traded(self, outcome: int, bought: Shares, paid_in: Units) -> Self:
        """Give the state after so many shares were bought for this amount of sets; a sale has both less than zero."""
        sold = curve.moved(self.sold, outcome, bought)
        pools = curve.moved((self.pools[0] + paid_in, self.pools[1] + paid_in), outcome, -bought)
        return type(self)(
            self.weight,
            (Shares(pools[0]), Shares(pools[1])),
            (Shares(sold[0]), Shares(sold[1])),
            self.fee,
            self.price_max,
            self.idle,
        )

    def after(self, fill: Fill) -> Self:
        """Give the state that a fill leads to; `StateMismatch` if it was not made on this one."""
        if fill.state_before != self.state_hash:
            raise StateMismatch("the fill was made on another state of this market")
        sign = 1 if fill.order.side is Side.BUY else -1
        return self.traded(fill.order.outcome, Shares(sign * fill.shares), Units(sign * fill.gross))


def quote_cpmm(state: CpmmState, order: Order) -> Fill | Refusal:
    """Give the fill of this order on this state, or the refusal that names its reason."""
    if not 0 <= order.outcome < state.outcomes:
        return Refusal(Reason.UNKNOWN_OUTCOME, "the market has the outcomes 0 and 1")
    if order.size + state.escrow > INT64_MAX:
        return Refusal(Reason.TOO_LARGE, "no account could hold the escrow of so many shares")
    if order.side is Side.BUY:
        shares, gross = _purchase(state, order)
    else:
        sold = _sale(state, order)
        if sold is None:
            message = "more shares than are outstanding cannot be sold"
            return Refusal(Reason.NOT_ENOUGH_SHARES, message)
        shares, gross = sold
    return _filled(state, order, shares, gross)


def _purchase(state: CpmmState, order: Order) -> tuple[Shares, Units]:
    """The most shares for an amount; the least amount for shares."""
    side = state.side(order.outcome)
    if order.amount is not None:
        return Shares(floor(side.shares(Decimal(order.amount)))), order.amount
    return Shares(order.size), Units(_amount_for(side, Shares(order.size)))


def _sale(state: CpmmState, order: Order) -> tuple[Shares, Units] | None:
    """What shares fetch at most; the fewest shares that fetch an amount; None where there are not so many."""
    opposite, outstanding = state.side(1 - order.outcome), state.sold[order.outcome]
    # A share fetches a unit at most, so of an amount, too, this is known before anything is computed from it.
    if order.size > outstanding:
        return None

    def fetched(count: int) -> int:
        return count - _amount_for(opposite, Shares(count))

    if order.shares is not None:
        return order.shares, Units(max(0, fetched(order.shares)))
    spent = opposite.amount_to_gain(Decimal(order.size))
    # More than there are is refused, whatever they would be: what is searched from is never larger.
    least = Decimal(outstanding) if spent is None else add(spent, Decimal(order.size))
    guess = floor(min(least, Decimal(outstanding)))
    short = last_within(
        guess, lambda count: count > outstanding or (count > 0 and fetched(count) >= order.size)
    )
    return (Shares(short + 1), Units(order.size)) if short < outstanding else None


def _amount_for(side: PoolSide, shares: Shares) -> int:
    """Give the least whole amount that buys so many shares: the real one is all but exact, and this decides."""
    guess = floor(side.amount(Decimal(shares)))
    return 1 + last_within(guess, lambda amount: amount >= 0 and side.shares(Decimal(amount)) >= shares)


def _filled(state: CpmmState, order: Order, shares: Shares, gross: Units) -> Fill | Refusal:
    sign = 1 if order.side is Side.BUY else -1
    fee = state.fee.charge(gross, 0)
    net = Units(gross + sign * fee)
    if shares <= 0 or net <= 0:
        return Refusal(Reason.TOO_SMALL, "so little is nothing once rounded and charged")
    if (
        state.pools[order.outcome] + sign * (gross - shares) < 1
        or state.pools[1 - order.outcome] + sign * gross < 1
    ):
        return Refusal(Reason.PRICE_CEILING, "the pool would be emptied")
    after = state.traded(order.outcome, Shares(sign * shares), Units(sign * gross))
    if max(after.prices) > state.price_max:
        message = f"a price would pass the ceiling of this market, {state.price_max} millionths"
        return Refusal(Reason.PRICE_CEILING, message)
    if not order.within_limit(shares, gross):
        return Refusal(Reason.PRICE_LIMIT, f"the average price is worse than the limit of {order.limit}")
    return Fill(
        order=order,
        shares=shares,
        gross=gross,
        fee=fee,
        net=net,
        rounding_picounits=_rounding(state, order, shares, gross),
        price_before=state.prices[order.outcome],
        price_after=after.prices[order.outcome],
        state_before=state.state_hash,
        state_after=after.state_hash,
        formula_version=FORMULA_VERSION_CPMM,
    )


def _rounding(state: CpmmState, order: Order, shares: Shares, gross: Units) -> int:
    """Give what the rounding left to the pool: the gross amount against what these shares are worth exactly.

    A unit at most; where forty digits cannot tell the real number from a whole one, it would come out as a hair more.
    """
    if order.side is Side.BUY:
        exact = state.side(order.outcome).amount(Decimal(shares))
        left = subtract(Decimal(gross), exact)
    else:
        exact = state.side(1 - order.outcome).amount(Decimal(shares))
        left = subtract(Decimal(shares - gross), exact)
    return min(max(0, floor(scaleb(left, len(str(PICOUNITS)) - 1))), PICOUNITS)
