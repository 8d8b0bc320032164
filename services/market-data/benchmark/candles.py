"""How soon a month of candles of a market is answered, asked through the API of a thousand markets in turn.

    python -m benchmark.candles --kafka ADDRESS --redis URL --database URL [--markets N] [--seconds N]

`oraculum bench candles` starts the servers and runs it. A month of hourly candles of both outcomes is 1,440 of them. The
first round, by which the database gets warm, is not counted. It prints one line of JSON.
"""

import json
import random
import resource
import sys
import time
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import uvloop
from redis.asyncio import Redis

from benchmark.api import serving_api
from benchmark.frames import market
from benchmark.repository import fill_candles, settle_candles
from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.kafka import Cluster, Producer
from oraculum_kit.timestamps import to_wire
from oraculum_market_data.repository.markets import Markets

if TYPE_CHECKING:
    from oraculum.market_data.v1.market_data_service_pb2_grpc import MarketDataServiceAsyncStub

FROM = datetime(2026, 10, 1, tzinfo=UTC)
HOURS = 720
CANDLES = 2 * HOURS


async def fill(database: Database, count: int) -> list[str]:
    """Write markets and their candles down; the markets' ids."""
    markets = [market(number) for number in range(count)]
    ids = [one.id for one in markets]
    async with database.transaction() as connection:
        await Markets().save(connection, markets, SystemClock().now())
    for start in range(0, count, 100):
        async with database.transaction() as connection:
            await fill_candles(connection, ids[start : start + 100], FROM)
    async with database.direct() as connection:
        await settle_candles(connection)
    return ids


async def ask(stub: "MarketDataServiceAsyncStub", market_id: str) -> float:
    """Ask for the month of one market; how long it took."""
    asked = pb.ListCandlesRequest(
        venue="polymarket",
        venue_market_id=market_id,
        interval=pb.CANDLE_INTERVAL_1H,
        from_time=to_wire(FROM),
        to_time=to_wire(FROM + timedelta(hours=HOURS)),
    )
    began = time.monotonic()
    answer = await stub.ListCandles(asked)
    if len(answer.candles) != CANDLES:
        raise RuntimeError(f"{len(answer.candles)} candles instead of {CANDLES}")
    return time.monotonic() - began


async def measure(options: Namespace) -> dict[str, object]:
    """One run."""
    chance = random.Random(7)  # noqa: S311  no secret
    async with (
        Database(options.database) as database,
        Redis.from_url(options.redis) as redis,
        Producer(Cluster(options.kafka, client_id="bench")) as producer,
        serving_api(database, redis, producer) as stub,
    ):
        ids = await fill(database, options.markets)
        for market_id in ids:
            await ask(stub, market_id)
        delays: list[float] = []
        began, cpu = time.monotonic(), time.process_time()
        while time.monotonic() - began < options.seconds:
            delays.append(await ask(stub, ids[chance.randrange(len(ids))]))
        took, cpu = time.monotonic() - began, time.process_time() - cpu
    return {
        "bench": "candles",
        "markets": options.markets,
        "candles_each": CANDLES,
        "answers_s": round(len(delays) / took, 1),
        "cpu_s": round(cpu, 2),
        "cpu_ms_per_answer": round(cpu / len(delays) * 1000, 2),
        "delays_s": sorted(round(delay, 5) for delay in delays),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> int:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--markets", type=int, default=1_000)
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--redis", required=True)
    parser.add_argument("--database", required=True)
    sys.stdout.write(json.dumps(uvloop.run(measure(parser.parse_args()))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
