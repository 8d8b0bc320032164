"""A whole market-data beside a stand-in venue server in a process of its own, on real servers."""

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer
from redis.asyncio import Redis

from oraculum.market_data.v1 import market_data_facts_pb2 as facts
from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum.market_data.v1.market_data_service_pb2_grpc import (
    MarketDataServiceStub,
    add_MarketDataServiceServicer_to_server,
)
from oraculum_kit import topics
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.ids import uuid7
from oraculum_kit.kafka import Cluster, Producer
from oraculum_kit.relay import OutboxRelay
from oraculum_kit.testing import Parties, serving
from oraculum_market_data.config import Addresses, Source
from oraculum_market_data.feed import Pace, Reach
from oraculum_market_data.follower import Follower
from oraculum_market_data.latest import Latest
from oraculum_market_data.servicer import ACCESS, MarketDataServicer
from oraculum_market_data.sinks.redis import RedisQuotes

TOPICS = Path(__file__).resolve().parents[4] / "protos" / "topics"
WAIT_SECONDS = 30


@dataclass
class StandIn:
    """The venue server, and its controls."""

    url: str
    process: subprocess.Popen[str]

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data=data)  # noqa: S310  ours
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310  ours
            return json.load(response)

    async def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return await asyncio.to_thread(self.ask, f"/stand-in{path}", body)

    @property
    def addresses(self) -> Addresses:
        return Addresses.of_stand_in(self.url)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def start(*arguments: str) -> StandIn:
    process = subprocess.Popen(
        [sys.executable, "-m", "oraculum_dev.venues", "--listen", "127.0.0.1:0", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "stand-in venues: http://" in line:
            process.stdout.close()
            return StandIn(line.split()[2].rstrip(","), process)
    raise AssertionError("the stand-in did not start")


@pytest.fixture
def start_stand_in() -> Iterator[Callable[..., StandIn]]:
    running: list[StandIn] = []

    def begin(*arguments: str) -> StandIn:
        running.append(start(*arguments))
        return running[-1]

    yield begin
    for stand_in in running:
        stand_in.close()


@dataclass
class World:
    """A running market-data."""

    stub: MarketDataServiceStub
    follower: Follower
    database: Database
    redis: Redis
    told: list[facts.MarketsFact] = field(default_factory=list)

    async def market(self, venue: str, market_id: str) -> pb.GetMarketResponse:
        return await self.stub.GetMarket(pb.GetMarketRequest(venue=venue, venue_market_id=market_id))

    async def list(self, **fields: object) -> list[pb.VenueMarket]:
        """All pages of a list."""
        markets: list[pb.VenueMarket] = []
        cursor = ""
        while True:
            page = await self.stub.ListMarkets(pb.ListMarketsRequest(limit=100, cursor=cursor, **fields))
            markets += page.markets
            if not page.next_cursor:
                return markets
            cursor = page.next_cursor


async def _until(true: Callable[[], Awaitable[Any]], what: str, *, seconds: float = WAIT_SECONDS) -> Any:
    """Ask until the answer is true; a test that waits in vain says for what."""
    async with asyncio.timeout(seconds) as deadline:
        answer = await true()
        while not answer:
            await asyncio.sleep(0.05)
            answer = await true()
    assert not deadline.expired(), what
    return answer


@pytest.fixture
def running(
    database_for, redis_url: str, kafka_bootstrap: str
) -> Callable[..., AbstractAsyncContextManager[World]]:
    """A market-data that follows some venues."""

    @asynccontextmanager
    async def run(
        *sources: Source, stale_seconds: float = 60, url: str | None = None
    ) -> AsyncIterator[World]:
        clock = SystemClock()
        parties = Parties()
        cluster = Cluster(kafka_bootstrap, client_id="market-data")
        await topics.create(cluster, topics.read(TOPICS), replication=1)
        async with (
            Database(url or await database_for("market-data")) as database,
            Redis.from_url(redis_url) as redis,
            Producer(cluster) as producer,
        ):
            await redis.flushdb()
            quotes = RedisQuotes(redis)
            follower = Follower(database, producer, quotes, clock)
            servicer = MarketDataServicer(
                database, Latest(quotes, clock, timedelta(seconds=stale_seconds)), follower, clock
            )
            relay = OutboxRelay(cluster=cluster, database=database, source="market-data")
            async with (
                serving([(add_MarketDataServiceServicer_to_server, servicer)], ACCESS, parties) as server,
                parties.channel(server.target, service="gateway", edge=True) as channel,
            ):
                tasks = [asyncio.create_task(follower.run(sources)), asyncio.create_task(relay.run())]
                try:
                    yield World(MarketDataServiceStub(channel), follower, database, redis)
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)

    return run


def _source_of(
    stand_in: StandIn,
    *,
    sweep_seconds: float = 1.0,
    recent_seconds: float = 0.3,
    silence_seconds: float = 30.0,
    archive_seconds: float | None = None,
    history: Reach | None = None,
) -> Source:
    """Everything that a stand-in serves, asked often."""
    return Source(
        stand_in.addresses,
        Pace(sweep_seconds, recent_seconds, archive_seconds, history),
        requests_per_second=100,
        is_real=False,
        markets_max=10_000,
        silence_seconds=silence_seconds,
    )


class Heard:
    """What comes over a topic from now on."""

    def __init__(self, bootstrap: str, topic: str, message: type[Any]) -> None:
        self._consumer = Consumer(
            {"bootstrap.servers": bootstrap, "group.id": f"test-{uuid7()}", "auto.offset.reset": "earliest"}
        )
        self._topic = topic
        self._message = message
        self._subscribed = False

    async def poll(self) -> list[Any]:
        if not self._subscribed:
            self._consumer.subscribe([self._topic])
            self._subscribed = True
        records = await asyncio.to_thread(self._consumer.consume, 1000, 0.5)
        return [self._message.FromString(record.value()) for record in records if record.error() is None]

    def close(self) -> None:
        self._consumer.close()


@pytest.fixture
def hearing(kafka_bootstrap: str) -> Iterator[Callable[[str, type[Any]], Heard]]:
    """Listens to topics of the shared broker: a test picks out what it caused."""
    open_ones: list[Heard] = []

    def hear(topic: str, message: type[Any]) -> Heard:
        open_ones.append(Heard(kafka_bootstrap, topic, message))
        return open_ones[-1]

    yield hear
    for one in open_ones:
        one.close()


@pytest.fixture
def until() -> Callable[..., Awaitable[Any]]:
    return _until


@pytest.fixture
def source_of() -> Callable[..., Source]:
    return _source_of
