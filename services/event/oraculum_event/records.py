"""What event keeps, as its database gives it back."""

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from oraculum_event.transitions import State
from oraculum_money import Price, Units

LOCKS_BEFORE_START: Final = timedelta(minutes=5)
# The platform's own; the operator may add others, which only the database knows.
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
    SCALAR = "scalar"


class Mechanism(StrEnum):
    """What the market of an event trades by."""

    LMSR = "lmsr"
    CPMM = "cpmm"
    CPMM_MULTI = "cpmm_multi"


@dataclass(frozen=True, slots=True)
class Scale:
    """The range of a scalar event."""

    lower: Decimal
    upper: Decimal
    step: Decimal
    unit: str


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
    scale: Scale | None = None
    # Shown to nobody but its author and administrators, until it is published.
    unpublished: bool = False
    # Whether the subsidy and the fee are the author's.
    creator_pays: bool = False
    creation_fee: Units = Units(0)
    challenge_seconds: int | None = None
    resolve_by: datetime | None = None
    deadline_payout: list[Price] = field(default_factory=list)
    mechanism: Mechanism = Mechanism.LMSR

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
    value: Decimal | None
    unpublished: bool
    creator_pays: bool
    creation_fee_units: Units
    publication: int
    scale_lower: Decimal | None
    scale_upper: Decimal | None
    scale_step: Decimal | None
    scale_unit: str | None
    challenge_seconds: int | None
    resolve_by: datetime | None
    deadline_payout_millionths: list[Price]
    mechanism: str

    @property
    def state(self) -> State:
        """Where it stands, in the words of the table of steps."""
        if self.status == Status.DRAFT:
            return State.DRAFT if self.unpublished else State.OPENING
        return State(self.status)

    @property
    def scale(self) -> Scale | None:
        """Its range, if it is scalar."""
        if self.scale_lower is None or self.scale_upper is None or self.scale_step is None:
            return None
        return Scale(self.scale_lower, self.scale_upper, self.scale_step, self.scale_unit or "")


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
    value: Decimal | None = None
    awaits_confirmation: bool = False
    confirmed_by: UUID | None = None
    # When the hour ends whose prices are paid, where an event is called off and somebody named one.
    void_hour_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A result that is proposed, with how it stands by the database's clock."""

    event_id: UUID
    number: int
    payout_millionths: list[Price]
    value: Decimal | None
    source: str
    note: str
    actor_user_id: UUID | None
    confirmed_by: UUID | None
    closing_sequence: int
    proposed_at: datetime
    challenge_ends_at: datetime
    bond_units: Units
    overturned_at: datetime | None
    ended: bool
    undecided: int

    def verdict(self) -> Verdict:
        """What the event comes to if nobody objects."""
        return Verdict(
            self.event_id,
            "resolve",
            self.payout_millionths,
            self.source,
            self.note,
            self.actor_user_id,
            self.proposed_at,
            self.value,
            confirmed_by=self.confirmed_by,
        )


@dataclass(frozen=True, slots=True)
class Dispute:
    """Somebody's claim that a proposed result is wrong."""

    dispute_id: UUID
    event_id: UUID
    proposal_number: int
    user_id: UUID
    reason: str
    evidence_url: str
    status: str
    asset: str
    bond_units: Units
    bond_settled: bool
    created_at: datetime
    decided_at: datetime | None
    decided_by: UUID | None
    decision_note: str


@dataclass(frozen=True, slots=True)
class Charge:
    """What an author was asked to pay for a publication."""

    event_id: UUID
    publication: int
    user_id: UUID
    asset: str
    fee_units: Units
    subsidy_units: Units
    status: str


@dataclass(frozen=True, slots=True)
class Category:
    """What events are about."""

    category: str
    label: str
    active_events: int


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
    tags: list[str] | None = None
    outcome_labels: list[str] | None = None
    prior: list[Price] | None = None
    subsidy: Units | None = None
    scale: Scale | None = None
    mechanism: Mechanism | None = None

    def given(self) -> list[str]:
        """The fields that shall change, in the contract's words."""
        names = {"prior": "prior_millionths"}
        return [
            names.get(each.name, each.name) for each in fields(self) if getattr(self, each.name) is not None
        ]
