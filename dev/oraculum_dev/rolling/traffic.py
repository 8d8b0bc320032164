"""Requests at a steady rate over connections that stay open, as people's browsers keep them.

The rate does not wait for answers: what is slow piles up, as people do. A request that is not answered by a 2xx is a
failure, whatever the reason; nothing is sent again.
"""

import asyncio
import random
import re
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from oraculum_dev.bench.load import LENGTH

CODE: Final = re.compile(rb'"code": *"([a-z0-9_]+)"')
ID: Final = re.compile(r"/[0-9a-f-]{36}")
CLOSING: Final = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
ANSWER_SECONDS: Final = 10.0
# Less than the balancer keeps a connection that nobody uses.
IDLE_SECONDS: Final = 20.0
# Requests are sent as many at a time as this span is due.
PACE_SECONDS: Final = 0.005


@dataclass(frozen=True)
class Connection:
    """One that is open, and since when nobody has used it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    since: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether a browser would still use it: not one that may be closed at the other end while we send."""
        return not self.reader.at_eof() and time.monotonic() - self.since < IDLE_SECONDS


@dataclass
class Count:
    """What became of the requests of a time."""

    asked: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many."""
        return self.failures.total()

    def within(self, share: float) -> float:
        """The seconds in which this share was answered."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Traffic:
    """Load for as long as the `async with` lasts."""

    def __init__(self, host: str, port: int, rate: float, wish: Callable[[random.Random], bytes]) -> None:
        self._host = host
        self._port = port
        self._rate = rate
        self._wish = wish
        self._chance = random.Random(1)  # noqa: S311  a load, not a key
        self._idle: deque[Connection] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sender: asyncio.Task[None] | None = None
        self._count = Count()

    async def __aenter__(self) -> "Traffic":
        self._sender = asyncio.create_task(self._send())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._sender:
            self._sender.cancel()
            await asyncio.gather(self._sender, *self._tasks, return_exceptions=True)
        for connection in self._idle:
            connection.writer.close()

    async def settled(self) -> Count:
        """What became of all that was asked since the last time; waits for the answers that are on their way."""
        count, self._count = self._count, Count()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=ANSWER_SECONDS * 2)
        return count

    async def _send(self) -> None:
        began, sent = time.monotonic(), 0
        while True:
            due = int((time.monotonic() - began) * self._rate)
            for _ in range(due - sent):
                task = asyncio.create_task(self._one(self._count))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            sent = due
            await asyncio.sleep(PACE_SECONDS)

    async def _one(self, count: Count) -> None:
        count.asked += 1
        started = time.monotonic()
        request = self._wish(self._chance)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status, body = await self._ask(request)
        except (OSError, EOFError, TimeoutError) as error:
            count.failures[f"{type(error).__name__} {_asked(request)}"] += 1
            return
        if 200 <= status < 300:
            count.seconds.append(time.monotonic() - started)
        else:
            count.failures[f"{status} {_code(body)} {_asked(request)}"] += 1

    async def _ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request and read its answer; the status and the body."""
        reader, writer = await self._connection()
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
        except BaseException:
            writer.close()
            raise
        if CLOSING.search(head):
            writer.close()
        else:
            self._idle.append(Connection(reader, writer, time.monotonic()))
        return int(head[9:12]), body

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The one that was used last, or a new one."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_good:
                return connection.reader, connection.writer
            connection.writer.close()
        return await asyncio.open_connection(self._host, self._port)


def _asked(request: bytes) -> str:
    """Method and path of a request, whosever it is."""
    method, path, _ = request.partition(b"\r\n")[0].decode().split(" ", 2)
    return f"{method} {ID.sub('/{id}', path)}"


def _code(body: bytes) -> str:
    """The code of a problem document; a balancer's own page has none."""
    found = CODE.search(body)
    return found[1].decode() if found else "without a code"
