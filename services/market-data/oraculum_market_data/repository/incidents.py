"""What was wrong with what the venues said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_market_data.quality import Incident
from oraculum_market_data.repository.texts import storable

_sql: Final = queries("oraculum_market_data", "sql/incidents.sql")

# Behind every position there is: the first page begins here.
_NEWEST: Final = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))
_DETAIL_LENGTH_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident as it was written down."""

    id: UUID
    kind: str
    venue: str
    venue_market_id: str
    outcome: int | None
    started_at: datetime
    ended_at: datetime | None
    occurrences: int
    detail: str


class Incidents:
    """Incidents of quality."""

    async def save(self, connection: Connection, incidents: Sequence[Incident]) -> None:
        """Write incidents down as they stand."""
        await _sql.save_incidents.run(
            connection,
            ids=[incident.id for incident in incidents],
            kinds=[incident.kind.value for incident in incidents],
            venues=[incident.subject.venue.value for incident in incidents],
            venue_market_ids=[storable(incident.subject.market_id) for incident in incidents],
            outcomes=[incident.subject.outcome for incident in incidents],
            started=[incident.started_at for incident in incidents],
            ended=[incident.ended_at for incident in incidents],
            occurrences=[incident.occurrences for incident in incidents],
            details=[storable(incident.detail)[:_DETAIL_LENGTH_MAX] for incident in incidents],
        )

    async def end_open(self, connection: Connection, now: datetime) -> None:
        """End what a process before us left open."""
        await _sql.end_open_incidents.run(connection, now=now)

    async def page(
        self,
        connection: Connection,
        *,
        venue: str | None,
        market_id: str | None,
        open_only: bool,
        before: tuple[datetime, UUID] | None,
        row_count: int,
    ) -> list[IncidentRow]:
        """Incidents, newest first."""
        before_time, before_id = before or _NEWEST
        return await _sql.list_incidents.all(
            connection,
            IncidentRow,
            venue=venue,
            venue_market_id=market_id,
            open_only=open_only,
            before_time=before_time,
            before_id=before_id,
            row_count=row_count,
        )
