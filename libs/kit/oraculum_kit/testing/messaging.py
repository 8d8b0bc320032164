"""For tests of messaging: loops that run for the length of a block, waiting for what must come, reading a topic."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka import Message as KafkaMessage
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from oraculum_kit.db import Database, queries
from oraculum_kit.ids import uuid7
from oraculum_kit.kafka import Cluster

PATIENCE_SECONDS: Final = 90.0
_ANSWER_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 0.02
_NO_LEADER_YET: Final = {
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
}
_sql: Final = queries("oraculum_kit", "sql/outbox.sql")


@asynccontextmanager
async def running(*loops: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run loops beside the block, as `serve` does, and cancel them at its end; one that fails is the test's failure."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_started(loop)) for loop in loops]
        yield
        for task in tasks:
            task.cancel()


async def _started(loop: Callable[[], Awaitable[None]]) -> None:
    await loop()


async def eventually(check: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is true; a test that waits in vain ends with a TimeoutError."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await check():  # noqa: ASYNC110  what is waited for happens in other processes
            await asyncio.sleep(_LOOK_SECONDS)


async def outbox_depth(database: Database) -> int:
    """How many facts wait to be published."""
    async with database.connection() as connection:
        ((depth, _),) = await _sql.outbox_measure.tuples(connection)
    return int(depth)


async def published(database: Database) -> None:
    """Wait until a relay has published all there is."""

    async def empty() -> bool:
        return await outbox_depth(database) == 0

    await eventually(empty)


def new_topic(cluster: Cluster, partitions: int = 3, **settings: str) -> str:
    """Make a topic that nobody else uses, with its dead letters."""
    name = f"test-{uuid7().hex[-12:]}"
    new = [NewTopic(name, partitions, 1, config=settings), NewTopic(f"{name}.dlq", 1, 1)]
    admin = AdminClient(cluster.settings())
    for answer in admin.create_topics(new, operation_timeout=_ANSWER_SECONDS).values():
        answer.result(_ANSWER_SECONDS)
    return name


async def records_of(cluster: Cluster, topic: str) -> list[KafkaMessage]:
    """All records of a topic as they lie there, partition by partition."""
    return await asyncio.to_thread(_records_of, cluster, topic)


def _records_of(cluster: Cluster, topic: str) -> list[KafkaMessage]:
    consumer = Consumer(cluster.settings() | {"group.id": f"read-{uuid7()}", "enable.auto.commit": False})
    try:
        partitions = list(consumer.list_topics(topic, _ANSWER_SECONDS).topics[topic].partitions)
        ends = {partition: _end_of(consumer, TopicPartition(topic, partition)) for partition in partitions}
        consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        found: list[KafkaMessage] = []
        while len(found) < sum(ends.values()):
            found.extend(message for message in consumer.consume(1000, 0.2) if message.error() is None)
        return sorted(found, key=lambda message: (message.partition() or 0, message.offset() or 0))
    finally:
        consumer.close()


def _end_of(consumer: Consumer, place: TopicPartition) -> int:
    """Where a partition ends, asked again while a topic that was just made has no leader who knows of it."""
    deadline = time.monotonic() + _ANSWER_SECONDS
    while True:
        try:
            return int(consumer.get_watermark_offsets(place, _ANSWER_SECONDS)[1])
        except KafkaException as refused:
            if refused.args[0].code() not in _NO_LEADER_YET or time.monotonic() > deadline:
                raise
        time.sleep(_LOOK_SECONDS)
