"""Whoever tails sees all that comes from then on."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions
from google.protobuf.wrappers_pb2 import StringValue

from oraculum_kit import records
from oraculum_kit.clock import SystemClock
from oraculum_kit.kafka import Producer
from oraculum_kit.records import Record
from oraculum_kit.tail import Tail
from oraculum_kit.testing.messaging import eventually, running


class Listening:
    """A handler that remembers what it heard."""

    def __init__(self, *, fails_at: str = "") -> None:
        self.heard: list[str] = []
        self._fails_at = fails_at

    async def __call__(self, heard: Sequence[Record[StringValue]]) -> None:
        for record in heard:
            self.heard.append(record.message.value)
        if self._fails_at in self.heard[-len(heard) :]:
            raise ValueError(self._fails_at)

    async def has_heard(self, value: str) -> bool:
        return value in self.heard


async def say(story: Any, *values: str) -> None:
    async with Producer(story.cluster) as producer:
        for value in values:
            await producer.send(
                records.outgoing(
                    topic=story.topic,
                    key=value,
                    message=StringValue(value=value),
                    source="test",
                    time=SystemClock().now(),
                )
            )


def tail_of(story: Any, handle: Listening, **settings: Any) -> Tail[StringValue]:
    return Tail(
        cluster=story.cluster, name="test", topics={story.topic: StringValue}, handle=handle, **settings
    )


class TestTail:
    async def test_begins_at_the_end(self, story: Any) -> None:
        await say(story, "before")
        ears = [Listening(), Listening()]
        tails = [tail_of(story, handle) for handle in ears]
        async with running(*[tail.run for tail in tails]):
            for tail in tails:
                await tail.following.wait()
            await say(story, "one", "two")
            for handle in ears:
                await eventually(partial(handle.has_heard, "two"))
        assert [["one", "two"], ["one", "two"]] == [sorted(handle.heard) for handle in ears]

    async def test_begins_in_the_past_when_asked_to(self, story: Any) -> None:
        await say(story, "before")
        handle = Listening()
        async with running(tail_of(story, handle, since=timedelta(minutes=5)).run):
            await eventually(partial(handle.has_heard, "before"))

    async def test_what_cannot_be_handled_is_left_behind_and_nothing_is_missed(self, story: Any) -> None:
        handle = Listening(fails_at="bad")
        tail = tail_of(story, handle)
        async with running(tail.run):
            await tail.following.wait()
            await say(story, "bad", "good")
            await eventually(partial(handle.has_heard, "good"))
        assert handle.heard.count("bad") == 1

    async def test_finds_partitions_that_are_added(self, story: Any, monkeypatch: Any) -> None:
        monkeypatch.setattr("oraculum_kit.tail._NEW_PARTITIONS_SECONDS", 0.1)
        handle = Listening()
        tail = tail_of(story, handle)
        async with running(tail.run):
            await tail.following.wait()
            admin = AdminClient(story.cluster.settings())
            for answer in admin.create_partitions([NewPartitions(story.topic, 6)]).values():
                await asyncio.to_thread(answer.result, 10)
            many = [str(number) for number in range(40)]
            await say(story, *many)
            await eventually(partial(handle.has_heard, "39"))
            for value in many:
                await eventually(partial(handle.has_heard, value))
