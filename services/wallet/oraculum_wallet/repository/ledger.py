"""The ledger's tables: loaded and locked by a few statements per batch, written by one COPY."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from oraculum_kit.db import Connection, queries
from oraculum_wallet.accounts import Account, AccountKind
from oraculum_wallet.book import Balance, Pending, end_of
from oraculum_wallet.transfers import Phase, Recorded, Result, TransferKind

_sql: Final = queries("oraculum_wallet", "sql/ledger.sql")

# As in the schema: a block of the sequence transfer_number.
NUMBERS_PER_BLOCK: Final = 8192

# Rows formatted before the event loop may look at other calls: about a millisecond of work.
_ROWS_PER_TURN: Final = 256

_NULL: Final = "\\N"
_LINE: Final = "%d\t%s\t%d\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n"


class UnderLocks(NamedTuple):
    """What a batch has to know that may change until its accounts are locked."""

    # Rising with each account, as the time does.
    numbers: list[int]
    time: datetime
    # Those of the asked transfers that exist.
    stored: list[Recorded]
    # What is answered to whoever would end these pending transfers again.
    ended: list[tuple[str, Result]]


async def open_accounts(connection: Connection, accounts: Sequence[Account]) -> set[str]:
    """Make sure that these accounts exist; the ids of those that this transaction opened."""
    rows = await _sql.open_accounts.tuples(
        connection,
        ids=[account.id for account in accounts],
        kinds=[int(account.kind) for account in accounts],
        owners=[account.owner_id for account in accounts],
        assets=[account.asset for account in accounts],
    )
    return {id_ for (id_,) in rows}


async def open_pendings(connection: Connection, ids: Collection[str]) -> list[Pending]:
    """Those of the named transfers that are pending; each is what it is, but may end until it is locked."""
    rows = await _sql.open_pendings.tuples(connection, ids=_array(ids))
    return [
        Pending(id_, debit, credit, asset, units, TransferKind(kind), *rest)
        for id_, debit, credit, asset, units, kind, *rest in rows
    ]


async def lock_accounts(connection: Connection, ids: Collection[str]) -> list[Balance]:
    """Accounts with their counters, ours alone until the transaction ends."""
    rows = await _sql.lock_accounts.tuples(connection, ids=_array(ids))
    return [Balance(id_, AccountKind(kind), *rest) for id_, kind, *rest in rows]


async def under_locks(
    connection: Connection, ids: Collection[str], pending_ids: Collection[str], number_count: int
) -> UnderLocks:
    """What is asked once, while the accounts are locked: numbers, the time, and what became of these transfers."""
    rows = await _sql.under_locks.tuples(
        connection,
        ids=_array(ids),
        pending_ids=_array(pending_ids),
        blocks=-(-number_count // NUMBERS_PER_BLOCK),
    )
    blocks, time = rows[0][:2]
    # Most batches need a small part of one block.
    numbers = chain.from_iterable(range(first, first + NUMBERS_PER_BLOCK) for first in blocks)
    known = [_recorded(*row[2:]) for row in rows if row[2] is not None]
    return UnderLocks(
        list(islice(numbers, number_count)),
        time,
        [row for row in known if row.id in ids],
        [
            (row.pending_id, end_of(row.pending_id, row.phase, row.id))
            for row in known
            if row.pending_id is not None and row.pending_id in pending_ids
        ],
    )


async def fill_sequences(connection: Connection, event_ids: Collection[str]) -> list[tuple[str, int]]:
    """The last applied fill of events; those that never had one are left out."""
    return [
        (id_, number) for id_, number in await _sql.fill_sequences.tuples(connection, ids=_array(event_ids))
    ]


async def frozen_and_full_owners(
    connection: Connection, ids: Collection[str], full_at: int
) -> tuple[set[str], set[str]]:
    """Whose accounts are frozen, and whose have counted that far, of those named; nothing is locked."""
    rows = await _sql.frozen_or_full_owners.tuples(connection, ids=_array(ids), full_at=full_at)
    frozen = {owner for owner, is_frozen in rows if is_frozen}
    return frozen, {owner for owner, is_frozen in rows if not is_frozen}


async def database_time(connection: Connection) -> datetime:
    """The time that money goes by."""
    time: datetime = await _sql.database_time.value(connection)
    return time


async def write_transfers(
    connection: Connection, rows: Sequence[Recorded], numbers: Sequence[int], posted_at: datetime
) -> None:
    """Record transfers by COPY, the cheapest way in; every value is a number, an id or an asset, so none is escaped."""
    time = posted_at.isoformat()
    async with connection.cursor() as cursor, cursor.copy(_sql.copy_transfers.sql) as copy:
        for start in range(0, len(rows), _ROWS_PER_TURN):
            turn = slice(start, start + _ROWS_PER_TURN)
            await copy.write("".join(_lines(rows[turn], numbers[turn], time)))
            await asyncio.sleep(0)


def _recorded(
    id_: str,
    phase: int,
    kind: int,
    debit_account_id: str,
    debit_kind: int,
    credit_account_id: str,
    credit_kind: int,
    *rest: Any,
) -> Recorded:
    return Recorded(
        id_,
        Phase(phase),
        TransferKind(kind),
        debit_account_id,
        AccountKind(debit_kind),
        credit_account_id,
        AccountKind(credit_kind),
        *rest,
    )


def _lines(rows: Iterable[Recorded], numbers: Iterable[int], time: str) -> Iterable[str]:
    for row, number in zip(rows, numbers, strict=True):
        yield _LINE % (
            number,
            time,
            row.units,
            _NULL if row.asked_units is None else row.asked_units,
            row.released_units,
            row.debit_balance_units,
            row.credit_balance_units,
            row.phase,
            row.kind,
            row.debit_kind,
            row.credit_kind,
            row.id,
            row.debit_account_id,
            row.credit_account_id,
            row.pending_id or _NULL,
            row.event_id or _NULL,
            row.reference_id or _NULL,
            row.asset,
            _NULL if row.timeout_seconds is None else row.timeout_seconds,
        )


def _array(ids: Iterable[str]) -> str:
    """Canonical UUIDs as an array's text: a list would be quoted and escaped element by element."""
    return f"{{{','.join(ids)}}}"
