"""What people read: balances, and the entries behind them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from oraculum_kit.db import Connection, queries
from oraculum_money import INT64_MAX, Units
from oraculum_wallet.accounts import AccountKind
from oraculum_wallet.transfers import TransferKind

_sql: Final = queries("oraculum_wallet", "sql/books.sql")


@dataclass(frozen=True, slots=True)
class Standing:
    """One account of a person, as it is now."""

    kind: AccountKind
    asset: str
    available_units: Units
    held_units: Units
    # All that ever came in or is about to.
    received_units: Units


@dataclass(frozen=True, slots=True)
class Entry:
    """One line in a person's books; what went out is negative."""

    transfer_id: str
    kind: int
    asset: str
    units: Units
    event_id: str | None
    reference_id: str | None
    posted_at: datetime
    balance_units: Units
    number: int


async def standings(
    connection: Connection, account_ids: Collection[str], event_ids: Collection[str]
) -> tuple[list[Standing], dict[str, int]]:
    """Accounts, and the sequences up to which the fills of events are in them."""
    rows = await _sql.balances.tuples(connection, account_ids=list(account_ids), event_ids=list(event_ids))
    found = [
        Standing(AccountKind(kind), *figures) for kind, *figures, event_id, _ in rows if event_id is None
    ]
    return found, {event_id: sequence for *_, event_id, sequence in rows if event_id is not None}


async def entries_before(
    connection: Connection,
    account_ids: Sequence[str],
    *,
    before: tuple[datetime, int] | None,
    kinds: Sequence[TransferKind],
    row_count: int,
    from_: tuple[datetime, int] | None = None,
) -> list[Entry]:
    """Entries of accounts, newest first, before a position and not before another."""
    time, number = before or ("infinity", INT64_MAX)
    from_time, from_number = from_ or ("-infinity", 0)
    return await _sql.entries_before.all(
        connection,
        Entry,
        account_ids=list(account_ids),
        before_time=time,
        before_number=number,
        from_time=from_time,
        from_number=from_number,
        kinds=[int(kind) for kind in kinds] or None,
        row_count=row_count,
    )


async def so_far_back(
    connection: Connection, account_ids: Sequence[str], *, before: tuple[datetime, int] | None, row_count: int
) -> tuple[datetime, int] | None:
    """The position down to which so many entries lie before another, on one side of one account; None where there are fewer."""
    time, number = before or ("infinity", INT64_MAX)
    rows = await _sql.entry_so_far_back.tuples(
        connection,
        account_ids=list(account_ids),
        before_time=time,
        before_number=number,
        row_count=row_count,
    )
    return (rows[0][0], rows[0][1]) if rows else None


async def entries_between(
    connection: Connection, account_id: str, *, after: tuple[datetime, int], to_time: datetime, row_count: int
) -> list[Entry]:
    """Entries of one account after a position and before an instant, oldest first; before them the last one or two up to it."""
    return await _sql.entries_between.all(
        connection,
        Entry,
        account_id=account_id,
        after_time=after[0],
        after_number=after[1],
        to_time=to_time,
        row_count=row_count,
    )
