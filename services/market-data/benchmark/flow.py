"""How many updates a second go from raw frames to Kafka and to the latest-quote store, and how soon they are visible.

    python services/market-data/benchmark/flow.py --kafka ADDRESS --redis URL --database URL
        [--seconds N] [--markets N] [--rate N]

`oraculum bench venues` starts the servers and runs it. Frames of Polymarket's market channel are given to the very
objects that follow the venue; nothing is left out but the socket. Without --rate as many as go. With it that many a
second, and now and then one is looked for through the API until it is seen. It prints one line of JSON.
"""

import asyncio
import gc
import json
import os
import resource
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import uvloop
from api import serving_api
from frames import CHANGES_PER_FRAME, Frame, books, change, changes, market, milliseconds
from redis.asyncio import Redis

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum.market_data.v1.market_data_service_pb2_grpc import MarketDataServiceStub
from oraculum_kit import topics
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.kafka import Cluster, Producer
from oraculum_market_data.board import Board
from oraculum_market_data.catalog import Catalog
from oraculum_market_data.events import KafkaTicks
from oraculum_market_data.follower import LIVE_SECONDS
from oraculum_market_data.inspector import Inspector
from oraculum_market_data.intake import Intake
from oraculum_market_data.normal import Market, Venue
from oraculum_market_data.quality import Watch
from oraculum_market_data.repository.markets import Markets
from oraculum_market_data.sinks.redis import RedisQuotes
from oraculum_market_data.sinks.sink import Sink
from oraculum_market_data.venues.polymarket.dialogue import PolymarketDialogue

TOPICS = Path(__file__).resolve().parents[3] / "protos" / "topics"
PROBES_EVERY_SECONDS = 0.1
LOOK_EVERY_SECONDS = 0.01
GIVEN_UP_SECONDS = 5.0


class Flow:
    """What follows the venue, with two ways out."""

    def __init__(self, redis: Redis, producer: Producer, markets: Sequence[Market]) -> None:
        self.clock = SystemClock()
        catalog, board = Catalog(), Board()
        for one in markets:
            catalog.put(one)
        self.inspector = Inspector(Watch(), catalog, board)
        self.sinks = [
            Sink("kafka", KafkaTicks(producer, self.clock).write, self.clock, every_seconds=LIVE_SECONDS),
            Sink("redis", RedisQuotes(redis).write, self.clock, every_seconds=LIVE_SECONDS),
        ]
        self.intake = Intake(catalog, board, lambda _: None, self.sinks, self.inspector, self.clock)
        self.dialogue = PolymarketDialogue()
        self.dialogue.follow(markets)

    async def take(self, frame: bytes) -> None:
        """What a socket does with a frame."""
        heard = self.dialogue.hear(frame, self.clock.now())
        for quote in heard.applied.quotes:
            self.intake.quote(quote)
        await self.intake.take(Venue.POLYMARKET, heard.decoded, is_live=True)

    async def look_around(self) -> None:
        """What the watchman does once a second."""
        while True:
            await asyncio.sleep(1.0)
            self.inspector.inspect(self.clock.now())
            self.intake.publish_counts()


async def feed(flow: Flow, frames: Sequence[Frame], seconds: float, rate: float) -> tuple[int, float]:
    """Give frames for so long; how many updates were in them, and how long it took."""
    began = time.monotonic()
    given = 0
    while (now := time.monotonic()) - began < seconds:
        stamp = b"%d" % milliseconds()
        # A hundred at a time, as they lie in a socket's buffer; then others have a turn.
        due = min((now - began) * rate / CHANGES_PER_FRAME, given + 100) if rate else given + 100
        while given < due:
            await flow.take(frames[given % len(frames)].at(stamp))
            given += 1
        behind = not rate or (time.monotonic() - began) * rate / CHANGES_PER_FRAME > given
        await asyncio.sleep(0 if behind else 0.002)
    return given * CHANGES_PER_FRAME, time.monotonic() - began


