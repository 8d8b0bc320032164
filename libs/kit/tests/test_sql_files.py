"""Named statements, read from files and run on a real server."""

import asyncio
from dataclasses import dataclass

import psycopg
import pytest
from prometheus_client import REGISTRY

from oraculum_kit.cursors import KeepingConnection, cursor_for
from oraculum_kit.db import Database
from oraculum_kit.sql_files import Queries, Statement, parse, plan, queries

FILE = """
-- Statements of a test.

-- name: squares
-- Numbers with their squares.
select n as number, n * n as square
from generate_series(1, %(upto)s::int) as n  -- a trailing remark
order by n;

-- name: broken
-- Divides by nothing.
select 1 / %(zero)s::int
"""


@dataclass(frozen=True)
class Square:
    number: int
    square: int


@pytest.fixture
def sql() -> Queries:
    return Queries(parse(FILE, source="test.sql"), source="test.sql")


class TestParse:
    def test_finds_names_and_drops_the_remarks(self, sql: Queries) -> None:
        assert [statement.name for statement in sql] == ["squares", "broken"]
        assert "Numbers" not in sql.squares.sql
        assert sql.squares.sql.startswith("select n as number")
        assert not sql.squares.sql.endswith(";")

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("-- name: a\nselect 1", "lacks the sentence"),
            ("-- name: a\n-- Says a.\n", "empty"),
            ("-- name: a\n-- A.\nselect 1\n-- name: a\n-- A.\nselect 2", "there twice"),
            ("select 1\n-- name: a\n-- A.\nselect 2", "before the first name"),
        ],
    )
    def test_refuses_what_a_reader_would_stumble_over(self, text: str, problem: str) -> None:
        with pytest.raises(ValueError, match=problem):
            parse(text, source="x.sql")

    def test_name_that_is_not_there_fails_where_it_is_written(self, sql: Queries) -> None:
        with pytest.raises(AttributeError, match=r"test\.sql has no statement named cubes"):
            _ = sql.cubes

    def test_reads_the_file_of_a_package(self) -> None:
        assert isinstance(queries("oraculum_kit", "sql/idempotency.sql").claim, Statement)


class TestPlan:
    async def test_says_how_without_values(self, database: Database, sql: Queries) -> None:
        async with database.connection() as connection:
            assert "Function Scan" in await plan(connection, sql.squares)

    async def test_statement_that_cannot_run_fails(self, database: Database) -> None:
        lost = parse("-- name: lost\n-- Asks what is not there.\nselect nothing from nowhere", source="x")[
            "lost"
        ]
        async with database.connection() as connection:
            with pytest.raises(psycopg.errors.UndefinedTable):
                await plan(connection, lost)

    async def test_percent_signs_and_repeated_names_are_read_as_psycopg_does(
        self, database: Database
    ) -> None:
        text = "-- name: like\n-- Finds.\nselect key from outbox where key like 'a%%' and key = %(a)s or key > %(a)s"
        async with database.connection() as connection:
            assert "$1" in await plan(connection, parse(text, source="x")["like"])

    async def test_what_has_no_plan_is_left_alone(self, database: Database) -> None:
        text = "-- name: listen\n-- Waits.\nlisten outbox"
        async with database.connection() as connection:
            assert await plan(connection, parse(text, source="x")["listen"]) == ""


