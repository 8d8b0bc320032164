"""What event keeps, as its database gives it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from oraculum_money import Price, Units

LOCKS_BEFORE_START: Final = timedelta(minutes=5)
CATEGORIES: Final = ("sports", "politics", "crypto", "weather", "economics", "entertainment", "custom")


class Status(StrEnum):
    """Where an event stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    LOCKED = "locked"
    RESOLVING = "resolving"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"


TERMINAL: Final = frozenset({Status.RESOLVED, Status.CANCELLED})


class EventType(StrEnum):
    """How outcomes relate."""

    BINARY = "binary"
    MULTIPLE_CHOICE = "multiple_choice"


@dataclass(frozen=True, slots=True)
class VenueMarketRef:
    """The venue market that an event was opened from."""

    venue: str
    venue_market_id: str
    # By our outcome index.
    outcome_ids: list[str]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event as somebody wants it, valid but not written yet."""

    title: str
    description: str
    event_type: EventType
    category: str
    tags: list[str]
    outcome_labels: list[str]
    start_time: datetime | None
    end_time: datetime
    resolution_source: str
    asset: str
    subsidy: Units
    prior: list[Price]
    creator_user_id: UUID | None
    venue: VenueMarketRef | None
    image_url: str

    @property
    def locks_at(self) -> datetime:
        """When bets close: five minutes before the start, or the end where there is no start."""
        return self.end_time if self.start_time is None else self.start_time - LOCKS_BEFORE_START


@dataclass(frozen=True, slots=True)
class Event:
    """An event with its latest resolution, in the columns of the repository's queries."""

    event_id: UUID
    title: str
    description: str
    event_type: str
    category: str
    tags: list[str]
    outcome_labels: list[str]
    status: str
    start_time: datetime | None
    end_time: datetime
    locks_at: datetime
    resolution_source: str
    asset: str
    subsidy_units: Units
    prior_millionths: list[Price]
    creator_user_id: UUID | None
    venue: str | None
    venue_market_id: str | None
    venue_outcome_ids: list[str] | None
    venue_url: str | None
    image_url: str
    created_at: datetime
    updated_at: datetime
    version: int
    revision: int | None
    payout_millionths: list[Price] | None
    source: str | None
    note: str | None
    resolved_at: datetime | None
    closing_sequence: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an event shall come to."""

    event_id: UUID
    kind: str
    payout_millionths: list[Price]
    source: str
    note: str
    actor_user_id: UUID | None
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What an editor changes; None leaves a field as it is."""

    title: str | None = None
    description: str | None = None
    category: str | None = None
    image_url: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    resolution_source: str | None = None
