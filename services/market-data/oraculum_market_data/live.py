"""Keeps one connection to a venue's socket: opens it, follows what is to be followed, and opens it again.

A socket that is open and silent is worse than a closed one, so a watchdog closes what has told nothing for too long.
Between connections the polls go on as always; while a market is told live, what polls say of its quotes is left out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException

from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.clock import Clock
from oraculum_kit.retries import Backoff
from oraculum_market_data import metrics
from oraculum_market_data.book import Applied, Trouble
from oraculum_market_data.decoding import Decoded
from oraculum_market_data.normal import Control, Market, Quote, Venue
from oraculum_market_data.recording.recorder import Keep
from oraculum_market_data.venues.dialogue import Dialogue, Shown

_log = structlog.stdlib.get_logger(__name__)

_FOLLOW_SECONDS: Final = 0.5
_BEAT_SECONDS: Final = 9.0
# The connection counts as silent for a moment after this, and what waits for more is judged.
_SETTLE_SECONDS: Final = 0.2
_OPEN_SECONDS: Final = 10.0
# A venue that does not say goodbye is left without; our own end must not wait for it.
_CLOSE_SECONDS: Final = 1.0
_FRAME_BYTES_MAX: Final = 32 * 1024 * 1024
# A connection that lasted this long was a good one: the next failure begins with short pauses again.
_GOOD_SECONDS: Final = 10.0


class SilentError(ConnectionError):
    """The socket is open and tells nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """Where a venue's socket is, how to talk on it, and when to give it up."""

    venue: Venue
    url: str
    dialogue: Callable[[], Dialogue]
    silence_seconds: float
    # The first one is kept even when there is nothing to follow yet: it tells of new markets.
    is_first: bool = True
    headers: Callable[[datetime], Mapping[str, str]] | None = None
    keep: Keep | None = None


class Live:
    """One connection, kept up. Run it beside the server."""

    def __init__(
        self,
        line: Line,
        markets: Callable[[], Collection[Market]],
        take: Callable[[Decoded], Awaitable[None]],
        quote: Callable[[Quote], None],
        troubles: Callable[[Sequence[Trouble]], None],
        clock: Clock,
    ) -> None:
        self._line = line
        self._markets = markets
        self._take = take
        self._quote = quote
        self._troubles = troubles
        self._clock = clock
        self._dialogue: Dialogue | None = None
        self._opened_at: datetime | None = None
        self._heard_at = 0.0
        self._settled = True

    @property
    def is_open(self) -> bool:
        """Whether the connection stands."""
        return self._dialogue is not None

    def is_live(self, market_id: str) -> bool:
        """Whether the connection tells the quotes of a market."""
        return self._dialogue is not None and self._dialogue.is_live(market_id)

    def live_since(self, market_id: str) -> datetime | None:
        """When the connection that tells of a market was opened; None where it is told nothing."""
        return self._opened_at if self.is_live(market_id) else None

    def books(self, market: Market) -> Sequence[Shown]:
        """The books of a market, as far as they are kept here."""
        return () if self._dialogue is None else self._dialogue.books(market)

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        await run_gracefully(f"{self._line.venue} socket", self._work, grace_seconds=2 * _CLOSE_SECONDS)

    async def _work(self, stop: asyncio.Event) -> None:
        waits = iter(Backoff(first_seconds=0.2, longest_seconds=30.0))
        while not stop.is_set():
            if not self._line.is_first and not self._markets():
                # The sockets before this one have room for all markets there are.
                await pause(stop, _FOLLOW_SECONDS)
                continue
            started = monotonic()
            reason = await self._until_it_ends(stop)
            if stop.is_set():
                return
            metrics.RECONNECTS.labels(self._line.venue.value, reason).inc()
            if monotonic() - started > _GOOD_SECONDS:
                waits = iter(Backoff(first_seconds=0.2, longest_seconds=30.0))
            await pause(stop, next(waits))

    async def _until_it_ends(self, stop: asyncio.Event) -> str:
        """One connection, from opening to its end; why it ended."""
        try:
            await self._connection(stop)
        except (InvalidHandshake, InvalidURI) as error:
            return self._ended("refused", error)
        except SilentError as error:
            return self._ended("silent", error)
        except (WebSocketException, OSError) as error:
            return self._ended("closed", error)
        finally:
            self._dialogue = None
        return "closed"

    def _ended(self, reason: str, error: Exception) -> str:
        _log.warning("venue.socket_ended", venue=self._line.venue.value, reason=reason, error=str(error))
        return reason

    async def _connection(self, stop: asyncio.Event) -> None:
        line = self._line
        headers = dict(line.headers(self._clock.now())) if line.headers else None
        async with connect(
            line.url,
            additional_headers=headers,
            max_size=_FRAME_BYTES_MAX,
            open_timeout=_OPEN_SECONDS,
            close_timeout=_CLOSE_SECONDS,
        ) as connection:
            dialogue = line.dialogue()
            for text in dialogue.greet():
                await connection.send(text)
            self._dialogue = dialogue
            self._opened_at = self._clock.now()
            self._heard_at = monotonic()
            await self._converse(connection, dialogue, stop)

    async def _converse(self, connection: ClientConnection, dialogue: Dialogue, stop: asyncio.Event) -> None:
        """Listen, and say what has to be said, until one of the two ends; that ends the other."""
        tasks = {
            asyncio.create_task(self._listen(connection, dialogue)),
            asyncio.create_task(self._speak(connection, dialogue, stop)),
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    async def _listen(self, connection: ClientConnection, dialogue: Dialogue) -> None:
        async for frame in connection:
            now = self._clock.now()
            if self._line.keep is not None:
                self._line.keep(
                    self._line.venue, "ws", frame if isinstance(frame, bytes) else frame.encode(), now
                )
            heard = dialogue.hear(frame, now)
            if heard.applied.quotes or not all(isinstance(item, Control) for item in heard.decoded.items):
                # Answers to our own heartbeat are no sign that the venue tells us anything.
                self._heard_at = monotonic()
            self._settled = False
            self._apply(heard.applied)
            await self._take(heard.decoded)

    async def _speak(self, connection: ClientConnection, dialogue: Dialogue, stop: asyncio.Event) -> None:
        beaten_at = monotonic()
        followed_at = 0.0
        while not await pause(stop, _SETTLE_SECONDS):
            now = monotonic()
            if now - self._heard_at > self._line.silence_seconds and self._markets():
                raise SilentError(f"nothing heard for {self._line.silence_seconds:.0f} s")
            if now - followed_at >= _FOLLOW_SECONDS:
                followed_at = now
                for text in dialogue.follow(self._markets()):
                    await connection.send(text)
            if now - beaten_at >= _BEAT_SECONDS and (beat := dialogue.beat()) is not None:
                beaten_at = now
                await connection.send(beat)
            if not self._settled and now - self._heard_at >= _SETTLE_SECONDS:
                self._settled = True
                self._apply(dialogue.settle())

    def _apply(self, applied: Applied) -> None:
        for quote in applied.quotes:
            self._quote(quote)
        for trouble in applied.troubles:
            metrics.TROUBLES.labels(self._line.venue.value, trouble.kind.value).inc()
        if applied.troubles:
            self._troubles(applied.troubles)
