"""Tokens that count no more although they have not expired: heard from auth, in force here within a second.

The source is injected, so the kit knows no service: a stream that first tells everything that could still be presented
and says `complete`, then each revocation as it is committed, and something at least every second. A stream that falls
silent is given up and opened anew, which tells everything again. What was told is kept until the last token that it
could mean has expired.

Who has never been told cannot say whose token counts, and says so (UNAVAILABLE) instead of guessing. Who was told once
and has lost auth since goes on with what it knows: nobody can be barred while auth is away, and tokens are short.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final, Protocol
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from oraculum_kit.background import run_gracefully
from oraculum_kit.caller import User
from oraculum_kit.clock import Clock, SystemClock
from oraculum_kit.errors import Unavailable

# Auth says something at least once a second; three missed are silence.
SILENCE_SECONDS: Final = 3.0
_TIDY_SECONDS: Final = 30.0
# Who starts while auth is away serves all the same after this, and refuses people's tokens until it has learned.
_LEARN_SECONDS: Final = 5.0


class RevocationsUnknown(Unavailable):
    """Nobody has told yet which tokens were revoked."""

    reason = "REVOCATIONS_UNKNOWN"


class RevocationMessage(Protocol):
    """One revocation on the wire: of a session, or of a person's tokens below a version."""

    @property
    def session_id(self) -> str:
        """The session, or empty."""
        ...

    @property
    def user_id(self) -> str:
        """The person, or empty."""
        ...

    @property
    def version(self) -> int:
        """The first version of the person's tokens that counts."""
        ...

    @property
    def expires_at(self) -> Timestamp:
        """When the last such token has expired."""
        ...


class RevocationsMessage(Protocol):
    """Some of them."""

    @property
    def revocations(self) -> Iterable[RevocationMessage]:
        """Any number."""
        ...

    @property
    def complete(self) -> bool:
        """Whether everything before the stream's beginning has been told."""
        ...


Watch = Callable[[], AsyncIterator[RevocationsMessage]]


def watch_rpc(call: Callable[[Any], Any], request: object) -> Watch:
    """Watch by an rpc: `watch_rpc(TrustServiceStub(channel).WatchRevocations, WatchRevocationsRequest())`."""

    def watch() -> AsyncIterator[RevocationsMessage]:
        stream: AsyncIterator[RevocationsMessage] = call(request)
        return stream

    return watch


class Revocations:
    """What this process knows of them. Run it beside the server, and give `revoked` to the verifier of tokens."""

    def __init__(
        self, watch: Watch, clock: Clock | None = None, *, silence_seconds: float = SILENCE_SECONDS
    ) -> None:
        self._watch = watch
        self._clock = clock or SystemClock()
        self._silence_seconds = silence_seconds
        self._sessions: dict[UUID, datetime] = {}
        self._versions: dict[UUID, tuple[int, datetime]] = {}
        self._heard_at = float("-inf")
        self._began_at = self._tidied_at = monotonic()
        self._learned = asyncio.Event()
        # Called after each change: whoever serves sockets closes those that lost their right.
        self.changed: list[Callable[[], None]] = []

    def revoked(self, user: User) -> bool:
        """Whether this person's token counts no more."""
        if not self._learned.is_set():
            raise RevocationsUnknown(retry_after_seconds=1)
        version = self._versions.get(user.id)
        return user.session_id in self._sessions or (version is not None and user.version < version[0])

    async def run(self) -> None:
        """Listen until cancelled."""
        await run_gracefully("revocations", self._work, grace_seconds=2.0)

    async def ready(self) -> None:
        """Raise until everything was told, though not for ever. For `ready` of the server."""
        if not self._learned.is_set() and monotonic() - self._began_at < _LEARN_SECONDS:
            raise ConnectionError("nobody has told yet which tokens were revoked")

    async def learned(self) -> None:
        """Return once everything was told."""
        await self._learned.wait()

    async def check(self) -> None:
        """Raise unless the source was heard lately. For `dependencies` of the server."""
        if monotonic() - self._heard_at > self._silence_seconds:
            raise ConnectionError("nobody tells which tokens were revoked")

    async def _work(self, stop: asyncio.Event) -> None:
        listening = asyncio.ensure_future(self._listen())
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (listening, stopping):
                task.cancel()
            await asyncio.wait({listening})
        if not listening.cancelled():
            listening.result()

    async def _listen(self) -> None:
        stream = self._watch()
        try:
            while True:
                async with asyncio.timeout(self._silence_seconds):
                    message = await anext(stream, None)
                if message is None:
                    raise ConnectionError("the stream of revocations ended")
                self._hear(message)
        finally:
            close = getattr(stream, "aclose", None)
            if close is not None:
                await close()

    def _hear(self, message: RevocationsMessage) -> None:
        self._heard_at = monotonic()
        some = False
        for told in message.revocations:
            self._note(told)
            some = True
        if message.complete:
            self._learned.set()
        if monotonic() - self._tidied_at > _TIDY_SECONDS:
            self._tidy()
        if some:
            for changed in self.changed:
                changed()

    def _note(self, told: RevocationMessage) -> None:
        expires_at = told.expires_at.ToDatetime(tzinfo=UTC)
        if told.session_id:
            self._sessions[UUID(told.session_id)] = expires_at
            return
        user_id = UUID(told.user_id)
        known = self._versions.get(user_id, (0, expires_at))
        # Streams repeat themselves: what is older never takes back what is newer.
        self._versions[user_id] = max(known[0], told.version), max(known[1], expires_at)

    def _tidy(self) -> None:
        now = self._clock.now()
        self._tidied_at = monotonic()
        self._sessions = {one: until for one, until in self._sessions.items() if until > now}
        self._versions = {one: entry for one, entry in self._versions.items() if entry[1] > now}