async def probe(
    flow: Flow, stub: MarketDataServiceStub, markets: Sequence[Market], delays: list[float]
) -> None:
    """Move one quote now and then, and ask the API for it until it has it."""
    number = 0
    while True:
        await asyncio.sleep(PROBES_EVERY_SECONDS)
        number += 1
        one = markets[number % len(markets)]
        size = f"{1_000_000 + number}"
        asked = pb.GetQuotesRequest(venue=one.venue.value, venue_market_id=one.id)
        began = time.monotonic()
        await flow.take(change(one, size).at(b"%d" % milliseconds()))
        while time.monotonic() - began < GIVEN_UP_SECONDS:
            quotes = (await stub.GetQuotes(asked)).quotes
            # Whatever has overtaken it is newer still, and cannot be told from older: such a probe counts as late.
            if any(quote.bid_size == size for quote in quotes):
                break
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        delays.append(time.monotonic() - began)


async def save(options: Namespace, markets: Sequence[Market]) -> None:
    """Write the markets down, so that the API knows them."""
    async with Database(options.database) as database, database.transaction() as connection:
        await Markets().save(connection, markets, SystemClock().now())


async def measure(options: Namespace) -> dict[str, object]:
    """One run."""
    markets = [market(number) for number in range(options.markets)]
    # What changes by chance leaves these alone, so that nothing overtakes a probe.
    probed, moved = markets[:50], markets[50:]
    await save(options, markets)
    frames = changes(moved, options.frames)
    cluster = Cluster(options.kafka, client_id="bench")
    await topics.create(cluster, topics.read(TOPICS), replication=1)
    async with (
        Redis.from_url(options.redis) as redis,
        Producer(cluster) as producer,
        AsyncExitStack() as stack,
    ):
        flow = Flow(redis, producer, markets)
        for frame in books(markets):
            await flow.take(frame)
        running = [asyncio.create_task(sink.run()) for sink in flow.sinks]
        running.append(asyncio.create_task(flow.look_around()))
        database = await stack.enter_async_context(Database(options.database))
        stub = await stack.enter_async_context(serving_api(database, redis, producer))
        await feed(flow, frames, options.warm_up, options.rate)
        delays: list[float] = []
        if options.rate:
            running.append(asyncio.create_task(probe(flow, stub, probed, delays)))
        written = [sink.written for sink in flow.sinks]
        early = memory()
        before = os.times()
        updates, took = await feed(flow, frames, options.seconds, options.rate)
        after = os.times()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    cpu = after.user + after.system - before.user - before.system
    return {
        "bench": "market-data",
        "markets": len(markets),
        "asked_updates_s": options.rate or None,
        "updates_s": round(updates / took),
        "records_s": {
            sink.name: round((sink.written - was) / took)
            for sink, was in zip(flow.sinks, written, strict=True)
        },
        "cpu_s": round(cpu, 2),
        "cpu_us_per_update": round(cpu / max(1, updates) * 1e6, 2),
        "cores": round(cpu / took, 2),
        "delays_s": sorted(round(delay, 4) for delay in delays),
        "incidents": len(flow.inspector.watch),
        "rss_mb": round(memory()),
        "grown_mb": round(memory() - early, 1),
    }


def memory() -> float:
    """Megabytes in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024**2


def main() -> int:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--warm-up", type=float, default=5.0)
    parser.add_argument("--markets", type=int, default=2_000)
    parser.add_argument("--frames", type=int, default=25_000)
    parser.add_argument("--rate", type=float, default=0.0, help="updates a second; as many as go without")
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--redis", required=True)
    parser.add_argument("--database", required=True)
    # As `oraculum_kit.process.run` has it for every service.
    gc.set_threshold(50_000, 10, 10)
    sys.stdout.write(json.dumps(uvloop.run(measure(parser.parse_args()))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
