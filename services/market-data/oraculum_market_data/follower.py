"""Follows all venues: what comes in, what is known of it, and the ways out, put together."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog
from redis.exceptions import RedisError

from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.kafka import Producer
from oraculum_market_data.ages import Ages
from oraculum_market_data.announcer import Announcer
from oraculum_market_data.backfill import Backfill
from oraculum_market_data.board import Board
from oraculum_market_data.catalog import Catalog
from oraculum_market_data.config import Source
from oraculum_market_data.events import KafkaTicks
from oraculum_market_data.feed import Feed, FeedState
from oraculum_market_data.feeds import open_feeds
from oraculum_market_data.housekeeping import prepare
from oraculum_market_data.inspector import Inspector
from oraculum_market_data.intake import Intake
from oraculum_market_data.matchmaker import Matchmaker
from oraculum_market_data.normal import Venue
from oraculum_market_data.quality import Watch
from oraculum_market_data.repository.leadership import Leadership
from oraculum_market_data.sinks.postgres import PostgresTicks
from oraculum_market_data.sinks.redis import RedisQuotes
from oraculum_market_data.sinks.sink import Sink
from oraculum_market_data.watchman import STALE_SECONDS, Watchman

_log = structlog.stdlib.get_logger(__name__)

LIVE_SECONDS: Final = 0.075
_HISTORY_SECONDS: Final = 1.0
_CANDIDATE_SECONDS: Final = 2.0
_LEADER_SECONDS: Final = 1.0


class Follower:
    """What a process knows of the venues. Run it beside the server."""

    def __init__(
        self,
        database: Database,
        producer: Producer,
        quotes: RedisQuotes,
        clock: Clock,
        *,
        stale_seconds: float = STALE_SECONDS,
        match_seconds: float = 60.0,
    ) -> None:
        self._database = database
        self._quotes = quotes
        self._clock = clock
        self._leadership = Leadership()
        self.feeds: list[Feed] = []
        self.catalog = Catalog()
        self.board = Board()
        self.announcer = Announcer(database, self.catalog, self.board, clock)
        self._sinks = [
            Sink("kafka", KafkaTicks(producer, clock).write, clock, every_seconds=LIVE_SECONDS),
            Sink("redis", quotes.write, clock, every_seconds=LIVE_SECONDS),
            Sink("postgres", PostgresTicks(database).write, clock, every_seconds=_HISTORY_SECONDS),
        ]
        self.inspector = Inspector(Watch(), self.catalog, self.board)
        self.matchmaker = Matchmaker(self.catalog, database, clock, every_seconds=match_seconds)
        self.intake = Intake(self.catalog, self.board, self.announcer.add, self._sinks, self.inspector, clock)
        self.watchman = Watchman(
            self.inspector,
            lambda: self.feeds,
            lambda venue: self.intake.heard[venue],
            database,
            quotes,
            clock,
            stale_seconds=stale_seconds,
        )

    def states(self) -> list[FeedState]:
        """How the feed of each venue does."""
        return [self._state(venue) for venue in Venue]

    def _state(self, venue: Venue) -> FeedState:
        heard = self.intake.heard[venue]
        feeds = [feed for feed in self.feeds if feed.venue is venue]
        state = "down"
        if any(feed.is_live for feed in feeds):
            state = "live"
        elif any(feed.answers for feed in feeds):
            state = "polling"
        return FeedState(venue, state, heard.updates, heard.refused, heard.last_at)

    async def run(self, sources: Sequence[Source]) -> None:
        """Follow until cancelled."""
        async with open_feeds(sources, self.intake, self.catalog, self.inspector, self._clock) as feeds:
            self.feeds = feeds
            await run_gracefully("follower", self._wait_and_lead, grace_seconds=10.0)

    async def _wait_and_lead(self, stop: asyncio.Event) -> None:
        """Of several replicas one follows the venues; the others read what it writes, and wait."""
        async with self._database.direct() as connection:
            while not await self._leadership.take(connection):
                if await pause(stop, _CANDIDATE_SECONDS):
                    return
            _log.info("follower.leads")
            await prepare(self._database, self._clock.now())
            work = asyncio.create_task(self._work())
            try:
                while not work.done() and not await pause(stop, _LEADER_SECONDS):
                    await self._leadership.confirm(connection)
            finally:
                work.cancel()
                await asyncio.wait({work})
            if not work.cancelled():
                work.result()

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.announcer.run())
            group.create_task(self.watchman.run())
            group.create_task(self.matchmaker.run())
            for sink in self._sinks:
                group.create_task(sink.run())
            for feed in self.feeds:
                group.create_task(feed.run())
                if feed.pace.history is not None:
                    backfill = Backfill(
                        feed, self.intake.deals, self._database, self._clock, feed.pace.history
                    )
                    group.create_task(
                        run_gracefully(f"{feed.venue} backfill", backfill.work, grace_seconds=1.0)
                    )
            group.create_task(run_gracefully("heard", self._tell_heard, grace_seconds=1.0))

    async def _tell_heard(self, stop: asyncio.Event) -> None:
        """Say once a second when each venue was last heard."""
        with Ages(self.intake.heard, self._clock) as ages:
            while not await pause(stop, 1.0):
                self.intake.publish_counts()
                ages.show({feed.venue for feed in self.feeds})
                await self._keep_heard()

    async def _keep_heard(self) -> None:
        for venue, heard in self.intake.heard.items():
            if heard.last_at is None:
                continue
            try:
                await self._quotes.heard(venue.value, heard.last_at)
            except (RedisError, OSError):
                # The sink for quotes tells of it; here it only means that quotes look stale.
                return
