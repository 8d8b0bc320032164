"""What is stored reaches Kafka: all of it, in order, by one relay at a time, whatever is killed when."""

import base64
import random
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from google.protobuf.wrappers_pb2 import StringValue
from prometheus_client import REGISTRY

from oraculum_kit import outbox
from oraculum_kit.db import Database
from oraculum_kit.kafka import Cluster
from oraculum_kit.records import TRANSACTION
from oraculum_kit.relay import OutboxRelay
from oraculum_kit.testing.messaging import eventually, new_topic, outbox_depth, published, running

SCHEMA_LOCK = "select pid from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())"  # fmt: skip


def relay_of(story: Any) -> OutboxRelay:
    return OutboxRelay(cluster=story.cluster, database=story.database, source="test", batch_max=100)


def of_key(told: list[tuple[str, str]], key: str) -> list[str]:
    return [value for name, value in told if name == key]


async def leader_of(database: Database) -> int | None:
    async with database.connection() as connection:
        cursor = await connection.execute(SCHEMA_LOCK)
        row = await cursor.fetchone()
        return row[0] if row else None


async def kill_session(database: Database, pid: int) -> None:
    async with database.connection() as connection:
        await connection.execute("select pg_terminate_backend(%s)", [pid])


class TestPublishing:
    async def test_publishes_everything_in_order_of_its_key(self, story: Any) -> None:
        """More than one batch, several keys: each key's facts come in the order in which they were written."""
        facts = [(f"key {number % 7}", str(number)) for number in range(350)]
        await story.write(*facts[:200])
        async with running(relay_of(story).run):
            await story.write(*facts[200:])
            await published(story.database)
        told = await story.told()
        assert sorted(facts) == sorted(told)
        for key in {key for key, _ in facts}:
            assert of_key(facts, key) == of_key(told, key)

    async def test_the_headers_are_those_of_cloudevents(self, story: Any) -> None:
        async with story.database.transaction() as connection:
            event_id = await outbox.add(
                connection, topic=story.topic, key="a", message=StringValue(value="x"), subject="about"
            )
        async with running(relay_of(story).run):
            await published(story.database)
        (headers,) = await story.headers()
        assert headers.pop("ce_time").endswith("Z")
        assert int(headers.pop(TRANSACTION)) > 0
        assert headers == {
            "ce_specversion": "1.0",
            "ce_id": str(event_id),
            "ce_type": "google.protobuf.StringValue",
            "ce_source": "test",
            "ce_subject": "about",
            "ce_sequence": "1",
            "content-type": "application/protobuf",
        }

    async def test_a_lower_id_that_commits_later_is_not_skipped(self, story: Any) -> None:
        """Rows are taken by presence: a cursor would have passed the first transaction's row by."""
        async with running(relay_of(story).run):
            async with story.database.transaction() as connection:
                await outbox.add(
                    connection, topic=story.topic, key="slow", message=StringValue(value="first")
                )
                await story.write(("quick", "second"))
                await published(story.database)
                assert [("quick", "second")] == await story.told()
            await published(story.database)
        assert sorted(await story.told()) == [("quick", "second"), ("slow", "first")]

    async def test_stops_when_cancelled_and_leaves_the_lock(self, story: Any) -> None:
        async with running(relay_of(story).run):
            await eventually(partial(is_led, story.database))
        await eventually(partial(nobody_leads, story.database))


class TestWaking:
    async def test_a_sleeping_relay_asks_to_be_notified_and_wakes(self, story: Any) -> None:
        """Writers notify only while the relay says that it sleeps."""
        async with await psycopg.AsyncConnection.connect(
            story.database.config.url, autocommit=True
        ) as listener:
            await listener.execute('listen "public.outbox"')
            await story.write(("a", "before there is a relay"))
            async with running(relay_of(story).run):
                await eventually(partial(is_asleep, story.database))
                await story.write(("a", "wake up"))
                await published(story.database)
            received = [note async for note in listener.notifies(timeout=1, stop_after=1)]
            assert ["public.outbox"] == [note.channel for note in received]
            # The relay has stopped, so nobody sleeps.
            await story.write(("a", "nobody to wake"))
            more = [note async for note in listener.notifies(timeout=0.2)]
            assert [] == more

    async def test_a_relay_that_nobody_wakes_finds_what_was_written_just_before_it_lay_down(
        self, story: Any
    ) -> None:
        """Such a writer saw that it was awake, and notified nobody."""
        async with running(relay_of(story).run):
            for value in ("1", "2"):
                await eventually(partial(is_asleep, story.database))
                async with story.database.connection() as connection:
                    await connection.execute("update outbox_relay set sleeping = false")
                await story.write(("a", value))
                await published(story.database)
        assert [("a", "1"), ("a", "2")] == await story.told()


