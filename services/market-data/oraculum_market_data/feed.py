"""Follows one venue: by its sockets where it has them, and always by asking.

A sweep asks for all open markets now and then, a look at the newest comes often. What a sweep did not show is asked for
by name, for it may have ended unseen. A sweep begins with the busiest in every process, wherever an earlier one stood:
this one remembers no market yet, and who went on in the middle would follow the quiet ones first. While a socket tells
a market's quotes, those of the polls are left out: they are older, however they arrive.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Final

import structlog

from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.clock import Clock
from oraculum_market_data.book import Trouble
from oraculum_market_data.catalog import ENDED, Catalog
from oraculum_market_data.decoding import Decoded
from oraculum_market_data.errors import VenueAwayError
from oraculum_market_data.inspector import Inspector
from oraculum_market_data.intake import Intake
from oraculum_market_data.live import Line, Live
from oraculum_market_data.normal import Item, Market, Quote, Status, Venue
from oraculum_market_data.shards import Shards
from oraculum_market_data.venues.connector import Connector
from oraculum_market_data.venues.dialogue import Shown

_log = structlog.stdlib.get_logger(__name__)

# Markets that a sweep did not show are asked for by name, so many in one sweep.
_NAMED_MAX: Final = 200
# After an answer that did not come, a poll waits for this long at least.
_AWAY_SECONDS: Final = 5.0
# All sockets look at the same spread of markets, made this often.
_SPREAD_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back the trades of a market are asked for, and how often."""

    # Of a market that is new to us.
    depth: timedelta = timedelta(days=7)
    # Even of one whose socket tells everything.
    every: timedelta = timedelta(hours=1)
    # So long a venue's history may take to show a trade, and our own way from a socket to the database.
    settled: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a venue is asked."""

    sweep_seconds: float
    recent_seconds: float
    # A stand-in is asked for all that it has, ended or not; a venue has millions of these.
    archive_seconds: float | None = None
    # None where nobody writes trades down.
    history: Reach | None = Reach()


@dataclass(frozen=True, slots=True)
class FeedState:
    """How the feed of a venue does."""

    venue: Venue
    state: str
    updates: int
    refused: int
    last_update_at: datetime | None


class Feed:
    """Follows one venue. Run it beside the server."""

    def __init__(
        self,
        connector: Connector,
        lines: Sequence[Line],
        intake: Intake,
        catalog: Catalog,
        inspector: Inspector,
        clock: Clock,
        pace: Pace,
        shards: Shards,
    ) -> None:
        self.connector = connector
        self._intake = intake
        self._catalog = catalog
        self._inspector = inspector
        self._clock = clock
        self.pace = pace
        self._shards = shards
        # The markets that this feed has brought: with a stand-in beside the venue there are others.
        self._own: dict[str, None] = {}
        self._spread: Sequence[Collection[Market]] = [()] * len(lines)
        self._spread_at = 0.0
        self.answers = False
        # How many times all open markets were asked for, with an answer.
        self.sweeps = 0
        # And how many times for all that a stand-in has.
        self.archives = 0
        self._lives = [
            Live(line, partial(self._shard, shard), self._hear, intake.quote, self._note, clock)
            for shard, line in enumerate(lines)
        ]

    @property
    def venue(self) -> Venue:
        """Whom it follows."""
        return self.connector.venue

    @property
    def is_live(self) -> bool:
        """Whether every socket that has something to follow stands."""
        needed = [live for shard, live in enumerate(self._lives) if shard == 0 or self._shard(shard)]
        return bool(needed) and all(live.is_open for live in needed)

    def knows(self, market_id: str) -> bool:
        """Whether this feed has brought a market."""
        return market_id in self._own

    def books(self, market: Market) -> Sequence[Shown]:
        """The books of a market, as far as a socket tells them."""
        return next((shown for live in self._lives if (shown := live.books(market))), ())

    async def run(self) -> None:
        """Follow until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(run_gracefully(f"{self.venue} sweep", self._sweeps, grace_seconds=1.0))
            group.create_task(run_gracefully(f"{self.venue} recent", self._recents, grace_seconds=1.0))
            if self.pace.archive_seconds is not None:
                group.create_task(run_gracefully(f"{self.venue} archive", self._archives, grace_seconds=1.0))
            for live in self._lives:
                group.create_task(live.run())

    def open_markets(self) -> Sequence[Market]:
        """The open markets that this feed has brought."""
        return list(self._tradable())

    def unconfirmed(self, markets: Iterable[Market], seconds: float) -> list[str]:
        """Those that neither a socket follows nor a poll has shown for so long."""
        since = monotonic() - seconds
        return [
            market.id
            for market in markets
            if self._catalog.seen_before(market, since)
            and not any(live.is_live(market.id) for live in self._lives)
        ]

    def markets(self) -> Sequence[Market]:
        """All markets that this feed has brought, in whatever state."""
        known = (self._catalog.get(self.venue, market_id) for market_id in list(self._own))
        return [market for market in known if market is not None]

    def live_since(self, market_id: str) -> datetime | None:
        """Since when a socket tells of a market; None where none does."""
        return next((since for live in self._lives if (since := live.live_since(market_id))), None)

    def is_trusted(self, market_id: str) -> bool:
        """Whether no socket keeps a book of a market that it cannot trust."""
        market = self._catalog.get(self.venue, market_id)
        following = [live for live in self._lives if live.is_live(market_id)]
        if market is None or not following or self.venue is Venue.MANIFOLD:
            # A market maker stands in for a book there.
            return True
        return len(following[0].books(market)) >= len(market.outcomes)

    def _note(self, troubles: Sequence[Trouble]) -> None:
        self._inspector.troubles(self.venue, troubles, self._clock.now())

    async def _hear(self, decoded: Decoded) -> None:
        await self._take(decoded, is_live=True)

    async def _take(self, decoded: Decoded, *, is_live: bool = False) -> None:
        """Take what a socket told; a market that is told there is one of ours."""
        for item in decoded.items:
            if isinstance(item, Market):
                self._own[item.id] = None
        await self._intake.take(self.venue, decoded, is_live=is_live)

    def _shard(self, shard: int) -> Collection[Market]:
        """The open markets that one of our sockets follows."""
        now = monotonic()
        if now - self._spread_at >= _SPREAD_SECONDS:
            self._spread_at = now
            self._spread = self._shards.spread(self._tradable())
        return self._spread[shard]

    def _tradable(self) -> Iterator[Market]:
        known = (self._catalog.get(self.venue, market_id) for market_id in self._own)
        return (
            market for market in known if market is not None and market.status in {Status.OPEN, Status.PAUSED}
        )

    async def _sweeps(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            started = monotonic()
            if await self._poll(self.connector.sweep()):
                await self._follow_up(started)
                self.sweeps += 1
            await pause(stop, max(0.0, self.pace.sweep_seconds - (monotonic() - started)))

    async def _archives(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self.archives += await self._poll(self.connector.archive())
            await pause(stop, self.pace.archive_seconds or _AWAY_SECONDS)

    async def _recents(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            started = monotonic()
            answered = await self._poll(self.connector.recent(self._clock.now()))
            wait = self.pace.recent_seconds if answered else max(_AWAY_SECONDS, self.pace.recent_seconds)
            await pause(stop, max(0.0, wait - (monotonic() - started)))

    async def _follow_up(self, started: float) -> None:
        """Ask for what we thought open and the sweep did not show: it may have ended unseen."""
        known = (self._catalog.get(self.venue, market_id) for market_id in self._own)
        unseen = [
            market
            for market in known
            if market is not None
            and market.status not in ENDED
            and self._catalog.seen_before(market, started)
        ]
        if unseen:
            await self._poll(self.connector.named(unseen[:_NAMED_MAX]))

    async def _poll(self, pages: AsyncIterator[Decoded]) -> bool:
        """Take what a poll brings, each market once: pages overlap, and the last state is the newest."""
        gathered = Decoded()
        try:
            async for page in pages:
                gathered.add(page)
        except VenueAwayError as error:
            if self.answers:
                _log.warning("venue.away", venue=self.venue.value, error=str(error))
            self.answers = False
        else:
            self.answers = True
        gathered.items = [item for item in _latest(gathered.items) if not self._is_known_live(item)]
        await self._take(gathered)
        return self.answers

    def _is_known_live(self, item: Item) -> bool:
        """Whether a socket has told a quote already: as a rule, unless the poll's is of a later moment of the venue's."""
        if not isinstance(item, Quote) or not any(live.is_live(item.market_id) for live in self._lives):
            return False
        missed = self._intake.is_news(item)
        if missed:
            self._inspector.missed(self.venue, item.market_id, self._clock.now())
        return not missed


def _latest(items: Sequence[Item]) -> Collection[Item]:
    return {_identity(item): item for item in items}.values()


def _identity(item: Item) -> Hashable:
    match item:
        case Market():
            return Market, item.id
        case Quote():
            return Quote, item.market_id, item.outcome_id
        case _:
            return id(item)
