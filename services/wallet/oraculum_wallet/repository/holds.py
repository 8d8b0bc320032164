"""Transfers that are pending for too long, and who looks after them."""

from datetime import UTC, datetime
from typing import Final, NamedTuple

from oraculum_kit.db import Connection, queries

_sql: Final = queries("oraculum_wallet", "sql/holds.sql")

_NIL: Final = "00000000-0000-0000-0000-000000000000"


class Hold(NamedTuple):
    """A pending transfer and the order that it is for."""

    id: str
    order_id: str | None
    event_id: str | None
    posted_at: datetime


async def try_lead(connection: Connection) -> bool:
    """Become the one that sweeps, as long as this connection lives or until it resigns."""
    return bool(await _sql.try_lead.value(connection))


async def resign(connection: Connection) -> None:
    """Let another one sweep."""
    await _sql.resign.value(connection)


async def old_holds(
    connection: Connection, *, age_seconds: float, after: Hold | None, limit: int
) -> list[Hold]:
    """A page of the holds that are older than this."""
    rows = await _sql.old_holds.tuples(
        connection,
        age_seconds=age_seconds,
        after_time=after.posted_at if after else datetime.min.replace(tzinfo=UTC),
        after_id=after.id if after else _NIL,
        limit=limit,
    )
    return [Hold(*row) for row in rows]


async def expired_holds(
    connection: Connection, *, after: tuple[str, datetime] | None, limit: int
) -> list[tuple[str, datetime]]:
    """A page of the pending transfers whose time is over, each with its end."""
    id_, time = after or (_NIL, datetime.min.replace(tzinfo=UTC))
    return [
        (row[0], row[1])
        for row in await _sql.expired_holds.tuples(connection, after_time=time, after_id=id_, limit=limit)
    ]


async def measure_pending(connection: Connection) -> tuple[int, float]:
    """How many transfers are pending, and for how long the oldest has been."""
    ((count, seconds),) = await _sql.measure_pending.tuples(connection)
    return count, seconds
