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
from oraculum_market_data import metrics
from oraculum_market_data.announcer import Announcer
from oraculum_market_data.board import Board
from oraculum_market_data.catalog import Catalog
from oraculum_market_data.config import Source
from oraculum_market_data.feed import Feed, FeedState
from oraculum_market_data.feeds import open_feeds
from oraculum_market_data.housekeeping import prepare
from oraculum_market_data.intake import Intake
from oraculum_market_data.normal import Venue
from oraculum_market_data.sinks.kafka import KafkaTicks
from oraculum_market_data.sinks.postgres import PostgresTicks
from oraculum_market_data.sinks.redis import RedisQuotes
from oraculum_market_data.sinks.sink import Sink

_log = structlog.stdlib.get_logger(__name__)

_LIVE_SECONDS: Final = 0.075
_HISTORY_SECONDS: Final = 1.0


class Follower:
    """What a process knows of the venues. Run it beside the server."""

    def __init__(
        self,
        database: Database,
        producer: Producer,
        quotes: RedisQuotes,
        clock: Clock,
        markets_max: int,
    ) -> None:
        self._database = database
        self._quotes = quotes
        self._clock = clock
        self._markets_max = markets_max
        self._feeds: list[Feed] = []
        self.catalog = Catalog()
        self.board = Board()
        self.announcer = Announcer(database, self.catalog, self.board, clock)
        self._sinks = [
            Sink("kafka", KafkaTicks(producer, clock).write, clock, every_seconds=_LIVE_SECONDS),
            Sink("redis", quotes.write, clock, every_seconds=_LIVE_SECONDS),
            Sink("postgres", PostgresTicks(database).write, clock, every_seconds=_HISTORY_SECONDS),
        ]
        self.intake = Intake(self.catalog, self.board, self.announcer, self._sinks, clock)

    def states(self) -> list[FeedState]:
        """How the feed of each venue does."""
        return [self._state(venue) for venue in Venue]

    def _state(self, venue: Venue) -> FeedState:
        heard = self.intake.heard[venue]
        feeds = [feed for feed in self._feeds if feed.venue is venue]
        state = "polling" if any(feed.answers for feed in feeds) else "down"
        return FeedState(venue, state, heard.updates, heard.refused, heard.last_at)

    async def run(self, sources: Sequence[Source]) -> None:
        """Follow until cancelled."""
        await run_gracefully("partitions", self._prepare, grace_seconds=1.0)
        async with (
            open_feeds(sources, self._markets_max, self.intake, self.catalog, self._clock) as feeds,
            asyncio.TaskGroup() as group,
        ):
            self._feeds = feeds
            group.create_task(self.announcer.run())
            for sink in self._sinks:
                group.create_task(sink.run())
            for feed in feeds:
                group.create_task(feed.run())
            group.create_task(run_gracefully("heard", self._tell_heard, grace_seconds=1.0))

    async def _prepare(self, stop: asyncio.Event) -> None:
        """History has a place to go before the first of it comes."""
        await prepare(self._database, self._clock.now())
        stop.set()

    async def _tell_heard(self, stop: asyncio.Event) -> None:
        """Say once a second when each venue was last heard."""
        while not await pause(stop, 1.0):
            now = self._clock.now()
            for venue, heard in self.intake.heard.items():
                if heard.last_at is None:
                    continue
                metrics.AGE_SECONDS.labels(venue.value).set((now - heard.last_at).total_seconds())
                try:
                    await self._quotes.heard(venue.value, heard.last_at)
                except (RedisError, OSError):
                    # The sink for quotes tells of it; here it only means that quotes look stale.
                    break
