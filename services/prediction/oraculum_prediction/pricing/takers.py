"""An order as it comes to a market that has a book: what it wants, for how long, and what it refuses.

A *market* order is all or nothing now, and its limit bounds the average price, as `Order` has it. A *limit* order's limit is
marginal: no share of it is traded beyond the limit, by no rounding either, for its amount is rounded as a whole. What of
it does not trade now rests, or is given up, as its time in force says:

    GTC   what is left rests until it is filled, cancelled or (with `expires_at`) expired
    IOC   what is left is given up; nothing may have been filled at all
    FOK   all of it now, or a refusal
    post_only   (with GTC) a refusal if any share of it would trade now: it only ever rests

A purchase may be counted in money; what is left of it then rests as the shares which that money buys at the limit.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from oraculum_money import PRICE_ONE, Price, Shares, Units
from oraculum_prediction.pricing.orders import Order, Side


class OrderKind(StrEnum):
    """What the limit of an order means."""

    MARKET = "market"
    LIMIT = "limit"


class TimeInForce(StrEnum):
    """What becomes of that part of a limit order which does not trade at once."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"


class SelfTrade(StrEnum):
    """What happens where an order meets one of the same person: which of the two gives way."""

    CANCEL_MAKER = "cancel_maker"
    CANCEL_TAKER = "cancel_taker"


@dataclass(frozen=True, slots=True)
class Taker:
    """An order that has just arrived. Making one that makes no sense raises ValueError.

    `order` says outcome, side, size and limit. `priority` is the place that it takes among orders of one price, should
    it rest: a number that grows with every order of the market. `expires_at` is only handed on to what rests.
    """

    order_id: UUID
    user_id: UUID
    order: Order
    kind: OrderKind = OrderKind.MARKET
    time_in_force: TimeInForce = TimeInForce.IOC
    post_only: bool = False
    self_trade: SelfTrade = SelfTrade.CANCEL_MAKER
    priority: int = 0
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        resting = self.time_in_force is TimeInForce.GTC
        if self.kind is OrderKind.MARKET and (resting or self.post_only):
            raise ValueError("a market order trades now and never rests")
        if self.kind is OrderKind.LIMIT and not 0 < (self.order.limit or 0) < PRICE_ONE:
            raise ValueError("a limit order has a limit, and it lies between 0 and 1")
        if self.kind is OrderKind.LIMIT and self.order.side is Side.SELL and self.order.amount is not None:
            raise ValueError("a limit order sells a number of shares; what they fetch it cannot know")
        if self.post_only and not resting:
            raise ValueError("an order that only rests is good till cancelled")
        if self.expires_at is not None and not resting:
            raise ValueError("only an order that rests can expire")

    @property
    def outcome(self) -> int:
        """The outcome that it trades."""
        return self.order.outcome

    @property
    def side(self) -> Side:
        """Which way it trades."""
        return self.order.side

    @property
    def marginal_limit(self) -> Price | None:
        """The price beyond which no share of it may trade; none for a market order, whose limit is an average."""
        return self.order.limit if self.kind is OrderKind.LIMIT else None

    @property
    def amount(self) -> Units | None:
        """The money that it is counted in, if it is."""
        return self.order.amount

    @property
    def shares(self) -> Shares | None:
        """The shares that it is counted in, if it is."""
        return self.order.shares
