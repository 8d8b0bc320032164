"""What waits to be written to one socket: bounded, in order, with prices conflated for whoever reads slowly."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

from oraculum_gateway import metrics
from oraculum_gateway.live import CONFLATED_KINDS, LiveMessage

# From here on a newer price takes the place of an older one; past the bound the reader is given up.
CONFLATE_FROM: Final = 64
WAITING_MAX: Final = 1024


class NobodyReadsError(Exception):
    """More waits than a reader who reads at all would leave."""


@dataclass(slots=True)
class _Waiting:
    message: LiveMessage
    from_sequence: int
    # A newer message of its channel has taken it along.
    replaced: bool = False


class Outbound:
    """A queue with one reader: the socket's writer."""

    def __init__(self) -> None:
        self._queue: deque[_Waiting | str] = deque()
        # The newest waiting message of each channel, as long as nothing else of that channel waits behind it.
        self._newest: dict[str, _Waiting] = {}
        self._filled = asyncio.Event()
        self._replaced = 0

    def put(self, text: str) -> None:
        """Queue an answer."""
        self._bound()
        self._queue.append(text)
        self._filled.set()

    def put_message(self, message: LiveMessage) -> None:
        """Queue a channel's message, in the place of an older price if many wait."""
        waiting = _Waiting(message, message.from_sequence)
        older = self._newest.get(message.channel)
        if older is not None and len(self._queue) >= CONFLATE_FROM and _conflate(older.message, message):
            older.replaced = True
            self._replaced += 1
            waiting.from_sequence = older.from_sequence
            metrics.CONFLATED.inc()
        self._bound()
        self._newest[message.channel] = waiting
        self._queue.append(waiting)
        self._filled.set()

    async def get(self) -> str:
        """The next text to write."""
        while True:
            while self._queue:
                first = self._queue.popleft()
                if isinstance(first, str):
                    return first
                if first.replaced:
                    self._replaced -= 1
                    continue
                if self._newest.get(first.message.channel) is first:
                    del self._newest[first.message.channel]
                return first.message.conflated_from(first.from_sequence)
            self._filled.clear()
            await self._filled.wait()

    def _bound(self) -> None:
        if len(self._queue) - self._replaced >= WAITING_MAX:
            raise NobodyReadsError
        if self._replaced > WAITING_MAX:
            # Replaced entries are skipped when their turn comes; a reader that is stuck has no turns.
            self._queue = deque(
                entry for entry in self._queue if isinstance(entry, str) or not entry.replaced
            )
            self._replaced = 0


def _conflate(older: LiveMessage, newer: LiveMessage) -> bool:
    return older.kind == newer.kind and newer.kind in CONFLATED_KINDS
