"""Shapes of what was won and lost over time."""

from typing import Annotated, Literal

from pydantic import Field

from oraculum_gateway.shapes.base import AmountOut, Given, IdQuery, PageQuery, TimeOut, Told
from oraculum_gateway.shapes.trading import SignedOut

RealisationName = Literal["sale", "sets", "settlement"]
IntervalName = Literal["hour", "day", "week", "month"]


class RealisationsQuery(PageQuery):
    """Of which event."""

    event_id: IdQuery = ""


class RealisationOut(Told):
    """Something by which I won or lost: shares that I sold, sets that I merged, or an event that was settled."""

    event_id: str
    kind: RealisationName
    # Null for a settlement, which pays all outcomes together.
    outcome: int | None
    shares: AmountOut
    # What I got, the fee taken off, and what it had cost me; of a corrected settlement what the earlier one had paid.
    proceeds: AmountOut
    cost: AmountOut
    profit_loss: SignedOut
    asset: str
    # My fill and its bet; null for a settlement.
    trade_id: str | None
    prediction_id: str | None
    # Which revision of the result was paid; null for everything else.
    revision: int | None
    realised_at: TimeOut


class ProfitQuery(Given):
    """How finely and how far back."""

    interval: IntervalName = "day"
    points: Annotated[int, Field(ge=1, le=366)] = 30


class ProfitPointOut(Told):
    """What I won or lost in a span of time, and in all by its end."""

    starts_at: TimeOut
    profit_loss: SignedOut
    total: SignedOut


class ProfitSeriesOut(Told):
    """The spans of one asset, oldest first, those without any sale too."""

    asset: str
    points: list[ProfitPointOut]


class ProfitOut(Told):
    """What I won or lost over time; an asset in which I never held anything is not there."""

    interval: IntervalName
    data: list[ProfitSeriesOut]
