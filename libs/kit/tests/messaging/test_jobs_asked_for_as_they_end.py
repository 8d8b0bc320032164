"""A job that is asked for again in the very moment in which it ends: the one request waits for the other."""

import asyncio
from typing import Any

import pytest

from oraculum_kit import jobs
from oraculum_kit.db import Database
from oraculum_kit.job_runner import JobRunner
from oraculum_kit.jobs import Job, Kind
from oraculum_kit.testing.locks import lock_waiters
from oraculum_kit.testing.messaging import eventually, running

# Nobody waits for the end of a lease here: no test is as patient.
LEASE_SECONDS = 3600.0


async def ask(connection: Any, number: int) -> None:
    assert await jobs.schedule(connection, "count", {"n": number}, unique_key="e1")


@pytest.mark.parametrize("finishes", [False, True], ids=["ended by its runner", "ended with its effect"])
async def test_it_runs_again_at_once(database: Database, *, finishes: bool) -> None:
    """Its end finds the row taken by a request that is not committed yet, and must see what that has changed."""
    seen: list[int] = []
    asked = asyncio.Event()

    async def handle(job: Job) -> None:
        seen.append(job.payload["n"])
        if job.payload["n"] == 1:
            await asked.wait()
        if finishes:
            async with database.transaction() as connection:
                await job.finish(connection)

    async def nothing_left() -> bool:
        async with database.connection() as connection:
            cursor = await connection.execute("select count(*) from job")
            return (0,) == await cursor.fetchone()

    async with database.transaction() as connection:
        await ask(connection, 1)
    kinds = [Kind("count", handle)]
    async with running(JobRunner(database=database, kinds=kinds, lease_seconds=LEASE_SECONDS).run):

        async def begun() -> bool:
            return bool(seen)

        await eventually(begun)
        async with database.transaction() as connection:
            await ask(connection, 2)
            asked.set()
            await lock_waiters(database)
        await eventually(nothing_left)
    assert [1, 2] == seen
