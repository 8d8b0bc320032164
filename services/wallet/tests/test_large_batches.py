"""Batches of thousands stand in line in the process: one that waits inside the database slows down all that work there."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from oraculum_kit.db import Database, DatabaseConfig
from oraculum_kit.testing.messaging import eventually
from oraculum_wallet import ledger as module
from oraculum_wallet.errors import LargeBatchesWait
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.repository import ledger as repository
from oraculum_wallet.transfers import Result

WAITING = (
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
)


@pytest.fixture
async def ledger(wallet_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ledger]:
    """Two transfers are a large batch. However slow the machine is, what waits here waits until it is let go."""
    monkeypatch.setattr(module, "_LARGE", 2)
    patient = DatabaseConfig(
        wallet_url,
        wallet_url,
        application_name="wallet-test",
        statement_timeout_seconds=120.0,
        lock_timeout_seconds=120.0,
        idle_in_transaction_timeout_seconds=120.0,
    )
    async with Database(patient) as database:
        yield Ledger(database)


async def waiting_in_database(ledger: Ledger) -> int:
    """How many sessions wait for a lock."""
    async with ledger._database.connection() as connection:
        row = await (await connection.execute(WAITING)).fetchone()
    assert row is not None
    return int(row[0])


async def test_two_large_batches_are_in_the_database_and_small_ones_pass_them(
    ledger: Ledger, make: Any
) -> None:
    """Three wait for one account: two for its lock, the third for those two; nobody else waits for any of them."""
    anna, ben, carl = (make.user() for _ in range(3))
    await ledger.create([make.deposit(anna, 100)])
    await ledger.create([make.deposit(carl, 100)])

    async def two_wait() -> bool:
        return await waiting_in_database(ledger) == 2

    async with ledger._database.transaction() as holding:
        await repository.lock_accounts(holding, [anna.id])
        large = [
            asyncio.create_task(ledger.create([make.posted(anna, ben, 1) for _ in range(2)]))
            for _ in range(3)
        ]
        await eventually(two_wait)
        (small,) = await ledger.create([make.posted(carl, make.user(), 1)])
        assert Result.CREATED is small.result
        assert 2 == await waiting_in_database(ledger)
    answers = [answer for task in large for answer in await task]
    assert [Result.CREATED] * 6 == [answer.result for answer in answers]


async def test_past_the_bound_a_large_batch_is_told_to_come_again(
    ledger: Ledger, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two work, two wait, the fifth moves nothing; it is made when it comes again, and who gave up left its place."""
    monkeypatch.setattr(module, "_LARGE_WAITING_MAX", 2)
    anna, ben = make.user(), make.user()
    await ledger.create([make.deposit(anna, 100)])
    batches = [[make.posted(anna, ben, 1) for _ in range(2)] for _ in range(6)]

    async def two_stand_in_line() -> bool:
        return ledger._large_waiting == 2

    async with ledger._database.transaction() as holding:
        await repository.lock_accounts(holding, [anna.id])
        large = [asyncio.create_task(ledger.create(batch)) for batch in batches[:4]]
        await eventually(two_stand_in_line)
        with pytest.raises(LargeBatchesWait) as refusal:
            await ledger.create(batches[4])
        assert 1.0 == refusal.value.retry_after_seconds
        large.pop().cancel()
        await eventually(lambda: one_stands_in_line(ledger))
        large.append(asyncio.create_task(ledger.create(batches[5])))
        await eventually(two_stand_in_line)
    answers = [answer for task in large for answer in await task]
    answers += await ledger.create(batches[4])
    assert [Result.CREATED] * 10 == [answer.result for answer in answers]
    assert 0 == ledger._large_waiting


async def one_stands_in_line(ledger: Ledger) -> bool:
    """Whether one large batch waits in the process."""
    return ledger._large_waiting == 1
