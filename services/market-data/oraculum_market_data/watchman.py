"""Goes round once a second: what has become stale or silent, what is over, and tells of both.

Incidents are written to the database, badges of markets to Redis, where every replica finds them beside the quotes.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from redis.exceptions import RedisError

from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_market_data import metrics
from oraculum_market_data.feed import Feed
from oraculum_market_data.inspector import Inspector
from oraculum_market_data.intake import Heard
from oraculum_market_data.normal import Venue
from oraculum_market_data.quality import Kind
from oraculum_market_data.repository.incidents import Incidents
from oraculum_market_data.sinks.redis import RedisQuotes

_log = structlog.stdlib.get_logger(__name__)

_ROUND_SECONDS: Final = 1.0
_SILENT_AFTER: Final = timedelta(seconds=30)
STALE_SECONDS: Final = 180.0


class Watchman:
    """Keeps the incidents of a process. Run it beside the server."""

    def __init__(
        self,
        inspector: Inspector,
        feeds: Callable[[], Sequence[Feed]],
        heard: Callable[[Venue], Heard],
        database: Database,
        quotes: RedisQuotes,
        clock: Clock,
        *,
        stale_seconds: float = STALE_SECONDS,
    ) -> None:
        self._inspector = inspector
        self._feeds = feeds
        self._heard = heard
        self._database = database
        self._quotes = quotes
        self._clock = clock
        self._stale_seconds = stale_seconds
        self._incidents = Incidents()
        self._began_at: datetime | None = None
        self._rounds = 0

    async def run(self) -> None:
        """Go round until cancelled."""
        await run_gracefully("watchman", self._work, grace_seconds=5.0)

    async def _work(self, stop: asyncio.Event) -> None:
        self._began_at = self._clock.now()
        async with self._database.transaction() as connection:
            await self._incidents.end_open(connection, self._began_at)
        await self._show(forget=True)
        while not await pause(stop, _ROUND_SECONDS):
            self.look(self._clock.now())
            await self._tell()
        await self._tell()

    def look(self, now: datetime) -> None:
        """One round."""
        self._inspector.inspect(now)
        for venue in Venue:
            feeds = [feed for feed in self._feeds() if feed.venue is venue]
            if feeds:
                self._venue(venue, feeds, now)
        self._inspector.watch.pass_time(now)
        self._rounds += 1

    def _venue(self, venue: Venue, feeds: Sequence[Feed], now: datetime) -> None:
        last = self._heard(venue).last_at or self._began_at or now
        silent = now - last > _SILENT_AFTER
        detail = f"nothing heard since {last.isoformat(timespec='seconds')}"
        self._inspector.silence(venue, is_silent=silent, now=now, detail=detail)
        self._inspector.clocks(venue, now)
        for feed in feeds:
            gaps = [
                incident.subject.market_id
                for incident in self._inspector.watch
                if incident.kind is Kind.GAP and incident.subject.venue is venue
            ]
            self._inspector.restored(venue, [market for market in gaps if feed.is_trusted(market)], now)
            if self._rounds % 5 == 0:
                markets = feed.open_markets()
                stale = feed.unconfirmed(markets, self._stale_seconds)
                self._inspector.staleness(markets, stale, now)

    async def _tell(self) -> None:
        changed = self._inspector.watch.take_changed()
        if changed:
            try:
                async with self._database.transaction() as connection:
                    await self._incidents.save(connection, changed)
            except BaseException:
                self._inspector.watch.give_back(changed)
                raise
        for incident in changed:
            labels = incident.subject.venue.value, incident.kind.value
            if incident.ended_at is None and incident.occurrences == 1:
                metrics.INCIDENTS.labels(*labels).inc()
        self._count_open()
        await self._show(forget=False)

    def _count_open(self) -> None:
        counts = {(venue, kind): 0 for venue in Venue for kind in Kind}
        for incident in self._inspector.watch:
            counts[incident.subject.venue, incident.kind] += 1
        for (venue, kind), count in counts.items():
            metrics.INCIDENTS_OPEN.labels(venue.value, kind.value).set(count)

    async def _show(self, *, forget: bool) -> None:
        """Put badges where readers of quotes find them; while Redis is away quotes are served as stale anyway."""
        flags = self._inspector.watch.take_flags()
        if not flags and not forget:
            return
        try:
            await self._quotes.flag(flags, forget=forget)
        except (RedisError, OSError) as error:
            _log.warning("redis.away", error=repr(error))
            self._inspector.watch.show_again(flags)
