"""What people have set themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from oraculum_auth.play.limits import Exclusion, Kind, Limit, Pause, Time
from oraculum_kit.db import Connection, queries

_sql = queries("oraculum_auth", "sql/play.sql")


@dataclass(frozen=True, slots=True)
class State:
    """A person's time without play, and their time today."""

    revision: int
    pause: Pause
    time: Time | None
    time_out_until: datetime | None


class PlayRows:
    """Read and written under the account's lock."""

    async def limits(self, connection: Connection, user_id: UUID) -> dict[Kind, Limit]:
        """A person's limits."""
        rows = await _sql.limits.tuples(connection, user_id=user_id)
        return {Kind(kind): Limit(*rest) for kind, *rest in rows}

    async def put_limits(self, connection: Connection, user_id: UUID, limits: Mapping[Kind, Limit]) -> None:
        """Keep limits."""
        for kind, limit in limits.items():
            await _sql.put_limit.run(
                connection,
                user_id=user_id,
                kind=kind.value,
                value=limit.value,
                pending_at=limit.pending_at,
                pending_value=limit.pending_value,
            )

    async def state(self, connection: Connection, user_id: UUID) -> State | None:
        """A person's state; None of whoever never set anything."""
        rows = await _sql.state.tuples(connection, user_id=user_id)
        if not rows:
            return None
        revision, exclusion, until, day, seconds, covered_until, time_out_until = rows[0]
        spent = None if day is None else Time(_midnight(day), seconds, covered_until)
        return State(revision, Pause(Exclusion(exclusion), until), spent, time_out_until)

    async def put_state(self, connection: Connection, user_id: UUID, state: State) -> None:
        """Keep the state."""
        await _sql.put_state.run(
            connection,
            user_id=user_id,
            revision=state.revision,
            exclusion=state.pause.exclusion.value,
            excluded_until=state.pause.until,
            day=None if state.time is None else state.time.day_start.date(),
            day_seconds=0 if state.time is None else state.time.seconds,
            covered_until=None if state.time is None else state.time.covered_until,
            time_out_until=state.time_out_until,
        )

    async def has_time_limit(self, connection: Connection, user_id: UUID) -> bool:
        """Whether somebody's time is counted."""
        return bool(await _sql.has_time_limit.value(connection, user_id=user_id))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