class TestOneLeader:
    async def test_of_two_relays_only_one_publishes(self, story: Any) -> None:
        async with running(relay_of(story).run, relay_of(story).run):
            for number in range(20):
                await story.write(("a", str(number)), ("b", str(number)))
            await published(story.database)
        told = await story.told()
        assert [str(number) for number in range(20)] == of_key(told, "a")
        assert [str(number) for number in range(20)] == of_key(told, "b")

    async def test_who_loses_its_session_loses_the_lead_and_the_other_goes_on(self, story: Any) -> None:
        async with running(relay_of(story).run, relay_of(story).run):
            await eventually(partial(is_led, story.database))
            first = await leader_of(story.database)
            assert first is not None
            await story.write(("a", "1"))
            await published(story.database)
            await kill_session(story.database, first)
            await story.write(("a", "2"))
            await published(story.database)
            assert await leader_of(story.database) not in (first, None)
        assert [("a", "1"), ("a", "2")] == await story.told()

    async def test_killed_between_publishing_and_deleting_it_repeats_itself(self, story: Any) -> None:
        """The rows come again with the same ids and sequences, so that consumers can tell."""
        await story.write(("a", "1"), ("a", "2"))
        async with running(relay_of(story).run):
            async with story.database.transaction() as connection:
                # Readers may pass, who deletes must wait.
                await connection.execute("lock table outbox in share mode")
                await eventually(partial(tells, story, 2))
                leader = await leader_of(story.database)
                assert leader is not None
                await kill_session(story.database, leader)
            await published(story.database)
        assert [("a", "1"), ("a", "2")] * 2 == await story.told()
        headers = await story.headers()
        assert [UUID(told["ce_id"]) for told in headers[:2]] == [UUID(told["ce_id"]) for told in headers[2:]]
        assert ["1", "2", "1", "2"] == [told["ce_sequence"] for told in headers]


class TestFailure:
    async def test_nothing_of_a_key_passes_by_what_the_broker_refuses(self, story: Any) -> None:
        """What is refused and what stands behind it stay where they are, and come later in their order.

        Each is so large that it travels in a request of its own, several of them at once: those behind the refused one
        are small enough for the broker and would be stored.
        """
        story.topic = new_topic(story.cluster, 1, **{"max.message.bytes": "700000"})
        values = {name: f"{name} {incompressible(size)}" for name, size in REQUESTS.items()}
        await story.write(*[("a", value) for value in values.values()])
        async with running(relay_of(story).run):
            await eventually(Failures().twice)
            assert ["first"] == names_in(await story.told())
            assert await outbox_depth(story.database) == 4
            allow_larger_messages(story.cluster, story.topic)
            await published(story.database)
        assert list(REQUESTS) == names_in(await story.told())

    async def test_a_missing_topic_holds_everything_back_until_it_is_there(self, story: Any) -> None:
        await story.write(("a", "1"))
        async with story.database.connection() as connection:
            await connection.execute("update outbox set topic = %s", [f"{story.topic}-new"])
        await story.write(("a", "2"))
        async with running(relay_of(story).run):
            await eventually(Failures().twice)
            assert [] == await story.told()
            async with story.database.connection() as connection:
                await connection.execute("update outbox set topic = %s", [story.topic])
            await published(story.database)
        assert [("a", "1"), ("a", "2")] == await story.told()

    async def test_shows_how_much_waits_and_for_how_long(self, story: Any) -> None:
        await story.write(("a", "1"), ("a", "2"))
        async with story.database.connection() as connection:
            await connection.execute(
                "update outbox set topic = 'nowhere', occurred_at = now() - interval '1 hour'"
            )
        async with running(relay_of(story).run):
            await eventually(Failures().twice)
            assert REGISTRY.get_sample_value("oraculum_outbox_depth") == 2
            assert (REGISTRY.get_sample_value("oraculum_outbox_age_seconds") or 0) >= 3600


# Bytes of messages that go out together; a producer puts no more than a million into one request.
REQUESTS = {"first": 600_000, "too large": 850_000, "third": 600_000, "fourth": 600_000, "fifth": 600_000}


def incompressible(size: int) -> str:
    return base64.b64encode(random.Random(size).randbytes(size * 3 // 4)).decode()  # noqa: S311


def names_in(told: list[tuple[str, str]]) -> list[str]:
    """The messages by name, in the order in which each came first."""
    return list(dict.fromkeys(value[: value.rindex(" ")] for _, value in told))


class Failures:
    """Counts the batches that failed since it was made."""

    def __init__(self) -> None:
        self._before = self._now()

    async def twice(self) -> bool:
        return self._now() - self._before >= 2

    def _now(self) -> float:
        return REGISTRY.get_sample_value("oraculum_outbox_failed_total") or 0.0


async def is_led(database: Database) -> bool:
    return await leader_of(database) is not None


async def nobody_leads(database: Database) -> bool:
    return await leader_of(database) is None


async def is_asleep(database: Database) -> bool:
    async with database.connection() as connection:
        cursor = await connection.execute("select sleeping from outbox_relay")
        row = await cursor.fetchone()
        return bool(row and row[0])


async def tells(story: Any, count: int) -> bool:
    return len(await story.told()) >= count


def allow_larger_messages(cluster: Cluster, topic: str) -> None:
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    resource.add_incremental_config(
        ConfigEntry("max.message.bytes", "1000000", incremental_operation=AlterConfigOpType.SET)
    )
    admin = AdminClient(cluster.settings())
    for answer in admin.incremental_alter_configs([resource]).values():
        answer.result(10)
