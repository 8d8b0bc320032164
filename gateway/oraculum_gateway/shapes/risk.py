"""Shapes of limits, exposure, sizing, triggers and reviews."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from oraculum_gateway.shapes.base import (
    AmountOut,
    DecimalIn,
    Given,
    Id,
    IdQuery,
    PageQuery,
    PriceIn,
    PriceOut,
    TimeOut,
    Told,
)
from oraculum_gateway.shapes.events import SideName
from oraculum_gateway.shapes.trading import SignedOut

TriggerName = Literal["stop_loss", "take_profit"]
TriggerStatus = Literal["waiting", "fired", "done", "failed", "cancelled"]
ReviewStatus = Literal["pending", "approved", "placed", "rejected"]
AlertName = Literal["limit_reached", "trigger_fired", "trigger_failed", "order_held", "order_reviewed"]
ProhibitionName = Literal["market", "category"]
Reason = Annotated[str, Field(min_length=3, max_length=500)]
OutcomeIn = Annotated[int, Field(ge=0, lt=100)]


class KellyIn(Given):
    """What I think of an outcome."""

    event_id: Id
    outcome: OutcomeIn
    # What I take its probability for.
    probability: PriceIn
    # Money to play with; what is available to me when absent.
    bankroll: DecimalIn | None = None
    # Part of the full stake: half a Kelly is 0.5.
    fraction: PriceIn | None = None
    # What I would stake at most.
    max_stake: DecimalIn | None = None


class KellyOut(Told):
    """What to stake."""

    stake: AmountOut
    full_stake: AmountOut
    # Part of the bankroll that the stake is.
    part: PriceOut
    shares: AmountOut
    fee: AmountOut
    average_price: PriceOut | None
    price: PriceOut
    asset: str
    # What makes it smaller than it would be: a limit by its name, max, bankroll; null where nothing does.
    capped_by: str | None


class ImpactIn(Given):
    """An order whose effect on the price is asked."""

    event_id: Id
    outcome: OutcomeIn
    side: SideName = "buy"
    amount: DecimalIn | None = None
    shares: DecimalIn | None = None

    @model_validator(mode="after")
    def one_quantity(self) -> "ImpactIn":
        """Refuse both or neither."""
        if (self.amount is None) == (self.shares is None):
            raise ValueError("send amount or shares, one of them")
        return self


class ImpactStepOut(Told):
    """What brings the price somewhere."""

    price: PriceOut
    amount: AmountOut
    shares: AmountOut


class ImpactOut(Told):
    """What an order does to the price."""

    shares: AmountOut
    gross: AmountOut
    fee: AmountOut
    asset: str
    price_before: PriceOut
    price_after: PriceOut
    average_price: PriceOut
    # Average price less the price before, seen from me: what the size alone costs.
    slippage: SignedOut
    steps: list[ImpactStepOut]


class LimitsQuery(Given):
    """Which of my limits."""

    asset: Annotated[str, Field(max_length=10)] = ""


class LimitOut(Told):
    """One limit: money as decimal text, orders as a number in text."""

    # order, market, category, day_stake, week_stake, day_loss, week_loss or orders_per_minute.
    rule: str
    category: str | None
    limit: str
    used: str
    left: str


class AssetLimitsOut(Told):
    """All limits in one asset."""

    asset: str
    blocked: bool
    limits: list[LimitOut]


class LimitsOut(Told):
    """My limits, what is used and what is left."""

    tier: str
    data: list[AssetLimitsOut]


class MarketExposureOut(Told):
    """What I have at stake in one event."""

    event_id: str
    category: str
    cost: AmountOut
    value: AmountOut
    best_payout: AmountOut
    worst_payout: AmountOut
    asset: str


class CategoryExposureOut(Told):
    """What I have at stake in one category."""

    category: str
    at_stake: AmountOut
    # Part of everything at stake in the asset.
    part: PriceOut
    asset: str


class ExposureOut(Told):
    """What I have at stake."""

    events: list[MarketExposureOut]
    categories: list[CategoryExposureOut]


class HouseTotalOut(Told):
    """What the market makers of an asset can still lose."""

    asset: str
    exposure: AmountOut
    markets: int
    market_limit: AmountOut | None
    total_limit: AmountOut | None


class HouseMarketOut(Told):
    """What one market maker can still lose."""

    event_id: str
    category: str
    subsidy: AmountOut
    exposure: AmountOut
    asset: str


class HouseExposureOut(Told):
    """What the house can still lose."""

    totals: list[HouseTotalOut]
    events: list[HouseMarketOut]


class HouseQuery(Given):
    """How many events."""

    limit: Annotated[int, Field(ge=1, le=500)] = 50


class CorrelationQuery(Given):
    """Over how much history."""

    hours: Annotated[int, Field(ge=2, le=720)] = 168


class HeldOut(Told):
    """An outcome that I hold."""

    event_id: str
    outcome: int


class PairOut(Told):
    """How two outcomes that I hold move together; the indexes are places in `held`."""

    first: int
    second: int
    coefficient: SignedOut
    samples: int


class CorrelationOut(Told):
    """How what I hold moves together."""

    held: list[HeldOut]
    pairs: list[PairOut]
    method: str


class AlertOut(Told):
    """Something that I should know."""

    id: str
    kind: AlertName
    subject: str
    message: str
    event_id: str | None
    order_id: str | None
    created_at: TimeOut


class TriggerIn(Given):
    """A sale that shall wait for a price."""

    event_id: Id
    outcome: OutcomeIn
    kind: TriggerName
    price: PriceIn
    # All that can be sold by then when absent.
    shares: DecimalIn | None = None
    # The worst average price of the sale.
    min_price: PriceIn | None = None


class TriggerOut(Told):
    """A sale that waits, or waited, for a price."""

    id: str
    event_id: str
    outcome: int
    kind: TriggerName
    price: PriceOut
    shares: AmountOut | None
    min_price: PriceOut | None
    status: TriggerStatus
    order_id: str | None
    reason: str | None
    created_at: TimeOut
    fired_at: TimeOut | None


class TriggersQuery(PageQuery):
    """Which of my triggers."""

    event_id: IdQuery = ""


class UserLimitsIn(Given):
    """What one person may do; what is absent is as their tier has it."""

    asset: Annotated[str, Field(max_length=10)] = "USDC"
    order: DecimalIn | None = None
    market: DecimalIn | None = None
    category: DecimalIn | None = None
    day_stake: DecimalIn | None = None
    week_stake: DecimalIn | None = None
    day_loss: DecimalIn | None = None
    week_loss: DecimalIn | None = None
    orders_per_minute: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    blocked: bool = False
    reason: Reason


class ProhibitionIn(Given):
    """Something that nobody may buy into: an event by its id, or a category."""

    kind: ProhibitionName
    subject: Annotated[str, Field(min_length=1, max_length=100)]
    reason: Reason


class ProhibitionsIn(Given):
    """All of it."""

    data: Annotated[list[ProhibitionIn], Field(max_length=1000)]


class ProhibitionOut(Told):
    """Something that nobody may buy into."""

    kind: ProhibitionName
    subject: str
    reason: str
    set_at: TimeOut


class ProhibitionsOut(Told):
    """All that nobody may buy into."""

    data: list[ProhibitionOut]


class ReviewsQuery(PageQuery):
    """Which reviews."""

    status: ReviewStatus = "pending"


class SignalOut(Told):
    """One thing that looked odd."""

    name: str
    points: int


class ReviewOut(Told):
    """An order that waits, or waited, for somebody to look at it."""

    id: str
    user_id: str
    event_id: str
    outcome: int
    side: SideName
    amount: AmountOut | None
    shares: AmountOut | None
    limit_price: PriceOut | None
    score: int
    signals: list[SignalOut]
    status: ReviewStatus
    created_at: TimeOut
    decided_at: TimeOut | None
    decided_by: str | None
    note: str | None


class DecisionIn(Given):
    """What shall become of it, and why."""

    decision: Literal["approve", "reject"]
    note: Reason
