"""Live channels over real streams: sequences without gaps, nothing lost, nothing twice, whatever replica wrote."""

import asyncio
import json
from datetime import UTC, datetime

import psycopg
import pytest

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum_kit.errors import InvalidArgument
from oraculum_notification import fanout
from oraculum_notification.fanout import Fanout, Stream
from oraculum_notification.housekeeping import forget
from oraculum_notification.records import Message
from oraculum_notification.repository import payloads

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def words(messages: list[pb.ChannelMessage]) -> list[str]:
    return [json.loads(message.data_json)["word"] for message in messages]


def sequences(messages: list[pb.ChannelMessage]) -> list[int]:
    return [message.sequence for message in messages]


class TestStream:
    async def test_what_is_said_after_the_position_is_heard(self, service) -> None:
        await service.say(("event.1", "before"))
        async with service.gateway() as gateway:
            assert await gateway.watch("event.1") == {"event.1": 1}
            await service.say(("event.1", "a"), ("event.2", "of others"), ("event.1", "b"))
            messages = await gateway.hear(2)
        assert (words(messages), sequences(messages)) == (["a", "b"], [2, 3])

    async def test_a_channel_that_never_said_anything_stands_at_zero(self, service) -> None:
        async with service.gateway() as gateway:
            assert await gateway.watch("event.1") == {"event.1": 0}
            await service.say(("event.1", "first"))
            assert sequences(await gateway.hear(1)) == [1]

    async def test_another_replica_tells_it_too(self, service, second) -> None:
        async with service.gateway() as here, second.gateway() as there:
            await here.watch("event.1")
            await there.watch("event.1")
            await service.say(("event.1", "from the first"))
            await second.say(("event.1", "from the second"))
            assert words(await here.hear(2)) == words(await there.hear(2))

    async def test_writers_at_once_leave_no_gap(self, service, second) -> None:
        async with service.gateway() as gateway:
            await gateway.watch("a", "b")

            async def write(writer, numbers: range) -> None:
                for number in numbers:
                    await writer.say(("a", f"{number}"), ("b", f"{number}"), ("a", f"{number}+"))

            # No more of them at once than a replica has connections: waiting for one has an end.
            ways = [(writer, range(first, 20, 4)) for first in range(4) for writer in (service, second)]
            await asyncio.gather(*(write(writer, numbers) for writer, numbers in ways))
            messages = await gateway.hear(120)
        heard = {name: sequences([one for one in messages if one.channel == name]) for name in ("a", "b")}
        assert heard == {"a": list(range(1, 81)), "b": list(range(1, 41))}

    async def test_a_broken_transaction_takes_no_number(self, service) -> None:
        async with service.database.connection() as connection:
            await connection.execute(
                "alter table message add constraint broken check (data->>'word' <> 'bad')"
            )
        with pytest.raises(psycopg.errors.CheckViolation):
            await service.say(("event.1", "bad"))
        await service.say(("event.1", "good"))
        async with service.gateway() as gateway:
            assert await gateway.watch("event.1") == {"event.1": 1}

    async def test_who_watches_no_more_hears_no_more(self, service) -> None:
        async with service.gateway() as gateway:
            await gateway.watch("a", "b")
            gateway.requests.put_nowait(pb.SubscribeRequest(remove_channels=["a"], add_channels=["c"]))
            async with asyncio.timeout(10):
                await gateway.placed.get()
            await service.say(("a", "unheard"), ("b", "heard"))
            assert words(await gateway.hear(1)) == ["heard"]

    async def test_replicas_that_lost_their_connection_hear_what_was_said_meanwhile(self, service) -> None:
        async with service.gateway() as gateway:
            await gateway.watch("event.1")
            await service.say(("event.1", "a"))
            await gateway.hear(1)
            async with service.database.connection() as connection:
                await connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where datname = current_database() and query ilike 'listen%'"
                )
            await service.say(("event.1", "b"))
            assert words(await gateway.hear(1)) == ["b"]


