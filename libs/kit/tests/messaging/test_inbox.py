"""Each effect happens once and in order, whatever comes twice, fails, moves or dies."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
from google.protobuf.wrappers_pb2 import StringValue

from oraculum_kit import ids, traces
from oraculum_kit.db import Connection, Database
from oraculum_kit.dead_letters import send_back
from oraculum_kit.errors import Unavailable
from oraculum_kit.inbox import Record
from oraculum_kit.inbox_rows import InboxRows
from oraculum_kit.kafka import Producer
from oraculum_kit.records import Outgoing
from oraculum_kit.relay import OutboxRelay
from oraculum_kit.testing.messaging import eventually, records_of, running

Records = Sequence[Record[StringValue]]


class TestOnce:
    async def test_from_outbox_to_effect(self, story: Any) -> None:
        """Facts of a key take effect in the order in which they were written."""
        chapter = story.chapter()
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
        chapter = story.chapter()
        first, second = story.record("a", "1"), story.record("a", "2")
        await story.send(first, first, second)
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 2))
            await story.send(second, first, story.record("a", "3"))
            await eventually(partial(chapter.done, 3))
        assert [("a", "1"), ("a", "2"), ("a", "3")] == await story.effects()
        assert (chapter.counted("handled"), chapter.counted("duplicate")) == (3, 3)

    async def test_a_relay_that_repeats_itself_changes_nothing(self, story: Any) -> None:
        chapter = story.chapter(effects_are_unique=True)
        await story.send(*[story.record("a", str(number), number) for number in (1, 2, 3)])
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 3))
            await story.send(*[story.record("a", str(number), number) for number in (2, 3, 4)])
            await eventually(partial(chapter.done, 4))
        assert [("a", str(number)) for number in (1, 2, 3, 4)] == await story.effects()
        assert chapter.gaps() == 0

    async def test_goes_on_behind_what_it_has_committed(self, story: Any) -> None:
        """A consumer that stops in good order leaves nothing to repeat for the next one of its group."""
        chapter = story.chapter()
        await story.send(story.record("a", "1"))
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 1))
        await story.send(story.record("a", "2"))
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 2))
        assert chapter.counted("duplicate") == 0

    async def test_batches_keep_the_distance_that_was_asked_for(self, story: Any) -> None:
        """Whatever comes how soon: no batch begins earlier than so long after the one before it."""
        apart_seconds = 1.0
        begun: list[float] = []

        async def note(connection: Connection, records: Records) -> None:
            begun.append(monotonic())
            await story.leave_effects(connection, records)

        chapter = story.chapter(note, apart_seconds=apart_seconds)
        async with running(chapter.consumer.run):
            # Joining the group takes longer than what is measured.
            await story.send(story.record("a", "0"))
            await eventually(partial(chapter.done, 1))
            started = monotonic()
            for number in range(1, 4):
                await story.send(story.record("a", str(number)))
                await eventually(partial(chapter.done, number + 1))
        assert [True] * 3 == [at - started >= place * apart_seconds for place, at in enumerate(begun[1:])]

    async def test_killed_between_the_two_commits(self, story: Any) -> None:
        """The effects are there and the offsets are not: the records come again and are known."""
        chapter = story.chapter()
        await story.send(*[story.record("a", str(number), number) for number in (1, 2, 3)])
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
        await story.send(story.record("a", "4", 4))
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 4))
        assert [("a", str(number)) for number in (1, 2, 3, 4)] == await story.effects()
        assert chapter.counted("duplicate") == 3


class TestSequence:
    async def test_a_gap_is_told_and_handled_all_the_same(self, story: Any) -> None:
        chapter = story.chapter()
        await story.send(*[story.record("a", str(number), number) for number in (1, 2, 5)])
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 3))
        assert chapter.gaps() == 2

    async def test_sources_count_for_themselves(self, story: Any) -> None:
        """Two services may write to one topic under one key."""
        chapter = story.chapter()
        await story.send(
            story.record("a", "mine 1", 1),
            story.record("a", "theirs 1", 1, ce_source="other"),
            story.record("a", "mine 2", 2),
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
            await story.leave_effects(connection, records)
            if len(calls) == 1:
                raise ValueError("once")

        chapter = story.chapter(fail_once)
        await story.send(*[story.record("a", str(number), number) for number in (1, 2, 3)])
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 3))
        assert [("a", "1"), ("a", "2"), ("a", "3")] == await story.effects()
        assert calls == [3, 1, 1, 1]
        assert [] == await story.headers(f"{story.topic}.dlq")

    async def test_what_cannot_be_handled_is_put_aside_with_the_reason(self, story: Any) -> None:
        """The others take effect, and what follows is not taken for a gap."""

        async def choosy(connection: Connection, records: Records) -> None:
            await story.leave_effects(connection, records)
            if any(record.message.value == "bad" for record in records):
                raise ValueError("I cannot stand it")

        chapter = story.chapter(choosy)
        await story.send(story.record("a", "1", 1), story.record("a", "bad", 2), story.record("a", "3", 3))
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 2))
            await story.send(story.record("a", "4", 4))
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
        chapter = story.chapter()
        broken = story.record("a", "x")
        nameless = story.record("b", "nameless")
        await story.send(
            Outgoing(broken.topic, broken.key, b"\xff\xff\xff", broken.headers),
            Outgoing(nameless.topic, nameless.key, nameless.value, nameless.headers[2:]),
            story.record("a", "good"),
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
            await story.leave_effects(connection, records)
            if len(attempts) < 10:
                raise Unavailable

        chapter = story.chapter(peer_is_away)
        await story.send(story.record("a", "1", 1), story.record("a", "2", 2))
        async with running(chapter.consumer.run):
            await eventually(partial(chapter.done, 2))
        assert [["1", "2"]] * 10 == attempts
        assert [("a", "1"), ("a", "2")] == await story.effects()
        assert chapter.retries("transient") == 9
        assert [] == await story.headers(f"{story.topic}.dlq")

    async def test_a_transaction_whose_session_dies_is_done_again(self, story: Any) -> None:
        lost = []

        async def lose_the_session(connection: Connection, records: Records) -> None:
            await story.leave_effects(connection, records)
            if not lost:
                lost.append(connection.info.backend_pid)
                async with await psycopg.AsyncConnection.connect(story.database.config.url) as other:
                    await other.execute("select pg_terminate_backend(%s)", lost)
                await connection.execute("select 1")

        chapter = story.chapter(lose_the_session)
        await story.send(story.record("a", "1"))
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
            await story.leave_effects(connection, records)

        chapter = story.chapter(choosy)
        other = story.chapter()
        await story.send(story.record("a", "bad", 1), story.record("a", "2", 2))
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
            await story.send(story.record("a", "3", 3))
            await eventually(partial(chapter.done, 5))
        assert (other.counted("handled"), other.counted("ignored")) == (3, 1)


class TestTrace:
    async def test_the_trace_of_the_writer_goes_on(self, story: Any) -> None:
        seen: list[traces.TraceContext | None] = []

        async def look(connection: Connection, records: Records) -> None:
            seen.append(traces.current())
            await story.leave_effects(connection, records)

        chapter = story.chapter(look)
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

    async def test_old_ids_go_as_fast_as_they_came(self, story: Any) -> None:
        """They come by the thousand in a second: one portion a minute would leave them to grow for ever."""
        chapter = story.chapter()
        async with story.database.transaction() as connection:
            await connection.execute(
                "insert into inbox select %s, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid"
                " from generate_series(1, 12000) as n",
                [chapter.group],
            )

        async def forgotten() -> bool:
            async with story.database.connection() as connection:
                cursor = await connection.execute(
                    "select count(*) from inbox where consumer = %s", [chapter.group]
                )
                return await cursor.fetchone() == (0,)

        async with running(chapter.consumer.run):
            await eventually(forgotten)
