"""Members of a group come and go, and a partition may leave in the middle of a batch."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec
from google.protobuf.wrappers_pb2 import StringValue

from oraculum_kit.db import Connection
from oraculum_kit.inbox import InboxConsumer, Record
from oraculum_kit.testing.locks import lock_waiters
from oraculum_kit.testing.messaging import eventually, running

Records = Sequence[Record[StringValue]]


class TestRebalance:
    async def test_a_batch_whose_partition_moves_away_does_no_harm(
        self, story: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both members handle the same records: the second waits for the first one's inbox rows and finds nothing new.

        The first is held up inside its transaction, gives half of its partitions away meanwhile, and commits then.
        What it gave away had been paused; when the second leaves it gets that back, and reads on.
        """
        monkeypatch.setattr("oraculum_kit.consumer._ALIVE_SECONDS", 0.1)
        entered, go_on = asyncio.Event(), asyncio.Event()

        async def held_up(connection: Connection, records: Records) -> None:
            await story.leave_effects(connection, records)
            if len({record.partition for record in records}) == 3:
                entered.set()
                await go_on.wait()

        first = story.chapter(held_up)
        second = story.chapter(group=first.group)
        facts: list[tuple[str, str]] = []
        async with running(first.consumer.run):
            # Until one batch holds something of every partition, so of whichever will be given away.
            while not entered.is_set():
                fresh = [(f"key {number}", str(number)) for number in range(len(facts), len(facts) + 30)]
                await story.send(*[story.record(key, value, 1) for key, value in fresh])
                facts += fresh
            async with running(second.consumer.run):
                await lock_waiters(story.database)
                go_on.set()
                await eventually(partial(first.done, len(facts)))
                await eventually(partial(first.counted_at_least, "duplicate", 1))
            late = [(f"key {number}", f"late {number}") for number in range(30)]
            await story.send(*[story.record(key, value, 2) for key, value in late])
            facts += late
            await eventually(partial(first.done, len(facts)))
        assert sorted(facts) == sorted(await story.effects())

    async def test_what_comes_back_is_not_set_back(self, story: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """A member that was slow tells nothing of a partition that it gave away meanwhile, even when it has it again.

        The other one went on in it; an older offset would make the group read all of that a second time.
        """
        monkeypatch.setattr("oraculum_kit.consumer._ALIVE_SECONDS", 0.1)
        entered, go_on = asyncio.Event(), asyncio.Event()

        async def held_up(connection: Connection, records: Records) -> None:
            await story.leave_effects(connection, records)
            if len({record.partition for record in records}) == 3:
                entered.set()
                await go_on.wait()

        first = story.chapter(held_up)
        second = story.chapter(group=first.group)
        operator = Operator(story, first.group)
        keys = [f"key {number}" for number in range(30)]
        async with running(first.consumer.run):
            while not entered.is_set():
                await story.send(*[story.record(key, "early", 1) for key in keys])
            async with running(second.consumer.run):
                await lock_waiters(story.database)
                go_on.set()
                await eventually(partial(first.counted_at_least, "duplicate", 1))
                await story.send(*[story.record(key, "late", 2) for key in keys])
                await eventually(partial(effects_of_each, story, keys))
            await eventually(operator.sees_one_member_with_everything)
        assert await asyncio.to_thread(operator.ends) == await asyncio.to_thread(operator.committed)

    async def test_members_share_the_partitions_and_lose_nothing(self, story: Any) -> None:
        """Members come and go while records flow."""
        group = f"group-{uuid4().hex[:12]}"

        def member() -> Callable[[], Awaitable[None]]:
            return InboxConsumer(
                cluster=story.cluster,
                database=story.database,
                group=group,
                topics={story.topic: StringValue},
                handle=story.leave_effects,
                batch_max=5,
            ).run

        wanted = [(f"key {number % 20}", str(number)) for number in range(400)]
        async with running(member()):
            await story.send(*[story.record(key, value, 1 + int(value) // 20) for key, value in wanted[:200]])
            async with running(member()):
                await eventually(partial(effects_reach, story, 200))
                await story.send(
                    *[story.record(key, value, 1 + int(value) // 20) for key, value in wanted[200:]]
                )
                await eventually(partial(effects_reach, story, 300))
            await eventually(partial(effects_reach, story, 400))
        effects = await story.effects()
        assert sorted(wanted) == sorted(effects)
        for key in {key for key, _ in wanted}:
            assert [value for name, value in wanted if name == key] == [
                value for name, value in effects if name == key
            ]


async def effects_reach(story: Any, count: int) -> bool:
    return len(await story.effects()) >= count


async def effects_of_each(story: Any, keys: Sequence[str]) -> bool:
    """Whether the late fact of every key has its effect."""
    return {(key, "late") for key in keys} <= set(await story.effects())


class Operator:
    """Asks the broker about a group, as an operator does."""

    def __init__(self, story: Any, group: str) -> None:
        # Kept: what was asked of a client that is gone is never answered.
        self._admin = AdminClient(story.cluster.settings())
        self._topic = story.topic
        self._group = group

    async def sees_one_member_with_everything(self) -> bool:
        """Whether the group has one member and that one all three partitions."""
        members = (await asyncio.to_thread(self._described)).members
        return 1 == len(members) and 3 == len(members[0].assignment.topic_partitions)

    def _described(self) -> Any:
        return self._admin.describe_consumer_groups([self._group])[self._group].result(10)

    def committed(self) -> dict[int, int]:
        """The next offset of each partition, as the group has told it."""
        asked = self._admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(self._group)])
        return {part.partition: part.offset for part in asked[self._group].result(10).topic_partitions}

    def ends(self) -> dict[int, int]:
        """Where each partition ends."""
        wanted = {TopicPartition(self._topic, number): OffsetSpec.latest() for number in range(3)}
        return {
            part.partition: future.result(10).offset
            for part, future in self._admin.list_offsets(wanted).items()
        }
