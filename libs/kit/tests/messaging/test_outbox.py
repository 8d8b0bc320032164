"""Facts are stored with what makes them true, in order and numbered."""

import asyncio
from datetime import UTC, datetime

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from oraculum.prediction.v1.bets_fact_pb2 import BetsFact, OrderFilled
from oraculum_kit import outbox, traces
from oraculum_kit.db import Database
from oraculum_kit.outbox import Fact
from oraculum_kit.records import fact_type
from oraculum_kit.testing.locks import lock_waiters


async def stored(database: Database) -> list[tuple[str, str | None, int | None, str]]:
    async with database.connection() as connection:
        cursor = await connection.execute("select topic, key, sequence, payload from outbox order by id")
        rows = await cursor.fetchall()
    return [
        (topic, key, sequence, StringValue.FromString(payload).value)
        for topic, key, sequence, payload in rows
    ]


def fact(key: str | None, value: str, sequence: int | None = None) -> Fact:
    return Fact(topic="facts", key=key, message=StringValue(value=value), sequence=sequence)


class TestAddMany:
    async def test_numbers_each_key_in_the_order_given(self, database: Database) -> None:
        """Rows of one key count upwards, whatever stands between them, and go on in the next transaction."""
        for values in (["a1", "b1", "a2"], ["b2", "a3", "a4"]):
            async with database.transaction() as connection:
                await outbox.add_many(connection, [fact(value[0], value) for value in values])
        assert await stored(database) == [
            ("facts", "a", 1, "a1"),
            ("facts", "b", 1, "b1"),
            ("facts", "a", 2, "a2"),
            ("facts", "b", 2, "b2"),
            ("facts", "a", 3, "a3"),
            ("facts", "a", 4, "a4"),
        ]

    async def test_keeps_the_sequence_that_the_caller_owns(self, database: Database) -> None:
        async with database.transaction() as connection:
            await outbox.add_many(connection, [fact("m", "x", 41), fact("m", "y", 42), fact("n", "z")])
        assert [row[2] for row in await stored(database)] == [41, 42, 1]

    async def test_without_a_key_there_is_no_sequence(self, database: Database) -> None:
        async with database.transaction() as connection:
            await outbox.add_many(connection, [fact(None, "x"), fact(None, "y")])
        assert [row[1:] for row in await stored(database)] == [(None, None, "x"), (None, None, "y")]

    async def test_a_rolled_back_transaction_leaves_nothing_and_uses_no_number(
        self, database: Database
    ) -> None:
        with pytest.raises(RuntimeError):  # noqa: PT012  what fails is the end of the block
            async with database.transaction() as connection:
                await outbox.add_many(connection, [fact("a", "lost")])
                raise RuntimeError
        async with database.transaction() as connection:
            await outbox.add_many(connection, [fact("a", "kept")])
        assert await stored(database) == [("facts", "a", 1, "kept")]

    async def test_a_second_writer_of_a_key_waits_for_the_first(self, database: Database) -> None:
        """Within a key, order of ids is order of commits: the second gets its id after the first has committed."""
        order = []

        async def second() -> None:
            async with database.transaction() as connection:
                await outbox.add_many(connection, [fact("a", "second"), fact("b", "free")])
                order.append("second")

        async with database.transaction() as connection:
            await outbox.add_many(connection, [fact("a", "first")])
            waiting = asyncio.ensure_future(second())
            await lock_waiters(database)
            order.append("first")
        await waiting
        assert order == ["first", "second"]
        assert [row[2:] for row in await stored(database)] == [(1, "first"), (2, "second"), (1, "free")]

    async def test_nothing_to_add_is_no_statement(self, database: Database) -> None:
        async with database.connection() as connection:
            assert await outbox.add_many(connection, []) == []

    async def test_refuses_what_would_block_the_outbox_for_ever(self, database: Database) -> None:
        async with database.transaction() as connection:
            with pytest.raises(outbox.FactTooLargeError):
                await outbox.add(
                    connection, topic="facts", key="a", message=StringValue(value="x" * 1_000_000)
                )
        assert await stored(database) == []


class TestAdd:
    async def test_stores_what_the_headers_will_say(self, database: Database) -> None:
        """The id is a UUIDv7, the type the message's name, the trace that of the work at hand, the time the given one."""
        moment = datetime(2026, 5, 1, 12, tzinfo=UTC)
        with traces.span("test"):
            traceparent = traces.traceparent()
            async with database.transaction() as connection:
                event_id = await outbox.add(
                    connection, topic="facts", key="a", message=StringValue(), subject="s", occurred_at=moment
                )
        async with database.connection() as connection:
            cursor = await connection.execute(
                "select event_id, type, subject, occurred_at, traceparent from outbox"
            )
            row = await cursor.fetchone()
        assert row == (event_id, "google.protobuf.StringValue", "s", moment, traceparent)
        assert event_id.version == 7


class TestFactType:
    def test_is_what_the_envelope_holds(self) -> None:
        assert fact_type(BetsFact(order_filled=OrderFilled())) == "oraculum.prediction.v1.OrderFilled"

    def test_an_empty_envelope_says_nothing(self) -> None:
        with pytest.raises(ValueError, match="says nothing"):
            fact_type(BetsFact())
