"""Databases that answer nobody: no connection is to be had, or all of them wait for a lock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from psycopg import sql

from oraculum_dev.faults.inside import connected
from oraculum_dev.faults.processes import BACK_SECONDS, PAST_EVERY_DEADLINE_SECONDS
from oraculum_dev.faults.proof import prove
from oraculum_dev.faults.scene import Scene
from oraculum_dev.fixtures.crowd import Crowd
from oraculum_dev.infrastructure.databases import role_of

pytestmark = [pytest.mark.end_to_end, pytest.mark.faults]


@asynccontextmanager
async def few_connections(scene: Scene, service: str, most: int) -> AsyncIterator[None]:
    """End all sessions of a service and let it have this many in all: its pool stays as good as empty."""
    role = role_of(service)
    limit = sql.SQL("alter role {} connection limit {}")
    async with await connected(scene.suite) as connection:
        await connection.execute(limit.format(sql.Identifier(role), sql.Literal(most)))
        try:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [role]
            )
            yield
        finally:
            await connection.execute(limit.format(sql.Identifier(role), sql.Literal(-1)))


@asynccontextmanager
async def locked(scene: Scene, table: str) -> AsyncIterator[None]:
    """Nobody else may as much as read a table: whoever asks keeps a connection until they give up."""
    async with await connected(scene.suite) as connection, connection.transaction():
        schema, name = table.split(".")
        lock = sql.SQL("lock table {} in access exclusive mode")
        await connection.execute(lock.format(sql.Identifier(schema, name)))
        yield


@pytest.mark.parametrize(("service", "most"), [("prediction", 2), ("wallet", 0)])
async def test_hardly_a_connection_is_to_be_had(scene: Scene, service: str, most: int) -> None:
    """Bets are refused or unknown while it lasts, and taken again at once when it is over."""
    async with Crowd(scene.api, await scene.open_events_of_all()) as crowd:
        await crowd.until_accepted(30, 60)
        async with few_connections(scene, service, most):
            await asyncio.sleep(PAST_EVERY_DEADLINE_SECONDS)
        await crowd.until_accepted(60, BACK_SECONDS)
    await prove(scene.suite, crowd)


@pytest.mark.parametrize("table", ["prediction.market", "prediction.trade_order", "wallet.account"])
async def test_all_connections_wait(scene: Scene, table: str) -> None:
    """A pool whose every connection waits for a lock says so in time, and none of what waited is done twice."""
    async with Crowd(scene.api, await scene.open_events_of_all(), size=16) as crowd:
        await crowd.until_accepted(30, 60)
        async with locked(scene, table):
            await asyncio.sleep(PAST_EVERY_DEADLINE_SECONDS)
        await crowd.until_accepted(60, BACK_SECONDS)
    await prove(scene.suite, crowd)
