"""Plays recorded sessions to one client, at their own pace times a speed, again and again.

Every client hears a session from its beginning, because that is where its books are. Asking for more of a
session starts it again for the same reason.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from oraculum_dev.venues.replay.streams import Frame, Stream

_FRAMES_BETWEEN_YIELDS = 64


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast: 2 is twice as fast as recorded, 0 as fast as the client reads."""

    speed: float = 1.0
    longest_wait_seconds: float = 2.0

    def seconds(self, recorded_ms: int) -> float:
        """Return how long to wait for so much recorded time; a clock that ran backwards is not waited for."""
        if self.speed <= 0 or recorded_ms <= 0:
            return 0.0
        return min(recorded_ms / 1000 / self.speed, self.longest_wait_seconds)


@dataclass(frozen=True, slots=True)
class Tape:
    """What a socket has to play: nothing, unless there are recordings."""

    streams: Sequence[Stream] = ()
    pace: Pace = Pace()
    keys: frozenset[str] = frozenset()

    def player(self, send: Callable[[Frame], None], room: Callable[[], Awaitable[None]]) -> "Player":
        """Return a player for one client."""
        return Player(self.streams, self.pace, send, room)


def tape(streams: Sequence[Stream], pace: Pace) -> Tape:
    """Return a tape of recorded sessions."""
    return Tape(streams, pace, frozenset[str]().union(*(stream.keys for stream in streams)))


class Player:
    """The sessions that play to one client."""

    def __init__(
        self,
        streams: Sequence[Stream],
        pace: Pace,
        send: Callable[[Frame], None],
        room: Callable[[], Awaitable[None]],
    ) -> None:
        self._streams = streams
        self._pace = pace
        self._send = send
        self._room = room
        self._playing: dict[Stream, asyncio.Task[None]] = {}

    def start(self, keys: Iterable[str] | None, *, again: bool = False) -> None:
        """Play the sessions that are about one of the keys, or all of them; `again` restarts those that play."""
        wanted = None if keys is None else set(keys)
        for stream in self._streams:
            if wanted is not None and not stream.keys & wanted:
                continue
            playing = self._playing.get(stream)
            if playing is not None and not again:
                continue
            if playing is not None:
                playing.cancel()
            self._playing[stream] = asyncio.create_task(self._play(stream))

    async def stop(self) -> None:
        """Stop all sessions."""
        tasks = list(self._playing.values())
        self._playing.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _play(self, stream: Stream) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            before_ms = stream.frames[0].at_ms
            for number, frame in enumerate(stream.frames):
                due += self._pace.seconds(frame.at_ms - before_ms)
                before_ms = frame.at_ms
                late = due - loop.time()
                if late > 0 or number % _FRAMES_BETWEEN_YIELDS == 0:
                    await asyncio.sleep(max(0.0, late))
                await self._room()
                self._send(frame)
            due = max(due, loop.time()) + self._pace.longest_wait_seconds
            await asyncio.sleep(max(0.0, due - loop.time()))
