"""Accounts and transfers as they are looked up: by services, by administrators, and to explain a figure."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from oraculum_kit.db import Connection, queries
from oraculum_money import Units

_sql: Final = queries("oraculum_wallet", "sql/accounts.sql")


class AccountState(NamedTuple):
    """An account at an instant."""

    id: str
    kind: int
    owner_id: str
    asset: str
    debits_pending_units: Units
    debits_posted_units: Units
    credits_pending_units: Units
    credits_posted_units: Units
    # Whether it is frozen now, whatever the instant.
    frozen_at: datetime | None


class Stored(NamedTuple):
    """A transfer as it stands in the ledger."""

    id: str
    number: int
    phase: int
    kind: int
    debit_account_id: str
    debit_kind: int
    credit_account_id: str
    credit_kind: int
    asset: str
    units: Units
    released_units: Units
    pending_id: str | None
    event_id: str | None
    reference_id: str | None
    posted_at: datetime
    debit_balance_units: Units
    credit_balance_units: Units


async def accounts(connection: Connection, ids: Collection[str], at: datetime | None) -> list[AccountState]:
    """Accounts as they are, or as they were at an instant."""
    statement = _sql.accounts_now if at is None else _sql.accounts_at
    return [AccountState(*row) for row in await statement.tuples(connection, ids=list(ids), at=at)]


async def transfers(connection: Connection, ids: Collection[str]) -> list[Stored]:
    """Those of the named transfers that exist, by number."""
    return [Stored(*row) for row in await _sql.transfers_by_id.tuples(connection, ids=list(ids))]


async def account_transfers(
    connection: Connection,
    account_id: str,
    *,
    from_time: datetime,
    to_time: datetime,
    before: tuple[datetime, int],
    row_count: int,
) -> list[Stored]:
    """All that touched an account in a time, newest first, before a position."""
    rows = await _sql.account_transfers.tuples(
        connection,
        account_id=account_id,
        from_time=from_time,
        to_time=to_time,
        before_time=before[0],
        before_number=before[1],
        row_count=row_count,
    )
    return [Stored(*row) for row in rows]
