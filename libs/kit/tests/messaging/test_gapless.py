"""In a partition, nothing is stored behind a record that is not."""

import asyncio

import pytest
from confluent_kafka import KafkaError, KafkaException

from oraculum_kit.gapless import GaplessProducer
from oraculum_kit.kafka import Cluster, Producer
from oraculum_kit.records import Outgoing
from oraculum_kit.testing.messaging import new_topic, records_of


def records(topic: str, count: int) -> list[Outgoing]:
    return [
        Outgoing(topic, f"key {number % 50}".encode(), str(number).encode(), []) for number in range(count)
    ]


class TestGaplessProducer:
    async def test_puts_keys_where_every_other_producer_of_ours_puts_them(self, cluster: Cluster) -> None:
        places = []
        for producer in (Producer(cluster), GaplessProducer(cluster)):
            topic = new_topic(cluster, 7)
            async with producer:
                (await producer.send_all(records(topic, 200))).require()
            places.append({(raw.key(), raw.partition()) for raw in await records_of(cluster, topic)})
        assert places[0] == places[1]

    async def test_keeps_the_order_of_a_key(self, cluster: Cluster) -> None:
        """The first of each partition goes ahead of the others, never of its own key."""
        topic = new_topic(cluster, 7)
        async with GaplessProducer(cluster) as producer:
            for _ in range(2):
                delivery = await producer.send_all(records(topic, 200))
                assert (delivery.acknowledged, delivery.prefix) == (200, 200)
        stored: dict[bytes | None, list[int]] = {}
        for raw in await records_of(cluster, topic):
            stored.setdefault(raw.key(), []).append(int(raw.value() or b""))
        assert len(stored) == 50
        for numbers in stored.values():
            assert sorted(numbers[:4]) * 2 == numbers

    async def test_an_unknown_topic_refuses_the_whole_batch(self, cluster: Cluster) -> None:
        topic = new_topic(cluster, 1)
        async with GaplessProducer(cluster) as producer:
            delivery = await producer.send_all([*records(topic, 2), *records(f"{topic}-missing", 1)])
        assert delivery.error is not None
        assert (delivery.acknowledged, delivery.error.code()) == (0, KafkaError.UNKNOWN_TOPIC_OR_PART)
        assert [] == await records_of(cluster, topic)

    async def test_records_without_a_key_go_anywhere(self, cluster: Cluster) -> None:
        topic = new_topic(cluster, 3)
        async with GaplessProducer(cluster) as producer:
            (await producer.send_all([Outgoing(topic, None, b"x", []) for _ in range(20)])).require()
        assert len(await records_of(cluster, topic)) == 20


class TestProducer:
    async def test_a_failure_is_told_by_place(self, cluster: Cluster) -> None:
        topic = new_topic(cluster, 1)
        good, bad = Outgoing(topic, b"a", b"x", []), Outgoing(f"{topic}-missing", b"a", b"x", [])
        async with Producer(cluster) as producer:
            delivery = await producer.send_all([good, bad, good])
            assert (list(delivery.flags), delivery.acknowledged, delivery.prefix) == ([1, 0, 1], 2, 1)
            with pytest.raises(KafkaException):
                delivery.require()
            assert await producer.partitions_of(topic) == 1
            assert await producer.partitions_of(f"{topic}-missing") == 0

    async def test_what_is_too_large_to_be_queued_stops_the_batch(self, cluster: Cluster) -> None:
        topic = new_topic(cluster, 1)
        sizes = [10, 2_000_000, 10]
        async with Producer(cluster) as producer:
            delivery = await producer.send_all([Outgoing(topic, b"a", b"x" * size, []) for size in sizes])
        assert [1, 0, 0] == list(delivery.flags)

    async def test_leaving_the_block_sends_what_is_queued(self, cluster: Cluster) -> None:
        topic = new_topic(cluster, 1)
        async with Producer(cluster, linger_seconds=0.5) as producer:
            sending = asyncio.ensure_future(producer.send_all(records(topic, 10)))
            await asyncio.sleep(0)
        assert (await sending).acknowledged == 10
        with pytest.raises(RuntimeError, match="not open"):
            await producer.send_all(records(topic, 1))
