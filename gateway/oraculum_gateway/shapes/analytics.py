"""Shapes of what trading came to: of people, for others and for themselves, of events, of everything."""

from typing import Annotated, Literal

from pydantic import Field

from oraculum_gateway.shapes.base import AmountOut, Given, IdQuery, PageQuery, PriceOut, TimeIn, TimeOut, Told
from oraculum_gateway.shapes.trading import PredictionStatus, SignedOut

SpanName = Literal["day", "week", "month"]
EventSpanName = Literal["hour", "day"]
PositionStateName = Literal["open", "sold", "settled"]
MarketStatusName = Literal["open", "closed", "settled"]
PointsIn = Annotated[int, Field(ge=1, le=366)]


class PublicPositionOut(Told):
    """What somebody predicts or predicted, as far as they show it."""

    event_id: str
    outcome: int
    # Held, sold before the event was settled, or settled with it.
    status: PositionStateName
    shares: AmountOut
    # What these shares cost, fees included, and what they are worth now or were paid.
    cost: AmountOut
    value: AmountOut
    # Won or lost by sales and settlement.
    profit_loss: SignedOut
    asset: str
    settled_at: TimeOut | None


class RecordOut(Told):
    """How the events came out in which somebody traded."""

    # All in which they ever had a position, and those that were settled by a result.
    events: int
    settled_events: int
    # Of the settled ones, those by which they won and lost something; `win_rate` is the part that they won.
    won_events: int
    lost_events: int
    win_rate: PriceOut | None
    # Events in which they held one outcome most when it was settled, and how often that was the right one.
    calls: int
    right_calls: int
    accuracy: PriceOut | None
    # Mean squared distance between what a share of the called outcome had cost and what it paid: 0 is best, 1 is worst.
    brier: PriceOut | None


class TurnoverOut(Told):
    """What trading came to in one asset."""

    asset: str
    trades: int
    volume: AmountOut
    profit_loss: SignedOut


class StatsOut(Told):
    """What somebody's trading came to, as far as they show it."""

    user_id: str
    record: RecordOut
    totals: list[TurnoverOut]


class MyTurnoverOut(TurnoverOut):
    """What my trading came to in one asset."""

    fees: AmountOut


class CategoryTurnoverOut(MyTurnoverOut):
    """What my trading came to in one category and asset."""

    category: str
    events: int


class TurnoverPointOut(Told):
    """What my trading came to in a span of time; `total` is what I won or lost in all by its end."""

    starts_at: TimeOut
    trades: int
    volume: AmountOut
    fees: AmountOut
    profit_loss: SignedOut
    total: SignedOut


class TurnoverSeriesOut(Told):
    """The spans of one asset, oldest first, those without any trade too."""

    asset: str
    points: list[TurnoverPointOut]


class MyAnalyticsQuery(Given):
    """How finely and how far back."""

    interval: SpanName = "day"
    points: PointsIn = 30


class MyAnalyticsOut(Told):
    """What my trading came to."""

    record: RecordOut
    totals: list[MyTurnoverOut]
    categories: list[CategoryTurnoverOut]
    interval: SpanName
    series: list[TurnoverSeriesOut]


class EventAnalyticsQuery(Given):
    """How finely and how far back."""

    interval: EventSpanName = "day"
    points: PointsIn = 30


class OutcomePricesOut(Told):
    """Where the price of an outcome is and was. What was traded is told up to a moment ago; the price is that of now."""

    outcome: int
    price: PriceOut
    volume: AmountOut
    # Over all its life; null before the first trade.
    open: PriceOut | None
    high: PriceOut | None
    low: PriceOut | None


class EventSpanOut(Told):
    """What was traded in a span of time, all outcomes together."""

    starts_at: TimeOut
    volume: AmountOut
    trades: int


class EventAnalyticsOut(Told):
    """How an event is traded."""

    event_id: str
    status: MarketStatusName
    asset: str
    total_volume: AmountOut
    total_liquidity: AmountOut
    participant_count: int
    trades: int
    first_trade_at: TimeOut | None
    last_trade_at: TimeOut | None
    outcomes: list[OutcomePricesOut]
    interval: EventSpanName
    # Oldest first, those without any trade too.
    data: list[EventSpanOut]


class AllPredictionsQuery(PageQuery):
    """Which of everybody's bets."""

    user_id: IdQuery = ""
    event_id: IdQuery = ""
    status: PredictionStatus | None = None
    # When they were decided: from an instant on, and before another.
    start: Annotated[TimeIn | None, Field(alias="from")] = None
    to: TimeIn | None = None


class TierAccountsOut(Told):
    """Accounts of one tier."""

    tier: str
    accounts: int


class AccountsOut(Told):
    """Accounts that are not deleted, and how many were."""

    accounts: int
    email_verified: int
    kyc_approved: int
    banned: int
    registered_within_day: int
    registered_within_week: int
    deleted: int
    tiers: list[TierAccountsOut]


class EventCountsOut(Told):
    """Events by status."""

    active: int
    locked: int
    resolving: int
    resolved: int
    cancelled: int


class TradingTotalOut(Told):
    """What all markets of one asset come to."""

    asset: str
    open_markets: int
    closed_markets: int
    settled_markets: int
    # In which something was traded within a day.
    active_markets: int
    fills: int
    volume: AmountOut
    # What is due if in each market that is not paid yet the outcome comes about of which most shares are out; what lies in
    # their escrows; and what their market makers, which are the house's, lose then.
    open_interest: AmountOut
    escrow: AmountOut
    exposure: AmountOut


class RevenueOut(Told):
    """What the house has in one asset."""

    asset: str
    # Fees that lie in their account, and the house's own money, with the capital that was put in.
    fees: SignedOut
    house: SignedOut
    capital: SignedOut


class OverviewOut(Told):
    """The platform in figures. What a service that is away would tell is null, and it is named in `missing`."""

    accounts: AccountsOut | None
    events: EventCountsOut | None
    trading: list[TradingTotalOut] | None
    resting_predictions: int | None
    revenue: list[RevenueOut] | None
    missing: list[str]
