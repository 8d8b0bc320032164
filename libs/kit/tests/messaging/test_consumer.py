"""Members of a group: who is told what is theirs, and who hears nothing."""

import socket
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from oraculum_kit.consumer import GroupConsumer
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
