"""The internal HTTP port: /healthz, /readyz and /metrics, for the cluster and never for the world.

Written on asyncio streams, because a web framework for three GETs would be the largest thing in the process.
"""

import asyncio
import contextlib
from types import TracebackType
from typing import Final, Self

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from oraculum_kit.health import Health

_REQUEST_SECONDS_MAX: Final = 5.0
_HEAD_BYTES_MAX: Final = 16 * 1024
_JSON: Final = "application/json"


class InternalEndpoint:
    """Serves the three pages on `host:port`; `async with` opens and closes it."""

    def __init__(self, listen: str, health: Health) -> None:
        self._host, _, port = listen.rpartition(":")
        self._port = int(port)
        self._health = health
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port in use, which matters when any would do."""
        if self._server is None:
            raise RuntimeError("the endpoint is not open")
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._answer, self._host.strip("[]"), self._port, limit=_HEAD_BYTES_MAX
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_REQUEST_SECONDS_MAX):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._page(head))
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            # A probe that went away, or somebody who does not speak HTTP: neither is owed an answer.
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def _page(self, head: bytes) -> bytes:
        method, _, rest = head.partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0]
        if method not in {b"GET", b"HEAD"}:
            return _response("405 Method Not Allowed", _JSON, b"{}")
        match path:
            case b"/healthz":
                return _response("200 OK", _JSON, b'{"status":"alive"}')
            case b"/readyz":
                ready = self._health.ready
                body = orjson.dumps({"ready": ready, "degraded": self._health.degraded})
                return _response("200 OK" if ready else "503 Service Unavailable", _JSON, body)
            case b"/metrics":
                return _response("200 OK", CONTENT_TYPE_LATEST, generate_latest(REGISTRY))
            case _:
                return _response("404 Not Found", _JSON, b"{}")


def _response(status: str, content_type: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    return head.encode() + body
