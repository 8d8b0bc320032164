"""The months of what is kept by months."""

from datetime import date
from typing import Final

from oraculum_kit.db import Connection, queries

_sql: Final = queries("oraculum_market_data", "sql/partitions.sql")


class Partitions:
    """The months of what is kept by months."""

    async def add(self, connection: Connection, parent: str, month: date) -> None:
        """Make the partition of a month."""
        await _sql.add_month.run(connection, parent=parent, month=month)

    async def drop(self, connection: Connection, parent: str, before: date) -> int:
        """Drop the months before a day; how many."""
        return int(await _sql.drop_months.value(connection, parent=parent, before=before))
