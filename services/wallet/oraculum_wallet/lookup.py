"""Looks things up in the ledger for services and administrators: accounts now and then, transfers, and their history."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final, NamedTuple

from oraculum_kit.db import Database
from oraculum_kit.paging import Page, decode_cursor, page_size
from oraculum_money import ASSETS, INT64_MAX, Units
from oraculum_wallet.accounts import DEBIT_NORMAL, SHARDED, Account, AccountKind, account, shards
from oraculum_wallet.repository import accounts as repository
from oraculum_wallet.repository import proof
from oraculum_wallet.repository.accounts import AccountState, Stored

# How an account stood long ago is worked out from all that came since.
READ_SECONDS: Final = 20.0

_HOUSE_KINDS: Final = (AccountKind.FEES, AccountKind.ROUNDING, AccountKind.HOUSE, AccountKind.CAPITAL)


class HouseMoney(NamedTuple):
    """What the house has in one asset."""

    asset: str
    # In the order of the kinds of account above.
    fees_units: Units
    rounding_units: Units
    house_units: Units
    capital_units: Units


class Lookup:
    """Answers what is in the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accounts(self, ids: Collection[str], at: datetime | None) -> list[AccountState]:
        """Accounts as they are, or as they were at an instant."""
        async with self._database.transaction() as connection:
            await proof.one_snapshot(connection, seconds=READ_SECONDS)
            return await repository.accounts(connection, ids, at)

    async def house_money(self) -> list[HouseMoney]:
        """What the house has, by asset, those too of which there is nothing."""
        named = {each.id for asset in ASSETS for each in _of_house(asset)}
        sums: dict[tuple[str, AccountKind], int] = defaultdict(int)
        for state in await self.accounts(named, None):
            balance = state.credits_posted_units - state.debits_posted_units
            kind = AccountKind(state.kind)
            sums[state.asset, kind] += -balance if kind in DEBIT_NORMAL else balance
        return [
            HouseMoney(asset, *(Units(sums[asset, kind]) for kind in _HOUSE_KINDS))
            for asset in sorted(ASSETS)
        ]

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


def _of_house(asset: str) -> Iterator[Account]:
    for kind in _HOUSE_KINDS:
        yield from shards(account(kind, "0" if kind in SHARDED else "", asset))
