"""The near end of a convoy: gathers calls, sends what has gathered, and hands each its answer."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import count, islice
from typing import Any, Final

import grpc
import grpc.aio

from oraculum_kit import convoy, wire
from oraculum_kit.convoy import Answered, Asked, Metadata
from oraculum_kit.errors import DeadlineExceeded, ServiceError, Unavailable

_MILLISECONDS_MAX: Final = 2**32 - 1


class NoConvoyError(Exception):
    """The peer knows no convoys, and has not seen this call."""


class ConvoyClient:
    """Calls that travel together to one peer. It opens its stream with the first of them, and again after a failure."""

    def __init__(self, real: grpc.aio.Channel) -> None:
        self._open: Any = real.stream_stream(convoy.PATH)
        self._numbers = count(1)
        # By number: what has not left yet can be taken back without a word, however long the peer reads nothing.
        self._outgoing: dict[int, Asked] = {}
        self._waiting: dict[int, asyncio.Future[Answered]] = {}
        self._gathered = asyncio.Event()
        self._travelling: asyncio.Task[None] | None = None
        self._offered = True

    async def call(self, method: str, request: bytes, metadata: Metadata, timeout_seconds: float) -> Answered:
        """Call and wait for the end of it, however it ended.

        Raises `Unavailable` when the stream breaks, `DeadlineExceeded` when time is up, `NoConvoyError` when the call
        has to go alone.
        """
        if not self._offered:
            raise NoConvoyError
        if timeout_seconds <= 0:
            raise DeadlineExceeded
        loop = asyncio.get_running_loop()
        number = next(self._numbers)
        answer: asyncio.Future[Answered] = loop.create_future()
        self._waiting[number] = answer
        milliseconds = min(int(timeout_seconds * 1000), _MILLISECONDS_MAX)
        self._send(Asked(number, method, metadata, request, milliseconds))
        timer = loop.call_later(timeout_seconds, _expire, answer)
        try:
            return await answer
        finally:
            timer.cancel()
            # It is there still if nobody has answered: time is up, or whoever asked has gone.
            if self._waiting.pop(number, None) is not None:
                self._take_back(number)

    async def close(self) -> None:
        """End the stream; who waits is told."""
        if self._travelling is not None:
            self._travelling.cancel()
            await asyncio.wait({self._travelling})

    def _send(self, asked: Asked) -> None:
        if self._travelling is None:
            self._travelling = asyncio.create_task(self._travel())
        self._outgoing[asked.number] = asked
        self._gathered.set()

    def _take_back(self, number: int) -> None:
        # A stream that has ended has ended all that was in it.
        if self._outgoing.pop(number, None) is None and self._travelling is not None:
            self._send(Asked.withdrawal(number))

    async def _travel(self) -> None:
        """Write and read until one of them ends; then nobody waits any longer."""
        failure: Exception = Unavailable("The peer has ended the convoy.", retry_after_seconds=0)
        stream = self._open()
        ends = [asyncio.create_task(self._write(stream)), asyncio.create_task(self._read(stream))]
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait(done)
            code = await stream.code() if any(end.exception() for end in done) else grpc.StatusCode.OK
            if code is grpc.StatusCode.UNIMPLEMENTED:
                self._offered, failure = False, NoConvoyError()
        finally:
            self._end(failure)
            stream.cancel()
            for end in ends:
                end.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*ends, return_exceptions=True)

    def _end(self, failure: Exception) -> None:
        """Make room for another stream, then tell those who were in this one."""
        waiting, self._waiting = self._waiting, {}
        self._outgoing.clear()
        self._travelling = None
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(failure)

    async def _write(self, stream: Any) -> None:
        while True:
            await self._gathered.wait()
            self._gathered.clear()
            while self._outgoing:
                calls = list(islice(self._outgoing.values(), convoy.CALLS_MAX))
                for asked in calls:
                    del self._outgoing[asked.number]
                await stream.write(convoy.pack_asked(calls))

    async def _read(self, stream: Any) -> None:
        while (message := await stream.read()) is not grpc.aio.EOF:
            for answered in convoy.unpack_answered(message):
                answer = self._waiting.pop(answered.number, None)
                if answer is not None and not answer.done():
                    answer.set_result(answered)


def error_of(answered: Answered) -> ServiceError | None:
    """The failure that an answer tells of, typed."""
    return wire.error_from_bytes(answered.content) if answered.failed else None


def texts(metadata: Sequence[tuple[str, str | bytes]]) -> Metadata:
    """Metadata whose values are all text, as ours are."""
    return [(name, value if isinstance(value, str) else value.decode("ascii")) for name, value in metadata]


def _expire(answer: "asyncio.Future[Answered]") -> None:
    if not answer.done():
        answer.set_exception(DeadlineExceeded())
