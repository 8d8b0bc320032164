"""Each effect happens once and in order, whatever comes twice, fails, moves or dies."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from prometheus_client import REGISTRY

from oraculum_kit import ids, traces
from oraculum_kit.db import Connection, Database
from oraculum_kit.dead_letters import send_back
from oraculum_kit.errors import Unavailable
from oraculum_kit.inbox import InboxConsumer, Record
from oraculum_kit.inbox_rows import InboxRows
from oraculum_kit.kafka import Producer
from oraculum_kit.records import Outgoing, event_headers
from oraculum_kit.relay import OutboxRelay
from oraculum_kit.retries import Backoff
from oraculum_kit.testing.messaging import eventually, records_of, running

Records = Sequence[Record[StringValue]]
Handle = Callable[[Connection, Records], Awaitable[None]]

QUICK = Backoff(first_seconds=0.01, longest_seconds=0.05)


async def leave_effects(connection: Connection, records: Records) -> None:
    """What a handler does in these tests."""
    for record in records:
        await connection.execute(
            "insert into effect (key, value) values (%s, %s)", [record.key, record.message.value]
        )


class Chapter:
    """One consumer's part of a story, under a group of its own."""

    def __init__(
        self, story: Any, handle: Handle = leave_effects, *, group: str | None = None, **settings: Any
    ) -> None:
        self.story = story
        self.group = group or f"group-{uuid4().hex[:12]}"
        self.consumer = InboxConsumer(
            cluster=story.cluster,
            database=story.database,
            group=self.group,
            topics={story.topic: StringValue},
            handle=handle,
            backoff=QUICK,
            **settings,
        )

    async def done(self, count: int) -> bool:
        return len(await self.story.effects()) >= count

    async def counted_at_least(self, result: str, count: int) -> bool:
        return self.counted(result) >= count

    def counted(self, result: str) -> float:
        return self._sample("oraculum_consumer_records_total", topic=self.story.topic, result=result)

    def gaps(self) -> float:
        return self._sample("oraculum_consumer_gaps_total", topic=self.story.topic)

    def retries(self, kind: str) -> float:
        return self._sample("oraculum_consumer_retries_total", kind=kind)

    def _sample(self, name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, {"group": self.group, **labels}) or 0.0


async def send(story: Any, *records: Outgoing) -> None:
    async with Producer(story.cluster) as producer:
        (await producer.send_all(records)).require()


def record(story: Any, key: str, value: str, sequence: int | None = None, **headers: str) -> Outgoing:
    told = event_headers(
        event_id=ids.uuid7(),
        type="google.protobuf.StringValue",
        source="test",
        time=datetime.now(UTC),
        sequence=sequence,
    )
    told.extend((name, text.encode()) for name, text in headers.items())
    return Outgoing(story.topic, key.encode(), StringValue(value=value).SerializeToString(), told)


