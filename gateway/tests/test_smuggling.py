"""Requests that two servers would cut in different places: refused, and nothing behind them is read."""

import asyncio
from typing import Any

import pytest

SECOND = b"GET /api/v1/categories HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = b"0\r\n\r\n"
READ_SECONDS = 10.0

AMBIGUOUS = {
    "a length and chunks": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    "chunks and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + CHUNKED,
    "two lengths": b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
    "a list of lengths": b"Content-Length: 2, 40\r\n\r\n{}",
    "a length with a sign": b"Content-Length: +2\r\n\r\n{}",
    "a length below nothing": b"Content-Length: -1\r\n\r\n{}",
    "a length in hex": b"Content-Length: 0x2\r\n\r\n{}",
    "a huge length": b"Content-Length: 18446744073709551618\r\n\r\n{}",
    "no known encoding": b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKED,
    "chunks that are not last": b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKED,
    "chunks twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + CHUNKED,
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n" + CHUNKED,
    "a folded line": b"X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    "a size that is none": b"Transfer-Encoding: chunked\r\n\r\n5x\r\nabcde\r\n0\r\n\r\n",
    "a size with a sign": b"Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
    "a size past every bound": b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    "a chunk without its end": b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n",
    "a line that ends by CR": b"X-A: b\rX-C: d\r\nContent-Length: 2\r\n\r\n{}",
    "a NUL in a header": b"X-A: b\x00c\r\nContent-Length: 2\r\n\r\n{}",
    "a header without a name": b": b\r\nContent-Length: 2\r\n\r\n{}",
}
NO_REQUEST = {
    "nothing of HTTP": b"hello\r\n\r\n",
    "a version to come": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "a space in the address": b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
}


async def said(gateway: Any, raw: bytes) -> bytes:
    """All that the server says until it closes, or until it has answered what there is to answer."""
    host, _, port = gateway.url.rpartition("//")[2].partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(raw)
        async with asyncio.timeout(READ_SECONDS):
            return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize("name", AMBIGUOUS)
async def test_what_is_ambiguous_is_refused_with_all_behind_it(gateway: Any, name: str) -> None:
    answer = await said(gateway, HEAD + AMBIGUOUS[name] + SECOND)
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]
    assert 1 == answer.count(b"HTTP/1.1 "), answer
    assert not gateway.backend.asked


@pytest.mark.parametrize("name", NO_REQUEST)
async def test_what_is_no_request_is_refused(gateway: Any, name: str) -> None:
    answer = await said(gateway, NO_REQUEST[name] + SECOND)
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 505")), answer[:200]
    assert 1 == answer.count(b"HTTP/1.1 "), answer
