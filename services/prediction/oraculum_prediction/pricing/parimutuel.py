"""A parimutuel pool: every stake goes into one pot, and the stakes on the winner share it.

A stake of one unit is one share of its outcome; prices are the pools' parts of the pot and only say what would be paid if
nothing more came. There is no selling. The settlement is in `payouts`.
"""

from dataclasses import dataclass, field
from typing import Final, Self

from oraculum_money import INT64_MAX, PRICE_ONE, Price, Shares, Units
from oraculum_prediction.pricing import curve
from oraculum_prediction.pricing.apportionment import apportion
from oraculum_prediction.pricing.fees import NO_FEE, FlatFee
from oraculum_prediction.pricing.hashing import state_hash
from oraculum_prediction.pricing.limits import OUTCOMES_MAX, OUTCOMES_MIN
from oraculum_prediction.pricing.orders import Fill, Order, Reason, Refusal, Side, StateMismatch

FORMULA_VERSION_PARIMUTUEL: Final = "oraculum/pool/1"


@dataclass(frozen=True, slots=True)
class ParimutuelState:
    """The whole state of a parimutuel market: what has been staked on each outcome, fees not included."""

    pools: tuple[Units, ...]
    fee: FlatFee
    state_hash: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not OUTCOMES_MIN <= len(self.pools) <= OUTCOMES_MAX:
            raise ValueError(f"a market has {OUTCOMES_MIN} to {OUTCOMES_MAX} outcomes, not {len(self.pools)}")
        if min(self.pools) < 0 or sum(self.pools) > INT64_MAX:
            raise ValueError("pools are never negative and their sum fits an int64")
        fingerprint = state_hash(FORMULA_VERSION_PARIMUTUEL, self.fee, 0, 0, (self.pools,))
        object.__setattr__(self, "state_hash", fingerprint)

    @classmethod
    def opened(cls, *, outcomes: int, fee: FlatFee = NO_FEE) -> Self:
        """Give a market before its first stake."""
        return cls((Units(0),) * outcomes, fee)

    @property
    def outcomes(self) -> int:
        """The number of outcomes."""
        return len(self.pools)

    @property
    def prices(self) -> tuple[Price, ...]:
        """The part of the pot that lies on each outcome; even ones while the pot is empty. They add up to one."""
        weights = self.pools if any(self.pools) else (1,) * len(self.pools)
        return tuple(map(Price, apportion(weights, PRICE_ONE)))

    def staked(self, outcome: int, amount: Units) -> Self:
        """Give the state with one more stake in its pool."""
        return type(self)(tuple(map(Units, curve.moved(self.pools, outcome, amount))), self.fee)

    def after(self, fill: Fill) -> Self:
        """Give the state that a fill leads to; `StateMismatch` if it was not made on this one."""
        if fill.state_before != self.state_hash:
            raise StateMismatch("the fill was made on another state of this market")
        return self.staked(fill.order.outcome, fill.gross)


def quote_parimutuel(state: ParimutuelState, order: Order) -> Fill | Refusal:
    """Give the fill of a stake, or the refusal that names its reason. A limit bounds the price after the stake."""
    if not 0 <= order.outcome < state.outcomes:
        return Refusal(Reason.UNKNOWN_OUTCOME, f"the market has the outcomes 0 to {state.outcomes - 1}")
    if order.side is Side.SELL or order.amount is None:
        return Refusal(
            Reason.NOT_OFFERED,
            "a pool takes stakes of an amount; it sells no number of shares and buys none back",
        )
    fee = state.fee.charge(order.amount, 0)
    # Both the pot and the order's total must fit an int64; this asks a little more than either.
    if sum(state.pools) + order.amount + fee > INT64_MAX:
        return Refusal(Reason.TOO_LARGE, "the pool cannot hold so much", None)
    after = state.staked(order.outcome, order.amount)
    price_after = after.prices[order.outcome]
    if order.limit is not None and price_after > order.limit:
        return Refusal(
            Reason.PRICE_LIMIT, f"the price would be {price_after} millionths, the limit is {order.limit}"
        )
    return Fill(
        order=order,
        shares=Shares(order.amount),
        gross=order.amount,
        fee=fee,
        net=Units(order.amount + fee),
        rounding_picounits=0,
        price_before=state.prices[order.outcome],
        price_after=price_after,
        state_before=state.state_hash,
        state_after=after.state_hash,
        formula_version=FORMULA_VERSION_PARIMUTUEL,
    )
