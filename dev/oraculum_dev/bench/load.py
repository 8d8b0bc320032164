"""The load generator: a process of its own that keeps some connections busy, one request at a time on each.

    python -m oraculum_dev.bench.load plan.json report.json

It speaks just as much HTTP/1.1 as it needs, on raw sockets: requests are joined from parts that were written before the
start, and of an answer it reads the status, the length and, where something was made, the id that the body begins with.
A request costs it some 20 µs, so that it is not what is measured; `wrk` with a script that does the same costs as much.
"""

import asyncio
import itertools
import json
import random
import re
import secrets
import sys
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import cast

import uvloop

from oraculum_kit.clock import SystemClock

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
# Where the body of what was made begins with its id.
ID = slice(len('{"id":"'), len('{"id":"') + 36)
# What is on its way at the end may come in.
PATIENCE_SECONDS = 10.0
# Said on standard output when the warm-up is over and when the load has ended.
MEASURING, ENDED = "measuring", "ended"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is sent: each request is one of the heads and one of the bodies, by chance."""

    host: str
    port: int
    connections: int
    warm_up_seconds: float
    seconds: float
    # Whole heads but for the empty line at their end.
    heads: Sequence[str]
    # None of them, and requests have none.
    bodies: Sequence[str] = ()
    # Whether each request is a command with a key of its own.
    keyed: bool = False
    seed: int = 1


@dataclass
class Report:
    """What came back."""

    seconds: float = 0.0
    # Within the time that was measured, by status; 0 stands for connections that broke.
    statuses: dict[str, int] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)
    # What was made, the warm-up included: ids, and when they were told.
    made: list[tuple[str, float]] = field(default_factory=list)
    # Bodies of the first few refusals.
    refusals: list[str] = field(default_factory=list)
    cpu_seconds: float = 0.0

    @property
    def succeeded(self) -> int:
        """How many requests did what they asked for."""
        return sum(count for status, count in self.statuses.items() if status.startswith("2"))

    @property
    def errors(self) -> int:
        """How many did not."""
        return sum(self.statuses.values()) - self.succeeded


class Load:
    """Drives the connections and keeps the count."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._statuses: Counter[int] = Counter()
        self._delays = array("d")
        self._made: list[tuple[str, float]] = []
        self._refusals: list[str] = []
        # What the clock says when the counter is at zero: a clock is slower to read.
        self._epoch = SystemClock().now().timestamp() - time.perf_counter()
        self.measuring = False
        self.ending = False
        self._busy = 0
        self._idle = asyncio.Event()

    async def run(self, say: Callable[[str], None]) -> Report:
        """Warm up, measure, end."""
        loop, plan = asyncio.get_running_loop(), self._plan
        for number in range(plan.connections):
            connection = partial(_Connection, self, _requests(plan, number))
            await loop.create_connection(connection, plan.host, plan.port)
        await asyncio.sleep(plan.warm_up_seconds)
        say(MEASURING)
        self.measuring, began, cpu = True, time.perf_counter(), time.process_time()
        await asyncio.sleep(plan.seconds)
        self.measuring, self.ending = False, True
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        say(ENDED)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), PATIENCE_SECONDS)
        return Report(
            seconds,
            {str(status): count for status, count in self._statuses.items()},
            self._delays.tolist(),
            self._made,
            self._refusals,
            cpu,
        )

    def answered(self, status: int, delay: float, body: bytes) -> None:
        """Count one answer."""
        if status == 201:
            self._made.append((body[ID].decode(), time.perf_counter() + self._epoch))
        elif not 200 <= status < 300 and len(self._refusals) < 5:
            self._refusals.append(body.decode(errors="replace"))
        if self.measuring:
            self._statuses[status] += 1
            self._delays.append(delay)

    def opened(self) -> None:
        """Count a connection."""
        self._busy += 1

    def closed(self) -> None:
        """Count one that has ended."""
        self._busy -= 1
        if not self._busy:
            self._idle.set()

    def broke(self) -> None:
        """Count a connection that ended before its answer came."""
        self._statuses[0] += 1


class _Connection(asyncio.Protocol):
    def __init__(self, load: Load, requests: Iterator[bytes]) -> None:
        self._load = load
        self._requests = requests
        self._rest = b""
        self._sent_at = 0.0
        self._waits = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have the methods of asyncio's, and not its classes.
        self._transport = cast("asyncio.Transport", transport)
        self._load.opened()
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  why, nobody can do anything about
        if self._waits:
            self._load.broke()
        self._load.closed()

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        head = data.find(b"\r\n\r\n")
        length = LENGTH.search(data, 0, head + 2) if head > 0 else None
        size = head + 4 + int(length[1]) if length else 0
        if head < 0 or len(data) < size:
            self._rest = data
            return
        if length is None:
            raise ValueError(f"an answer without a length: {data[:200]!r}")
        self._rest, self._waits = b"", False
        self._load.answered(int(data[9:12]), time.perf_counter() - self._sent_at, data[head + 4 :])
        self._send()

    def _send(self) -> None:
        if self._load.ending:
            self._transport.close()
            return
        self._waits, self._sent_at = True, time.perf_counter()
        self._transport.write(next(self._requests))


def _requests(plan: Plan, number: int) -> Iterator[bytes]:
    """The requests of one connection, without end."""
    chance = random.Random(f"{plan.seed} {number}")  # noqa: S311  the same load each time
    # Each head, a person's, belongs to one connection: people do one thing at a time.
    heads = [head.encode() for head in plan.heads[number :: plan.connections] or plan.heads]
    bodies = [body.encode() for body in plan.bodies]
    prefix = f"bench-{secrets.token_hex(6)}-{number}"
    for count in itertools.count():
        parts = [chance.choice(heads)]
        if plan.keyed:
            parts.append(f"idempotency-key: {prefix}-{count}\r\n".encode())
        if bodies:
            body = chance.choice(bodies)
            parts += [b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body), body]
        else:
            parts.append(b"\r\n")
        yield b"".join(parts)


def head(method: str, path: str, host: str, token: str | None = None) -> str:
    """A request's head as plans have it."""
    lines = [f"{method} {path} HTTP/1.1", f"host: {host}", "user-agent: oraculum-bench", "accept: */*"]
    if token:
        lines.append(f"authorization: Bearer {token}")
    return "".join(f"{line}\r\n" for line in lines)


def main(arguments: Sequence[str]) -> int:
    """Carry out a plan."""
    plan_file, report_file = map(Path, arguments)
    plan = Plan(**json.loads(plan_file.read_text()))
    report = uvloop.run(Load(plan).run(lambda word: print(word, flush=True)))
    report_file.write_text(json.dumps(asdict(report)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
