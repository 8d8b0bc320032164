"""What one socket hears: which channels it may, how many, and that none is heard for a socket that closes."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from oraculum_gateway.live import Hub, Listener
from oraculum_gateway.seats import Seat
from oraculum_kit.caller import User
from oraculum_kit.errors import ServiceError

CHANNELS_MAX: Final = 1000
# Beginning to hear so many channels costs the services about as much as one request.
CHANNELS_PER_REQUEST: Final = 20

_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_PUBLIC: Final = re.compile(
    rf"event\.{_UUID}|predictions\.global|market\.(polymarket|kalshi|manifold)\.[A-Za-z0-9_.:-]{{1,160}}"
    rf"|events(\.[a-z]{{1,30}})?|system"
)
_PRIVATE: Final = re.compile(rf"user\.({_UUID})")

# A code and a sentence.
Refusal = tuple[str, str]
_CLOSING: Final[Refusal] = ("closing", "this socket is being closed")


@dataclass(frozen=True, slots=True)
class Begun:
    """Where channels stand that are heard from now on, and why the others are not."""

    positions: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, Refusal] = field(default_factory=dict)


class Subscriptions:
    """Those of one socket."""

    def __init__(self, hub: Hub, seat: Seat, listener: Listener) -> None:
        self._hub = hub
        self._seat = seat
        self._listener = listener
        self._names: set[str] = set()
        self._ended = False

    def requests(self, names: Sequence[str]) -> int:
        """As how many requests it counts to begin with these."""
        new = sum(name not in self._names for name in names)
        return max(1, -(-new // CHANNELS_PER_REQUEST))

    async def begin(self, names: Sequence[str], user: User | None) -> Begun:
        """Hear these from now on, as far as this person may."""
        begun = Begun()
        for name in names:
            refusal = refusal_of(name, user) or self._claim(name)
            if refusal is not None:
                begun.refusals[name] = refusal
        wanted = [name for name in names if name not in begun.refusals]
        # All at once: each waits for an answer of notification, and a page subscribes to many.
        answers = await asyncio.gather(*(self._watch(name) for name in wanted))
        for name, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, int):
                begun.positions[name] = answer
            else:
                begun.refusals[name] = answer
        return begun

    def leave(self, names: Iterable[str]) -> None:
        """Hear these no more; all of them if none is named."""
        for name in list(names) or list(self._names):
            self._drop(name)

    def leave_private(self, user: User) -> None:
        """Hear no more of whoever this socket belonged to before: their token is watched no longer."""
        for name in list(self._names):
            owner = _PRIVATE.fullmatch(name)
            if owner is not None and owner.group(1) != str(user.id):
                self._drop(name)

    def end(self) -> None:
        """Hear nothing any more."""
        self._ended = True
        self.leave(())

    def _claim(self, name: str) -> Refusal | None:
        """Count a channel as heard, unless there are too many."""
        if self._ended:
            return _CLOSING
        if name in self._names:
            return None
        if len(self._names) >= CHANNELS_MAX:
            return "too_many_channels", f"a socket hears {CHANNELS_MAX} channels at most"
        full = self._seat.hear()
        if full is not None:
            return "too_many_channels", full
        self._names.add(name)
        return None

    async def _watch(self, name: str) -> int | Refusal:
        """Where a channel stands from which on it is heard, or why it is not."""
        if name not in self._names:
            # The socket began to close since then; whoever is told to the hub now would stay there for ever.
            return _CLOSING
        try:
            position = await self._hub.watch(name, self._listener)
        except ServiceError as error:
            self._drop(name)
            return error.reason.lower(), error.message
        if name not in self._names:
            self._hub.unwatch(name, self._listener)
            return _CLOSING
        return position

    def _drop(self, name: str) -> None:
        if name in self._names:
            self._names.discard(name)
            self._seat.hear_less()
            self._hub.unwatch(name, self._listener)


def refusal_of(name: str, user: User | None) -> Refusal | None:
    """Why a channel may not be heard by this person, if so."""
    private = _PRIVATE.fullmatch(name)
    if private is None:
        return None if _PUBLIC.fullmatch(name) else ("unknown_channel", "there is no such channel")
    if user is None:
        return "unauthenticated", "sign in first"
    if str(user.id) != private.group(1):
        return "permission_denied", "this channel belongs to somebody else"
    return None
