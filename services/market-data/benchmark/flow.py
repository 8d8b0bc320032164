"""How many updates a second go from raw frames to Kafka and to the latest-quote store, and how soon they are visible.

    python services/market-data/benchmark/flow.py --kafka ADDRESS --redis URL [--seconds N] [--markets N] [--rate N]

`oraculum bench venues` starts both and runs it. Frames of Polymarket's market channel (price changes that move the top of
a book) are made beforehand and given to the very objects that follow the venue; nothing is left out but the socket.
Without --rate as many as go; with it that many a second, and then how long an update takes to be seen in Redis is
measured by probes. It prints one line of JSON.
"""

import asyncio
import json
import os
import random
import resource
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from redis.asyncio import Redis

from oraculum_kit import topics
from oraculum_kit.clock import SystemClock
from oraculum_kit.kafka import Cluster, Producer
from oraculum_market_data.board import Board
from oraculum_market_data.catalog import Catalog
from oraculum_market_data.events import KafkaTicks
from oraculum_market_data.inspector import Inspector
from oraculum_market_data.intake import Intake
from oraculum_market_data.normal import Market, Outcome, Status, Venue
from oraculum_market_data.quality import Watch
from oraculum_market_data.sinks.redis import RedisQuotes
from oraculum_market_data.sinks.sink import Sink
from oraculum_market_data.venues.polymarket.dialogue import PolymarketDialogue

TOPICS = Path(__file__).resolve().parents[3] / "protos" / "topics"
CHANGES_PER_FRAME = 2


def milliseconds() -> int:
    """The time as the venue writes it."""
    return round(SystemClock().now().timestamp() * 1000)


def market(number: int) -> Market:
    """A yes-or-no market; its tokens are numbers of 77 digits, as on chain."""
    return Market(
        venue=Venue.POLYMARKET,
        id=f"0x{number:064x}",
        title=f"Market {number}",
        outcomes=(
            Outcome(index=0, label="No", id=str(10**76 + 2 * number)),
            Outcome(index=1, label="Yes", id=str(10**76 + 2 * number + 1)),
        ),
        status=Status.OPEN,
        mutually_exclusive=True,
    )


def books(markets: Sequence[Market], stamp: int) -> Iterator[bytes]:
    """A first book of each token."""
    for one in markets:
        for outcome in one.outcomes:
            levels = [{"price": f"0.{cent:02d}", "size": "100"} for cent in (10, 20, 30)]
            asks = [{"price": f"0.{cent:02d}", "size": "100"} for cent in (90, 80, 70)]
            yield json.dumps(
                {
                    "event_type": "book", "market": one.id, "asset_id": outcome.id, "timestamp": str(stamp),
                    "hash": "h", "bids": levels, "asks": asks,
                }
            ).encode()  # fmt: skip


def changes(markets: Sequence[Market], count: int, stamp: int) -> list[bytes]:
    """Frames that move the best bid of YES and the best ask of NO with it, as the venue mirrors them."""
    chance = random.Random(7)  # noqa: S311  no secret
    made = []
    for number in range(count):
        one = markets[chance.randrange(len(markets))]
        size = f"{chance.randrange(1, 100_000) / 100:.2f}"
        frame = {
            "event_type": "price_change",
            "market": one.id,
            "timestamp": str(stamp + number),
            "price_changes": [
                {
                    "asset_id": one.outcomes[1].id, "price": "0.3", "size": size, "side": "BUY",
                    "hash": "h", "best_bid": "0.3", "best_ask": "0.7",
                },
                {
                    "asset_id": one.outcomes[0].id, "price": "0.7", "size": size, "side": "SELL",
                    "hash": "h", "best_bid": "0.3", "best_ask": "0.7",
                },
            ],
        }  # fmt: skip
        made.append(json.dumps(frame, separators=(",", ":")).encode())
    return made


