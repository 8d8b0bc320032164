"""A client's connection: uvicorn's, with bounds on what comes before a request is known.

uvicorn waits for ever for a head and takes one of any length, so a few thousand clients that send a byte now and then,
or one that never ends its headers, would hold the gateway's connections and its memory. It also takes any byte for a
request and forgets how long a connection may idle, so that one byte of a body that nobody read would hold it as long.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX: Final = 32 * 1024
HEAD_SECONDS_MAX: Final = 10.0

_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)


class HeadTooLargeError(Exception):
    """The headers are longer than anybody needs."""


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

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read, or what is too long to be."""
        if self.transport.is_closing():
            return
        if not self._too_large:
            super().send_400_response(msg)
            return
        self.transport.write(_TOO_LARGE)
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