class TestStatement:
    async def test_gives_rows_in_every_form(self, database: Database, sql: Queries) -> None:
        async with database.connection() as connection:
            assert await sql.squares.one(connection, Square, upto=3) == Square(1, 1)
            assert await sql.squares.all(connection, Square, upto=2) == [Square(1, 1), Square(2, 4)]
            assert await sql.squares.tuples(connection, upto=2) == [(1, 1), (2, 4)]
            assert await sql.squares.value(connection, upto=2) == 1
            assert await sql.squares.run(connection, upto=7) == 7

    async def test_gives_none_where_there_is_no_row(self, database: Database, sql: Queries) -> None:
        async with database.connection() as connection:
            assert await sql.squares.one(connection, Square, upto=0) is None
            assert await sql.squares.value(connection, upto=0) is None

    async def test_is_prepared_at_its_first_use(self, database: Database, sql: Queries) -> None:
        async with database.connection() as connection:
            await sql.squares.value(connection, upto=1)
            cursor = await connection.execute("select statement from pg_prepared_statements")
            assert any("as square" in row[0] for row in await cursor.fetchall())

    async def test_serves_two_who_ask_one_connection_at_once(self, database: Database, sql: Queries) -> None:
        """Each gets the rows that they asked for, and none of another's or of an earlier time."""
        async with database.connection() as connection:
            for _ in range(3):
                asked = [sql.squares.tuples(connection, upto=upto) for upto in range(20)]
                expected = [[(n, n * n) for n in range(1, upto + 1)] for upto in range(20)]
                assert expected == await asyncio.gather(*asked)

    async def test_goes_on_after_it_failed_and_after_nobody_waited(
        self, database: Database, sql: Queries
    ) -> None:
        slow = parse("-- name: slow\n-- Sleeps.\nselect pg_sleep(%(seconds)s::float8)", source="t")["slow"]
        async with database.connection() as connection:
            with pytest.raises(psycopg.errors.DivisionByZero):
                await sql.broken.value(connection, zero=0)
            assert 1 == await sql.broken.value(connection, zero=1)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await slow.value(connection, seconds=30.0)
            assert "" == await slow.value(connection, seconds=0.0)
            assert [(1, 1)] == await sql.squares.tuples(connection, upto=1)

    async def test_takes_values_of_other_types_the_next_time(self, database: Database) -> None:
        told = parse("-- name: told\n-- Repeats.\nselect %(it)s::text[]", source="t")["told"]
        pairs: list[tuple[list[object], list[str | None]]] = [
            (["a"], ["a"]),
            ([1, 2], ["1", "2"]),
            ([None], [None]),
            ([], []),
            (["b", None], ["b", None]),
        ]
        async with database.connection() as connection:
            for it, expected in pairs + pairs:
                assert expected == await told.value(connection, it=it)

    async def test_keeps_nothing_of_what_it_gave(self, database: Database, sql: Queries) -> None:
        """Batches have megabytes, and a process has several connections with dozens of statements each."""
        async with database.connection() as connection:
            rows = await sql.squares.all(connection, Square, upto=100)
            assert 100 == len(rows)
            cursor = cursor_for(connection, sql.squares, Square)
            assert cursor is cursor_for(connection, sql.squares, Square)
            assert cursor.pgresult is None

    async def test_keeps_no_more_cursors_than_are_of_use(self, database: Database, sql: Queries) -> None:
        """Some statements are made of what somebody asked for, and their kinds have no end."""
        async with database.connection() as connection:
            assert isinstance(connection, KeepingConnection)
            for number in range(1000):
                one = Statement("one", f"select {number} + %(it)s::int")
                if number % 100 == 0:
                    assert number + 1 == await one.value(connection, it=1)
                cursor_for(connection, one)
            assert len(connection.kept) <= 300
            assert 1 == await sql.squares.value(connection, upto=1)

    async def test_is_timed_and_its_failures_counted(self, database: Database, sql: Queries) -> None:
        def counted(metric: str) -> float:
            return REGISTRY.get_sample_value(metric, {"statement": "broken"}) or 0.0

        before = counted("oraculum_sql_duration_seconds_count"), counted("oraculum_sql_failed_total")
        async with database.connection() as connection:
            with pytest.raises(psycopg.errors.DivisionByZero):
                await sql.broken.value(connection, zero=0)
        after = counted("oraculum_sql_duration_seconds_count"), counted("oraculum_sql_failed_total")
        assert after == (before[0] + 1, before[1] + 1)
