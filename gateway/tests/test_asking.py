"""What notification is asked to watch: joined, each name once, and never more at once than a message holds."""

import asyncio

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum_gateway.asking import NAMES_AT_ONCE_MAX, Asked
from oraculum_gateway.live import LiveMessage
from oraculum_kit.testing.messaging import eventually

Request = tuple[list[str], list[str]]


async def told(asked: Asked, count: int) -> list[Request]:
    """The next requests: what is added, what is removed."""
    requests = asked.requests()
    async with asyncio.timeout(10):
        given = [await anext(requests) for _ in range(count)]
    return [(list(one.add_channels), list(one.remove_channels)) for one in given]


class Nobody:
    def hear(self, message: LiveMessage) -> None:
        """Hear nothing."""


class TestAsked:
    async def test_what_gathered_is_one_request(self) -> None:
        asked = Asked(["a"])
        asked.add("b")
        asked.add("c")
        asked.remove("d")
        assert [(["a", "b", "c"], ["d"])] == await told(asked, 1)

    async def test_what_came_and_went_meanwhile_is_never_told(self) -> None:
        asked = Asked()
        for _ in range(3):
            for name in ("a", "b"):
                asked.add(name)
            asked.remove("a")
        assert [(["b"], [])] == await told(asked, 1)

    async def test_what_left_and_came_back_is_told_to_do_both(self) -> None:
        """Only so it is answered where the channel stands, for whoever watches it now."""
        asked = Asked()
        asked.remove("a")
        asked.add("a")
        assert [(["a"], ["a"])] == await told(asked, 1)
        asked.remove("b")
        asked.add("b")
        asked.remove("b")
        assert [([], ["b"])] == await told(asked, 1)

    async def test_one_who_waits_is_woken(self) -> None:
        asked = Asked()
        waiting = asyncio.create_task(told(asked, 1))
        await asyncio.sleep(0)
        asked.remove("a")
        assert [([], ["a"])] == await waiting

    async def test_when_the_stream_has_gone_whoever_wrote_to_it_comes_to_an_end(self) -> None:
        """Each rollout of notification left a task waiting in every gateway, until it was destroyed with an error."""
        asked = Asked(["a"])

        async def write() -> list[pb.SubscribeRequest]:
            return [request async for request in asked.requests()]

        writing = asyncio.create_task(write())
        await asyncio.sleep(0)
        asked.end()
        async with asyncio.timeout(10):
            assert 1 == len(await writing)

    async def test_many_names_go_in_portions_and_leave_before_they_come(self) -> None:
        names = [f"{number}" for number in range(2 * NAMES_AT_ONCE_MAX + 1)]
        parts = [names[:NAMES_AT_ONCE_MAX], names[NAMES_AT_ONCE_MAX:-1], names[-1:]]
        asked = Asked()
        for name in names:
            asked.remove(name)
            asked.add(name)
        # In one message notification removes before it adds; nothing else waits for what others leave.
        assert [(part, part) for part in parts] == await told(asked, 3)


async def test_after_the_stream_broke_everything_is_asked_for_again_in_portions(gateway) -> None:
    """All at once would be a message past its bound, the same one after each break: nobody would hear anything again."""
    names = {f"market.kalshi.{'x' * 150}{number}" for number in range(2 * NAMES_AT_ONCE_MAX + 500)}
    asked: list[list[str]] = []

    async def answer() -> None:
        while True:
            request = await gateway.backend.watched.get()
            asked.append(list(request.add_channels))
            positions = [pb.ChannelPosition(channel=name, sequence=7) for name in request.add_channels]
            gateway.backend.said.put_nowait(pb.SubscribeResponse(positions=positions))

    answering = asyncio.create_task(answer())
    try:
        listener = Nobody()
        assert {7} == set(await asyncio.gather(*(gateway.hub.watch(name, listener) for name in names)))
        asked.clear()
        gateway.backend.said.put_nowait(None)

        async def current() -> bool:
            return len(asked) > 0 and all(gateway.hub.is_current(name) for name in names)

        await eventually(current)
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
    assert names == {name for portion in asked for name in portion}
    assert [NAMES_AT_ONCE_MAX, NAMES_AT_ONCE_MAX, 500] == [len(portion) for portion in asked]


async def test_what_many_channels_missed_is_fetched_several_at_once(gateway) -> None:
    """While a gateway fetches it reads nothing else, and one that reads nothing is cut off and begins again."""
    names = [f"market.kalshi.{number}" for number in range(40)]
    in_hand, most, several = 0, 0, asyncio.Event()

    async def resume(asked: pb.ResumeRequest) -> pb.ResumeResponse:
        nonlocal in_hand, most
        in_hand += 1
        most = max(most, in_hand)
        if in_hand > 1:
            several.set()
        await several.wait()
        in_hand -= 1
        return pb.ResumeResponse(sequence=2)

    gateway.backend.on("Resume", resume)
    listener = Nobody()
    async with gateway.positioning():
        await asyncio.gather(*(gateway.hub.watch(name, listener) for name in names))
    gateway.backend.said.put_nowait(None)
    await gateway.positioned(at=2)

    async def current() -> bool:
        return all(gateway.hub.is_current(name) for name in names)

    await eventually(current)
    assert 1 < most <= 16
    assert len(names) == sum(name == "Resume" for name, _ in gateway.backend.asked)
