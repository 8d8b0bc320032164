"""Follows one venue: sweeps over all its open markets now and then, and looks at the newest often."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

import structlog

from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.clock import Clock
from oraculum_market_data.catalog import ENDED, Catalog
from oraculum_market_data.decoding import Decoded
from oraculum_market_data.errors import VenueAwayError
from oraculum_market_data.intake import Intake
from oraculum_market_data.normal import Item, Market, Quote, Venue
from oraculum_market_data.venues.connector import Connector

_log = structlog.stdlib.get_logger(__name__)

# Markets that a sweep did not show are asked for by name, so many in one sweep.
_NAMED_MAX: Final = 200
# After an answer that did not come, a poll waits for this much longer.
_AWAY_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a venue is asked."""

    sweep_seconds: float
    recent_seconds: float


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
        self, connector: Connector, intake: Intake, catalog: Catalog, clock: Clock, pace: Pace
    ) -> None:
        self._connector = connector
        self._intake = intake
        self._catalog = catalog
        self._clock = clock
        self._pace = pace
        self.answers = False

    @property
    def venue(self) -> Venue:
        """Whom it follows."""
        return self._connector.venue

    async def run(self) -> None:
        """Follow until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(run_gracefully(f"{self.venue} sweep", self._sweeps, grace_seconds=1.0))
            group.create_task(run_gracefully(f"{self.venue} recent", self._recents, grace_seconds=1.0))

    async def _sweeps(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            started = monotonic()
            if await self._poll(self._connector.sweep()):
                await self._follow_up(started)
            await pause(stop, max(0.0, self._pace.sweep_seconds - (monotonic() - started)))

    async def _recents(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            started = monotonic()
            answered = await self._poll(self._connector.recent(self._clock.now()))
            wait = self._pace.recent_seconds if answered else max(_AWAY_SECONDS, self._pace.recent_seconds)
            await pause(stop, max(0.0, wait - (monotonic() - started)))

    async def _follow_up(self, started: float) -> None:
        """Ask for what we thought open and the sweep did not show: it may have ended unseen."""
        unseen = [
            market
            for market in self._catalog.of_venue(self.venue)
            if market.status not in ENDED and self._catalog.seen_before(market, started)
        ]
        if unseen:
            await self._poll(self._connector.named(unseen[:_NAMED_MAX]))

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
        gathered.items = list({_identity(item): item for item in gathered.items}.values())
        await self._intake.take(self.venue, gathered)
        return self.answers


def _identity(item: Item) -> Hashable:
    match item:
        case Market():
            return Market, item.id
        case Quote():
            return Quote, item.market_id, item.outcome_id
        case _:
            return id(item)
