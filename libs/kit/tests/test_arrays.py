from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oraculum_kit import arrays

# PostgreSQL has no character 0, and no half ones.
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
KINDS = {
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "double precision": st.floats(allow_nan=False),
    "numeric": st.decimals(-(10**30), 10**30),
    "uuid": st.uuids(),
    "bytea": st.binary(max_size=20),
    "text": TEXTS,
    "timestamptz": st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
}


@pytest.fixture
async def connection(postgres: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with await psycopg.AsyncConnection.connect(postgres, autocommit=True) as connection:
        arrays.register(connection)
        yield connection


async def read_back(connection: psycopg.AsyncConnection[Any], values: list[Any], kind: str) -> list[Any]:
    cursor = await connection.execute(f"select x from unnest(%s::{kind}[]) as x", [values], prepare=True)  # noqa: S608  one of the kinds above
    return [row[0] for row in await cursor.fetchall()]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_comes_out_is_what_went_in(
    connection: psycopg.AsyncConnection[Any], kind: str, data: st.DataObject
) -> None:
    """Whatever a text holds, and wherever a null stands, the server reads the very same values."""
    values = data.draw(st.lists(st.none() | KINDS[kind], max_size=20))
    assert values == await read_back(connection, values, kind)


@pytest.mark.parametrize("text", ["", "NULL", "null", '"', "\\", "a,b", "{}", " ", '","', "\\x00", "é\n\t"])
async def test_texts_that_look_like_arrays_are_texts(
    connection: psycopg.AsyncConnection[Any], text: str
) -> None:
    """Nobody breaks out of an element."""
    assert [text] == await read_back(connection, [text], "text")
    assert [text, None, text] == await read_back(connection, [text, None, text], "text")


async def test_other_lists_go_the_library_s_way(connection: psycopg.AsyncConnection[Any]) -> None:
    cursor = await connection.execute("select %s::integer[]", [[[1, 2], [3, 4]]])
    assert ([[1, 2], [3, 4]],) == await cursor.fetchone()


async def test_an_array_takes_the_type_of_what_it_is_compared_with(
    connection: psycopg.AsyncConnection[Any],
) -> None:
    """Without a cast, too."""
    cursor = await connection.execute("select 7::smallint = any(%s), %s = any(array[2])", [[7, 8], 3])
    assert (True, False) == await cursor.fetchone()
    known = UUID(int=7)
    cursor = await connection.execute("select %s::uuid = any(%s)", [known, [known]])
    assert (True,) == await cursor.fetchone()


async def test_the_size_of_numbers_makes_no_second_plan(connection: psycopg.AsyncConnection[Any]) -> None:
    """The library names an array by its largest number, and the server plans for each name."""
    for number in (1, 2**20, 2**40):
        assert [number] == await read_back(connection, [number], "bigint")
    cursor = await connection.execute(
        "select count(*) from pg_prepared_statements where statement like '%unnest%'"
    )
    assert (1,) == await cursor.fetchone()