class TestOnce:
    async def test_from_outbox_to_effect(self, story: Any) -> None:
        """Facts of a key take effect in the order in which they were written."""
        chapter = Chapter(story)
        facts = [(f"key {number % 5}", str(number)) for number in range(300)]
        await story.write(*facts)
        relay = OutboxRelay(cluster=story.cluster, database=story.database, source="test", batch_max=70)
        async with running(relay.run, chapter.consumer.run):
            await eventually(partial(chapter.done, 300))
        effects = await story.effects()
        for key in {key for key, _ in facts}:
            assert [value for name, value in facts if name == key] == [
                value for name, value in effects if name == key
            ]
        assert chapter.gaps() == 0

    async def test_what_comes_twice_takes_effect_once(self, story: Any) -> None:
        """In one batch or in two: the inbox knows the id."""
        chapter = Chapter(story)
        first, second = record(story, "a", "1"), record(story, "a", "2")
        await send(story, first, first, second)
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 2))
            await send(story, second, first, record(story, "a", "3"))
            await eventually(partial(chapter.done, 3))
        assert [("a", "1"), ("a", "2"), ("a", "3")] == await story.effects()
        assert (chapter.counted("handled"), chapter.counted("duplicate")) == (3, 3)

    async def test_a_relay_that_repeats_itself_changes_nothing(self, story: Any) -> None:
        chapter = Chapter(story, effects_are_unique=True)
        await send(story, *[record(story, "a", str(number), number) for number in (1, 2, 3)])
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 3))
            await send(story, *[record(story, "a", str(number), number) for number in (2, 3, 4)])
            await eventually(partial(chapter.done, 4))
        assert [("a", str(number)) for number in (1, 2, 3, 4)] == await story.effects()
        assert chapter.gaps() == 0

    async def test_goes_on_behind_what_it_has_committed(self, story: Any) -> None:
        """A consumer that stops in good order leaves nothing to repeat for the next one of its group."""
        chapter = Chapter(story)
        await send(story, record(story, "a", "1"))
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 1))
        await send(story, record(story, "a", "2"))
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 2))
        assert chapter.counted("duplicate") == 0

    async def test_killed_between_the_two_commits(self, story: Any) -> None:
        """The effects are there and the offsets are not: the records come again and are known."""
        chapter = Chapter(story)
        await send(story, *[record(story, "a", str(number), number) for number in (1, 2, 3)])
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("consumer_process.py")),
            story.database.config.url,
            story.cluster.bootstrap_servers,
            story.topic,
            chapter.group,
        )
        assert -signal.SIGKILL == await process.wait()
        assert [("a", "1"), ("a", "2"), ("a", "3")] == await story.effects()
        await send(story, record(story, "a", "4", 4))
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 4))
        assert [("a", str(number)) for number in (1, 2, 3, 4)] == await story.effects()
        assert chapter.counted("duplicate") == 3


class TestSequence:
    async def test_a_gap_is_told_and_handled_all_the_same(self, story: Any) -> None:
        chapter = Chapter(story)
        await send(story, *[record(story, "a", str(number), number) for number in (1, 2, 5)])
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 3))
        assert chapter.gaps() == 2

    async def test_sources_count_for_themselves(self, story: Any) -> None:
        """Two services may write to one topic under one key."""
        chapter = Chapter(story)
        await send(
            story,
            record(story, "a", "mine 1", 1),
            record(story, "a", "theirs 1", 1, ce_source="other"),
            record(story, "a", "mine 2", 2),
        )
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 3))
        assert chapter.gaps() == 0


