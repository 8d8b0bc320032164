"""Waiting until others wait: how a test knows that two transactions have met."""

from typing import Final

from oraculum_kit.db import Database, queries
from oraculum_kit.testing.messaging import eventually

_sql: Final = queries("oraculum_kit", "sql/locks.sql")


async def lock_waiters(database: Database, many: int = 1, *, of: str = "") -> None:
    """Wait until so many statements in this database (of this application alone) wait for what another transaction holds."""

    async def wait() -> bool:
        async with database.connection() as connection:
            return int(await _sql.lock_waiters.value(connection, of=of)) >= many

    await eventually(wait)
