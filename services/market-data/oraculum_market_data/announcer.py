"""Tells `market-data.markets` of every market that is new or changed.

The database decides what is news: a market is written with its fingerprint, and only where that differs from what was
written before does a fact go to the outbox, in the same transaction. So a restart that reads the whole listing again
tells nothing twice, and neither do two replicas that see the same change.
"""

import asyncio
from itertools import islice
from typing import Final

from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_market_data import metrics
from oraculum_market_data.board import Board
from oraculum_market_data.catalog import Catalog, MarketKey
from oraculum_market_data.events import markets_changed
from oraculum_market_data.normal import Market
from oraculum_market_data.repository.markets import Markets

_EVERY_SECONDS: Final = 0.1
_BATCH_MAX: Final = 200


class Announcer:
    """Writes markets down and tells of those that changed. Run it beside the server."""

    def __init__(self, database: Database, catalog: Catalog, board: Board, clock: Clock) -> None:
        self._database = database
        self._catalog = catalog
        self._board = board
        self._clock = clock
        self._markets = Markets()
        # In the order in which they came; a market waits once however often it changes.
        self._waiting: dict[MarketKey, None] = {}
        self._some = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many markets are still to be written."""
        return len(self._waiting)

    def add(self, market: MarketKey) -> None:
        """A market changed."""
        self._waiting[market] = None
        self._some.set()

    async def run(self) -> None:
        """Write and tell until cancelled."""
        await run_gracefully("announcer", self._work, grace_seconds=5.0)

    async def _work(self, stop: asyncio.Event) -> None:
        while not await pause(stop, _EVERY_SECONDS):
            await self._flush()
        await self._flush()

    async def _flush(self) -> None:
        while keys := list(islice(self._waiting, _BATCH_MAX)):
            # Taken before they are read: what changes while we write waits again.
            for key in keys:
                del self._waiting[key]
            try:
                await self._announce([market for key in keys if (market := self._catalog.get(*key))])
            except BaseException:
                self._waiting = dict.fromkeys(keys) | self._waiting
                raise

    async def _announce(self, markets: list[Market]) -> None:
        if not markets:
            return
        # In the order of their keys, so that two replicas take row locks in the same order.
        markets.sort(key=lambda market: (market.venue.value, market.id))
        async with self._database.transaction() as connection:
            changed = await self._markets.save(connection, markets, self._clock.now())
            told = [market for market in markets if (market.venue.value, market.id) in changed]
            await markets_changed(
                connection, [(market, self._board.of_market(market.venue, market.id)) for market in told]
            )
        for market in told:
            metrics.MARKETS_CHANGED.labels(market.venue.value).inc()
