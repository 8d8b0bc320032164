"""HAProxy takes a gateway that comes while it runs, and forgets one that has gone."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from oraculum_dev.demo.person import until
from oraculum_dev.infrastructure.ports import HOST, free_port
from oraculum_dev.infrastructure.programs import ProgramError, spawn, stop, wait_ready
from oraculum_dev.rolling.balancer import Balancer, Gateway

PATIENCE_SECONDS = 60.0


@pytest.fixture
def balancer(tmp_path: Path) -> Iterator[Balancer]:
    """One with two places and nobody in them."""
    if not (shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")):
        pytest.skip("haproxy is not installed")
    made = Balancer(tmp_path / "haproxy", free_port(), {"place-1": None, "place-2": None})
    program = made.program()
    process = spawn(program)
    try:
        wait_ready(process, program, made.ready, PATIENCE_SECONDS)
        yield made
    finally:
        stop(process, program.stop_signal, PATIENCE_SECONDS)


@asynccontextmanager
async def gateway(name: str) -> AsyncIterator[Gateway]:
    """A server that is ready and answers with its name."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {len(name)}\r\n\r\n"
        writer.write(f"{head}{name}".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(talk, HOST, 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield Gateway(HOST, port, port)


async def answer(balancer: Balancer) -> str:
    """What somebody is told who comes in."""
    reader, writer = await asyncio.open_connection(HOST, balancer.port)
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return body.decode() if head.split()[1] == b"200" else head.split()[1].decode()


async def answers(balancer: Balancer, expected: str) -> None:
    """Wait until this is what people are told."""
    await until(expected, lambda: answer(balancer), lambda seen: seen == expected, PATIENCE_SECONDS)


async def test_a_gateway_that_comes_is_used_and_one_that_is_forgotten_is_not(balancer: Balancer) -> None:
    assert "503" == await answer(balancer)
    async with gateway("first") as first, gateway("second") as second:
        balancer.take("place-1", first)
        await answers(balancer, "first")
        balancer.forget("place-1")
        balancer.take("place-2", second)
        await answers(balancer, "second")
        balancer.forget("place-2")
        balancer.take("place-1", second)
        await answers(balancer, "second")


def test_what_it_does_not_take_is_an_error(balancer: Balancer) -> None:
    with pytest.raises(ProgramError, match="No such server"):
        balancer.forget("place-3")
