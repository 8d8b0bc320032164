"""Calls that travel together: each is a call of its own, whatever becomes of the others or of the stream."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from hypothesis import given
from hypothesis import strategies as st

from oraculum_kit import convoy, replay
from oraculum_kit.authorization import ANYONE, SIGNED_IN, Access
from oraculum_kit.caller import Caller, calling_as, current_caller
from oraculum_kit.client import Channel, channel
from oraculum_kit.convoy import Answered, Asked, MalformedConvoyError
from oraculum_kit.convoy_client import ConvoyClient
from oraculum_kit.errors import (
    DeadlineExceeded,
    FailedPrecondition,
    Internal,
    NotFound,
    ResourceExhausted,
    Unauthenticated,
    Unavailable,
)
from oraculum_kit.server import ServerConfig
from oraculum_kit.testing import Parties, Served, serving
from oraculum_kit.testing.speaking import COUNT, SAY, Speaking, SpeakingStub, add_speaking

OPEN = {SAY: Access(users=ANYONE), COUNT: Access(users=ANYONE)}
PATIENCE_SECONDS = 30.0
LINES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
ASKED = st.builds(
    Asked,
    st.integers(1, 2**63),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
    st.lists(st.tuples(LINES.filter(bool), LINES), max_size=4).map(tuple),
    st.binary(max_size=200),
    st.integers(0, 2**32 - 1),
)


def config(**changes: Any) -> ServerConfig:
    given = {"drain_seconds": 0.0, "grace_seconds": 5.0} | changes
    return ServerConfig("test", "127.0.0.1:0", "127.0.0.1:0", **given)


@asynccontextmanager
async def speaking(
    parties: Parties, servicer: Speaking, access: dict[str, Access] | None = None, **options: Any
) -> AsyncIterator[tuple[Served, Channel]]:
    async with (
        serving([(add_speaking, servicer)], access or OPEN, parties, config=config(**options)) as served,
        channel(served.target, parties.identity("caller"), edge=True, together=[SAY]) as peer,
    ):
        yield served, peer


class FrozenPeer:
    """A channel to a process that has been stopped: nothing is read, and nothing comes."""

    def stream_stream(self, _path: str) -> Any:
        return lambda: self

    async def write(self, _message: bytes) -> None:
        await asyncio.Event().wait()

    async def read(self) -> bytes:
        await asyncio.Event().wait()
        raise AssertionError

    def cancel(self) -> None:
        pass


async def say(peer: Channel, text: str, timeout: float = PATIENCE_SECONDS) -> str:  # noqa: ASYNC109
    response: StringValue = await SpeakingStub(peer).Say(StringValue(value=text), timeout=timeout)
    return response.value


class TestMessages:
    @given(st.lists(ASKED, max_size=5))
    def test_calls_arrive_as_they_were_sent(self, calls: list[Asked]) -> None:
        assert calls == list(convoy.unpack_asked(convoy.pack_asked(calls)))

    @given(st.lists(st.builds(Answered, st.integers(0, 2**63), st.binary(), st.booleans(), st.booleans())))
    def test_answers_arrive_as_they_were_sent(self, answers: list[Answered]) -> None:
        assert answers == list(convoy.unpack_answered(convoy.pack_answered(answers)))

    @given(st.lists(ASKED, min_size=1, max_size=3), st.integers(1, 20))
    def test_what_was_cut_off_is_refused(self, calls: list[Asked], bytes_missing: int) -> None:
        with pytest.raises(MalformedConvoyError):
            list(convoy.unpack_asked(convoy.pack_asked(calls)[:-bytes_missing] or b"\x00"))


class TestCalls:
    async def test_each_is_answered_for_itself(self, parties: Parties) -> None:
        """A thousand at once, and each hears its own answer."""
        async with speaking(parties, Speaking()) as (_, peer):
            told = await asyncio.gather(*(say(peer, str(number)) for number in range(1000)))
        assert [str(number) for number in range(1000)] == told

    async def test_the_slow_one_keeps_nobody_waiting(self, parties: Parties) -> None:
        released = asyncio.Event()

        async def wait(request: StringValue) -> StringValue:
            if request.value == "slow":
                await released.wait()
            return request

        async with speaking(parties, Speaking(wait)) as (_, peer):
            slow = asyncio.create_task(say(peer, "slow"))
            assert ["a", "b"] == await asyncio.gather(say(peer, "a"), say(peer, "b"))
            assert not slow.done()
            released.set()
            assert "slow" == await slow

    async def test_a_failure_arrives_typed_and_is_its_own(self, parties: Parties) -> None:
        async def refuse(request: StringValue) -> StringValue:
            match request.value:
                case "refused":
                    raise FailedPrecondition("Not now.", account=7)
                case "broken":
                    raise ValueError("secret detail")
            return request

        async with speaking(parties, Speaking(refuse)) as (_, peer):
            outcomes = await asyncio.gather(
                *(say(peer, text) for text in ("refused", "fine", "broken")), return_exceptions=True
            )
        refused, fine, broken = outcomes
        assert isinstance(refused, FailedPrecondition)
        assert ("Not now.", {"account": "7"}) == (refused.message, refused.metadata)
        assert "fine" == fine
        assert isinstance(broken, Internal)
        assert "secret" not in str(broken)

    async def test_each_is_authorized_for_itself(self, parties: Parties) -> None:
        """Who else is in the convoy lends nobody a name."""

        async def name(_request: StringValue) -> StringValue:
            user = current_caller().user
            return StringValue(value=str(user.id if user else None))

        access = {SAY: Access(users=SIGNED_IN), COUNT: Access(users=ANYONE)}
        async with speaking(parties, Speaking(name), access) as (_, peer):

            async def as_somebody() -> tuple[str, str]:
                with parties.signed_in() as user:
                    return str(user.id), await say(peer, "")

            async def as_nobody() -> BaseException:
                with calling_as(Caller(request_id="r")), pytest.raises(Unauthenticated) as refused:
                    await say(peer, "")
                return refused.value

            told = await asyncio.gather(as_somebody(), as_nobody(), as_somebody())
        assert told[0][0] == told[0][1]
        assert told[2][0] == told[2][1]
        assert told[0] != told[2]

    async def test_the_bound_of_calls_holds(self, parties: Parties) -> None:
        released = asyncio.Event()

        async def wait(request: StringValue) -> StringValue:
            await released.wait()
            return request

        async with speaking(parties, Speaking(wait), calls_max=2) as (_, peer):
            calls = [asyncio.create_task(say(peer, "x")) for _ in range(5)]
            refused, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
            while len(refused) < 3:
                refused, _ = await asyncio.wait(calls, timeout=0.05)
            assert all(isinstance(call.exception(), ResourceExhausted) for call in refused)
            released.set()
            assert ["x", "x"] == [await call for call in calls if call not in refused]

    async def test_edge_learns_that_an_answer_was_stored(self, parties: Parties) -> None:
        async def stored(request: StringValue) -> StringValue:
            if request.value != "new":
                replay.mark()
            if request.value == "stored refusal":
                raise NotFound
            return request

        async with speaking(parties, Speaking(stored)) as (_, peer):
            marks = {}
            for text in ("new", "stored", "stored refusal"):
                mark = replay.begin()
                await asyncio.gather(say(peer, text), return_exceptions=True)
                marks[text] = mark.replayed
        assert {"new": False, "stored": True, "stored refusal": True} == marks


class TestGivingUp:
    async def test_time_that_is_up_ends_the_call_at_both_ends(self, parties: Parties) -> None:
        servicer = Speaking(_for_ever)
        async with speaking(parties, servicer) as (_, peer):
            with pytest.raises(DeadlineExceeded):
                await say(peer, "", timeout=0.3)
            await asyncio.wait_for(servicer.cancelled.wait(), PATIENCE_SECONDS)

    async def test_whoever_asked_and_left_takes_the_call_back(self, parties: Parties) -> None:
        servicer = Speaking(_for_ever)
        async with speaking(parties, servicer) as (_, peer):
            asking = asyncio.create_task(say(peer, ""))
            await asyncio.sleep(0.2)
            asking.cancel()
            await asyncio.wait_for(servicer.cancelled.wait(), PATIENCE_SECONDS)

    async def test_a_caller_that_closes_its_channel_leaves_nothing_running(self, parties: Parties) -> None:
        servicer = Speaking(_for_ever)
        async with speaking(parties, servicer) as (_, peer):
            asking = asyncio.create_task(say(peer, ""))
            await asyncio.sleep(0.2)
            await peer.close()
            with pytest.raises(Unavailable):
                await asking
            await asyncio.wait_for(servicer.cancelled.wait(), PATIENCE_SECONDS)

    async def test_a_peer_that_reads_nothing_costs_no_memory(self) -> None:
        """What could not be sent before its time was up is not kept for later."""
        client = ConvoyClient(FrozenPeer())  # type: ignore[arg-type]
        calls = (client.call(SAY, b"x" * 1000, (), timeout_seconds=0.2) for _ in range(1000))
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert {DeadlineExceeded} == {type(outcome) for outcome in outcomes}
        # Those that were taken for the first message had to be taken back; the others never left.
        assert convoy.CALLS_MAX == len(client._outgoing)
        assert all(asked.withdrawn for asked in client._outgoing.values())
        await client.close()


class TestStream:
    async def test_a_server_that_stops_finishes_what_it_has_begun(self, parties: Parties) -> None:
        begun, released = asyncio.Event(), asyncio.Event()

        async def wait(request: StringValue) -> StringValue:
            begun.set()
            await released.wait()
            return request

        async with channel_to_nobody_yet() as opened:
            async with serving([(add_speaking, Speaking(wait))], OPEN, parties, config=config()) as served:
                peer = await opened(served.target)
                asking = asyncio.create_task(say(peer, "begun"))
                await begun.wait()
                asyncio.get_running_loop().call_later(0.5, released.set)
            assert "begun" == await asking
            with pytest.raises(Unavailable):
                await say(peer, "too late")

    async def test_a_peer_that_is_away_is_unavailable_and_found_again_when_back(
        self, parties: Parties, free_port: Any
    ) -> None:
        port = free_port()
        listen = ServerConfig("test", f"127.0.0.1:{port}", "127.0.0.1:0", drain_seconds=0, grace_seconds=1)
        async with channel(f"127.0.0.1:{port}", None, together=[SAY]) as peer:
            for _ in range(2):
                with pytest.raises(Unavailable):
                    await say(peer, "a")
                async with serving([(add_speaking, Speaking())], OPEN, parties, config=listen):
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        await peer.channel_ready()
                    assert "b" == await say(peer, "b")

    async def test_a_peer_that_knows_no_convoys_is_called_as_ever(self) -> None:
        """Replicas of before and after this are there at once while a new version is rolled out."""

        async def answer(request: bytes, _context: Any) -> bytes:
            return request

        server = grpc.aio.server()
        service, method = SAY.strip("/").split("/")
        handlers = {method: grpc.unary_unary_rpc_method_handler(answer)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        async with channel(f"127.0.0.1:{port}", None, together=[SAY]) as peer:
            assert ["a", "b"] == await asyncio.gather(say(peer, "a"), say(peer, "b"))
            assert "c" == await say(peer, "c")
        await server.stop(None)

    @pytest.mark.parametrize("nonsense", [b"\x00", struct.pack("<QIHII", 1, 1, 9, 9, 9), b"\xff" * 100])
    async def test_nonsense_ends_the_stream_that_brought_it_and_no_other(
        self, parties: Parties, nonsense: bytes
    ) -> None:
        async with speaking(parties, Speaking()) as (served, peer):
            async with grpc.aio.insecure_channel(served.target) as bare:
                stream: Any = bare.stream_stream(convoy.PATH)()
                await stream.write(nonsense)
                assert grpc.StatusCode.INVALID_ARGUMENT is await stream.code()
            assert "fine" == await say(peer, "fine")


@asynccontextmanager
async def channel_to_nobody_yet() -> AsyncIterator[Any]:
    opened: list[Channel] = []

    async def to(target: str) -> Channel:
        opened.append(channel(target, None, together=[SAY]))
        return opened[0]

    yield to
    for each in opened:
        await each.close()


async def _for_ever(_request: StringValue) -> StringValue:
    await asyncio.Event().wait()
    raise AssertionError
