"""Looks things up in the ledger for services and administrators: accounts now and then, transfers, and their history."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from oraculum_kit.db import Database
from oraculum_kit.paging import Page, decode_cursor, page_size
from oraculum_money import INT64_MAX
from oraculum_wallet.repository import accounts as repository
from oraculum_wallet.repository import proof
from oraculum_wallet.repository.accounts import AccountState, Stored

# How an account stood long ago is worked out from all that came since.
READ_SECONDS: Final = 20.0


class Lookup:
    """Answers what is in the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accounts(self, ids: Collection[str], at: datetime | None) -> list[AccountState]:
        """Accounts as they are, or as they were at an instant."""
        async with self._database.transaction() as connection:
            await proof.one_snapshot(connection, seconds=READ_SECONDS)
            return await repository.accounts(connection, ids, at)

    async def transfers(self, ids: Collection[str]) -> list[Stored]:
        """Transfers by id."""
        async with self._database.connection() as connection:
            return await repository.transfers(connection, ids)

    async def history(
        self, account_id: str, from_time: datetime, to_time: datetime, *, limit: int, cursor: str
    ) -> Page[Stored]:
        """A page of all that touched an account in a time, newest first."""
        size = page_size(limit)
        before = decode_cursor(cursor, datetime, int) or (to_time, INT64_MAX)
        async with self._database.transaction() as connection:
            await proof.one_snapshot(connection, seconds=READ_SECONDS)
            found = await repository.account_transfers(
                connection,
                account_id,
                from_time=from_time,
                to_time=to_time,
                before=(before[0], before[1]),
                row_count=size + 1,
            )
        return Page.cut(found, size, lambda row: (row.posted_at, row.number))
