"""Replicas of a service: whose a key is, and what becomes of it when a replica dies, drains, hangs or comes back."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from oraculum_kit import targets
from oraculum_kit.authorization import ANYONE, Access
from oraculum_kit.client import channel
from oraculum_kit.errors import DeadlineExceeded, NotFound, Unavailable
from oraculum_kit.health import Health
from oraculum_kit.replicas import Replicas, replicas
from oraculum_kit.server import ServerConfig
from oraculum_kit.testing import Parties, serving
from oraculum_kit.testing.messaging import eventually
from oraculum_kit.testing.speaking import COUNT, SAY, Speaking, SpeakingStub, add_speaking

OPEN = {SAY: Access(users=ANYONE), COUNT: Access(users=ANYONE)}
KEYS = [f"event {number}" for number in range(60)]


def key_of(request: StringValue) -> str | None:
    """What stands before the colon; a request without one belongs to nobody."""
    key, colon, _ = request.value.partition(":")
    return key if colon else None


class House:
    """Some replicas that answer with their own number, each of which can be made to refuse, hang, leave and return."""

    def __init__(self, parties: Parties) -> None:
        self._parties = parties
        self._stacks: dict[int, AsyncExitStack] = {}
        self._ports: dict[int, int] = {}
        self.health: dict[int, Health] = {}
        self.asked: Counter[int] = Counter()
        self.failing: dict[int, Exception] = {}
        self.hanging: set[int] = set()

    async def start(self, number: int) -> None:
        """Serve, on the port that the replica had before."""

        async def say(_request: StringValue) -> StringValue:
            self.asked[number] += 1
            if number in self.hanging:
                await asyncio.Event().wait()
            if number in self.failing:
                raise self.failing[number]
            return StringValue(value=str(number))

        stack = self._stacks[number] = AsyncExitStack()
        listen = f"127.0.0.1:{self._ports.get(number, 0)}"
        config = ServerConfig("test", listen, "127.0.0.1:0", drain_seconds=0, grace_seconds=0.1)
        servicer = (add_speaking, Speaking(say))
        served = await stack.enter_async_context(serving([servicer], OPEN, self._parties, config=config))
        self._ports[number] = served.running.port
        self.health[number] = served.running.health
        await eventually(lambda: _ready(served.running.health))

    async def stop(self, number: int) -> None:
        """Leave; nobody listens on the port any more."""
        await self._stacks.pop(number).aclose()

    async def close(self) -> None:
        """Stop all that serve."""
        for number in list(self._stacks):
            await self.stop(number)

    @property
    def target(self) -> str:
        """All that ever served."""
        return ",".join(f"127.0.0.1:{port}" for port in self._ports.values())


async def _ready(health: Health) -> bool:
    return health.ready


@pytest.fixture
async def house(parties: Parties) -> AsyncIterator[House]:
    house = House(parties)
    for number in range(3):
        await house.start(number)
    yield house
    await house.close()


@asynccontextmanager
async def asking(house: House, *safe: str) -> AsyncIterator[tuple[Replicas, SpeakingStub]]:
    async with replicas(house.target, None, key=key_of, safe=safe) as peers:
        yield peers, SpeakingStub(peers)


async def owners(stub: SpeakingStub) -> dict[str, str]:
    """Who answers for each key."""
    return {key: (await stub.Say(StringValue(value=f"{key}:"))).value for key in KEYS}


async def settled(peers: Replicas, serving_count: int) -> None:
    """Wait until so many are known to serve."""

    async def known() -> bool:
        return serving_count == sum(replica.serves for replica in peers._replicas.values())

    await eventually(known)


class TestKeys:
    async def test_one_key_goes_to_one_replica_whoever_asks(self, house: House) -> None:
        async with asking(house) as (_, one), asking(house) as (_, other):
            theirs = await owners(one)
            assert theirs == await owners(one)
            assert theirs == await owners(other)
        assert {"0", "1", "2"} == set(theirs.values())

    async def test_what_has_no_key_goes_to_each_in_turn(self, house: House) -> None:
        async with asking(house) as (_, stub):
            for _ in range(9):
                await stub.Say(StringValue(value="anybody"))
        assert {0: 3, 1: 3, 2: 3} == house.asked

    async def test_a_stream_goes_where_its_key_belongs(self, house: House) -> None:
        async with asking(house) as (_, stub):
            numbers = [number.value async for number in stub.Count(StringValue(value="2"))]
        assert ["0", "1"] == numbers


class TestAway:
    async def test_keys_of_one_that_is_gone_are_spread_and_come_back(self, house: House) -> None:
        """The others keep theirs: no more memory is lost than has to be."""
        async with asking(house, SAY) as (peers, stub):
            before = await owners(stub)
            await house.stop(1)
            meanwhile = await owners(stub)
            await settled(peers, 2)
            assert meanwhile == await owners(stub)
            for key in KEYS:
                assert before[key] == meanwhile[key] or before[key] == "1"
            assert {"0", "2"} == set(meanwhile.values())
            await house.start(1)
            await settled(peers, 3)
            assert before == await owners(stub)

    async def test_one_that_says_it_does_not_serve_is_asked_no_more(self, house: House) -> None:
        """A replica that drains still answers, so no call of it fails."""
        async with asking(house) as (peers, stub):
            await house.health[1].drain()
            await settled(peers, 2)
            assert {"0", "2"} == set((await owners(stub)).values())

    async def test_when_none_says_it_serves_all_are_asked_as_before(self, house: House) -> None:
        """Their database is away for a moment: whoever asks now may be answered already."""
        async with asking(house) as (peers, stub):
            before = await owners(stub)
            for number in range(3):
                await house.health[number].drain()
            await settled(peers, 0)
            assert before == await owners(stub)

    async def test_what_is_not_safe_is_sent_once(self, house: House) -> None:
        """A command without a key must not happen twice, whoever the second one would be."""
        house.failing = dict.fromkeys(range(3), Unavailable())
        async with asking(house) as (_, stub):
            with pytest.raises(Unavailable):
                await stub.Say(StringValue(value="event:"))
        assert 1 == house.asked.total()

    async def test_what_is_safe_is_sent_to_the_next_and_given_up_in_the_end(self, house: House) -> None:
        house.failing = dict.fromkeys(range(3), Unavailable())
        async with asking(house, SAY) as (_, stub):
            with pytest.raises(Unavailable):
                await stub.Say(StringValue(value="event:"))
        assert [1, 1, 2] == sorted(house.asked.values())

    async def test_a_refusal_is_an_answer(self, house: House) -> None:
        house.failing = dict.fromkeys(range(3), NotFound())
        async with asking(house, SAY) as (_, stub):
            with pytest.raises(NotFound):
                await stub.Say(StringValue(value="event:"))
        assert 1 == house.asked.total()

    async def test_one_deadline_holds_for_all_attempts(self, house: House) -> None:
        """A replica that hangs costs the caller its deadline and not one for each of the others."""
        house.hanging = {0, 1, 2}
        async with asking(house, SAY) as (_, stub):
            with pytest.raises(DeadlineExceeded):
                await stub.Say(StringValue(value="event:"), timeout=0.3)
        # None at all where the machine was so busy that the deadline passed on the way.
        assert house.asked.total() <= 1

    async def test_nobody_at_all_is_unavailable(self, house: House) -> None:
        async with asking(house, SAY) as (peers, stub):
            # A server that stops may keep a connection that was just being made for as long as its process lives, and
            # here it lives on. One that has answered everybody has no such connection.
            assert {"0", "1", "2"} == set((await owners(stub)).values())
            await house.close()
            with pytest.raises(Unavailable):
                await stub.Say(StringValue(value="event:"))
            with pytest.raises(Exception, match=r".+"):
                await peers.check()
            await house.start(2)
            async with asyncio.timeout(10):
                await peers.channel_ready()
            await peers.check()


class TestResolving:
    async def test_follows_who_is_there(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        """Addresses come and go with the name's; while nobody can be asked they stay."""
        known = set(house.target.split(","))
        answer: set[str] | None = known

        async def addresses(_places: object) -> frozenset[str]:
            if answer is None:
                raise OSError("no name server answers")
            return frozenset(answer)

        monkeypatch.setattr(targets, "addresses", addresses)
        async with asking(house) as (peers, stub):
            assert {"0", "1", "2"} == set((await owners(stub)).values())
            answer = {min(known)}
            await peers._resolve()
            assert 1 == len(set((await owners(stub)).values()))
            answer = None
            await peers._resolve()
            assert 1 == len(set((await owners(stub)).values()))
            answer = known
            await peers._resolve()
            assert {"0", "1", "2"} == set((await owners(stub)).values())

    async def test_a_plain_channel_takes_several_addresses_too(self, house: House) -> None:
        async with channel(house.target, None) as peer:
            stub = SpeakingStub(peer)

            async def all_have_answered() -> bool:
                await stub.Say(StringValue(value="anybody"))
                return len(house.asked) == 3

            await eventually(all_have_answered)
