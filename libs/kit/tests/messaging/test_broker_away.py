"""A broker that is killed and comes back: commands go on, nothing is lost, nothing is doubled, order holds."""

import asyncio
import signal
import subprocess
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import KafkaException
from google.protobuf.wrappers_pb2 import StringValue
from prometheus_client import REGISTRY

from oraculum_dev.infrastructure.kafka import Kafka
from oraculum_dev.infrastructure.ports import free_port
from oraculum_dev.infrastructure.programs import kill_group, spawn, stop, wait_ready
from oraculum_kit.db import Connection
from oraculum_kit.inbox import InboxConsumer, Record
from oraculum_kit.kafka import Cluster, Producer, broker_check
from oraculum_kit.records import Outgoing
from oraculum_kit.relay import OutboxRelay
from oraculum_kit.testing.messaging import eventually, new_topic, outbox_depth, published, running


class Broker:
    """A node of this test's own, because it is going to be killed."""

    def __init__(self, folder: Path) -> None:
        self._node = Kafka(
            folder=folder, port=free_port(), controller_port=free_port(), log=folder / "kafka.log"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._node.prepare()

    @property
    def cluster(self) -> Cluster:
        return Cluster(self._node.bootstrap_servers, client_id="kit-test")

    def start(self) -> None:
        program = self._node.program()
        self._process = spawn(program)
        wait_ready(self._process, program, self._node.ready, self._node.timeout_seconds)

    def kill(self) -> None:
        assert self._process is not None
        kill_group(self._process.pid)
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, signal.SIGKILL, 10)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    node = Broker(tmp_path)
    node.start()
    yield node
    node.stop()


@pytest.fixture
def cluster(broker: Broker) -> Cluster:
    """Everything in this file speaks to the node that dies."""
    return broker.cluster


async def leave_effects(connection: Connection, records: Sequence[Record[StringValue]]) -> None:
    for record in records:
        await connection.execute(
            "insert into effect (key, value) values (%s, %s)", [record.key, record.message.value]
        )


async def effects_reach(story: Any, count: int) -> bool:
    return len(await story.effects()) >= count


def failed_batches() -> float:
    return REGISTRY.get_sample_value("oraculum_outbox_failed_total") or 0.0


async def relay_has_waited() -> bool:
    return (REGISTRY.get_sample_value("oraculum_outbox_depth") or 0) > 0


class TestBrokerAway:
    async def test_facts_wait_and_arrive_in_order(self, story: Any, broker: Broker) -> None:
        """The relay waits for as long as it takes: whoever gives up the first of a queue may let the next ones pass."""
        given_up = failed_batches()
        consumer = InboxConsumer(
            cluster=broker.cluster,
            database=story.database,
            group=f"group-{uuid4().hex[:12]}",
            topics={story.topic: StringValue},
            handle=leave_effects,
        )
        relay = OutboxRelay(cluster=broker.cluster, database=story.database, source="test", batch_max=20)
        facts = [(f"key {number % 4}", str(number)) for number in range(200)]
        async with running(relay.run, consumer.run):
            await story.write(*facts[:100])
            await eventually(partial(effects_reach, story, 10))
            await asyncio.to_thread(broker.kill)
            await story.write(*facts[100:])
            await eventually(relay_has_waited)
            assert await outbox_depth(story.database) > 0
            await asyncio.to_thread(broker.start)
            await published(story.database)
            await eventually(partial(effects_reach, story, 200))
        assert given_up == failed_batches()
        effects = await story.effects()
        for key in {key for key, _ in facts}:
            assert [value for name, value in facts if name == key] == [
                value for name, value in effects if name == key
            ]

    async def test_a_relay_can_stop_while_it_waits(self, story: Any, broker: Broker) -> None:
        """What it had queued is dropped here and kept in the outbox."""
        relay = OutboxRelay(cluster=broker.cluster, database=story.database, source="test")
        async with running(relay.run):
            await story.write(("a", "1"))
            await published(story.database)
            await asyncio.to_thread(broker.kill)
            await story.write(("a", "2"), ("a", "3"))
            await eventually(relay_has_waited)
        assert await outbox_depth(story.database) == 2
        await asyncio.to_thread(broker.start)
        async with running(OutboxRelay(cluster=broker.cluster, database=story.database, source="test").run):
            await published(story.database)
        told = list(dict.fromkeys(value for _, value in await story.told()))
        assert told == ["1", "2", "3"]

    async def test_the_check_tells(self, broker: Broker) -> None:
        check = broker_check(broker.cluster)
        await check()
        await asyncio.to_thread(broker.kill)
        with pytest.raises(KafkaException):
            await check()

    async def test_a_producer_without_the_guarantee_gives_up_in_time(self, broker: Broker) -> None:
        topic = new_topic(broker.cluster, 1)
        async with Producer(broker.cluster, delivery_timeout_seconds=2) as producer:
            await producer.send(Outgoing(topic, b"a", b"1", []))
            await asyncio.to_thread(broker.kill)
            with pytest.raises(KafkaException):
                await producer.send(Outgoing(topic, b"a", b"2", []))
