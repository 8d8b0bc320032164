"""What notification writes and keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

Data = Mapping[str, object]

# How the names of people's own channels begin.
OWN: Final = "user."


@lru_cache(maxsize=10_000)
def owner_of(channel: str) -> UUID | None:
    """Whose channel it is; what everybody may hear is nobody's. Asked several times of each line, and kept for that."""
    return UUID(channel.removeprefix(OWN)) if channel.startswith(OWN) else None


@dataclass(frozen=True, slots=True)
class Line:
    """Something that a channel shall say; its sequence is given when it is written."""

    channel: str
    kind: str
    data: Data
    occurred_at: datetime
    # Where somebody looks at the trace that it is part of.
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person shall find in their inbox, once for its cause."""

    user_id: UUID
    cause: str
    kind: str
    title: str
    body: str
    data: Data
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel said."""

    channel: str
    sequence: int
    kind: str
    # A JSON object, as text.
    data: str
    occurred_at: datetime
    # The trace that it is part of, where somebody looks at it.
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """A notice as its reader gets it."""

    notification_id: UUID
    user_id: UUID
    kind: str
    title: str
    body: str
    data: str
    created_at: datetime
    read_at: datetime | None