class TestFailure:
    async def test_a_handler_that_fails_once_is_asked_again(self, story: Any) -> None:
        """The batch is taken one by one, everything takes effect once, nothing is put aside."""
        calls = []

        async def fail_once(connection: Connection, records: Records) -> None:
            calls.append(len(records))
            await leave_effects(connection, records)
            if len(calls) == 1:
                raise ValueError("once")

        chapter = Chapter(story, fail_once)
        await send(story, *[record(story, "a", str(number), number) for number in (1, 2, 3)])
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 3))
        assert [("a", "1"), ("a", "2"), ("a", "3")] == await story.effects()
        assert calls == [3, 1, 1, 1]
        assert [] == await story.headers(f"{story.topic}.dlq")

    async def test_what_cannot_be_handled_is_put_aside_with_the_reason(self, story: Any) -> None:
        """The others take effect, and what follows is not taken for a gap."""

        async def choosy(connection: Connection, records: Records) -> None:
            await leave_effects(connection, records)
            if any(record.message.value == "bad" for record in records):
                raise ValueError("I cannot stand it")

        chapter = Chapter(story, choosy)
        await send(
            story, record(story, "a", "1", 1), record(story, "a", "bad", 2), record(story, "a", "3", 3)
        )
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 2))
            await send(story, record(story, "a", "4", 4))
            await eventually(partial(chapter.done, 3))
        assert [("a", "1"), ("a", "3"), ("a", "4")] == await story.effects()
        assert [("a", "bad")] == await story.told(f"{story.topic}.dlq")
        (headers,) = await story.headers(f"{story.topic}.dlq")
        assert headers["dlq_reason_class"] == "builtins.ValueError"
        assert headers["dlq_reason_message"] == "I cannot stand it"
        assert (headers["dlq_topic"], headers["dlq_group"]) == (story.topic, chapter.group)
        assert int(headers["dlq_offset"]) == 1
        assert headers["ce_sequence"] == "2"
        assert (chapter.counted("dead"), chapter.gaps()) == (1, 0)

    async def test_what_cannot_be_read_is_put_aside(self, story: Any) -> None:
        """Bytes that are no message, and a message without an id."""
        chapter = Chapter(story)
        broken = record(story, "a", "x")
        nameless = record(story, "b", "nameless")
        await send(
            story,
            Outgoing(broken.topic, broken.key, b"\xff\xff\xff", broken.headers),
            Outgoing(nameless.topic, nameless.key, nameless.value, nameless.headers[2:]),
            record(story, "a", "good"),
        )
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 1))
            await eventually(partial(chapter.counted_at_least, "dead", 2))
        headers = await story.headers(f"{story.topic}.dlq")
        assert ["oraculum_kit.records.UnreadableRecordError"] * 2 == [
            told["dlq_reason_class"] for told in headers
        ]
        assert [("a", "good")] == await story.effects()

    async def test_while_a_peer_is_away_the_same_records_wait(self, story: Any) -> None:
        """However often it fails: nothing is put aside and nothing overtakes."""
        attempts = []

        async def peer_is_away(connection: Connection, records: Records) -> None:
            attempts.append([record.message.value for record in records])
            await leave_effects(connection, records)
            if len(attempts) < 10:
                raise Unavailable

        chapter = Chapter(story, peer_is_away)
        await send(story, record(story, "a", "1", 1), record(story, "a", "2", 2))
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 2))
        assert [["1", "2"]] * 10 == attempts
        assert [("a", "1"), ("a", "2")] == await story.effects()
        assert chapter.retries("transient") == 9
        assert [] == await story.headers(f"{story.topic}.dlq")

    async def test_a_transaction_whose_session_dies_is_done_again(self, story: Any) -> None:
        lost = []

        async def lose_the_session(connection: Connection, records: Records) -> None:
            await leave_effects(connection, records)
            if not lost:
                lost.append(connection.info.backend_pid)
                async with await psycopg.AsyncConnection.connect(story.database.config.url) as other:
                    await other.execute("select pg_terminate_backend(%s)", lost)
                await connection.execute("select 1")

        chapter = Chapter(story, lose_the_session)
        await send(story, record(story, "a", "1"))
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 1))
        assert [("a", "1")] == await story.effects()
        assert chapter.retries("transient") == 1

    async def test_a_dead_letter_sent_back_is_handled_by_the_group_that_gave_up(self, story: Any) -> None:
        """Its sequence is old by then, and other groups have had it: neither matters."""
        mended = asyncio.Event()

        async def choosy(connection: Connection, records: Records) -> None:
            if not mended.is_set() and any(record.message.value == "bad" for record in records):
                raise ValueError("not yet")
            await leave_effects(connection, records)

        chapter = Chapter(story, choosy)
        other = Chapter(story)
        await send(story, record(story, "a", "bad", 1), record(story, "a", "2", 2))
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 1))
            mended.set()
            (letter,) = await records_of(story.cluster, f"{story.topic}.dlq")
            async with Producer(story.cluster) as producer:
                await send_back(producer, letter)
            await eventually(partial(chapter.done, 2))
        assert [("a", "2"), ("a", "bad")] == await story.effects()
        async with running(other.consumer.run):
            await eventually(partial(chapter.done, 4))
            await send(story, record(story, "a", "3", 3))
            await eventually(partial(chapter.done, 5))
        assert (other.counted("handled"), other.counted("ignored")) == (3, 1)