class TestSlowGateway:
    async def test_nobody_waits_for_one_that_was_cut_off(self, service, monkeypatch) -> None:
        monkeypatch.setattr(fanout, "_UNREAD_MAX", 5)
        monkeypatch.setattr(fanout, "_ROWS_MAX", 4)
        fan = Fanout(service.database)
        slow, quick = fan.open(), fan.open()
        for stream in (slow, quick):
            await fan.watch(stream, ["event.1"])
        assert await quick.take(1) == {"event.1": 0}
        running = asyncio.create_task(fan.run())
        heard: list[str] = []
        try:
            async with asyncio.timeout(10):
                for number in range(12):
                    await service.say(*[("event.1", f"{number}.{one}") for one in range(3)])
                    while len(heard) < 3 * (number + 1):
                        taken = await quick.take(100)
                        assert isinstance(taken, list)
                        heard += [json.loads(message.data)["word"] for message in taken]
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert slow.too_slow
        assert heard == [f"{number}.{one}" for number in range(12) for one in range(3)]

    async def test_what_travels_at_once_is_bounded_in_bytes(self) -> None:
        stream = Stream(sent={"a": 0})
        for sequence in range(1, 11):
            stream.offer(Message("a", sequence, "test", "x" * 400_000, NOW))
        parts = []
        while stream.unread:
            parts.append(await stream.take(500))
        assert [len(part) for part in parts] == [3, 3, 3, 1]


class TestManyNames:
    async def test_they_are_read_and_told_in_portions(self, service, monkeypatch) -> None:
        """Strangers invent names by the thousand: neither a query nor an answer may grow with them."""
        monkeypatch.setattr(fanout, "_NAMES_AT_ONCE_MAX", 3)
        names = [f"event.{number}" for number in range(7)]
        await service.say((names[0], "before"))
        fan = Fanout(service.database)
        stream = fan.open()
        await fan.watch(stream, [*names, *names])
        told = [await stream.take(1) for _ in range(3)]
        assert told == [
            {names[0]: 1, names[1]: 0, names[2]: 0},
            dict.fromkeys(names[3:6], 0),
            {names[6]: 0},
        ]
        running = asyncio.create_task(fan.run())
        try:
            await service.say(*[(name, name) for name in names])
            heard: list[str] = []
            async with asyncio.timeout(10):
                while len(heard) < len(names):
                    taken = await stream.take(100)
                    assert isinstance(taken, list)
                    heard += [json.loads(message.data)["word"] for message in taken]
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert names == sorted(heard)


class TestForget:
    async def test_the_old_go_but_never_the_newest_of_a_channel(self, service) -> None:
        await service.say(*[("event.1", f"{number}") for number in range(3)], ("event.2", "only"))
        async with service.database.connection() as connection:
            await connection.execute("update message set written_at = now() - interval '25 hours'")
        await service.say(("event.3", "new"))
        async with service.database.connection() as connection:
            await forget(connection, datetime.now(UTC))
            cursor = await connection.execute("select channel, sequence from message order by channel")
            assert await cursor.fetchall() == [("event.1", 3), ("event.2", 1), ("event.3", 1)]
        await service.say(("event.1", "next"))
        response = await service.stub.Resume(pb.ResumeRequest(channel="event.1", after_sequence=3))
        assert sequences(response.messages) == [4]

    async def test_what_programs_hear_of_everybodys_is_kept_until_they_are_given_up(self, service) -> None:
        await service.say(("events", "a"), ("events", "b"), ("events", "c"), ("events.sport", "a"))
        await service.say(("events.sport", "b"))
        async with service.database.connection() as connection:
            await connection.execute("update message set written_at = now() - interval '97 hours'")
            await forget(connection, datetime.now(UTC))
            cursor = await connection.execute("select channel, sequence from message order by 1, 2")
            assert [
                ("events", 1),
                ("events", 2),
                ("events", 3),
                ("events.sport", 2),
            ] == await cursor.fetchall()
            await connection.execute("update message set written_at = now() - interval '121 hours'")
            await forget(connection, datetime.now(UTC))
            cursor = await connection.execute("select channel, sequence from message order by 1, 2")
            assert [("events", 3), ("events.sport", 2)] == await cursor.fetchall()


