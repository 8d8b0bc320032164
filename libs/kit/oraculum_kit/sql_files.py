"""SQL in files: each statement with a name and a sentence, and nothing else to learn.

    -- name: account
    -- The account with its balances, locked until the transaction ends.
    select id, owner, credits_posted from account where id = %(account_id)s for update

    sql = queries(__package__, "sql/ledger.sql")
    account = await sql.account.one(connection, Account, account_id=account_id)

A statement is prepared on its first use, timed under its own name, and traced when the request is. A literal percent
sign is written twice, as psycopg wants it.
"""

import re
from collections.abc import Iterator, Mapping
from importlib import resources
from time import perf_counter
from typing import Any, Final, LiteralString, TypeVar

import psycopg
from psycopg.rows import tuple_row

from oraculum_kit import metrics, traces
from oraculum_kit.cursors import KeptCursor, cursor_for

T = TypeVar("T")

Connection = psycopg.AsyncConnection[Any]

_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s")
_PLANNED: Final = re.compile(r"\s*(select|insert|update|delete|merge|with|values)\b", re.IGNORECASE)
_NAME: Final = re.compile(r"^-- name: ([a-z][a-z0-9_]*)$", re.MULTILINE)


class Statement:
    """One named statement."""

    def __init__(self, name: str, sql: str) -> None:
        self.name = name
        # The text comes from a file of ours, never from input: that is what LiteralString wants to know.
        self.sql: LiteralString = sql
        # psycopg finds bytes that it has seen by themselves, and would encode and compare a text each time.
        self._query = sql.encode()
        self._seconds = metrics.SQL_SECONDS.labels(name)
        self._failed = metrics.SQL_FAILED.labels(name)

    def __repr__(self) -> str:
        return f"Statement({self.name})"

    async def run(self, connection: Connection, /, **parameters: object) -> int:
        """Execute for its effect; the number of rows it touched."""
        async with _Execution(self, connection) as cursor:
            await cursor.execute(self._query, parameters, prepare=True)
            return cursor.rowcount

    async def one(self, connection: Connection, into: type[T], /, **parameters: object) -> T | None:
        """The row as an `into`, made from columns by name; None when there is none."""
        async with _Execution(self, connection, into) as cursor:
            await cursor.execute(self._query, parameters, prepare=True)
            row: T | None = await cursor.fetchone()
            return row

    async def all(self, connection: Connection, into: type[T], /, **parameters: object) -> list[T]:
        """Every row as an `into`."""
        async with _Execution(self, connection, into) as cursor:
            await cursor.execute(self._query, parameters, prepare=True)
            return await cursor.fetchall()

    async def value(self, connection: Connection, /, **parameters: object) -> Any:
        """The first column of the first row; None when there is none."""
        async with _Execution(self, connection) as cursor:
            await cursor.execute(self._query, parameters, prepare=True)
            row = await cursor.fetchone()
            return None if row is None else row[0]

    async def tuples(self, connection: Connection, /, **parameters: object) -> list[tuple[Any, ...]]:
        """Every row as a plain tuple: the cheapest form, for hot paths."""
        async with _Execution(self, connection) as cursor:
            await cursor.execute(self._query, parameters, prepare=True)
            return await cursor.fetchall()

    def finished(self, seconds: float, *, failed: bool) -> None:
        """Count one execution."""
        self._seconds.observe(seconds)
        if failed:
            self._failed.inc()


class _Execution:
    """One execution, timed and traced. A class, because `asynccontextmanager` costs three times as much."""

    __slots__ = ("_cursor", "_span", "_started", "_statement")

    def __init__(self, statement: Statement, connection: Connection, into: type | None = None) -> None:
        self._statement = statement
        self._cursor = cursor_for(connection, statement, into)
        self._span = traces.span(statement.name, traces.CLIENT)
        self._started = 0.0

    async def __aenter__(self) -> KeptCursor:
        span = self._span.__enter__()
        if span.sampled:
            span.set("db.system.name", "postgresql")
            span.set("db.query.summary", self._statement.name)
            span.set("db.query.text", self._statement.sql)
        self._started = perf_counter()
        return self._cursor

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: Any
    ) -> None:
        self._statement.finished(perf_counter() - self._started, failed=kind is not None)
        self._cursor.release()
        self._span.__exit__(kind, error, traceback)


class Queries:
    """The statements of one file as attributes; a name that the file lacks fails where it is written."""

    def __init__(self, statements: Mapping[str, Statement], source: str) -> None:
        self._statements = dict(statements)
        self._source = source

    def __getattr__(self, name: str) -> Statement:
        try:
            return self.__dict__["_statements"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(f"{self._source} has no statement named {name}") from None

    def __iter__(self) -> Iterator[Statement]:
        return iter(self._statements.values())


async def plan(connection: Connection, statement: Statement) -> str:
    """How the server would run a statement; raises if it could not. A test asks it of every statement there is.

    Placeholders become numbered ones, so no value is needed. What is not planned (LISTEN, LOCK) has an empty plan.
    """
    if not _PLANNED.match(statement.sql):
        return ""
    numbers: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return f"${numbers.setdefault(match[1], len(numbers) + 1)}"

    numbered: LiteralString = _PLACEHOLDER.sub(number, statement.sql).replace("%%", "%")
    async with connection.cursor(row_factory=tuple_row) as cursor:
        # Not prepared: in the extended protocol the server would want values for what explain only plans.
        await cursor.execute(f"explain (generic_plan) {numbered}", prepare=False)
        return "\n".join(row[0] for row in await cursor.fetchall())


def queries(package: str | None, path: str) -> Queries:
    """Read the statements of a file that lies in a package: `queries(__package__, "sql/ledger.sql")`."""
    if package is None:
        raise ValueError("queries() is for modules of a package")
    text = resources.files(package).joinpath(path).read_text(encoding="utf-8")
    return Queries(parse(text, source=path), source=f"{package}/{path}")


def parse(text: str, *, source: str) -> dict[str, Statement]:
    """Split a file at its names. Every statement has a sentence that says what it is for."""
    head, *parts = _NAME.split(text)
    if any(line and not line.startswith("--") for line in head.splitlines()):
        raise ValueError(f"{source}: there is SQL before the first name")
    statements: dict[str, Statement] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        lines = body.strip().splitlines()
        if not lines or not lines[0].startswith("-- "):
            raise ValueError(f"{source}: {name} lacks the sentence that says what it is for")
        if name in statements:
            raise ValueError(f"{source}: {name} is there twice")
        sql = "\n".join(line for line in lines if not line.lstrip().startswith("--")).strip().rstrip(";")
        if not sql:
            raise ValueError(f"{source}: {name} is empty")
        statements[name] = Statement(name, sql)
    return statements
