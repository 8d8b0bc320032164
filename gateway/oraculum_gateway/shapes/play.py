"""Shapes of responsible play."""

from typing import Annotated, Literal

from pydantic import Field

from oraculum_gateway.shapes.base import AmountOut, DecimalIn, Given, TimeOut, Told

MoneyLimit = Annotated[DecimalIn, Field(ge=0, le=1_000_000_000)] | None
Minutes = Annotated[int, Field(ge=0, le=1440)] | None


class LimitsIn(Given):
    """Limits to set; null lifts one, and what is absent stays. Dollars, and minutes signed in."""

    deposit_day: MoneyLimit = None
    deposit_week: MoneyLimit = None
    deposit_month: MoneyLimit = None
    loss_day: MoneyLimit = None
    loss_week: MoneyLimit = None
    time_day_minutes: Minutes = None


class ExclusionIn(Given):
    """A time without play, which cannot be taken back: 1 to 42 days to cool off, or 180 and more; 0 is for ever."""

    kind: Literal["cooling_off", "self_exclusion"]
    days: Annotated[int, Field(ge=0, le=3650)]


class PlayIn(Given):
    """Wishes of a person about their own play."""

    limits: LimitsIn | None = None
    exclusion: ExclusionIn | None = None


class LimitOut(Told):
    """One limit: what holds, and what will from its time on. Null is no limit."""

    value: AmountOut | None
    pending_at: TimeOut | None
    pending_value: AmountOut | None


class ExclusionOut(Told):
    """A time without play; without an end it is for ever."""

    kind: str
    until: TimeOut | None


class PlayOut(Told):
    """What a person has set themselves, by kind of limit."""

    limits: dict[str, LimitOut]
    exclusion: ExclusionOut | None
    minutes_today: int