class TestResume:
    async def test_exactly_what_was_missed_comes(self, service) -> None:
        await service.say(*[("event.1", f"{number}") for number in range(5)])
        response = await service.stub.Resume(pb.ResumeRequest(channel="event.1", after_sequence=2))
        assert (words(response.messages), response.snapshot, response.sequence) == (["2", "3", "4"], False, 5)

    async def test_who_missed_nothing_gets_nothing(self, service) -> None:
        await service.say(("event.1", "a"))
        response = await service.stub.Resume(pb.ResumeRequest(channel="event.1", after_sequence=1))
        assert (list(response.messages), response.snapshot) == ([], False)

    async def test_what_is_too_old_comes_as_a_snapshot(self, service) -> None:
        await service.say(*[("event.1", f"{number}") for number in range(5)])
        async with service.database.connection() as connection:
            await connection.execute("delete from message where sequence < 4")
        response = await service.stub.Resume(pb.ResumeRequest(channel="event.1", after_sequence=1))
        assert (words(response.messages), response.snapshot, response.sequence) == (["4"], True, 5)

    async def test_too_much_comes_as_a_snapshot(self, service) -> None:
        await service.say(*[("event.1", f"{number}") for number in range(1200)])
        response = await service.stub.Resume(pb.ResumeRequest(channel="event.1", after_sequence=1))
        assert (len(response.messages), response.snapshot) == (1, True)

    async def test_what_is_too_long_comes_as_a_snapshot(self, service) -> None:
        await service.say(*[("event.1", "x" * 100_000) for _ in range(50)])
        response = await service.stub.Resume(pb.ResumeRequest(channel="event.1", after_sequence=0))
        assert (sequences(response.messages), response.snapshot, response.sequence) == ([50], True, 50)

    async def test_a_snapshot_looks_at_the_newest_alone(self, service) -> None:
        await service.say(*[("event.1", f"{number}") for number in range(1500)])
        async with service.database.connection() as connection:
            await connection.execute("update message set kind = 'old' where sequence <= 500")
        response = await service.stub.Resume(pb.ResumeRequest(channel="event.1", after_sequence=0))
        assert [(message.kind, message.sequence) for message in response.messages] == [("test", 1500)]

    async def test_where_it_stands_is_never_behind_its_messages(self, service) -> None:
        await service.say(("event.1", "a"))
        writing = [service.say(("event.1", f"{number}")) for number in range(30)]
        asking = [
            service.stub.Resume(pb.ResumeRequest(channel="event.1", after_sequence=0)) for _ in range(30)
        ]
        pairs = [one for pair in zip(writing, asking, strict=True) for one in pair]
        for response in (await asyncio.gather(*pairs))[1::2]:
            assert response.sequence == sequences(response.messages)[-1]

    @pytest.mark.parametrize(
        "request_", [pb.ResumeRequest(), pb.ResumeRequest(channel="x", after_sequence=-1)]
    )
    async def test_a_bad_field_is_named(self, service, request_: pb.ResumeRequest) -> None:
        with pytest.raises(InvalidArgument):
            await service.stub.Resume(request_)


def test_names_are_packed_into_payloads_that_postgresql_takes() -> None:
    names = [f"market.polymarket.0x{number:064x}" for number in range(500)]
    packed = payloads(names)
    assert all(len(payload.encode()) < 8000 for payload in packed)
    assert sorted(name for payload in packed for name in payload.split(" ")) == sorted(names)
    assert payloads([]) == []
