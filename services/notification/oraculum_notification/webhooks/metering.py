"""Streams that end when an answer takes too much of us, whatever it is made of.

A bound on the body comes too late: before it, a receiver may send informational answers (1xx) without end, and each is
cheap for it and dear for the one event loop here. What is counted is what comes over the wire, in small portions, so
that others have their turn between them.
"""

import ssl
from typing import Any, Final

import httpcore

# All of an answer: its headers, and what is read of its body.
ANSWER_BYTES_MAX: Final = 32 * 1024
_PORTION_BYTES: Final = 2 * 1024


class AnswerTooLongError(httpcore.ReadError):
    """More came in answer to one request than is read of any."""


class MeteredStream(httpcore.AsyncNetworkStream):
    """A stream on which so much is read after each writing; requests follow each other on a kept connection."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, bytes_max: int = ANSWER_BYTES_MAX) -> None:
        self._inner = inner
        self._bytes_max = bytes_max
        self._left = bytes_max

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  httpcore's signature
        """Read a portion; raise when the answer has had its share."""
        if self._left <= 0:
            raise AnswerTooLongError(f"an answer is longer than {self._bytes_max} bytes")
        data = await self._inner.read(min(max_bytes, _PORTION_BYTES, self._left), timeout)
        self._left -= len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Write; what is read from here on answers this."""
        self._left = self._bytes_max
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """Count what comes through the encryption in the same way."""
        return MeteredStream(
            await self._inner.start_tls(ssl_context, server_hostname, timeout), self._bytes_max
        )

    def get_extra_info(self, info: str) -> Any:
        """What the client asks of a stream, of the one inside."""
        return self._inner.get_extra_info(info)
