"""Every command once, whatever happens around it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from google.protobuf.wrappers_pb2 import Int64Value, StringValue

from oraculum_kit import idempotency, replay
from oraculum_kit.caller import Caller, calling_as
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import (
    FailedPrecondition,
    Internal,
    NotFound,
    ResourceExhausted,
    ServiceError,
    Unavailable,
)
from oraculum_kit.idempotency import Command, IdempotencyConflict, IdempotencyKeyRequired
from oraculum_kit.testing import Parties
from oraculum_kit.testing.locks import lock_waiters

Work = Callable[[Connection], Awaitable[StringValue]]
REQUEST = StringValue(value="buy ten")


@pytest.fixture(autouse=True)
def caller(parties: Parties) -> Iterator[None]:
    """Somebody with a key."""
    with parties.signed_in(idempotency_key="key-1"):
        yield


async def leave_a_trace(connection: Connection) -> None:
    await connection.execute("insert into outbox_sequence values ('t', gen_random_uuid()::text, 1)")


async def traces_left(database: Database) -> int:
    async with database.connection() as connection:
        row = await (await connection.execute("select count(*) from outbox_sequence")).fetchone()
        assert row is not None
        return int(row[0])


async def work(connection: Connection) -> StringValue:
    await leave_a_trace(connection)
    return StringValue(value="bought")


def failing(error: Exception) -> Work:
    async def fail(connection: Connection) -> StringValue:
        await leave_a_trace(connection)
        raise error

    return fail


async def once(database: Database, handle: Work = work, request: StringValue = REQUEST) -> StringValue:
    return await idempotency.once(database, request, StringValue, handle)


async def grow_old(database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute(
            "update idempotency set created_at = created_at - interval '24 hours 1 second'"
        )


class TestOnce:
    async def test_same_key_and_content_give_the_stored_answer(self, database: Database) -> None:
        mark = replay.begin()
        first = await once(database)
        assert (first.value, mark.replayed) == ("bought", False)
        second = await once(database)
        assert (second, mark.replayed) == (first, True)
        assert await traces_left(database) == 1

    async def test_other_content_is_a_conflict(self, database: Database) -> None:
        await once(database)
        with pytest.raises(IdempotencyConflict):
            await once(database, request=StringValue(value="buy eleven"))
        assert await traces_left(database) == 1

    async def test_refusal_undoes_the_work_and_is_stored(self, database: Database) -> None:
        with pytest.raises(FailedPrecondition):
            await once(database, failing(FailedPrecondition("The market is closed.", market_id="m")))
        mark = replay.begin()
        with pytest.raises(FailedPrecondition) as again:
            await once(database)
        assert (again.value.message, again.value.metadata) == ("The market is closed.", {"market_id": "m"})
        assert mark.replayed
        assert await traces_left(database) == 0

    async def test_conflict_beats_a_stored_refusal(self, database: Database) -> None:
        with pytest.raises(NotFound):
            await once(database, failing(NotFound()))
        with pytest.raises(IdempotencyConflict):
            await once(database, request=StringValue(value="other"))

    @pytest.mark.parametrize(
        "error", [ResourceExhausted(), Unavailable(), Internal(), ValueError("a defect"), ServiceError()]
    )
    async def test_what_says_nothing_about_the_command_is_not_stored(
        self, database: Database, error: Exception
    ) -> None:
        with pytest.raises(type(error)):
            await once(database, failing(error))
        assert (await once(database)).value == "bought"
        assert await traces_left(database) == 1

    async def test_cancelled_command_leaves_nothing(self, database: Database) -> None:
        begun = asyncio.Event()

        async def hang(connection: Connection) -> StringValue:
            await leave_a_trace(connection)
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError

        task = asyncio.ensure_future(once(database, hang))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await once(database)).value == "bought"
        assert await traces_left(database) == 1

    async def test_concurrent_requests_take_turns(self, database: Database) -> None:
        answers = await asyncio.gather(*(once(database) for _ in range(20)))
        assert [answer.value for answer in answers] == ["bought"] * 20
        assert await traces_left(database) == 1

    async def test_one_that_waits_takes_over_when_the_first_fails(self, database: Database) -> None:
        begun, fail = asyncio.Event(), asyncio.Event()

        async def fail_later(connection: Connection) -> StringValue:
            await leave_a_trace(connection)
            begun.set()
            await fail.wait()
            raise Unavailable

        first = asyncio.ensure_future(once(database, fail_later))
        await begun.wait()
        second = asyncio.ensure_future(once(database))
        await lock_waiters(database)
        fail.set()
        with pytest.raises(Unavailable):
            await first
        assert (await second).value == "bought"
        assert await traces_left(database) == 1

    async def test_a_day_later_the_key_is_new(self, database: Database) -> None:
        await once(database)
        await grow_old(database)
        assert (await once(database, request=StringValue(value="other"))).value == "bought"
        assert await traces_left(database) == 2

    async def test_keys_belong_to_their_caller_and_their_method(
        self, database: Database, parties: Parties
    ) -> None:
        await once(database)
        with parties.signed_in(idempotency_key="key-1"):
            await once(database, request=StringValue(value="somebody else's"))
        await idempotency.once(database, Int64Value(value=7), StringValue, work)
        assert await traces_left(database) == 3

    @pytest.mark.parametrize("key", [None, "", "x" * 129])
    async def test_command_without_a_usable_key_is_refused(self, database: Database, key: str | None) -> None:
        caller = Caller(request_id="r", service="event", idempotency_key=key)
        with calling_as(caller), pytest.raises(IdempotencyKeyRequired):
            await once(database)

    async def test_key_may_come_with_the_request(self, database: Database) -> None:
        with calling_as(Caller(request_id="r", service="event")):
            for _ in range(2):
                await idempotency.once(database, REQUEST, StringValue, work, key="settlement-7")
        assert await traces_left(database) == 1


class TestBatches:
    @staticmethod
    def commands(count: int) -> list[Command]:
        return [idempotency.command(StringValue(value=str(n)), key=f"batch-{n}") for n in range(count)]

    async def test_answers_are_found_in_the_order_asked(self, database: Database) -> None:
        commands = self.commands(300)
        answers = [(command, StringValue(value=f"answer {n}")) for n, command in enumerate(commands) if n % 2]
        async with database.transaction() as connection:
            assert await idempotency.store_many(connection, answers) == [True] * 150
        async with database.connection() as connection:
            found = await idempotency.find_many(connection, commands)
        assert [stored is not None for stored in found] == [bool(n % 2) for n in range(300)]
        stored = found[7]
        assert stored is not None
        assert stored.answer(commands[7], StringValue).value == "answer 7"

    async def test_refusals_come_back_as_themselves(self, database: Database) -> None:
        (command,) = self.commands(1)
        async with database.transaction() as connection:
            await idempotency.store_many(connection, [(command, NotFound("No such market.", market_id="m"))])
        async with database.connection() as connection:
            (stored,) = await idempotency.find_many(connection, [command])
        assert stored is not None
        with pytest.raises(NotFound, match="No such market"):
            stored.answer(command, StringValue)

    async def test_other_content_is_a_conflict(self, database: Database) -> None:
        command = idempotency.command(StringValue(value="a"), key="k")
        other = idempotency.command(StringValue(value="b"), key="k")
        async with database.transaction() as connection:
            await idempotency.store_many(connection, [(command, StringValue())])
            (stored,) = await idempotency.find_many(connection, [other])
        assert stored is not None
        with pytest.raises(IdempotencyConflict):
            stored.answer(other, StringValue)

    async def test_answer_that_was_there_first_stays(self, database: Database) -> None:
        one, two, three = self.commands(3)
        async with database.transaction() as connection:
            await idempotency.store_many(connection, [(two, StringValue(value="first"))])
        async with database.transaction() as connection:
            late = [(command, StringValue(value="late")) for command in (one, two, three)]
            assert await idempotency.store_many(connection, late) == [True, False, True]
            (stored,) = await idempotency.find_many(connection, [two])
        assert stored is not None
        assert stored.answer(two, StringValue).value == "first"

    async def test_two_replicas_with_one_batch_never_wait_in_a_circle(self, database: Database) -> None:
        commands = self.commands(200)

        async def store(ordered: list[Command]) -> list[bool]:
            async with database.transaction() as connection:
                return await idempotency.store_many(
                    connection, [(command, StringValue()) for command in ordered]
                )

        for _ in range(5):
            forward, backward = await asyncio.gather(store(commands), store(commands[::-1]))
            backward.reverse()
            assert all(one != other for one, other in zip(forward, backward, strict=True))
            async with database.connection() as connection:
                await connection.execute("delete from idempotency")

    async def test_empty_batch_is_no_trouble(self, database: Database) -> None:
        async with database.transaction() as connection:
            assert await idempotency.store_many(connection, []) == []
            assert await idempotency.find_many(connection, []) == []


class TestForgetting:
    async def test_old_answers_go_and_new_ones_stay(self, database: Database) -> None:
        old = [(command, StringValue()) for command in TestBatches.commands(25)]
        async with database.transaction() as connection:
            await idempotency.store_many(connection, old)
        await grow_old(database)
        await once(database)
        async with database.connection() as connection:
            removed = [await idempotency.forget_old(connection, batch=10) for _ in range(4)]
        assert removed == [10, 10, 5, 0]
        assert (await once(database)).value == "bought"
        assert await traces_left(database) == 1
