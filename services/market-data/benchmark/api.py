"""The service's own API over gRPC, and a client of it, for who measures through it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from redis.asyncio import Redis

from oraculum.market_data.v1.market_data_service_pb2_grpc import (
    MarketDataServiceStub,
    add_MarketDataServiceServicer_to_server,
)
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.kafka import Producer
from oraculum_kit.testing import Parties, serving
from oraculum_market_data.follower import Follower
from oraculum_market_data.latest import Latest
from oraculum_market_data.servicer import ACCESS, MarketDataServicer
from oraculum_market_data.sinks.redis import RedisQuotes

if TYPE_CHECKING:
    from oraculum.market_data.v1.market_data_service_pb2_grpc import MarketDataServiceAsyncStub


@asynccontextmanager
async def serving_api(
    database: Database, redis: Redis, producer: Producer
) -> AsyncIterator["MarketDataServiceAsyncStub"]:
    """Serve, and be a gateway that asks."""
    clock, parties = SystemClock(), Parties()
    quotes = RedisQuotes(redis)
    follower = Follower(database, producer, quotes, clock)
    servicer = MarketDataServicer(database, Latest(quotes, clock, timedelta(seconds=60)), follower, clock)
    async with (
        serving([(add_MarketDataServiceServicer_to_server, servicer)], ACCESS, parties) as server,
        parties.channel(server.target, service="gateway", edge=True) as channel,
    ):
        yield MarketDataServiceStub(channel)
