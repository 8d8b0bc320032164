"""What was said of events and when, so that a kept answer can be told from one that is out of date.

Notification numbers what it says on a channel, without gaps. An answer is kept with the numbers that had been heard
before it was asked for: whatever had been said by then is in it. It counts as long as nothing was said later of what it
tells. So nothing need be deleted anywhere, gateways need not agree on a time, and an answer that was read just before a
change and is written down just after it is known for what it is.

While the stream to notification is away nobody hears anything, and what is kept counts for moments only.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import orjson
import structlog

from oraculum_gateway.live import Hub, LiveMessage
from oraculum_kit.errors import Unavailable

_log = structlog.stdlib.get_logger(__name__)

# Steps of events, and every trade: all that is said of what answers tell.
CHANNELS: Final = ("events", "predictions.global")
# What a tag that stands for all lists is called; others are `event:<id>` and `user:<id>`.
EVENTS: Final = "events"
_TAGS_MAX: Final = 100_000
_RETRY_SECONDS: Final = 1.0
# By then whatever a command of ours changed has been said, too.
_OWN_SECONDS: Final = 10.0

Heard = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What had been heard before an answer was asked for."""

    heard: Heard
    # Counts what was changed through this gateway; -1 for an answer that another one wrote down.
    own: int


class News:
    """Hears what changes and says whether an answer still counts."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        # Where the channels stood when we began to listen: nobody can say what was said before.
        self._floor: Heard = (0,) * len(CHANNELS)
        self._heard = list(self._floor)
        # By tag, the last number on each channel that spoke of it.
        self._changed: dict[str, list[int]] = {}
        self._own = 0
        self._own_changes: dict[str, tuple[int, float]] = {}

    @property
    def current(self) -> bool:
        """Whether everything that was said has been heard."""
        return all(self._hub.is_current(name) for name in CHANNELS)

    def stamp(self) -> Stamp:
        """What has been heard by now."""
        return Stamp(tuple(self._heard), self._own)

    def counts(self, stamp: Stamp, tags: Iterable[str]) -> bool:
        """Whether nothing was said of these after the stamp."""
        if any(had < least for had, least in zip(stamp.heard, self._floor, strict=True)):
            return False
        for tag in tags:
            own = self._own_changes.get(tag)
            if own is not None and stamp.own < own[0]:
                return False
            said = self._changed.get(tag)
            if said is not None and any(had < last for had, last in zip(stamp.heard, said, strict=True)):
                return False
        return True

    def changed_here(self, tags: Iterable[str]) -> None:
        """A command of ours changed these: who gave it must see that, before anybody says so."""
        self._own += 1
        now = asyncio.get_running_loop().time()
        for tag in tags:
            self._own_changes.pop(tag, None)
            self._own_changes[tag] = (self._own, now + _OWN_SECONDS)
        # They stand in the order in which they end.
        while self._own_changes and (first := next(iter(self._own_changes))):
            if self._own_changes[first][1] > now:
                break
            del self._own_changes[first]

    def hear(self, message: LiveMessage) -> None:
        """Take a message of one of the channels."""
        place = CHANNELS.index(message.channel)
        self._heard[place] = message.sequence
        tags = _tags(message)
        if tags is None:
            self._forget()
            return
        for tag in tags:
            self._changed.setdefault(tag, [0] * len(CHANNELS))[place] = message.sequence
        if len(self._changed) > _TAGS_MAX:
            self._forget()

    async def run(self) -> None:
        """Listen until cancelled; the hub carries on by itself over streams that break."""
        for place, name in enumerate(CHANNELS):
            self._heard[place] = await self._begin(name)
        self._forget()
        await asyncio.Event().wait()

    async def _begin(self, name: str) -> int:
        while True:
            try:
                return max(await self._hub.watch(name, self), self._heard[CHANNELS.index(name)])
            except Unavailable:
                _log.warning("news.unheard", channel=name)
                await asyncio.sleep(_RETRY_SECONDS)

    def _forget(self) -> None:
        """Let nothing count that was kept up to now, and begin anew."""
        self._floor = tuple(self._heard)
        self._changed.clear()
        self._own += 1
        self._own_changes.clear()


def _tags(message: LiveMessage) -> Sequence[str] | None:
    """What a message speaks of; None where it stands for others that nobody has any more."""
    if message.kind == "snapshot":
        return None
    data = orjson.loads(f"{{{message.rest}")["data"]
    if message.channel == EVENTS:
        return [EVENTS, f"event:{data.get('id')}"]
    return [f"event:{data.get('event_id')}"]
