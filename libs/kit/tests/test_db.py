"""The pool of one service on a real server."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import psycopg
import psycopg_pool
import pytest
from prometheus_client import REGISTRY
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.db import Connection, Database, DatabaseConfig, conninfo


async def keys(connection: Connection) -> list[str]:
    cursor = await connection.execute("select key from outbox_sequence order by key")
    return [row[0] for row in await cursor.fetchall()]


async def add(connection: Connection, key: str) -> None:
    await connection.execute("insert into outbox_sequence values ('t', %s, 1)", [key])


async def add_and_fail(connection: Connection) -> None:
    await add(connection, "failed")
    raise LookupError


async def within_transaction(database: Database, work: Callable[[Connection], Awaitable[None]]) -> None:
    async with database.transaction() as connection:
        await work(connection)


async def until_somebody_sleeps(database: Database) -> None:
    asleep = (
        "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
    )
    async with asyncio.timeout(10), database.direct() as watcher:
        while await (await watcher.execute(asleep)).fetchone() == (0,):  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # the server has no other way to tell


class TestTransaction:
    async def test_commits_at_the_end_and_rolls_back_on_an_error(self, database: Database) -> None:
        async with database.transaction() as connection:
            await add(connection, "kept")
        with pytest.raises(LookupError):
            await within_transaction(database, add_and_fail)
        async with database.connection() as connection:
            assert await keys(connection) == ["kept"]

    async def test_cancellation_rolls_back_and_gives_the_connection_back(self, database: Database) -> None:
        async def work() -> None:
            async with database.transaction() as connection:
                await add(connection, "lost")
                await connection.execute("select pg_sleep(60)")

        for _ in range(database.config.pool_max + 1):
            task = asyncio.ensure_future(work())
            await until_somebody_sleeps(database)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        async with database.connection() as connection:
            assert await keys(connection) == []

    async def test_lone_statements_stand_for_themselves(self, database: Database) -> None:
        async with database.connection() as connection:
            with pytest.raises(LookupError):
                await add_and_fail(connection)
        async with database.connection() as connection:
            assert await keys(connection) == ["failed"]


class TestBounds:
    async def test_wait_for_a_connection_ends(self, kit_database_url: str) -> None:
        config = DatabaseConfig(
            kit_database_url,
            kit_database_url,
            "bounds",
            pool_max=1,
            acquire_timeout_seconds=0.5,
            waiting_max=1,
        )
        async with Database(config) as database, database.connection():
            waits, is_turned_away = await asyncio.gather(
                database.connection().__aenter__(), database.connection().__aenter__(), return_exceptions=True
            )
            assert isinstance(waits, psycopg_pool.PoolTimeout)
            assert isinstance(is_turned_away, psycopg_pool.TooManyRequests)
            # A busy pool is load, not a database that is away.
            await database.ping()

    async def test_statement_and_lock_have_their_time(self, kit_database_url: str) -> None:
        config = DatabaseConfig(
            kit_database_url,
            kit_database_url,
            "bounds",
            statement_timeout_seconds=0.2,
            lock_timeout_seconds=0.1,
            pool_max=2,
        )
        async with Database(config) as database:
            async with database.connection() as connection:
                with pytest.raises(psycopg.errors.QueryCanceled):
                    await connection.execute("select pg_sleep(5)")
            async with database.transaction() as one, database.transaction() as two:
                await add(one, "same")
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    await add(two, "same")

    async def test_process_that_hangs_in_a_transaction_loses_its_locks(self, kit_database_url: str) -> None:
        config = DatabaseConfig(
            kit_database_url, kit_database_url, "idle", idle_in_transaction_timeout_seconds=0.1
        )

        async def hang(connection: Connection) -> None:
            await add(connection, "lost")
            await asyncio.sleep(0.5)
            await add(connection, "lost too")

        async with Database(config) as database:
            with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
                await within_transaction(database, hang)
            async with database.connection() as connection:
                assert await keys(connection) == []


class TestPing:
    async def test_notices_that_the_server_dropped_us_and_recovers(self, database: Database) -> None:
        await database.ping()
        async with database.connection() as connection:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() "
                "and datname = current_database()"
            )
        with pytest.raises(psycopg.OperationalError):
            await database.ping()
        await database.ping()

    async def test_process_may_start_before_its_database(self) -> None:
        nowhere = "postgresql://nobody@127.0.0.1:1/none"
        async with Database(
            DatabaseConfig(nowhere, nowhere, "early", acquire_timeout_seconds=0.2)
        ) as database:
            with pytest.raises(psycopg.OperationalError):
                await database.ping()
            with pytest.raises(psycopg_pool.PoolTimeout):
                async with database.connection():
                    pass


class Wire:
    """A way to the server that can be cut, which is what a restart looks like from here."""

    def __init__(self, url: str) -> None:
        self._parts = conninfo_to_dict(url)
        self._server: asyncio.Server | None = None
        self._ends: list[asyncio.StreamWriter] = []
        self._port = 0

    @property
    def url(self) -> str:
        return make_conninfo(**{**self._parts, "host": "127.0.0.1", "port": str(self._port)})

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        while self._ends:
            self._ends.pop().transport.abort()

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, forth = await asyncio.open_connection(str(self._parts["host"]), str(self._parts["port"]))
        self._ends += [back, forth]
        await asyncio.gather(self._pump(near, forth), self._pump(far, back))

    @staticmethod
    async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65536):
                target.write(data)
        target.close()


class TestOutage:
    async def test_pool_is_back_when_the_server_is(self, kit_database_url: str) -> None:
        wire = Wire(kit_database_url)
        await wire.mend()
        config = DatabaseConfig(wire.url, wire.url, "outage", pool_max=2, acquire_timeout_seconds=0.2)
        async with Database(config) as database:

            async def ask() -> None:
                async with database.connection() as connection:
                    await connection.execute("select 1")

            await until_it_succeeds(ask)
            wire.cut()
            # Long enough that the pool has tried to come back, and failed, more than once.
            for _ in range(20):
                with pytest.raises(psycopg.OperationalError):
                    await ask()
            await wire.mend()
            await until_it_succeeds(ask)
        wire.cut()


async def until_it_succeeds(ask: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                return await ask()


class TestConnectionString:
    def test_says_who_we_are_and_keeps_what_the_url_says(self) -> None:
        url = "postgresql://u@h/d?application_name=mine&options=-c%20search_path%3Dwallet"
        parts = conninfo_to_dict(conninfo(DatabaseConfig(url, url, application_name="wallet")))
        assert parts["application_name"] == "mine"
        assert str(parts["options"]).endswith("-c search_path=wallet")
        assert "statement_timeout=5000" in str(parts["options"])

    async def test_application_name_is_shown_by_the_server(self, database: Database) -> None:
        async with database.connection() as connection:
            cursor = await connection.execute("show application_name")
            assert await cursor.fetchone() == ("kit-test",)

    def test_environment(self) -> None:
        variables = {"SERVICE_NAME": "wallet", "DATABASE_URL": "postgresql://a", "DATABASE_POOL_MAX": "20"}
        with Environment(variables) as environment:
            config = DatabaseConfig.read(environment)
        assert (config.application_name, config.direct_url, config.pool_max) == (
            "wallet",
            "postgresql://a",
            20,
        )

    def test_environment_without_a_url(self) -> None:
        with (
            pytest.raises(ConfigurationError, match="DATABASE_URL"),
            Environment({"SERVICE_NAME": "x"}) as environment,
        ):
            DatabaseConfig.read(environment)


class TestMetrics:
    async def test_pool_is_shown(self, database: Database) -> None:
        async with database.connection(), database.connection():
            labels = {"pool": "kit-test", "state": "open"}
            assert (REGISTRY.get_sample_value("oraculum_db_pool_connections", labels) or 0) >= 2


class TestDirect:
    async def test_lock_is_held_by_the_connection_and_goes_with_it(self, database: Database) -> None:
        take = "select pg_try_advisory_lock(7)"
        async with database.direct() as first:
            assert await (await first.execute(take)).fetchone() == (True,)
            async with database.direct() as second:
                assert await (await second.execute(take)).fetchone() == (False,)
        async with database.direct() as third:
            await third.execute("select pg_advisory_lock(7)")
