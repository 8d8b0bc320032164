"""What the figures of a person's balance are made of."""

from datetime import datetime
from typing import Final, NamedTuple

from oraculum_kit.db import Connection, queries
from oraculum_money import INT64_MAX, Units
from oraculum_wallet.repository.books import Entry

_sql: Final = queries("oraculum_wallet", "sql/explain.sql")


class KindTotal(NamedTuple):
    """What all entries of one kind came to."""

    kind: int
    units: Units
    entry_count: int


class Held(NamedTuple):
    """Money behind an order."""

    # Empty for what lies in an order's reserve.
    transfer_id: str
    order_id: str | None
    event_id: str | None
    units: Units
    since: datetime


async def kind_totals(
    connection: Connection, account_id: str, up_to: tuple[datetime, int] | None = None
) -> list[KindTotal]:
    """What came in and went out, by kind, up to a position or till now."""
    time, number = up_to or ("infinity", INT64_MAX)
    rows = await _sql.kind_totals.tuples(connection, account_id=account_id, to_time=time, to_number=number)
    return [KindTotal(*row) for row in rows]


async def open_holds(connection: Connection, account_id: str, limit: int) -> list[Held]:
    """What is pending of an account."""
    return [
        Held(*row) for row in await _sql.open_holds.tuples(connection, account_id=account_id, limit=limit)
    ]


async def open_reserves(connection: Connection, account_id: str, limit: int) -> list[Held]:
    """What lies behind the orders of a person, by their account of that kind."""
    return [
        Held(*row) for row in await _sql.open_reserves.tuples(connection, account_id=account_id, limit=limit)
    ]


async def entries_of_instant(connection: Connection, account_id: str, posted_at: datetime) -> list[Entry]:
    """The entries of an account that were posted together."""
    return await _sql.entries_of_instant.all(connection, Entry, account_id=account_id, posted_at=posted_at)
