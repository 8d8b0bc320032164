"""Who follows the venues, of several replicas: the one whose connection holds a lock."""

from typing import Final

from oraculum_kit.db import Connection, queries

_sql: Final = queries("oraculum_market_data", "sql/leadership.sql")


class Leadership:
    """A lock that lasts as long as the connection that took it."""

    async def take(self, connection: Connection) -> bool:
        """Take the lock; False while another replica has it."""
        return bool(await _sql.lead.value(connection))

    async def confirm(self, connection: Connection) -> None:
        """Raise when the connection, and with it the lock, is gone."""
        await _sql.still_leads.value(connection)
