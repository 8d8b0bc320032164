"""The load of a rolling restart counts what was lost, and uses no connection that has gone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

from oraculum_dev.rolling.traffic import Traffic

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]
REQUEST = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
RATE = 200.0


@asynccontextmanager
async def server(answer: Answer) -> AsyncIterator[int]:
    """One that reads requests and answers each; its port."""
    talking: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talking.add(cast("asyncio.Task[None]", asyncio.current_task()))
        try:
            while not writer.is_closing() and await reader.readuntil(b"\r\n\r\n"):
                await answer(writer)
        except asyncio.IncompleteReadError:
            writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]
        await asyncio.gather(*talking)


async def asked(port: int, at_least: int) -> tuple[int, dict[str, int]]:
    """Load until so many requests were sent: how many were, and what became of those that failed."""
    sent = asyncio.Event()
    count = 0

    def wish(_: object) -> bytes:
        nonlocal count
        count += 1
        if count >= at_least:
            sent.set()
        return REQUEST

    async with Traffic("127.0.0.1", port, RATE, wish) as traffic:
        await sent.wait()
        seen = await traffic.settled()
    return len(seen.seconds), dict(seen.failures)


async def test_what_is_answered_is_no_failure() -> None:
    async def well(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    async with server(well) as port:
        answered, failures = await asked(port, 20)
    assert answered >= 20
    assert {} == failures


async def test_a_connection_that_is_closed_instead_of_an_answer_is_a_failure() -> None:
    async def gone(writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with server(gone) as port:
        answered, failures = await asked(port, 20)
    assert 0 == answered
    assert failures.keys() <= {"IncompleteReadError GET /", "ConnectionResetError GET /"}
    assert sum(failures.values()) >= 20


async def test_a_refusal_is_a_failure_by_its_status_and_code() -> None:
    async def away(writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 503 Away\r\ncontent-length: 22\r\n\r\n{"code":"unavailable"}')

    async with server(away) as port:
        answered, failures = await asked(port, 20)
    assert 0 == answered
    assert {"503 unavailable GET /"} == failures.keys()


async def test_a_connection_that_the_other_end_gave_up_is_not_used_again() -> None:
    """It says so: a balancer that closes after an answer loses nothing."""

    async def once(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    async with server(once) as port:
        answered, failures = await asked(port, 20)
    assert answered >= 20
    assert {} == failures
