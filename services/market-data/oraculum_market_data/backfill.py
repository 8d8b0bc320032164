"""Asks each market for the trades that nobody was there to hear: those before we came, and while a socket was away.

A socket tells trades as they happen and never again. So the history of every market that is followed is asked for, page
by page: when it is new to us, after its socket was opened anew, now and then in any case, and all the time while no
socket stands. What a page brings and the page that comes next are written in one transaction; a process that begins
anew goes on there. What was written by the socket is left out, so nothing counts twice.

These trades make history and candles. They are not told to Kafka, whose listeners want what happens now.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace as replaced
from datetime import datetime, timedelta
from typing import Final

import structlog

from oraculum_kit.background import pause
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_market_data import metrics
from oraculum_market_data.decoding import Decoded
from oraculum_market_data.errors import VenueAwayError
from oraculum_market_data.feed import Feed, Reach
from oraculum_market_data.normal import Item, Market, Status
from oraculum_market_data.repository.backfill import Backfills, Stretch
from oraculum_market_data.repository.trades import Trades
from oraculum_market_data.trades import Deal

_log = structlog.stdlib.get_logger(__name__)

# Stretches overlap by this much: a venue's history may lag behind, and what comes twice is left out.
_OVERLAP: Final = timedelta(seconds=60)
# A socket follows a market so soon after it was first seen.
_SUBSCRIBED: Final = timedelta(seconds=2)
_ROUND_SECONDS: Final = 1.0
_AWAY_SECONDS: Final = 5.0


class Backfill:
    """The histories of one venue. Run it beside the feed."""

    def __init__(
        self,
        feed: Feed,
        deals: Callable[[Sequence[Item]], Sequence[Deal]],
        database: Database,
        clock: Clock,
        reach: Reach,
    ) -> None:
        self._feed = feed
        self._deals = deals
        self._database = database
        self._clock = clock
        self._reach = reach
        self._backfills = Backfills(feed.venue)
        self._trades = Trades()
        # When we first had each market, and when we first saw that it had ended.
        self._met: dict[str, datetime] = {}
        self._ended: dict[str, datetime] = {}

    async def work(self, stop: asyncio.Event) -> None:
        """Go round among the markets until stopped."""
        async with self._database.connection() as connection:
            stretches = await self._backfills.all(connection)
        while not await pause(stop, _ROUND_SECONDS):
            for market in self._feed.markets():
                stretch = self._due(market, stretches.get(market.id), self._clock.now())
                if stretch is None:
                    continue
                try:
                    async for done in self._walk(market, stretch):
                        stretches[market.id] = done
                        if stop.is_set():
                            return
                except VenueAwayError as error:
                    _log.info("backfill.away", venue=market.venue.value, error=str(error))
                    if await pause(stop, _AWAY_SECONDS):
                        return

    def _due(self, market: Market, last: Stretch | None, now: datetime) -> Stretch | None:
        """The stretch that is to be asked for now."""
        until = now - self._reach.settled
        self._met.setdefault(market.id, now)
        if not market.outcomes:
            # A listing may leave them out, and a trade is of one of them.
            return None
        if last is None:
            # Of what had ended before we came nobody asked us anything.
            return Stretch(market.id, until - self._reach.depth, until) if _lasts(market) else None
        if not last.is_whole:
            return last
        told_since = self._told_since(market, now)
        is_due = (
            last.reach < until - self._reach.settled
            if told_since is None
            else last.reach < told_since <= until
        )
        if is_due or (_lasts(market) and last.reach <= until - self._reach.every):
            return Stretch(market.id, last.reach - _OVERLAP, until)
        return None

    def _told_since(self, market: Market, now: datetime) -> datetime | None:
        """Since when nothing of a market is missed: a socket follows it, or it has ended. None while much may be."""
        if not _lasts(market):
            return self._ended.setdefault(market.id, now)
        since = self._feed.live_since(market.id)
        return None if since is None else max(since, self._met[market.id] + _SUBSCRIBED)

    async def _walk(self, market: Market, stretch: Stretch) -> AsyncIterator[Stretch]:
        """Ask for the pages that are left of a stretch; each is kept before the next is asked for."""
        while not stretch.is_whole:
            page = await self._feed.connector.history(market, stretch.since, stretch.reach, stretch.cursor)
            if page.decoded.refused and not page.decoded.items:
                # An answer that was cut short is none: what stood in it is asked for again.
                raise VenueAwayError(f"{market.venue} answered with {page.decoded.refused[0].reason}")
            stretch = replaced(stretch, cursor=page.following or "", is_whole=page.following is None)
            await self._keep(market, page.decoded, stretch)
            yield stretch

    async def _keep(self, market: Market, decoded: Decoded, stretch: Stretch) -> None:
        within = [
            deal
            for deal in self._deals(decoded.items)
            if deal.market_id == market.id and stretch.since < deal.venue_time <= stretch.reach
        ]
        async with self._database.transaction() as connection:
            missed = await self._backfills.missed(connection, market.id, within)
            if missed:
                await self._trades.save(connection, missed)
            await self._backfills.save(connection, stretch)
        metrics.BACKFILLED.labels(market.venue.value).inc(len(missed))


def _lasts(market: Market) -> bool:
    return market.status in {Status.OPEN, Status.PAUSED}
