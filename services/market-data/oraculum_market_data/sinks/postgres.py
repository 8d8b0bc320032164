"""Quotes and trades to PostgreSQL, in bulk. Quotes are sampled by the sink's pace: one a second of each outcome."""

from oraculum_kit.db import Database
from oraculum_market_data.repository.quotes import Quotes
from oraculum_market_data.repository.trades import Trades
from oraculum_market_data.sinks.sink import Batch


class PostgresTicks:
    """The history."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._quotes = Quotes()
        self._trades = Trades()

    async def write(self, batch: Batch) -> None:
        """Write a batch in one transaction."""
        async with self._database.transaction() as connection:
            if batch.tops:
                await self._quotes.save(connection, batch.tops)
            if batch.deals:
                await self._trades.save(connection, batch.deals)
