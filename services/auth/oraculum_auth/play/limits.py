"""Limits and times without play, as pure functions.

A limit that is lowered holds at once; one that is raised or lifted, after a delay, so that nobody does it in the heat of
the moment. A time without play only grows.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from oraculum_kit.errors import FailedPrecondition

# Further than anybody plays, and what every database and language can write.
FOR_EVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
COOLING_OFF_DAYS_MAX: Final = 42
SELF_EXCLUSION_DAYS_MIN: Final = 180
SELF_EXCLUSION_DAYS_MAX: Final = 3650


class Kind(StrEnum):
    """What may be limited. All but the last are dollars in millionths; that one is minutes."""

    DEPOSIT_DAY = "deposit_day"
    DEPOSIT_WEEK = "deposit_week"
    DEPOSIT_MONTH = "deposit_month"
    LOSS_DAY = "loss_day"
    LOSS_WEEK = "loss_week"
    TIME_DAY = "time_day"


class Exclusion(StrEnum):
    """Why somebody does not play for a time."""

    NONE = ""
    COOLING_OFF = "cooling_off"
    SELF_EXCLUSION = "self_exclusion"


class ExclusionStands(FailedPrecondition):
    """A time without play is never shortened; it ends by itself."""

    reason = "EXCLUSION_STANDS"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit; None is none."""

    value: int | None = None
    pending_at: datetime | None = None
    pending_value: int | None = None

    def at(self, now: datetime) -> "Limit":
        """What holds by now."""
        if self.pending_at is None or self.pending_at > now:
            return self
        return Limit(self.pending_value)

    def changed(self, value: int | None, now: datetime, delay: timedelta) -> "Limit":
        """The limit after a wish."""
        if self.value is None or (value is not None and value <= self.value):
            return Limit(value)
        if self.pending_at is not None and self.pending_value == value:
            # Asked for again: the delay does not begin anew.
            return self
        return replace(self, pending_at=now + delay, pending_value=value)


@dataclass(frozen=True, slots=True)
class Pause:
    """A time without play."""

    exclusion: Exclusion = Exclusion.NONE
    until: datetime | None = None

    def at(self, now: datetime) -> "Pause":
        """What is left of it by now."""
        return self if self.until is not None and self.until > now else Pause()

    def lengthened(self, exclusion: Exclusion, days: int, now: datetime) -> "Pause":
        """The time after a wish for one; raises where that would end it earlier."""
        until = FOR_EVER if days == 0 else now + timedelta(days=days)
        stands = self.at(now)
        if stands.until is not None and until < stands.until:
            raise ExclusionStands(until=stands.until.isoformat())
        if stands.exclusion is Exclusion.SELF_EXCLUSION:
            exclusion = Exclusion.SELF_EXCLUSION
        return Pause(exclusion, until)

    def at_least(self, other: "Pause") -> "Pause":
        """The longer of two times that hold, and the graver word for it."""
        if other.until is None or (self.until is not None and self.until >= other.until):
            return self
        grave = Exclusion.SELF_EXCLUSION in (self.exclusion, other.exclusion)
        return Pause(Exclusion.SELF_EXCLUSION if grave else other.exclusion, other.until)


@dataclass(frozen=True, slots=True)
class Time:
    """How long somebody was signed in today, each moment counted once, whatever the number of their sessions."""

    day_start: datetime
    seconds: int
    covered_until: datetime

    def with_token(self, now: datetime, life: timedelta) -> "Time":
        """The same with a token that was given out."""
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        seconds = self.seconds if today == self.day_start else 0
        ends = now + life
        added = max(0, int((ends - max(now, self.covered_until)).total_seconds()))
        return Time(today, seconds + added, max(self.covered_until, ends))


def next_midnight(now: datetime) -> datetime:
    """When a new day begins, in UTC."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
