"""Shapes of what people want to hear, where their programs are told, and what everybody is told of maintenance."""

from typing import Annotated, Literal

from pydantic import Field

from oraculum_gateway.shapes.base import Given, TimeIn, TimeOut, Told
from oraculum_gateway.shapes.risk import Reason

Minute = Annotated[str, Field(max_length=5, examples=["22:30"])]
Zone = Annotated[str, Field(max_length=64, examples=["Europe/Oslo"])]
Kind = Annotated[str, Field(max_length=40, examples=["prediction.settled"])]
MaintenanceState = Literal["off", "announced", "on"]


class ChoiceIn(Given):
    """Where notices of one kind shall reach me."""

    kind: Kind
    inbox: bool
    socket: bool


class QuietHoursIn(Given):
    """When my channel says no notices; what it would have said is kept in the inbox."""

    from_time: Minute
    to_time: Minute
    time_zone: Zone


class PreferencesIn(Given):
    """What I want to hear, all of it: kinds that are left out reach inbox and socket."""

    choices: Annotated[list[ChoiceIn], Field(max_length=50)]
    quiet_hours: QuietHoursIn | None = None


class ChoiceOut(Told):
    """Where notices of one kind reach me; what is fixed protects the account and cannot be turned off."""

    kind: Kind
    inbox: bool
    socket: bool
    fixed: bool


class QuietHoursOut(Told):
    """When my channel says no notices."""

    from_time: Minute
    to_time: Minute
    time_zone: Zone


class PreferencesOut(Told):
    """What I want to hear, with every kind that there is."""

    choices: list[ChoiceOut]
    quiet_hours: QuietHoursOut | None


class SubscriptionIn(Given):
    """What a program of mine shall be told, and where."""

    url: Annotated[str, Field(max_length=2048, examples=["https://hooks.example/oraculum"])]
    kinds: Annotated[list[Kind], Field(max_length=50)]


class SubscriptionOut(Told):
    """Where a program of mine is told."""

    id: str
    url: str
    kinds: list[str]
    # Pending until its address has shown that it wants to be told.
    status: Literal["pending", "active", "failing", "disabled"]
    # Messages that there are for it, and those of them that were taken; the rest waits.
    sequence: int
    delivered_sequence: int
    last_result: Annotated[str | None, Field(examples=["delivered"])]
    last_attempt_at: TimeOut | None
    failing_since: TimeOut | None
    disabled_at: TimeOut | None
    disabled_reason: Annotated[str | None, Field(examples=["failing"])]
    created_at: TimeOut


class NewSubscriptionOut(SubscriptionOut):
    """A subscription with its secret, which is told here and never again."""

    secret: str


class SubscriptionsOut(Told):
    """Every subscription of mine, newest first."""

    data: list[SubscriptionOut]


class MaintenanceIn(Given):
    """Where maintenance shall stand, and what everybody is told of it."""

    state: MaintenanceState
    message: Annotated[str, Field(max_length=500)] = ""
    starts_at: TimeIn | None = None
    ends_at: TimeIn | None = None
    reason: Reason


class MaintenanceOut(Told):
    """Where maintenance stands."""

    state: MaintenanceState
    message: str
    starts_at: TimeOut | None
    ends_at: TimeOut | None
    changed_at: TimeOut