class Flow:
    """What follows the venue, with two ways out."""

    def __init__(self, redis: Redis, producer: Producer, markets: Sequence[Market]) -> None:
        self.clock = SystemClock()
        catalog, board = Catalog(), Board()
        for one in markets:
            catalog.put(one)
        self.sinks = [
            Sink("kafka", KafkaTicks(producer, self.clock).write, self.clock, every_seconds=0.075),
            Sink("redis", RedisQuotes(redis).write, self.clock, every_seconds=0.075),
        ]
        self.intake = Intake(
            catalog, board, lambda _: None, self.sinks, Inspector(Watch(), catalog, board), self.clock
        )
        self.dialogue = PolymarketDialogue()
        self.dialogue.follow(markets)

    async def take(self, frame: bytes) -> None:
        """What a socket does with a frame."""
        heard = self.dialogue.hear(frame, self.clock.now())
        for quote in heard.applied.quotes:
            self.intake.quote(quote)
        await self.intake.take(Venue.POLYMARKET, heard.decoded, is_live=True)


async def feed(flow: Flow, frames: Sequence[bytes], seconds: float, rate: float) -> tuple[int, float]:
    """Give frames for so long; how many updates were in them, and how long it took."""
    began = time.monotonic()
    given = 0
    while (now := time.monotonic()) - began < seconds:
        due = (now - began) * rate / CHANGES_PER_FRAME if rate else given + 200
        while given < due:
            await flow.take(frames[given % len(frames)])
            given += 1
            if given % 100 == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0 if not rate else 0.002)
    return given * CHANGES_PER_FRAME, time.monotonic() - began


async def probe(flow: Flow, redis: Redis, markets: Sequence[Market], delays: list[float]) -> None:
    """Move one quote now and then, and look until Redis has it."""
    reader = RedisQuotes(redis)
    number = 0
    while True:
        await asyncio.sleep(0.05)
        number += 1
        one = markets[number % len(markets)]
        size = f"{1_000_000 + number}"
        change = {
            "asset_id": one.outcomes[1].id, "price": "0.3", "size": size, "side": "BUY",
            "best_bid": "0.3", "best_ask": "0.7",
        }  # fmt: skip
        began = time.monotonic()
        stamp = milliseconds() + 10**9 + number
        await flow.take(
            json.dumps(
                {
                    "event_type": "price_change",
                    "market": one.id,
                    "timestamp": str(stamp),
                    "price_changes": [change],
                }
            ).encode()
        )
        while True:
            quotes = await reader.of_market("polymarket", one.id)
            if any(float(quote.bid_size or 0) >= 0 and quote.bid_size == size for quote in quotes):
                break
            if time.monotonic() - began > 5:
                break
            await asyncio.sleep(0.005)
        delays.append(time.monotonic() - began)


async def measure(options: Namespace) -> dict[str, object]:
    """One run."""
    markets = [market(number) for number in range(options.markets)]
    stamp = milliseconds() - 10**9
    frames = changes(markets, options.frames, stamp)
    cluster = Cluster(options.kafka, client_id="bench")
    await topics.create(cluster, topics.read(TOPICS), replication=1)
    async with Redis.from_url(options.redis) as redis, Producer(cluster) as producer:
        flow = Flow(redis, producer, markets)
        for frame in books(markets, stamp - 1):
            await flow.take(frame)
        running = [asyncio.create_task(sink.run()) for sink in flow.sinks]
        await feed(flow, frames, options.warm_up, options.rate)
        delays: list[float] = []
        if options.rate:
            running.append(asyncio.create_task(probe(flow, redis, markets, delays)))
        written = sum(sink.written for sink in flow.sinks)
        before = os.times()
        updates, took = await feed(flow, frames, options.seconds, options.rate)
        after = os.times()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    delays.sort()
    return {
        "bench": "market-data",
        "markets": options.markets,
        "asked_updates_s": options.rate or None,
        "updates_s": round(updates / took),
        "records_s": round((sum(sink.written for sink in flow.sinks) - written) / took),
        "cpu_s": round(after.user + after.system - before.user - before.system, 2),
        "cpu_s_per_s": round((after.user + after.system - before.user - before.system) / took, 2),
        "delays_s": [round(delay, 4) for delay in delays],
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> int:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--warm-up", type=float, default=5.0)
    parser.add_argument("--markets", type=int, default=2_000)
    parser.add_argument("--frames", type=int, default=50_000)
    parser.add_argument("--rate", type=float, default=0.0, help="updates a second; as many as go without")
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--redis", required=True)
    sys.stdout.write(json.dumps(asyncio.run(measure(parser.parse_args()))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
