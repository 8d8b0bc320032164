"""What there is of a subscription, as its owner, its feeder and its sender see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Subscription:
    """An address that is told, for its owner."""

    subscription_id: UUID
    user_id: UUID
    url: str
    kinds: Sequence[str]
    created_at: datetime
    sequence: int = 0
    delivered: int = 0
    attempts: int = 0
    failing_since: datetime | None = None
    last_attempt_at: datetime | None = None
    last_result: str | None = None
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    # While its address has not shown that it wants to be told.
    unproved_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hearer:
    """One that may want to hear of something; its row is held."""

    subscription_id: UUID
    user_id: UUID
    kinds: Sequence[str]
    sequence: int
    delivered: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits to be told."""

    subscription_id: UUID
    sequence: int
    message_id: UUID
    kind: str
    # A JSON object, as text.
    data: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """A subscription that this process may send to until its lease ends."""

    lease: UUID
    subscription_id: UUID
    user_id: UUID
    url: str
    secret_mark: bytes
    attempts: int
    # Its address is asked before it is told anything.
    unproved: bool


@dataclass(frozen=True, slots=True)
class Disabled:
    """One that is told nothing any more, while its owner does not know."""

    subscription_id: UUID
    user_id: UUID
    url: str
    disabled_reason: str
    disabled_at: datetime
