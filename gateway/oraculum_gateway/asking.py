"""What notification must still be told of channels that are watched or not: joined while it waits, told in portions.

Clients subscribe and leave faster than anybody should be asked. A name stands here once however often it changed, so what
waits is bounded by the channels that there are; and one that came and went before it was told is never told at all.
"""

import asyncio
from collections.abc import AsyncIterator, Container, Iterable
from itertools import islice
from typing import Final

from oraculum.notification.v1 import notification_service_pb2 as pb

# A message has a bound, and each request is one query of notification's.
NAMES_AT_ONCE_MAX: Final = 2000


class Asked:
    """Names for one stream."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Begin with what is watched already."""
        self._added = dict.fromkeys(names)
        self._removed: dict[str, None] = {}
        self._filled = asyncio.Event()
        self._ended = False

    def add(self, name: str) -> None:
        """Watch a channel. If it is to be left first, both are told: only so it is answered where the channel stands."""
        self._added[name] = None
        self._filled.set()

    def remove(self, name: str) -> None:
        """Watch a channel no more."""
        if name in self._added:
            del self._added[name]
        else:
            self._removed[name] = None
            self._filled.set()

    def end(self) -> None:
        """Tell nothing any more: the stream has gone, and who writes to it must not wait for ever."""
        self._ended = True
        self._filled.set()

    async def requests(self) -> AsyncIterator[pb.SubscribeRequest]:
        """What has gathered, whenever the stream takes more."""
        while True:
            while not (self._added or self._removed or self._ended):
                self._filled.clear()
                await self._filled.wait()
            if self._ended:
                return
            removed = _first(self._removed)
            # Notification removes before it adds; a name that still waits to be removed must not be added before that.
            added = _first(self._added, unless=self._removed)
            yield pb.SubscribeRequest(add_channels=added, remove_channels=removed)


def _first(names: dict[str, None], unless: Container[str] = ()) -> list[str]:
    taken = list(islice((name for name in names if name not in unless), NAMES_AT_ONCE_MAX))
    for name in taken:
        del names[name]
    return taken
