"""Looks for the same question on several venues, now and then, among the markets that can be traded.

It runs where the venues are followed, in a thread, for ten thousand questions take seconds; what it finds is written
down for every replica.
"""

import asyncio
from typing import Final

import structlog

from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_market_data.catalog import Catalog
from oraculum_market_data.matching.matcher import Matcher, Pair
from oraculum_market_data.matching.questions import questions_of
from oraculum_market_data.normal import Market, Status, Venue
from oraculum_market_data.repository.matches import Matches
from oraculum_market_data.wire import title_of

_log = structlog.stdlib.get_logger(__name__)

_EVERY_SECONDS: Final = 60.0
_FIRST_SECONDS: Final = 5.0
_TRADABLE: Final = frozenset({Status.UPCOMING, Status.OPEN, Status.PAUSED})


class Matchmaker:
    """Keeps the matches. Run it beside the server."""

    def __init__(
        self, catalog: Catalog, database: Database, clock: Clock, *, every_seconds: float = _EVERY_SECONDS
    ) -> None:
        self._catalog = catalog
        self._database = database
        self._clock = clock
        self._every_seconds = every_seconds
        self._matches = Matches()
        self._known = 0

    async def run(self) -> None:
        """Look until cancelled."""
        await run_gracefully("matchmaker", self._work, grace_seconds=5.0)

    async def _work(self, stop: asyncio.Event) -> None:
        wait = min(_FIRST_SECONDS, self._every_seconds)
        while not await pause(stop, wait):
            wait = self._every_seconds
            await self.look()

    async def look(self) -> None:
        """Look once."""
        markets = [
            market
            for venue in Venue
            for market in self._catalog.of_venue(venue)
            if market.status in _TRADABLE
        ]
        pairs = await asyncio.to_thread(matched, markets)
        async with self._database.transaction() as connection:
            await self._matches.replace(connection, pairs, self._clock.now())
        if len(pairs) != self._known:
            self._known = len(pairs)
            _log.info("matches.found", markets=len(markets), matches=len(pairs))


def matched(markets: list[Market]) -> list[Pair]:
    """The same questions among markets."""
    questions = [question for market in markets for question in questions_of(market, title_of(market))]
    return Matcher(questions).pairs()
