"""A peer that is named: its addresses are looked up again when one of them goes away."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from typing import cast

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from oraculum_kit.authorization import ANYONE, Access
from oraculum_kit.client import channel
from oraculum_kit.errors import Unavailable
from oraculum_kit.server import ServerConfig
from oraculum_kit.testing import Parties, serving
from oraculum_kit.testing.messaging import eventually
from oraculum_kit.testing.speaking import COUNT, SAY, Speaking, SpeakingStub, add_speaking

OPEN = {SAY: Access(users=ANYONE), COUNT: Access(users=ANYONE)}
HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
# Less than gRPC's own half minute.
FOUND_SECONDS = 15.0
_TYPE_A = 1


class Names(asyncio.DatagramProtocol):
    """A name server: every name has the addresses that `hosts` holds now."""

    def __init__(self) -> None:
        self.hosts: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a question; for anything but IPv4 there is nothing."""
        end = data.index(0, 12) + 5
        (kind,) = struct.unpack("!H", data[end - 4 : end - 2])
        hosts = self.hosts if kind == _TYPE_A else []
        head = data[:2] + struct.pack("!HHHHH", 0x8180, 1, len(hosts), 0, 0)
        answers = [struct.pack("!HHHIH", 0xC00C, _TYPE_A, 1, 0, 4) + socket.inet_aton(host) for host in hosts]
        self._transport.sendto(head + data[12:end] + b"".join(answers), addr)


@asynccontextmanager
async def name_server() -> AsyncIterator[tuple[Names, str]]:
    """One on a free port, and the beginning of targets that ask it."""
    loop = asyncio.get_running_loop()
    transport, names = await loop.create_datagram_endpoint(Names, local_addr=(HOSTS[0], 0))
    with closing(transport):
        yield names, f"dns://{HOSTS[0]}:{transport.get_extra_info('sockname')[1]}/"


def shared_port() -> int:
    """A port that is free at every host; a name says nothing of ports."""
    with socket.socket() as probe:
        probe.bind((HOSTS[0], 0))
        port: int = probe.getsockname()[1]
    for host in HOSTS[1:]:
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except OSError:
                pytest.skip(f"this machine has no address {host} of its own")
    return port


class House:
    """Servers at several hosts, each of which says where it is."""

    def __init__(self, parties: Parties) -> None:
        self._parties = parties
        self.port = shared_port()
        self._stacks: dict[str, AsyncExitStack] = {}

    async def open(self, host: str) -> None:
        """Serve there."""

        async def say(_request: StringValue) -> StringValue:
            return StringValue(value=host)

        config = ServerConfig(
            "test", f"{host}:{self.port}", "127.0.0.1:0", drain_seconds=0, grace_seconds=0.1
        )
        stack = self._stacks[host] = AsyncExitStack()
        await stack.enter_async_context(
            serving([(add_speaking, Speaking(say))], OPEN, self._parties, config=config)
        )

    async def close(self, *hosts: str) -> None:
        """Serve there no more."""
        for host in hosts or tuple(self._stacks):
            await self._stacks.pop(host).aclose()


@asynccontextmanager
async def house(parties: Parties) -> AsyncIterator[House]:
    opened = House(parties)
    try:
        yield opened
    finally:
        await opened.close()


async def answers_from(stub: SpeakingStub, host: str) -> bool:
    """Whether it is this host that answers."""
    try:
        return bool((await stub.Say(StringValue())).value == host)
    except Unavailable:
        return False


async def found(stub: SpeakingStub, host: str) -> None:
    """Wait until this host answers."""
    async with asyncio.timeout(FOUND_SECONDS):
        await eventually(lambda: answers_from(stub, host))


async def test_calls_are_spread_over_all_addresses_of_a_name(parties: Parties) -> None:
    async with house(parties) as peers, name_server() as (names, authority):
        first, second = names.hosts = list(HOSTS[:2])
        await peers.open(first)
        await peers.open(second)
        async with channel(f"{authority}peer:{peers.port}", None) as peer:
            stub = SpeakingStub(peer)
            for host in (first, second, first):
                await eventually(lambda host=host: answers_from(stub, host))


async def test_a_peer_that_comes_back_at_another_address_is_found_within_seconds(parties: Parties) -> None:
    """A rollout moves a name's addresses within less than half a minute; nobody may wait for longer than it."""
    async with house(parties) as peers, name_server() as (names, authority):
        before, after = HOSTS[1:]
        names.hosts = [before]
        await peers.open(before)
        async with channel(f"{authority}peer:{peers.port}", None) as peer:
            stub = SpeakingStub(peer)
            assert await answers_from(stub, before)
            await peers.close(before)
            names.hosts = [after]
            await peers.open(after)
            await found(stub, after)


async def test_while_one_of_two_is_replaced_the_other_answers(parties: Parties) -> None:
    """New ones come before old ones go, one after the other, until no address is what it was."""
    async with house(parties) as peers, name_server() as (names, authority):
        first, second, third = HOSTS
        names.hosts = [first, second]
        await peers.open(first)
        await peers.open(second)
        async with channel(f"{authority}peer:{peers.port}", None, safe=[SAY]) as peer:
            stub = SpeakingStub(peer)
            await eventually(lambda: answers_from(stub, second))
            await peers.open(third)
            names.hosts = [first, second, third]
            await peers.close(first)
            assert (await stub.Say(StringValue())).value in {second, third}
            await found(stub, third)
            names.hosts = [third]
            await peers.close(second)
            assert (await stub.Say(StringValue())).value == third
