"""From the database to every gateway that watches: PostgreSQL wakes each replica, each reads what its gateways miss.

A message is in the table before anybody hears of it, so nothing is ever lost on the way: a notification that does not
come (a connection that broke) is made up for by reading again from the last sequence that was sent. Every replica
serves its own gateways whatever replica wrote, and needs no broker for it. See docs/adr/0010.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

import psycopg
import structlog

from oraculum_kit.db import Database
from oraculum_kit.listening import listen
from oraculum_notification import metrics
from oraculum_notification.records import Message
from oraculum_notification.repository import Channels

_log = structlog.stdlib.get_logger(__name__)

# Whatever the notifications say, every watched channel is looked at this often.
_LOOK_SECONDS: Final = 5.0
_RECONNECT_SECONDS: Final = 0.5
_ROWS_MAX: Final = 2000
_NAMES_AT_ONCE_MAX: Final = 2000
# A gateway that leaves this much unread is cut off; it comes back and resumes.
_UNREAD_MAX: Final = 20_000
# What travels at once, for a gRPC message has a bound and the description of an event may take 30 kB.
_BYTES_AT_ONCE_MAX: Final = 1024 * 1024


# Where channels stand, by name: the answer to a gateway that asked to watch them.
Positions = dict[str, int]


@dataclass(eq=False, slots=True)
class Stream:
    """One gateway: what it watches, up to where it was told, and what it has not read yet."""

    sent: dict[str, int] = field(default_factory=dict)
    unread: deque[Message | Positions] = field(default_factory=deque)
    filled: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False
    too_slow: bool = False

    def put(self, one: Message | Positions) -> None:
        """Queue something for the gateway."""
        self.unread.append(one)
        self.filled.set()

    def end(self) -> None:
        """Say that nothing more will come."""
        self.ended = True
        self.filled.set()

    def offer(self, message: Message) -> None:
        """Pass a message on, if it is the next one of a channel that this gateway watches."""
        last = self.sent.get(message.channel)
        if last is None or message.sequence <= last or self.too_slow:
            return
        self.sent[message.channel] = message.sequence
        self.too_slow = len(self.unread) >= _UNREAD_MAX
        if self.too_slow:
            self.end()
        else:
            self.put(message)

    async def take(self, messages_max: int) -> list[Message] | Positions | None:
        """What waits: messages up to a bound, or positions, in their order; None at the end.

        Positions travel alone: a gateway takes those of an answer before its messages.
        """
        while not self.unread:
            if self.ended:
                return None
            self.filled.clear()
            await self.filled.wait()
        first = self.unread.popleft()
        if not isinstance(first, Message):
            return first
        messages, size = [first], len(first.data)
        while self.unread and len(messages) < messages_max and size < _BYTES_AT_ONCE_MAX:
            following = self.unread.popleft()
            if not isinstance(following, Message):
                self.unread.appendleft(following)
                break
            messages.append(following)
            size += len(following.data)
        return messages


class Fanout:
    """Passes messages from the table to streams."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._channels = Channels()
        self._streams: set[Stream] = set()
        # How many streams watch a channel.
        self._watchers: dict[str, int] = {}
        self._changed: set[str] = set()
        self._wake = asyncio.Event()

    def open(self) -> Stream:
        """A new gateway."""
        stream = Stream()
        self._streams.add(stream)
        metrics.STREAMS.set(len(self._streams))
        return stream

    def close(self, stream: Stream) -> None:
        """A gateway that left."""
        self.unwatch(stream, list(stream.sent))
        self._streams.discard(stream)
        metrics.STREAMS.set(len(self._streams))

    async def watch(self, stream: Stream, names: Iterable[str]) -> None:
        """Pass these channels on from now on, beginning with where they stand."""
        new = [name for name in dict.fromkeys(names) if name not in stream.sent]
        for portion in _portions(new):
            await self._watch(stream, portion)

    async def _watch(self, stream: Stream, names: Sequence[str]) -> None:
        async with self._database.connection() as connection:
            positions = await self._channels.positions(connection, names)
        for name, sequence in positions.items():
            # What is said between this reading and the next wake is read by that wake: it asks from here.
            stream.sent[name] = sequence
            self._watchers[name] = self._watchers.get(name, 0) + 1
        metrics.WATCHED.set(len(self._watchers))
        # Queued before any message of these channels can be: nothing else runs between here and the lines above.
        stream.put(positions)
        self._nudge(positions)

    def unwatch(self, stream: Stream, names: Iterable[str]) -> None:
        """Pass these channels on no more."""
        for name in names:
            if stream.sent.pop(name, None) is not None:
                self._watchers[name] -= 1
                if not self._watchers[name]:
                    del self._watchers[name]
        metrics.WATCHED.set(len(self._watchers))

    async def run(self) -> None:
        """Listen and pass on until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._pass_on())

    async def _listen(self) -> None:
        while True:
            try:
                async with self._database.direct() as connection:
                    await listen(connection, await self._channels.listen_topic(connection))
                    # Nobody told us what was said while nobody listened.
                    self._nudge(self._watchers)
                    await self._hear(connection)
            except (psycopg.Error, OSError) as error:
                _log.warning("fanout.deaf", error=str(error))
                await asyncio.sleep(_RECONNECT_SECONDS)

    async def _hear(self, connection: psycopg.AsyncConnection[object]) -> None:
        looked_at = monotonic()
        while True:
            async for notification in connection.notifies(timeout=_LOOK_SECONDS, stop_after=1):
                self._nudge(notification.payload.split(" "))
            if monotonic() - looked_at > _LOOK_SECONDS:
                self._nudge(self._watchers)
                looked_at = monotonic()

    def _nudge(self, names: Iterable[str]) -> None:
        self._changed.update(name for name in names if name in self._watchers)
        if self._changed:
            self._wake.set()

    async def _pass_on(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            changed, self._changed = self._changed, set()
            try:
                await self._read(changed)
            except (psycopg.Error, OSError) as error:
                _log.warning("fanout.unread", error=str(error))
                self._changed |= changed
                self._wake.set()
                await asyncio.sleep(_RECONNECT_SECONDS)

    async def _read(self, changed: set[str]) -> None:
        """Read what was said on these channels after what the least advanced stream was told, and pass it on."""
        # One that was cut off stands still. It may take long until it is gone, and nobody waits for it meanwhile.
        streams = [stream for stream in self._streams if not stream.ended]
        seen: dict[str, int] = {}
        for stream in streams:
            for name in changed & stream.sent.keys():
                seen[name] = min(seen.get(name, stream.sent[name]), stream.sent[name])
        for portion in _portions(list(seen)):
            await self._read_some({name: seen[name] for name in portion}, streams)

    async def _read_some(self, seen: Mapping[str, int], streams: Sequence[Stream]) -> None:
        async with self._database.connection() as connection:
            messages = await self._channels.after(connection, seen, _ROWS_MAX)
        for message in messages:
            for stream in streams:
                stream.offer(message)
        metrics.SENT.inc(len(messages))
        if len(messages) == _ROWS_MAX:
            self._changed |= seen.keys()
            self._wake.set()


def _portions(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Names as they go into one question and one answer: both have bounds, and strangers invent names."""
    for start in range(0, len(names), _NAMES_AT_ONCE_MAX):
        yield names[start : start + _NAMES_AT_ONCE_MAX]
