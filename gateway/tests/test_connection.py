"""Clients that misbehave before their request is known: endless heads, slow ones, bodies that never come."""

import asyncio
import json
from contextlib import suppress
from socket import socketpair
from typing import Any

import pytest
import uvloop

from oraculum_gateway import bodies, connection, listening
from oraculum_gateway.edge import SAFETY
from oraculum_gateway.listening import http_server


async def talk(gateway, sent: bytes) -> bytes:
    """Send bytes and read to the end."""
    reader, writer = await connected(gateway)
    try:
        async with asyncio.timeout(10):
            writer.write(sent)
            await writer.drain()
            return await reader.read()
    finally:
        writer.close()


async def connected(gateway) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = gateway.url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


ASKED = b"GET /api/v1/categories HTTP/1.1\r\nhost: x\r\n"
HEAD = ASKED + b"connection: close\r\n"


class TestHead:
    async def test_a_usual_one_is_answered(self, gateway) -> None:
        assert (await talk(gateway, HEAD + b"x-filler: " + b"x" * 8000 + b"\r\n\r\n")).startswith(
            b"HTTP/1.1 200"
        )

    @pytest.mark.parametrize("end", [b"\r\n\r\n", b""])
    async def test_one_that_is_too_long_is_refused(self, gateway, end: bytes) -> None:
        filler = b"x-filler: " + b"x" * connection.HEAD_BYTES_MAX
        assert (await talk(gateway, HEAD + filler + end)).startswith(b"HTTP/1.1 431")

    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            (HEAD + b"x-filler: " + b"x" * connection.HEAD_BYTES_MAX + b"\r\n\r\n", "headers_too_large"),
            (HEAD + b"x-filler: \x7f\r\n\r\n", "malformed_request"),
        ],
    )
    async def test_what_is_refused_before_it_is_a_request_is_a_problem_too(
        self, gateway, sent: bytes, code: str
    ) -> None:
        head, _, body = (await talk(gateway, sent)).partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        problem = json.loads(body)
        assert (problem["code"], problem["request_id"]) == (code, headers["x-request-id"])
        assert (headers["content-type"], headers["connection"]) == ("application/problem+json", "close")
        assert headers["content-length"] == str(len(body))
        assert headers.items() >= SAFETY.items()

    async def test_many_small_headers_are_too_long_too(self, gateway) -> None:
        many = b"".join(b"x-%d: y\r\n" % number for number in range(10_000))
        assert (await talk(gateway, HEAD + many + b"\r\n")).startswith(b"HTTP/1.1 431")

    @pytest.mark.parametrize("sent", [b"", b"GET / HTT", HEAD, HEAD + b"x-slow: "])
    async def test_one_that_does_not_come_is_waited_for_no_longer(
        self, monkeypatch, start_gateway, redis_url: str, sent: bytes
    ) -> None:
        monkeypatch.setattr(connection, "HEAD_SECONDS_MAX", 0.2)
        async with start_gateway(redis_url) as gateway:
            assert await talk(gateway, sent) == b""

    async def test_what_is_no_http_is_refused(self, gateway) -> None:
        assert (await talk(gateway, b"\x16\x03\x01\x02\x00nonsense\r\n\r\n")).startswith(b"HTTP/1.1 400")


class TestBody:
    async def test_one_that_does_not_come_is_waited_for_no_longer(self, gateway, monkeypatch) -> None:
        monkeypatch.setattr(bodies, "BODY_SECONDS_MAX", 0.2)
        head = (
            b"POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\n"
            b"content-type: application/json\r\ncontent-length: 100\r\n\r\n{"
        )
        answer = await talk(gateway, head)
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"body_too_slow" in answer


class TestAnswer:
    async def test_its_head_and_its_body_come_together(self, gateway) -> None:
        async with asyncio.timeout(10):
            reader, writer = await connected(gateway)
            writer.write(ASKED + b"\r\n")
            head, _, body = (await reader.read(65_536)).partition(b"\r\n\r\n")
            writer.close()
        lengths = [line.split(b": ")[1] for line in head.split(b"\r\n") if line.startswith(b"content-length")]
        assert [str(len(body)).encode()] == lengths

    async def test_the_refusal_of_what_follows_it_comes_behind_it(self, gateway) -> None:
        told = await talk(gateway, ASKED + b"\r\n" + b"nonsense\r\n\r\n")
        assert [b"400"] == [part[:3] for part in told.split(b"HTTP/1.1 ")[1:]][-1:]

    async def test_a_large_one_comes_whole(self) -> None:
        large = b"x" * 300_000

        async def app(_scope: object, _receive: object, send) -> None:
            length = (b"content-length", str(len(large)).encode())
            await send({"type": "http.response.start", "status": 200, "headers": [length]})
            for place in range(0, len(large), 1000):
                portion = large[place : place + 1000]
                rest = place + 1000 < len(large)
                await send({"type": "http.response.body", "body": portion, "more_body": rest})

        server = http_server(app, "127.0.0.1:0", grace_seconds=1)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110  uvicorn tells it in no other way
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(10):
            writer.write(HEAD + b"\r\n")
            told = await reader.read()
        writer.close()
        server.should_exit = True
        await serving
        assert told.partition(b"\r\n\r\n")[2] == large

    def test_a_client_that_went_before_it_is_no_failure(self) -> None:
        """Its connection may break between the turn in which an answer is made and the next, when it is written."""
        failures: list[object] = []

        class Losing(asyncio.Protocol):
            def connection_made(self, transport: Any) -> None:
                self.transport = transport

            def connection_lost(self, _error: Exception | None) -> None:
                lost.set()

        lost = asyncio.Event()

        async def answer_and_lose() -> None:
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _loop, told: failures.append(told))
            ours, theirs = socketpair()
            _, protocol = await loop.create_connection(Losing, sock=ours)
            # Aborted, it is closed in the next turn, right before what is written now.
            protocol.transport.abort()
            connection.Gathering(loop, protocol.transport).write(b"answer")
            await lost.wait()
            await asyncio.sleep(0)
            theirs.close()

        uvloop.run(answer_and_lose())
        assert failures == []


class TestRest:
    """What comes behind an answer and begins no request."""

    @pytest.mark.parametrize(("header", "rest"), [(b"content-length: 1000\r\n", b"x"), (b"", b"\r\n")])
    async def test_it_holds_no_connection(
        self, monkeypatch, start_gateway, redis_url: str, header: bytes, rest: bytes
    ) -> None:
        monkeypatch.setattr(listening, "IDLE_SECONDS_MAX", 1)
        async with start_gateway(redis_url) as gateway, asyncio.timeout(10):
            reader, writer = await connected(gateway)
            writer.write(ASKED + header + b"\r\n")
            await reader.readuntil(b"\r\n\r\n")
            # The other end may have waited long enough already, and say so while this is on its way.
            with suppress(ConnectionError):
                writer.write(rest)
                await writer.drain()
                await reader.read()
            writer.close()

    async def test_another_request_may_come_behind_it(self, gateway) -> None:
        async with asyncio.timeout(10):
            reader, writer = await connected(gateway)
            writer.write(ASKED + b"content-length: 4\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"rest\r\n" + HEAD + b"\r\n")
            assert (await reader.read()).count(b"HTTP/1.1 200") == 1
            writer.close()


def test_an_idle_connection_outlives_those_of_load_balancers() -> None:
    """Whoever closes first while the other one sends loses a request; balancers keep idle connections for a minute."""

    async def app(_scope: object, _receive: object, _send: object) -> None:
        """Nobody asks."""

    assert http_server(app, "127.0.0.1:0", grace_seconds=1).config.timeout_keep_alive > 60
