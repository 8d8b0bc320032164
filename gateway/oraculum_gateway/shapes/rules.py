"""Shapes of what administrators set for everybody: limits of tiers and of the house."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from oraculum_gateway.shapes.base import AmountOut, DecimalIn, Given, Told
from oraculum_gateway.shapes.risk import Reason

TierName = Literal["basic", "verified", "premium"]


class TierLimitsIn(Given):
    """What people of a tier may do in an asset: all of it, so that no limit is set by being forgotten; 0 is nothing."""

    tier: TierName
    asset: Annotated[str, Field(max_length=10)]
    # One purchase, everything included.
    order: DecimalIn
    # At stake in one event, and in all events of one category.
    market: DecimalIn
    category: DecimalIn
    # Staked between two midnights, and between two Mondays, in UTC.
    day_stake: DecimalIn
    week_stake: DecimalIn
    # Lost in the same, less what was won.
    day_loss: DecimalIn
    week_loss: DecimalIn
    orders_per_minute: Annotated[int, Field(ge=0, le=1_000_000)]
    reason: Reason


class TierLimitsOut(Told):
    """What people of a tier may do in an asset."""

    tier: str
    asset: str
    order: AmountOut
    market: AmountOut
    category: AmountOut
    day_stake: AmountOut
    week_stake: AmountOut
    day_loss: AmountOut
    week_loss: AmountOut
    orders_per_minute: int


class HouseLimitsIn(Given):
    """What the market makers of an asset may lose: both, or neither where their escrows shall be all that limits them.

    And what an order must be worth at least to rest there; left out, it stays as it is.
    """

    asset: Annotated[str, Field(max_length=10)]
    # In one event, and in all of them together.
    market: DecimalIn | None = None
    total: DecimalIn | None = None
    least_resting: DecimalIn | None = None
    reason: Reason

    @model_validator(mode="after")
    def both_or_neither(self) -> "HouseLimitsIn":
        """Refuse one of them."""
        if (self.market is None) != (self.total is None):
            raise ValueError("send market and total, or neither to lift the limits")
        return self


class HouseLimitsOut(Told):
    """What the market makers of an asset may lose; null where their escrows are all that limits them.

    And what an order must be worth at least to rest there; null where everything may.
    """

    asset: str
    market: AmountOut | None
    total: AmountOut | None
    least_resting: AmountOut | None


class RulesOut(Told):
    """What tiers may do, and what the market makers may lose where that is limited."""

    tiers: list[TierLimitsOut]
    house: list[HouseLimitsOut]
