"""How many calls are answered at once, and how the open streams are sent away when the server stops.

    place = gate.enter(streaming=True)    a place or a refusal
    place.sending()                       before an answer is handed to gRPC
    place.sent()                          when gRPC wants the next one
    place.leave()                         whatever happened

A stream is ended by cancelling what it waits for, and only that: a handler that is cancelled while gRPC sends one of its
answers is gone without a word, and its client and the server's stop both wait for a status that nobody will send.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from oraculum_kit.errors import ResourceExhausted, Unavailable


def _stopping() -> Unavailable:
    return Unavailable("The server is stopping.", retry_after_seconds=0)


class Place:
    """One call's place among those that are answered."""

    __slots__ = ("_ended", "_gate", "_sending", "_streaming", "_task")

    def __init__(self, gate: "Gate", *, streaming: bool) -> None:
        self._gate: Final = gate
        self._streaming: Final = streaming
        # Who leaves may be another task: a generator that nobody wants any more is closed by the event loop.
        self._task: asyncio.Task[Any] | None = asyncio.current_task() if streaming else None
        self._sending = False
        self._ended = False

    def sending(self) -> None:
        """An answer goes out; until it has, `end` leaves the task alone."""
        self._sending = True

    def sent(self) -> None:
        """The answer is out. Raises Unavailable when the stream was to end meanwhile."""
        self._sending = False
        if self._ended:
            self._ended = False
            raise _stopping()

    def end(self) -> None:
        """Have the stream end with UNAVAILABLE, at once or when what is being sent is out."""
        self._ended = True
        if not self._sending and self._task is not None:
            self._task.cancel()

    def ended(self) -> Unavailable | None:
        """Why the present task was cancelled, if it was by `end` and not by its client; asked once."""
        if not self._ended or self._task is None:
            return None
        self._ended = False
        self._task.uncancel()
        return _stopping()

    def leave(self) -> None:
        """Give the place back."""
        self._gate.left(self, streaming=self._streaming)


class Gate:
    """Bounds how many calls are answered at once; past it the caller is told at once, instead of waiting in line.

    It also knows the streams that are open, because those would outlast any patience when the server stops.
    """

    def __init__(self, calls_max: int, streams_max: int) -> None:
        self._free = {False: calls_max, True: streams_max}
        # What else there is to tell when streams are to end.
        self.at_end: list[Callable[[], None]] = []
        self._streams: set[Place] = set()
        self._closed = False

    def enter(self, *, streaming: bool) -> Place:
        """Take a place or refuse."""
        if streaming and self._closed:
            raise _stopping()
        if self._free[streaming] <= 0:
            raise ResourceExhausted("Too many calls are being answered.", retry_after_seconds=1)
        self._free[streaming] -= 1
        place = Place(self, streaming=streaming)
        if streaming:
            self._streams.add(place)
        return place

    def left(self, place: Place, *, streaming: bool) -> None:
        """Take a place back."""
        self._free[streaming] += 1
        self._streams.discard(place)

    def end_streams(self) -> None:
        """Send the open streams away: their clients find another replica at once, instead of after the grace."""
        self._closed = True
        for tell in self.at_end:
            tell()
        for place in self._streams:
            place.end()
