"""What follows the venue, with two ways out, and a look at what came out of them."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from redis.asyncio import Redis

from oraculum_kit.clock import SystemClock
from oraculum_kit.kafka import Producer
from oraculum_market_data.board import Board, top_to_wire
from oraculum_market_data.catalog import Catalog
from oraculum_market_data.events import KafkaTicks
from oraculum_market_data.follower import LIVE_SECONDS
from oraculum_market_data.inspector import Inspector
from oraculum_market_data.intake import Intake
from oraculum_market_data.normal import Market, Venue
from oraculum_market_data.quality import Watch
from oraculum_market_data.sinks.redis import RedisQuotes
from oraculum_market_data.sinks.sink import Batch, Sink
from oraculum_market_data.venues.polymarket.dialogue import PolymarketDialogue

AT_ONCE = 500


class Following:
    """The objects that follow a venue, as `Follower` puts them together."""

    def __init__(self, redis: Redis, producer: Producer, markets: Sequence[Market]) -> None:
        self.clock = SystemClock()
        self.trades_given = 0
        self._trades_sent = 0
        self._markets = markets
        self._board = Board()
        catalog = Catalog()
        for one in markets:
            catalog.put(one)
        self.inspector = Inspector(Watch(), catalog, self._board)
        self._ticks = KafkaTicks(producer, self.clock)
        self._quotes = RedisQuotes(redis)
        self._sinks = [
            Sink("kafka", self._send, self.clock, every_seconds=LIVE_SECONDS),
            Sink("redis", self._quotes.write, self.clock, every_seconds=LIVE_SECONDS),
        ]
        self._intake = Intake(catalog, self._board, lambda _: None, self._sinks, self.inspector, self.clock)
        self._dialogue = PolymarketDialogue()
        self._dialogue.follow(markets)

    async def take(self, frame: bytes) -> None:
        """What a socket does with a frame."""
        heard = self._dialogue.hear(frame, self.clock.now())
        for quote in heard.applied.quotes:
            self._intake.quote(quote)
        await self._intake.take(Venue.POLYMARKET, heard.decoded, is_live=True)

    def background(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside it."""
        return [*(sink.run() for sink in self._sinks), self._look_around()]

    def written(self) -> dict[str, int]:
        """How many quotes and trades each way out has written."""
        return {sink.name: sink.written for sink in self._sinks}

    @property
    def trades_lost(self) -> int:
        """Trades that the broker has not got."""
        return self.trades_given - self._trades_sent

    async def wrong_quotes(self) -> int:
        """How many quotes the store has otherwise than they stand."""
        wrong = 0
        for start in range(0, len(self._markets), AT_ONCE):
            part = [(one.venue, one.id) for one in self._markets[start : start + AT_ONCE]]
            stored = await self._quotes.of_markets([(venue.value, market_id) for venue, market_id in part])
            for venue, market_id in part:
                standing = [top_to_wire(top) for top in self._board.of_market(venue, market_id)]
                held = list(stored[venue.value, market_id])
                wrong += max(
                    sum(one not in held for one in standing), sum(one not in standing for one in held)
                )
        return wrong

    async def _send(self, batch: Batch) -> None:
        await self._ticks.write(batch)
        self._trades_sent += len(batch.deals)

    async def _look_around(self) -> None:
        """What the watchman does once a second."""
        while True:
            await asyncio.sleep(1.0)
            self.inspector.inspect(self.clock.now())
            self._intake.publish_counts()
