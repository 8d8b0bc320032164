"""What is read of an answer: so much and no more, whatever it is made of."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from oraculum_notification.webhooks.addresses import Rules
from oraculum_notification.webhooks.metering import ANSWER_BYTES_MAX
from oraculum_notification.webhooks.posting import Poster

NOTHING_YET = b"HTTP/1.1 100 .\r\n\r\n"
TAKEN = b"HTTP/1.1 204 .\r\n\r\n"


@dataclass
class Program:
    """Answers every request with the same bytes."""

    answer: bytes
    url: str = ""
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(self.answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            # Whoever asked has gone.
            return
        finally:
            writer.close()


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[Program]:
    program = Program(answer)
    server = await asyncio.start_server(program.serve, "127.0.0.1", 0)
    program.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        yield program
    finally:
        server.close()


async def words(program: Program, count: int) -> list[str]:
    """What comes of so many attempts, one after the other."""
    async with Poster(Rules(development=True), attempt_seconds=60) as poster:
        return [(await poster.post(program.url, {}, b"")).word for _ in range(count)]


async def test_answers_that_say_nothing_yet_are_read_up_to_a_bound() -> None:
    """Within the bound they are waited through; beyond it the word that follows them is not heard any more."""
    few = ANSWER_BYTES_MAX // len(NOTHING_YET) - 10
    async with answering(NOTHING_YET * few + TAKEN) as program:
        assert ["delivered"] == await words(program, 1)
    async with answering(NOTHING_YET * (few + 20) + TAKEN) as program:
        assert ["answer_too_long"] == await words(program, 1)


async def test_requests_on_one_connection_have_a_bound_each() -> None:
    body = b"x" * 12_000
    answer = b"HTTP/1.1 200 .\r\ncontent-length: 12000\r\n\r\n" + body
    async with answering(answer) as program:
        assert ["delivered"] * 5 == await words(program, 5)
        assert 1 == program.connections


async def test_what_was_said_counts_although_its_body_goes_on_in_crumbs() -> None:
    """Chunks of one byte each take six on the wire: the bound of the body would be reached long after the other."""
    crumbs = b"1\r\nx\r\n" * 15_000
    async with answering(b"HTTP/1.1 200 .\r\ntransfer-encoding: chunked\r\n\r\n" + crumbs) as program:
        assert ["delivered"] == await words(program, 1)
