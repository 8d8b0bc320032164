"""Members of a group: who is told what is theirs, and who hears nothing."""

import asyncio
import socket
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, TopicPartition
from confluent_kafka.admin import AdminClient

from oraculum_kit.consumer import GroupConsumer, Partition
from oraculum_kit.kafka import Cluster
from oraculum_kit.testing.messaging import eventually


async def test_a_member_that_nobody_tells_anything_gives_up_to_join_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The loop around it takes this for what passes by itself and begins with a new member."""
    monkeypatch.setattr("oraculum_kit.consumer._FORGOTTEN_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        cluster = Cluster(f"127.0.0.1:{mute.getsockname()[1]}", client_id="kit-test")
        async with GroupConsumer(cluster, group="forgotten", topics=["any"]) as member:

            async def polled_in_vain() -> bool:
                return await member.poll(1, 0.05) != []

            with pytest.raises(ConnectionError, match="it joins anew"):
                await eventually(polled_in_vain)


async def test_a_member_for_whom_nothing_is_left_knows_that(cluster: Cluster, topic: str) -> None:
    """More members than partitions: the fourth owns nothing, and stays."""
    group = f"group-{uuid4().hex[:12]}"
    async with AsyncExitStack() as stack:
        members = [
            await stack.enter_async_context(GroupConsumer(cluster, group=group, topics=[topic]))
            for _ in range(4)
        ]

        async def all_know() -> bool:
            for member in members:
                await member.poll(1, 0.05)
            return all(member._forgotten_at is None for member in members) and 3 == sum(
                len(member.owned) for member in members
            )

        await eventually(all_know)
        assert [0, 1, 1, 1] == sorted(len(member.owned) for member in members)


async def test_a_beat_that_failed_is_told_when_the_batch_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody keeps the member in its group any more, and the record on its way may be lost to it: it must begin anew."""
    monkeypatch.setattr("oraculum_kit.consumer._ALIVE_SECONDS", 0.01)
    member, beaten = GroupConsumer(Cluster("127.0.0.1:1"), group="any", topics=["bets"]), asyncio.Event()
    loop = asyncio.get_running_loop()

    def fail() -> None:
        loop.call_soon_threadsafe(beaten.set)
        raise ConnectionError("the partition cannot be set back")

    monkeypatch.setattr(member, "_poll_paused", fail)
    with pytest.raises(ConnectionError):
        async with member.kept_alive():
            await beaten.wait()


def refused(member: GroupConsumer, offset: int) -> None:
    """The answer to a commit that was sent while the group changed."""
    partition = TopicPartition("bets", 0, offset)
    member._committed(KafkaError(KafkaError.ILLEGAL_GENERATION), [partition])


def test_of_commits_that_fail_together_the_last_is_said_again() -> None:
    """Were the first one repeated, the lag would stand until the next record."""
    member = GroupConsumer(Cluster("127.0.0.1:1"), group="any", topics=["bets"])
    member._asked = {("bets", 0): 8}
    for offset in (2, 5, 8):
        refused(member, offset)
    assert {("bets", 0): 8} == member._next


def test_a_failed_commit_never_sets_the_group_back() -> None:
    """Neither behind a later one that was taken, nor behind whoever had the partition meanwhile."""
    member = GroupConsumer(Cluster("127.0.0.1:1"), group="any", topics=["bets"])
    member.owned, member._asked = frozenset({("bets", 0)}), {("bets", 0): 8}
    refused(member, 5)
    assert {} == member._next
    member._forget(frozenset({("bets", 0)}))
    member.owned = frozenset({("bets", 0)})
    refused(member, 8)
    assert {} == member._next


async def test_what_came_back_within_one_poll_is_read_and_told(story: Any) -> None:
    """A partition may leave and come back while a member waits for its first record: that one is its own again."""
    group = f"group-{uuid4().hex[:12]}"
    async with GroupConsumer(story.cluster, group=group, topics=[story.topic]) as member:

        async def owns_all() -> bool:
            await member.poll(1, 0.05)
            return 3 == len(member.owned)

        await eventually(owns_all)
        polling = asyncio.ensure_future(member.poll(10, 60.0))
        moved = await passed_through_another(story, group)

        async def owns_all_again() -> bool:
            return 3 == len(member.owned)

        await eventually(owns_all_again)
        assert not polling.done()
        await story.send(next(one for one in records_to(story) if one.partition == moved[1]))
        (message,) = await polling
        assert moved == (message.topic(), message.partition())
        member.finished({moved: 1})
    admin = AdminClient(story.cluster.settings())
    asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
    told = await asyncio.to_thread(asked[group].result, 10)
    assert {moved: 1} == {
        (one.topic, one.partition): one.offset for one in told.topic_partitions if one.offset > 0
    }


async def passed_through_another(story: Any, group: str) -> Partition:
    """Let another member join, own something, and leave; what it owned."""
    async with GroupConsumer(story.cluster, group=group, topics=[story.topic]) as other:

        async def owns_some() -> bool:
            await other.poll(1, 0.05)
            return bool(other.owned)

        await eventually(owns_some)
        return min(other.owned)


def records_to(story: Any) -> list[Any]:
    """A record for each partition."""
    return [story.record("key", str(number))._replace(partition=number) for number in range(3)]
