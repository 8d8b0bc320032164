"""What can't happen and did, and the accounts that are frozen because of it."""

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from oraculum_kit.db import Connection, queries

_sql: Final = queries("oraculum_wallet", "sql/incidents.sql")

_END: Final = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))


class Incident(NamedTuple):
    """Something that can't happen and did."""

    id: UUID
    kind: str
    event_id: str | None
    account_id: str | None
    reference_id: str | None
    details: dict[str, Any]
    opened_at: datetime
    closed_at: datetime | None
    closed_by: UUID | None
    note: str | None


async def freeze(connection: Connection, account_id: str) -> bool:
    """Freeze an account; False when it was frozen, or is gone."""
    return await _sql.freeze.value(connection, account_id=account_id) is not None


async def thaw(connection: Connection, account_id: str) -> None:
    """Let an account take part again, unless another incident keeps it frozen."""
    await _sql.thaw.run(connection, account_id=account_id)


async def open_incident(
    connection: Connection,
    incident_id: UUID,
    kind: str,
    *,
    event_id: str | None,
    account_id: str | None,
    details: dict[str, Any],
) -> bool:
    """Write down what is wrong; whether it is news."""
    new = await _sql.open_account_incident.value(
        connection,
        id=incident_id,
        kind=kind,
        event_id=event_id,
        account_id=account_id,
        details=Jsonb(details),
    )
    return new is not None


async def incident(connection: Connection, incident_id: UUID) -> Incident | None:
    """One incident, ours alone until the transaction ends."""
    rows = await _sql.incident.tuples(connection, id=incident_id)
    return Incident(*rows[0]) if rows else None


async def incidents(
    connection: Connection, *, include_closed: bool, before: tuple[datetime, UUID] | None, row_count: int
) -> list[Incident]:
    """Incidents, newest first, before a position."""
    time, id_ = before or _END
    rows = await _sql.incidents.tuples(
        connection, include_closed=include_closed, before_time=time, before_id=id_, row_count=row_count
    )
    return [Incident(*row) for row in rows]


async def close(connection: Connection, incident_id: UUID, user_id: UUID, note: str) -> None:
    """Note who closed an incident, and what they said."""
    await _sql.close_incident.run(connection, id=incident_id, user_id=user_id, note=note)


async def account_differs(connection: Connection, account_id: str) -> bool:
    """Whether an account still breaks an invariant."""
    return bool(await _sql.account_differs.value(connection, account_id=account_id))
