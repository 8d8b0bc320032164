"""The database of one service: a bounded pool, one transaction per command, an honest ping.

    database = Database(config.database)
    async with database:
        async with database.transaction() as connection:   # commits at the end, rolls back on any error
            ...
        async with database.connection() as connection:    # single reads: no BEGIN, no COMMIT
            ...

Connections are in autocommit mode, so a lone statement costs one round trip; `transaction()` says BEGIN and COMMIT.
Nothing is retried here: whether a command may run again only its caller knows. A lost connection, a full pool and a
statement that took too long become `Unavailable` (or `ResourceExhausted`) at the server's edge.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool

from oraculum_kit import arrays, metrics
from oraculum_kit.config import Environment
from oraculum_kit.cursors import KeepingConnection
from oraculum_kit.sql_files import Connection, Queries, Statement, queries

__all__ = ["Connection", "Database", "DatabaseConfig", "Queries", "Statement", "queries"]


@dataclass(frozen=True, slots=True)
class DatabaseConfig:
    """Where the database is and how much of it this process may take."""

    url: str
    direct_url: str
    application_name: str
    pool_min: int = 1
    pool_max: int = 8
    # How many requests may wait for a connection, and how long, before they are told to come again.
    waiting_max: int = 256
    acquire_timeout_seconds: float = 2.0
    connect_timeout_seconds: int = 5
    statement_timeout_seconds: float = 5.0
    lock_timeout_seconds: float = 3.0
    # A process that hangs inside a transaction holds its locks no longer than this: a market whose replica was paused in
    # its commit waits for it. Nobody who is awake is idle here for more than a moment.
    idle_in_transaction_timeout_seconds: float = 10.0

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """DATABASE_URL and its companions."""
        url = environment.secret("DATABASE_URL")
        return cls(
            url=url,
            direct_url=environment.secret("DATABASE_DIRECT_URL", url),
            application_name=environment.text("SERVICE_NAME"),
            pool_min=environment.integer("DATABASE_POOL_MIN", 1, minimum=0),
            pool_max=environment.integer("DATABASE_POOL_MAX", 8, minimum=1),
            waiting_max=environment.integer("DATABASE_WAITING_MAX", 256, minimum=1),
            acquire_timeout_seconds=environment.seconds("DATABASE_ACQUIRE_TIMEOUT_SECONDS", 2.0),
            statement_timeout_seconds=environment.seconds("DATABASE_STATEMENT_TIMEOUT_SECONDS", 5.0),
            lock_timeout_seconds=environment.seconds("DATABASE_LOCK_TIMEOUT_SECONDS", 3.0),
        )


class Database:
    """The pool of one process. Open it with `async with`."""

    def __init__(self, config: DatabaseConfig | str) -> None:
        self.config = (
            config
            if isinstance(config, DatabaseConfig)
            else DatabaseConfig(config, config, application_name="oraculum")
        )
        self._conninfo = conninfo(self.config)
        self._pool = AsyncConnectionPool[Connection](
            self._conninfo,
            connection_class=KeepingConnection,
            open=False,
            min_size=self.config.pool_min,
            max_size=max(self.config.pool_max, self.config.pool_min),
            max_waiting=self.config.waiting_max,
            timeout=self.config.acquire_timeout_seconds,
            # The library doubles its pauses for as long as this, so that after an outage of a minute the pool would
            # sleep another one. Having given up it begins anew with the next request.
            reconnect_timeout=1.0,
            kwargs={"autocommit": True, "prepare_threshold": 0},
            configure=_configure,
            name=self.config.application_name,
        )
        self._ping_connection: Connection | None = None
        self._ping_lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        # Do not wait for the server: a process that starts while its database is away is unready, not dead.
        await self._pool.open(wait=False)
        watch_pool(self._pool)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._ping_connection is not None:
            await self._ping_connection.close()
        await self._pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection in autocommit mode: each statement stands for itself."""
        async with self._pool.connection() as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside a transaction that commits when the block ends and rolls back when it raises.

        An error out of COMMIT itself means that the outcome is unknown: the same idempotency key tells the truth.
        """
        async with self._pool.connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def direct(self) -> AsyncIterator[Connection]:
        """A connection of one's own past any pooler, for advisory locks and LISTEN."""
        connection = await KeepingConnection.connect(
            conninfo(self.config, url=self.config.direct_url), autocommit=True
        )
        async with connection:
            yield connection

    async def ping(self, timeout_seconds: float = 2.0) -> None:
        """Ask the database whether it is there; raise if it is not.

        On a connection of its own: a busy pool is load, and load must not take a process out of service.
        """
        async with self._ping_lock, asyncio.timeout(timeout_seconds):
            try:
                if self._ping_connection is None:
                    self._ping_connection = await psycopg.AsyncConnection.connect(
                        self._conninfo, autocommit=True
                    )
                await self._ping_connection.execute("select 1")
            except BaseException:
                # Whatever state it is in, cancellation included, the next ping begins anew.
                if self._ping_connection is not None:
                    await self._ping_connection.close()
                    self._ping_connection = None
                raise


def conninfo(config: DatabaseConfig, *, url: str | None = None) -> str:
    """The connection string with our limits in it; what the URL says itself stands before them."""
    given = conninfo_to_dict(url or config.url)
    limits = {
        "statement_timeout": config.statement_timeout_seconds,
        "lock_timeout": config.lock_timeout_seconds,
        "idle_in_transaction_session_timeout": config.idle_in_transaction_timeout_seconds,
    }
    options = [f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items()]
    if given.get("options"):
        options.append(str(given["options"]))
    defaults: dict[str, Any] = {
        "application_name": config.application_name,
        "connect_timeout": config.connect_timeout_seconds,
        "target_session_attrs": "read-write",
    }
    return make_conninfo(**{**defaults, **given, "options": " ".join(options)})


async def _configure(connection: Connection) -> None:
    """Keep every statement of a service prepared, there are more than the library's default; write batches fast."""
    connection.prepared_max = 1000
    arrays.register(connection)


def watch_pool(pool: AsyncConnectionPool[Connection]) -> None:
    """Show what the pool does; read when Prometheus asks, free otherwise."""

    def size() -> float:
        return float(pool.get_stats()["pool_size"])

    def idle() -> float:
        return float(pool.get_stats()["pool_available"])

    metrics.POOL_CONNECTIONS.labels(pool.name, "open").set_function(size)
    metrics.POOL_CONNECTIONS.labels(pool.name, "idle").set_function(idle)
    metrics.POOL_WAITING.labels(pool.name).set_function(lambda: float(pool.get_stats()["requests_waiting"]))
    metrics.POOL_WAITED.labels(pool.name).set_function(
        lambda: pool.get_stats().get("requests_wait_ms", 0) / 1000
    )