class TestRebalance:
    async def test_a_batch_whose_partition_moves_away_does_no_harm(
        self, story: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both members handle the same records: the second waits for the first one's inbox rows and finds nothing new.

        The first is held up inside its transaction, gives half of its partitions away meanwhile, and commits then.
        """
        monkeypatch.setattr("oraculum_kit.consumer._ALIVE_SECONDS", 0.1)
        entered, go_on = asyncio.Event(), asyncio.Event()

        async def held_up(connection: Connection, records: Records) -> None:
            await leave_effects(connection, records)
            if len({record.partition for record in records}) == 3:
                entered.set()
                await go_on.wait()

        first = Chapter(story, held_up)
        second = Chapter(story, group=first.group)
        facts: list[tuple[str, str]] = []
        async with running(first.consumer.run):
            # Until one batch holds something of every partition, so of whichever will be given away.
            while not entered.is_set():
                fresh = [(f"key {number}", str(number)) for number in range(len(facts), len(facts) + 30)]
                await send(story, *[record(story, key, value, 1) for key, value in fresh])
                facts += fresh
            async with running(second.consumer.run):
                await eventually(partial(somebody_waits_for_a_lock, story.database))
                go_on.set()
                await eventually(partial(first.done, len(facts)))
                await eventually(partial(first.counted_at_least, "duplicate", 1))
        assert sorted(facts) == sorted(await story.effects())

    async def test_members_share_the_partitions_and_lose_nothing(self, story: Any) -> None:
        """Members come and go while records flow."""
        group = f"group-{uuid4().hex[:12]}"

        def member() -> Callable[[], Awaitable[None]]:
            return InboxConsumer(
                cluster=story.cluster,
                database=story.database,
                group=group,
                topics={story.topic: StringValue},
                handle=leave_effects,
                batch_max=5,
            ).run

        wanted = [(f"key {number % 20}", str(number)) for number in range(400)]
        async with running(member()):
            await send(
                story, *[record(story, key, value, 1 + int(value) // 20) for key, value in wanted[:200]]
            )
            async with running(member()):
                await eventually(partial(effects_reach, story, 200))
                await send(
                    story, *[record(story, key, value, 1 + int(value) // 20) for key, value in wanted[200:]]
                )
                await eventually(partial(effects_reach, story, 300))
            await eventually(partial(effects_reach, story, 400))
        effects = await story.effects()
        assert sorted(wanted) == sorted(effects)
        for key in {key for key, _ in wanted}:
            assert [value for name, value in wanted if name == key] == [
                value for name, value in effects if name == key
            ]


class TestTrace:
    async def test_the_trace_of_the_writer_goes_on(self, story: Any) -> None:
        seen: list[traces.TraceContext | None] = []

        async def look(connection: Connection, records: Records) -> None:
            seen.append(traces.current())
            await leave_effects(connection, records)

        chapter = Chapter(story, look)
        with traces.span("a request") as span:
            await story.write(("a", "1"))
        relay = OutboxRelay(cluster=story.cluster, database=story.database, source="test")
        async with running(relay.run, chapter.consumer.run):
            await eventually(partial(chapter.done, 1))
        assert [span.context] == seen


class TestInboxRows:
    async def test_forgets_only_what_is_too_old(self, database: Database) -> None:
        rows = InboxRows("someone", by_id=True)
        async with database.transaction() as connection:
            await connection.execute(
                "insert into inbox values ('someone', %s), ('someone', %s), ('other', %s)",
                [ids.uuid7(), "00000000-0000-7000-8000-000000000000", "00000000-0000-7000-8000-000000000000"],
            )
            await rows.forget(connection, older_than=timedelta(days=1), now=datetime.now(UTC))
            cursor = await connection.execute(
                "select consumer, count(*) from inbox group by consumer order by consumer"
            )
            assert [("other", 1), ("someone", 1)] == await cursor.fetchall()


async def somebody_waits_for_a_lock(database: Database) -> bool:
    async with database.connection() as connection:
        cursor = await connection.execute(
            "select count(*) > 0 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        )
        row = await cursor.fetchone()
        return bool(row and row[0])


async def effects_reach(story: Any, count: int) -> bool:
    return len(await story.effects()) >= count
