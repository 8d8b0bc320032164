"""The ledger: batches of transfers, answered item by item, applied in order in one transaction.

Three steps. Load: open the accounts that are new, lock all that are touched (in one order for everybody, so batches
wait for each other and never deadlock), and only then read what may have changed meanwhile: which ids exist, which
pending transfers have ended. Decide: in memory, see book.py. Write: one COPY, whose trigger moves the money and whose
constraints check every decision once more.

If the process dies anywhere, the transaction is gone or whole; the same ids again tell which.
"""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

import psycopg
import structlog

from oraculum_kit import outbox
from oraculum_kit.db import Connection, Database
from oraculum_kit.retries import Backoff
from oraculum_wallet import events, metrics
from oraculum_wallet.accounts import SHARD_COUNT, SHARDED, Account, AccountKind, account, shards
from oraculum_wallet.book import Balance, Book
from oraculum_wallet.chains import decide, turns
from oraculum_wallet.errors import ConcurrentBatch, LargeBatchesWait, LedgerDisagrees
from oraculum_wallet.repository import ledger as repository
from oraculum_wallet.room import BEGUN_MAX
from oraculum_wallet.transfers import Answer, Transfer, TransferKind

_log = structlog.stdlib.get_logger(__name__)

ATTEMPTS_MAX: Final = 5

# Transfers decided before the event loop may look at other calls.
_TRANSFERS_PER_TURN: Final = 256

# Batches of thousands touch much the same accounts and wait for each other wherever they are. Those that wait inside the
# database keep it from clearing away the rows that the others have replaced, and every update takes longer; so one
# works, one stands ready, and the rest wait here.
_LARGE: Final = 1_000
_LARGE_AT_ONCE: Final = 2
# Each that waits holds thousands of transfers in memory; whoever comes behind so many is asked to come again.
_LARGE_WAITING_MAX: Final = 16
_LARGE_RETRY_SECONDS: Final = 1.0

_INSTANT: Final = timedelta(microseconds=1)
_KNOWN_MAX: Final = 200_000


