"""Batches of thousands stand in line in the process: one that waits inside the database slows down all that work there."""

import asyncio
from typing import Any

import pytest

from oraculum_kit.db import Database, DatabaseConfig
from oraculum_kit.testing.messaging import eventually
from oraculum_wallet import ledger as module
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.repository import ledger as repository
from oraculum_wallet.transfers import Result

WAITING = (
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
)


async def test_two_large_batches_are_in_the_database_and_small_ones_pass_them(
    wallet_url: str, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three wait for one account: two for its lock, the third for those two; nobody else waits for any of them."""
    monkeypatch.setattr(module, "_LARGE", 2)
    # However slow the machine is, what waits here waits until it is let go.
    patient = DatabaseConfig(
        wallet_url,
        wallet_url,
        application_name="wallet-test",
        statement_timeout_seconds=120.0,
        lock_timeout_seconds=120.0,
        idle_in_transaction_timeout_seconds=120.0,
    )
    async with Database(patient) as database:
        ledger = Ledger(database)
        anna, ben, carl = (make.user() for _ in range(3))
        await ledger.create([make.deposit(anna, 100)])
        await ledger.create([make.deposit(carl, 100)])

        async def count() -> int:
            async with database.connection() as connection:
                row = await (await connection.execute(WAITING)).fetchone()
            assert row is not None
            return int(row[0])

        async def two_wait() -> bool:
            return await count() == 2

        async with database.transaction() as holding:
            await repository.lock_accounts(holding, [anna.id])
            large = [
                asyncio.create_task(ledger.create([make.posted(anna, ben, 1) for _ in range(2)]))
                for _ in range(3)
            ]
            await eventually(two_wait)
            (small,) = await ledger.create([make.posted(carl, make.user(), 1)])
            assert Result.CREATED is small.result
            assert 2 == await count()
        answers = [answer for task in large for answer in await task]
        assert [Result.CREATED] * 6 == [answer.result for answer in answers]
