"""What the tests of messaging share: topics of their own, and a table in which handlers leave their effects."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from google.protobuf.wrappers_pb2 import StringValue
from prometheus_client import REGISTRY

from oraculum_kit import ids, outbox
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Connection, Database
from oraculum_kit.inbox import InboxConsumer, Record
from oraculum_kit.kafka import Cluster, Producer
from oraculum_kit.records import Outgoing, event_headers, text_headers
from oraculum_kit.retries import Backoff
from oraculum_kit.testing.messaging import new_topic, records_of

Handle = Callable[[Connection, Sequence[Record[StringValue]]], Awaitable[None]]


@pytest.fixture
def cluster(kafka_bootstrap: str) -> Cluster:
    """The broker of this run."""
    return Cluster(kafka_bootstrap, client_id="kit-test")


@pytest.fixture
def topic(cluster: Cluster) -> str:
    """A topic of three partitions."""
    return new_topic(cluster)


class Chapter:
    """One consumer's part of a story."""

    def __init__(self, story: "Story", handle: Handle, group: str | None, settings: dict[str, Any]) -> None:
        self.story = story
        self.group = group or f"group-{ids.uuid7().hex[-12:]}"
        self.consumer = InboxConsumer(
            cluster=story.cluster,
            database=story.database,
            group=self.group,
            topics={story.topic: StringValue},
            handle=handle,
            backoff=Backoff(first_seconds=0.01, longest_seconds=0.05),
            **settings,
        )

    async def done(self, count: int) -> bool:
        """Whether the story has that many effects."""
        return len(await self.story.effects()) >= count

    async def counted_at_least(self, result: str, count: int) -> bool:
        """Whether that many records came to this result."""
        return self.counted(result) >= count

    def counted(self, result: str) -> float:
        """How many records came to this result."""
        return self._sample("oraculum_consumer_records_total", topic=self.story.topic, result=result)

    def gaps(self) -> float:
        """How many sequence numbers never came."""
        return self._sample("oraculum_consumer_gaps_total", topic=self.story.topic)

    def retries(self, kind: str) -> float:
        """How many attempts were made again."""
        return self._sample("oraculum_consumer_retries_total", kind=kind)

    def _sample(self, name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, {"group": self.group, **labels}) or 0.0


class Story:
    """What a test writes into the outbox, finds in Kafka, and finds done in the end."""

    def __init__(self, database: Database, cluster: Cluster, topic: str) -> None:
        self.database = database
        self.cluster = cluster
        self.topic = topic

    async def write(self, *facts: tuple[str, str]) -> None:
        """Store facts, (key, value) each, in one transaction."""
        async with self.database.transaction() as connection:
            await outbox.add_many(
                connection,
                [
                    outbox.Fact(topic=self.topic, key=key, message=StringValue(value=value))
                    for key, value in facts
                ],
            )

    def record(self, key: str, value: str, sequence: int | None = None, **headers: str) -> Outgoing:
        """A record as a relay would send it, for tests that play the relay."""
        told = event_headers(
            event_id=ids.uuid7(),
            type="google.protobuf.StringValue",
            source="test",
            time=SystemClock().now(),
            sequence=sequence,
        )
        told.extend((name, text.encode()) for name, text in headers.items())
        return Outgoing(self.topic, key.encode(), StringValue(value=value).SerializeToString(), told)

    async def send(self, *records: Outgoing) -> None:
        """Put records into Kafka."""
        async with Producer(self.cluster) as producer:
            (await producer.send_all(records)).require()

    def chapter(self, handle: Handle | None = None, *, group: str | None = None, **settings: Any) -> Chapter:
        """A consumer of the topic, under a group of its own unless one is given."""
        return Chapter(self, handle or self.leave_effects, group, settings)

    @staticmethod
    async def leave_effects(connection: Connection, records: Sequence[Record[StringValue]]) -> None:
        """What a handler does in these tests."""
        for record in records:
            await connection.execute(
                "insert into effect (key, value) values (%s, %s)", [record.key, record.message.value]
            )

    async def told(self, topic: str | None = None) -> list[tuple[str, str]]:
        """The (key, value) pairs of the topic, in order per partition."""
        found = await records_of(self.cluster, topic or self.topic)
        return [
            ((raw.key() or b"").decode(), StringValue.FromString(raw.value() or b"").value) for raw in found
        ]

    async def headers(self, topic: str | None = None) -> list[dict[str, str]]:
        """The headers of the topic's records."""
        return [text_headers(raw) for raw in await records_of(self.cluster, topic or self.topic)]

    async def effects(self) -> list[tuple[str, str]]:
        """What was done, in the order in which it was."""
        async with self.database.connection() as connection:
            cursor = await connection.execute("select key, value from effect order by id")
            return [(key, value) for key, value in await cursor.fetchall()]


@pytest.fixture
async def story(database: Database, cluster: Cluster, topic: str) -> Story:
    """A database, a topic, and a table of effects."""
    async with database.connection() as connection:
        await connection.execute(
            "create table effect (id bigint generated always as identity, key text, value text)"
        )
    return Story(database, cluster, topic)
