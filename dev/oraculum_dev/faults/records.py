"""Kafka's records once more: all of them again, mixed across keys, or all of a group from the beginning."""

import asyncio
import random
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    Message,
    Producer,
    TopicPartition,
)

from oraculum_dev.faults.lag import ANSWER_SECONDS, Broker, Partition

EMPTY_SECONDS = 30.0
FLUSH_SECONDS = 30.0


def recorded(broker: Broker, topics: Sequence[str]) -> list[Message]:
    """Everything that lies in some topics now, each partition in its order."""
    ends = {part: end for part, end in broker.ends().items() if part[0] in topics and end}
    consumer = Consumer(
        {
            "bootstrap.servers": broker.bootstrap_servers,
            "group.id": f"faults-{uuid4()}",
            "enable.auto.commit": False,
            "log_level": 0,
        }
    )
    messages: list[Message] = []
    try:
        consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for topic, number in ends])
        missing = dict(ends)
        while missing:
            for message in consumer.consume(1000, ANSWER_SECONDS):
                part = _partition(message)
                if (message.offset() or 0) < ends[part]:
                    messages.append(message)
                if (message.offset() or 0) + 1 >= ends[part]:
                    missing.pop(part, None)
    finally:
        consumer.close()
    return messages


def mixed(messages: Iterable[Message], chance: random.Random) -> Iterator[Message]:
    """The same messages in another order, which is as it was only within each key."""
    by_key: dict[tuple[Partition, bytes], deque[Message]] = defaultdict(deque)
    for message in messages:
        by_key[_partition(message), bytes(message.key() or b"")].append(message)
    keys = list(by_key)
    while keys:
        place = chance.randrange(len(keys))
        queue = by_key[keys[place]]
        yield queue.popleft()
        if not queue:
            keys[place] = keys[-1]
            keys.pop()


def publish_again(broker: Broker, topics: Sequence[str], chance: random.Random) -> int:
    """Send everything that lies in some topics a second time, keys mixed; how many that were."""
    producer = Producer(
        {"bootstrap.servers": broker.bootstrap_servers, "enable.idempotence": True, "log_level": 0}
    )
    failed: list[str] = []
    messages = recorded(broker, topics)
    for message in mixed(messages, chance):
        topic, partition = _partition(message)
        producer.produce(
            topic,
            message.value(),
            message.key(),
            partition,
            headers=message.headers(),
            on_delivery=lambda error, _: failed.append(str(error)) if error else None,
        )
        producer.poll(0)
    if producer.flush(FLUSH_SECONDS) or failed:
        raise AssertionError(f"records could not be published again: {failed[:3]}")
    return len(messages)


async def rewind(broker: Broker, groups: Sequence[str]) -> int:
    """Let groups begin anew at the first record; their members must be frozen, so that the broker drops them."""
    with ThreadPoolExecutor(1) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, _rewind, broker, groups)


def _rewind(broker: Broker, groups: Sequence[str]) -> int:
    admin, moved = broker.admin, 0
    finished = broker.groups()
    for group in groups:
        deadline = time.monotonic() + EMPTY_SECONDS
        while (
            admin.describe_consumer_groups([group])[group].result(ANSWER_SECONDS).state
            != ConsumerGroupState.EMPTY
        ):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the group {group} still has members")
            time.sleep(0.2)
        beginning = [TopicPartition(topic, number, 0) for topic, number in finished[group]]
        (answer,) = admin.alter_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group, beginning)]
        ).values()
        answer.result(ANSWER_SECONDS)
        moved += sum(finished[group].values())
    return moved


def _partition(message: Message) -> Partition:
    if message.error():
        raise AssertionError(f"a record could not be read: {message.error()}")
    return message.topic() or "", message.partition() or 0
