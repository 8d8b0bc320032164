"""How much is traded of late."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from oraculum_kit.db import Connection, queries

_trends: Final = queries("oraculum_event", "sql/trends.sql")


@dataclass(frozen=True, slots=True)
class Raise:
    """What fills add to an event's score, and the last of them."""

    event_id: UUID
    score: float
    last_sequence: int


class Trends:
    """Scores of events."""

    async def begin(self, connection: Connection, event_id: UUID, score: float) -> None:
        """Let an event have a score."""
        await _trends.begin.run(connection, event_id=event_id, score=score)

    async def held(self, connection: Connection, event_ids: Sequence[UUID]) -> dict[UUID, int]:
        """The last fills that are counted, by event; those that nobody opened are left out."""
        return dict(await _trends.held.tuples(connection, event_ids=list(event_ids)))

    async def add(self, connection: Connection, raises: Sequence[Raise]) -> None:
        """Add what was traded."""
        await _trends.raise_scores.run(
            connection,
            event_ids=[each.event_id for each in raises],
            scores=[each.score for each in raises],
            sequences=[each.last_sequence for each in raises],
        )