class Ledger:
    """Makes transfers. One per process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Accounts whose rows are known to be committed. Accounts are never closed, so this never goes stale.
        self._known: set[str] = set()
        # Batches of one process take shards in turn; processes begin anywhere.
        self._shards = itertools.count(random.randrange(SHARD_COUNT))  # noqa: S311  no secret depends on it
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)
        self._large_waiting = 0

    def shard(self) -> str:
        """The shard of fees and rounding for one batch: one shard, so that two batches seldom meet in it."""
        return str(next(self._shards) % SHARD_COUNT)

    async def create(self, transfers: Sequence[Transfer]) -> list[Answer]:
        """Apply a batch in a transaction of its own, again if another batch got in its way."""
        if len(transfers) < _LARGE:
            return await self._create(transfers)
        async with self._turn():
            return await self._create(transfers)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait to be one of the few large batches in the database; refuse where too many wait already."""
        if self._large_waiting >= _LARGE_WAITING_MAX:
            raise LargeBatchesWait(retry_after_seconds=_LARGE_RETRY_SECONDS)
        self._large_waiting += 1
        try:
            await self._large.acquire()
        finally:
            self._large_waiting -= 1
        try:
            yield
        finally:
            self._large.release()

    async def _create(self, transfers: Sequence[Transfer]) -> list[Answer]:
        waits = iter(Backoff(first_seconds=0.01, longest_seconds=0.5))
        for attempt in itertools.count(1):
            try:
                async with self._database.transaction() as connection:
                    return await self.apply(connection, transfers)
            except (
                ConcurrentBatch,
                psycopg.errors.DeadlockDetected,
                psycopg.errors.SerializationFailure,
            ) as error:
                metrics.BATCHES_RETRIED.inc()
                _log.warning("ledger.batch_retried", attempt=attempt, error=repr(error))
                if attempt == ATTEMPTS_MAX:
                    raise
            await asyncio.sleep(next(waits))
        raise AssertionError("the loop above ends by return or raise")

    async def apply(self, connection: Connection, transfers: Sequence[Transfer]) -> list[Answer]:
        """Apply a batch in the caller's transaction."""
        book = await self.load(connection, transfers)
        answers: list[Answer] = []
        for turn in turns(transfers, _TRANSFERS_PER_TURN):
            answers += decide(book, turn)
            await asyncio.sleep(0)
        await self.write(connection, book)
        return answers

    async def load(self, connection: Connection, transfers: Sequence[Transfer]) -> Book:
        """Lock and read all that these transfers may touch; other transfers must not be applied to the book."""
        ending = {transfer.pending_id for transfer in transfers if transfer.pending_id is not None}
        pendings = await repository.open_pendings(connection, ending) if ending else []
        named = {
            account.id: account
            for transfer in transfers
            for account in (transfer.debit, transfer.credit)
            if account is not None
        }
        await self._open(connection, named.values())
        touched = {*named}
        for pending in pendings:
            touched.add(pending.debit_account_id)
            touched.add(pending.credit_account_id)
        balances = await self._lock(connection, touched)
        stand_ins = {
            balance.id: await self._stand_in(connection, named[balance.id], balances)
            for balance in list(balances.values())
            if balance.frozen and balance.kind in SHARDED and balance.id in named
        }
        escrows = {
            account(AccountKind.EVENT_ESCROW, transfer.event_id, transfer.asset).id
            for transfer in transfers
            if transfer.kind is TransferKind.RESERVE and transfer.event_id is not None
        }
        frozen_events, full_events = (
            await repository.frozen_and_full_owners(connection, escrows, BEGUN_MAX)
            if escrows
            else (set[str](), set[str]())
        )
        known = await repository.under_locks(
            connection, {transfer.id for transfer in transfers}, ending, len(transfers)
        )
        waited = {transfer.event_id or "" for transfer in transfers if transfer.after_sequence}
        return Book(
            balances=balances.values(),
            stored=known.stored,
            pendings=pendings,
            ended=known.ended,
            sequences=await repository.fill_sequences(connection, waited) if waited else (),
            numbers=known.numbers,
            posted_at=_after_all(balances.values(), known.time),
            stand_ins=stand_ins,
            frozen_events=frozen_events,
            full_events=full_events,
        )

    async def write(self, connection: Connection, book: Book) -> None:
        """Record what the book created, and tell the people whose balances changed."""
        rows = book.created
        if not rows:
            return
        try:
            await repository.write_transfers(connection, rows, book.numbers[: len(rows)], book.posted_at)
        except psycopg.errors.UniqueViolation as error:
            # The same id, at the same moment, between accounts that this batch did not lock.
            raise ConcurrentBatch from error
        except psycopg.IntegrityError as error:
            metrics.DISAGREEMENTS.inc()
            _log.exception("ledger.disagrees", transfers=len(rows))
            raise LedgerDisagrees from error
        metrics.TRANSFERS.inc(len(rows))
        await outbox.add_many(connection, events.balances_changed(book, book.posted_at))

    async def _lock(self, connection: Connection, ids: Collection[str]) -> dict[str, Balance]:
        balances = await repository.lock_accounts(connection, ids) if ids else []
        if len(balances) != len(ids):
            # Only a database that was restored or emptied under us forgets accounts.
            self._known.clear()
            raise ConcurrentBatch("Accounts that were known are gone; they are opened again.")
        return {balance.id: balance for balance in balances}

    async def _stand_in(self, connection: Connection, frozen: Account, balances: dict[str, Balance]) -> str:
        """Another shard for one that is frozen: those outside see one account, and it must go on.

        It is locked out of order. Two batches that deadlock over it begin again, which is no loss while money is frozen.
        """
        others = [account for account in shards(frozen) if account.id != frozen.id]
        random.shuffle(others)
        for other in others:
            if other.id not in balances:
                await self._open(connection, [other])
                balances |= await self._lock(connection, [other.id])
            if not balances[other.id].frozen:
                return other.id
        return frozen.id

    async def _open(self, connection: Connection, accounts: Iterable[Account]) -> None:
        """Open accounts before the first lock is taken, so that nobody waits for us while we wait for them."""
        unknown = [account for account in accounts if account.id not in self._known]
        if not unknown:
            return
        opened = await repository.open_accounts(connection, unknown)
        if len(self._known) > _KNOWN_MAX:
            self._known.clear()
        # Those that we opened ourselves exist only once we commit: the next batch asks again and then knows.
        self._known.update(account.id for account in unknown if account.id not in opened)


def _after_all(balances: Iterable[Balance], now: datetime) -> datetime:
    """A clock may step back; the books of an account may not."""
    last = max((balance.changed_at for balance in balances), default=now - _INSTANT)
    return max(now, last + _INSTANT)
