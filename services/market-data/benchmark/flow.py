"""How many updates a second go from raw frames to Kafka and to the latest-quote store, and how soon they are visible.

    python -m benchmark.flow --kafka ADDRESS --redis URL --database URL
        [--load recorded|worst] [--seconds N] [--markets N] [--rate N]

`oraculum bench venues` starts the servers and runs it. Frames of Polymarket's market channel are given to the very
objects that follow the venue; nothing is left out but the socket. Without --rate as many as go. With it that many a
second, and now and then one is looked for through the API until it is seen. At the end it looks whether all trades went
out and the store has every quote as it stands. It prints one line of JSON.
"""

import asyncio
import gc
import json
import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop
from redis.asyncio import Redis

from benchmark.api import serving_api
from benchmark.following import Following
from benchmark.frames import Frame, books, change, market, milliseconds
from benchmark.shapes import SHAPES, frames
from benchmark.usage import memory, processor
from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_kit import topics
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.kafka import Cluster, Producer
from oraculum_market_data.normal import Market
from oraculum_market_data.repository.markets import Markets

if TYPE_CHECKING:
    from oraculum.market_data.v1.market_data_service_pb2_grpc import MarketDataServiceAsyncStub

TOPICS = Path(__file__).resolve().parents[3] / "protos" / "topics"
# So many updates lie in a socket's buffer; then others have a turn.
AT_ONCE = 200
# What changes by chance leaves these alone, so that nothing overtakes a probe.
PROBED = 50
PROBES_EVERY_SECONDS = 0.1
LOOK_EVERY_SECONDS = 0.01
GIVEN_UP_SECONDS = 5.0
MEMORY_READINGS = 10


async def feed(following: Following, load: Sequence[Frame], seconds: float, rate: float) -> tuple[int, float]:
    """Give frames for so long; how many updates were in them, and how long it took."""
    began = time.monotonic()
    updates = place = 0
    while (now := time.monotonic()) - began < seconds:
        stamp = b"%d" % milliseconds()
        due = min((now - began) * rate, updates + AT_ONCE) if rate else updates + AT_ONCE
        while updates < due:
            frame = load[place % len(load)]
            await following.take(frame.at(stamp))
            following.trades_given += frame.trades
            updates += frame.updates
            place += 1
        behind = not rate or (time.monotonic() - began) * rate > updates
        await asyncio.sleep(0 if behind else 0.002)
    return updates, time.monotonic() - began


async def probe(
    following: Following, stub: "MarketDataServiceAsyncStub", markets: Sequence[Market], delays: list[float]
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
        await following.take(change(one, size).at(b"%d" % milliseconds()))
        while time.monotonic() - began < GIVEN_UP_SECONDS:
            quotes = (await stub.GetQuotes(asked)).quotes
            # Whatever has overtaken it is newer still, and cannot be told from older: such a probe counts as late.
            if any(quote.bid_size == size for quote in quotes):
                break
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        delays.append(time.monotonic() - began)


async def read_memory(readings: list[float], every_seconds: float) -> None:
    """See whether memory grows."""
    while True:
        await asyncio.sleep(every_seconds)
        readings.append(round(memory(), 1))


async def save(options: Namespace, markets: Sequence[Market]) -> None:
    """Write the markets down, so that the API knows them."""
    async with Database(options.database) as database, database.transaction() as connection:
        await Markets().save(connection, markets, SystemClock().now())


async def measure(options: Namespace) -> dict[str, object]:
    """One run."""
    markets = [market(number) for number in range(options.markets)]
    await save(options, markets)
    load = frames(SHAPES[options.load], markets[PROBED:], options.frames)
    cluster = Cluster(options.kafka, client_id="bench")
    await topics.create(cluster, topics.read(TOPICS), replication=1)
    async with (
        Redis.from_url(options.redis) as redis,
        Producer(cluster) as producer,
        AsyncExitStack() as stack,
    ):
        following = Following(redis, producer, markets)
        for frame in books(markets):
            await following.take(frame)
        running = [asyncio.create_task(work) for work in following.background()]
        database = await stack.enter_async_context(Database(options.database))
        stub = await stack.enter_async_context(serving_api(database, redis, producer))
        await feed(following, load, options.warm_up, options.rate)
        delays: list[float] = []
        if options.rate:
            running.append(asyncio.create_task(probe(following, stub, markets[:PROBED], delays)))
        readings = [round(memory(), 1)]
        running.append(asyncio.create_task(read_memory(readings, options.seconds / MEMORY_READINGS)))
        told = await _fed(following, load, options)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        return {
            "bench": "market-data",
            "load": options.load,
            "markets": len(markets),
            "asked_updates_s": options.rate or None,
            **told,
            "delays_s": sorted(round(delay, 4) for delay in delays),
            "incidents": len(following.inspector.watch),
            "trades": following.trades_given,
            "trades_lost": following.trades_lost,
            "quotes_wrong": await following.wrong_quotes(),
            "memory_mb": readings,
        }


async def _fed(following: Following, load: Sequence[Frame], options: Namespace) -> dict[str, object]:
    """Give the load, and see what goes out meanwhile and what it takes."""
    processes = {"market-data": os.getpid()} | {
        name: int(process) for name, _, process in (named.partition("=") for named in options.process)
    }
    written = following.written()
    before = processor(processes)
    updates, took = await feed(following, load, options.seconds, options.rate)
    cpu = {name: seconds - before[name] for name, seconds in processor(processes).items()}
    own = cpu["market-data"]
    return {
        "updates_s": round(updates / took),
        "records_s": {
            name: round((count - written[name]) / took) for name, count in following.written().items()
        },
        "cpu_s": {name: round(seconds, 2) for name, seconds in cpu.items()},
        "cpu_us_per_update": round(own / max(1, updates) * 1e6, 2),
        "cores": round(own / took, 2),
    }


def main() -> int:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--load", choices=SHAPES, default="recorded")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--warm-up", type=float, default=5.0)
    parser.add_argument("--markets", type=int, default=2_000)
    parser.add_argument("--frames", type=int, default=25_000)
    parser.add_argument("--rate", type=float, default=0.0, help="updates a second; as many as go without")
    parser.add_argument("--process", action="append", default=[], metavar="NAME=ID", help="count it, too")
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--redis", required=True)
    parser.add_argument("--database", required=True)
    # As `oraculum_kit.process.run` has it for every service.
    gc.set_threshold(50_000, 10, 10)
    sys.stdout.write(json.dumps(uvloop.run(measure(parser.parse_args()))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
