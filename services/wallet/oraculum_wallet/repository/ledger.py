"""The ledger's tables: loaded and locked by a few statements per batch, written by one COPY."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Final

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


async def stored_transfers(connection: Connection, ids: Collection[str]) -> list[Recorded]:
    """Those of the named transfers that exist."""
    rows = await _sql.stored_transfers.tuples(connection, ids=_array(ids))
    return [
        Recorded(
            id_,
            Phase(phase),
            TransferKind(kind),
            debit,
            AccountKind(debit_kind),
            credit,
            AccountKind(credit_kind),
            *rest,
        )
        for id_, phase, kind, debit, debit_kind, credit, credit_kind, *rest in rows
    ]


async def ended_pendings(connection: Connection, ids: Collection[str]) -> list[tuple[str, Result]]:
    """How the named pending transfers ended, those that did: what is answered to whoever would end them again."""
    rows = await _sql.ended_pendings.tuples(connection, ids=_array(ids))
    return [(pending_id, end_of(pending_id, Phase(phase), id_)) for pending_id, phase, id_ in rows]


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


async def draw_numbers(connection: Connection, count: int) -> tuple[list[int], datetime]:
    """Numbers for this many transfers, rising, and the database's time."""
    blocks = await _sql.draw_numbers.tuples(connection, blocks=-(-count // NUMBERS_PER_BLOCK))
    # Most batches need a small part of one block.
    numbers = chain.from_iterable(range(first, first + NUMBERS_PER_BLOCK) for first, _ in blocks)
    return list(islice(numbers, count)), blocks[-1][1]


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
