"""The client: what is sent again, what is not, and what becomes of a peer that dies."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf.wrappers_pb2 import StringValue

from oraculum_kit import replay
from oraculum_kit.authorization import ANYONE, Access
from oraculum_kit.client import channel
from oraculum_kit.errors import NotFound, Unavailable
from oraculum_kit.server import ServerConfig
from oraculum_kit.testing import Parties, Served, serving
from oraculum_kit.testing.speaking import COUNT, SAY, Say, Speaking, SpeakingStub, add_speaking

OPEN = {SAY: Access(users=ANYONE), COUNT: Access(users=ANYONE)}


@asynccontextmanager
async def speaking(parties: Parties, say: Say | None = None, *, port: int = 0) -> AsyncIterator[Served]:
    config = ServerConfig("test", f"127.0.0.1:{port}", "127.0.0.1:0", drain_seconds=0, grace_seconds=1)
    async with serving([(add_speaking, Speaking(say))], OPEN, parties, config=config) as served:
        yield served


def free_port() -> int:
    """A port on which nobody answers yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Flaky:
    """Away for the first calls, there for the next."""

    def __init__(self, failures: int) -> None:
        self.calls = 0
        self._failures = failures

    async def __call__(self, request: StringValue) -> StringValue:
        self.calls += 1
        if self.calls <= self._failures:
            raise Unavailable
        return request


class TestRetries:
    async def test_safe_method_is_sent_again(self, parties: Parties) -> None:
        flaky = Flaky(2)
        async with speaking(parties, flaky) as served, channel(served.target, None, safe=[SAY]) as peer:
            assert (await SpeakingStub(peer).Say(StringValue(value="a"))).value == "a"
        assert flaky.calls == 3

    async def test_safe_method_is_sent_again_when_the_peer_stopped_meanwhile(self) -> None:
        """A server that stops cancels what reached it behind its last word, before anybody there has seen it."""
        calls = 0

        class Stopping(Speaking):
            async def say(self, request: StringValue, context: Any) -> StringValue:
                nonlocal calls
                calls += 1
                if calls == 1:
                    await context.abort(grpc.StatusCode.CANCELLED)
                return request

        server = grpc.aio.server()
        add_speaking(Stopping(), server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            async with channel(f"127.0.0.1:{port}", None, safe=[SAY]) as peer:
                assert "a" == (await SpeakingStub(peer).Say(StringValue(value="a"))).value
        finally:
            await server.stop(None)
        assert 2 == calls

    async def test_other_methods_are_not(self, parties: Parties) -> None:
        """A command without a key must not happen twice."""
        flaky = Flaky(1)
        async with speaking(parties, flaky) as served, channel(served.target, None, safe=[COUNT]) as peer:
            with pytest.raises(Unavailable):
                await SpeakingStub(peer).Say(StringValue())
        assert flaky.calls == 1

    async def test_refusals_are_not_sent_again(self, parties: Parties) -> None:
        calls = []

        async def say(request: StringValue) -> StringValue:
            calls.append(request)
            raise NotFound

        async with speaking(parties, say) as served, channel(served.target, None, safe=[SAY]) as peer:
            with pytest.raises(NotFound):
                await SpeakingStub(peer).Say(StringValue())
        assert len(calls) == 1


class TestPeer:
    async def test_that_is_away_is_unavailable_at_once_and_found_again_when_back(
        self, parties: Parties
    ) -> None:
        port = free_port()
        async with channel(f"127.0.0.1:{port}", None) as peer:
            stub = SpeakingStub(peer)
            with pytest.raises(Unavailable):
                await stub.Say(StringValue())
            async with speaking(parties, port=port):
                async with asyncio.timeout(10):
                    await peer.channel_ready()
                await stub.Say(StringValue())
            with pytest.raises(Unavailable):
                await stub.Say(StringValue())

    async def test_that_is_back_is_found_by_who_asks_anew(self, parties: Parties) -> None:
        """Whatever others have found who ask on since before: their next attempt may be a while away."""
        port = free_port()
        async with parties.channel(f"127.0.0.1:{port}") as old:
            async with speaking(parties, port=port):
                await SpeakingStub(old).Say(StringValue(value="there"))
            for _ in range(3):
                with pytest.raises(Unavailable):
                    await SpeakingStub(old).Say(StringValue(value="gone"))
            async with speaking(parties, port=port), parties.channel(f"127.0.0.1:{port}") as new:
                assert (await SpeakingStub(new).Say(StringValue(value="back"))).value == "back"

    async def test_check_tells_whether_it_serves(self, parties: Parties) -> None:
        async with speaking(parties) as served, channel(served.target, None) as peer:
            async with asyncio.timeout(10):
                while not served.running.health.ready:
                    await served.running.health.check_ready()
            await peer.check()
            await served.running.health.drain()
            with pytest.raises(ConnectionError):
                await peer.check()


class TestStreams:
    async def test_stream_that_is_left_ends_at_the_peer(self, parties: Parties) -> None:
        async def forever(_request: StringValue) -> StringValue:
            await asyncio.Event().wait()
            raise AssertionError

        servicer = Speaking(forever)
        async with (
            serving([(add_speaking, servicer)], OPEN, parties) as served,
            channel(served.target, None) as peer,
        ):
            stream = SpeakingStub(peer).Count(StringValue(value="1"))
            assert (await anext(stream)).value == "0"
            await stream.aclose()
            await asyncio.wait_for(servicer.cancelled.wait(), 5)

    async def test_stream_without_an_end_has_no_deadline(self, parties: Parties) -> None:
        """It belongs to nobody's request, even when it is opened inside one that has a deadline."""
        async with speaking(parties) as inner, channel(inner.target, None) as peer:

            async def opens_a_stream(_request: StringValue) -> StringValue:
                numbers = [number.value async for number in SpeakingStub(peer).Count(StringValue(value="3"))]
                return StringValue(value=",".join(numbers))

            async with speaking(parties, opens_a_stream) as outer, channel(outer.target, None) as front:
                assert (await SpeakingStub(front).Say(StringValue(), timeout=5)).value == "0,1,2"


class TestReplay:
    async def test_edge_learns_that_the_answer_was_stored(self, parties: Parties) -> None:
        async def say(request: StringValue) -> StringValue:
            if request.value == "stored":
                replay.mark()
            if request.value == "stored refusal":
                replay.mark()
                raise NotFound
            return request

        async with speaking(parties, say) as served, channel(served.target, None, edge=True) as peer:
            stub = SpeakingStub(peer)
            marks = {}
            for value in ("new", "stored"):
                mark = replay.begin()
                await stub.Say(StringValue(value=value))
                marks[value] = mark.replayed
            mark = replay.begin()
            with pytest.raises(NotFound):
                await stub.Say(StringValue(value="stored refusal"))
            marks["stored refusal"] = mark.replayed
        assert marks == {"new": False, "stored": True, "stored refusal": True}

    async def test_inside_it_says_nothing_about_our_own_answer(self, parties: Parties) -> None:
        async def say(request: StringValue) -> StringValue:
            replay.mark()
            return request

        async with speaking(parties, say) as served, channel(served.target, None) as peer:
            mark = replay.begin()
            await SpeakingStub(peer).Say(StringValue())
        assert not mark.replayed
