"""A client's connection: uvicorn's, with bounds on what comes before a request is known.

uvicorn waits for ever for a head and takes one of any length, so a few thousand clients that send a byte now and then,
or one that never ends its headers, would hold the gateway's connections and its memory. It also takes any byte for a
request and forgets how long a connection may idle, so that one byte of a body that nobody read would hold it as long.
"""

import asyncio
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from oraculum_gateway import problems
from oraculum_gateway.edge import SAFETY
from oraculum_gateway.problems import Problem
from oraculum_kit.ids import uuid7

HEAD_BYTES_MAX: Final = 32 * 1024
HEAD_SECONDS_MAX: Final = 10.0
# What gathers before it is written; from there on the transport decides who has to wait.
_GATHERED_BYTES_MAX: Final = 64 * 1024


class HeadTooLargeError(Exception):
    """The headers are longer than anybody needs."""


class Gathering(asyncio.Transport):
    """Writes together what is written in one turn of the loop.

    uvicorn writes the head of an answer and then its body. Each is a call of the system and a packet that wakes the client.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        super().__init__()
        self._loop = loop
        self._transport = transport
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write this soon, behind what was written before it."""
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(bytes(data))
        self._size += len(data)
        if self._size >= _GATHERED_BYTES_MAX:
            self.flush()

    def flush(self) -> None:
        """Write now what has gathered."""
        if self._parts:
            written = b"".join(self._parts)
            self._parts.clear()
            self._size = 0
            # A client may have gone since; uvloop's transports refuse what is written to nobody.
            if not self._transport.is_closing():
                self._transport.write(written)

    def close(self) -> None:
        """Close behind what was written."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether it is closed or about to be."""
        return self._transport.is_closing()

    def ungathered(self) -> asyncio.Transport:
        """The transport itself, with nothing left to write."""
        self.flush()
        return self._transport


class Connection(HttpToolsProtocol):
    """One client's connection."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._idle_timer: asyncio.TimerHandle | None = None
        self._too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Wait for the first request, for a while."""
        super().connection_made(transport)
        self.transport = self._gathering = Gathering(self.loop, transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self._head_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless this head never ends."""
        if self._head_timer is not None:
            self._head_bytes += len(data)
        # Out of uvicorn's hands, which would stop it: only a request ends the idling, not the rest of a body, or blank lines.
        self._idle_timer, self.timeout_keep_alive_task = self.timeout_keep_alive_task, None
        super().data_received(data)
        self.timeout_keep_alive_task, self._idle_timer = self._idle_timer, None
        if self._head_timer is not None and self._head_bytes > HEAD_BYTES_MAX:
            self._too_large = True
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        self._await_head()

    def on_headers_complete(self) -> None:
        """Its head is there."""
        self._head_came()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES_MAX:
            self._too_large = True
            raise HeadTooLargeError
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """A socket: what it says goes out message by message."""
        self.transport = self._gathering.ungathered()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  as uvicorn's own
        """Refuse what cannot be read, or what is too long to be."""
        if self.transport.is_closing():
            return
        if self._too_large:
            detail = f"An address and its headers have at most {HEAD_BYTES_MAX} bytes."
            problem = Problem(431, "headers_too_large", detail)
        else:
            problem = Problem(400, "malformed_request", "This is no HTTP that can be read.")
        self.transport.write(_written(problem))
        self.transport.close()

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_bytes = 0
            self._head_timer = self.loop.call_later(HEAD_SECONDS_MAX, self._too_slow)

    def _head_came(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        self._head_timer = None
        self.transport.close()


def _written(problem: Problem) -> bytes:
    """A refusal as it goes out where no request came to be that the application could answer."""
    request_id = str(uuid7())
    response = problems.answer(problem, path="", request_id=request_id)
    own = {**SAFETY, "x-request-id": request_id, "connection": "close"}
    headers = [*response.raw_headers, *((name.encode(), value.encode()) for name, value in own.items())]
    lines = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}".encode()]
    lines += [b"%s: %s" % pair for pair in headers]
    return b"\r\n".join([*lines, b"", bytes(response.body)])
