"""Wires market-data and serves it."""

import os
from datetime import timedelta

from redis.asyncio import Redis

from oraculum.auth.v1.auth_service_pb2 import GetJwksRequest
from oraculum.auth.v1.auth_service_pb2_grpc import AuthServiceStub
from oraculum.auth.v1.trust_service_pb2 import WatchRevocationsRequest
from oraculum.auth.v1.trust_service_pb2_grpc import TrustServiceStub
from oraculum.market_data.v1.market_data_service_pb2_grpc import add_MarketDataServiceServicer_to_server
from oraculum_kit.client import channel
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.kafka import Producer, broker_check
from oraculum_kit.keys import JwksKeys, jwks_rpc
from oraculum_kit.process import run
from oraculum_kit.relay import OutboxRelay
from oraculum_kit.revocations import Revocations, watch_rpc
from oraculum_kit.server import serve
from oraculum_kit.telemetry import telemetry
from oraculum_market_data.config import load
from oraculum_market_data.consumers import OwnEvents
from oraculum_market_data.follower import Follower
from oraculum_market_data.housekeeping import housekeeper
from oraculum_market_data.latest import Latest
from oraculum_market_data.servicer import ACCESS, MarketDataServicer
from oraculum_market_data.sinks.redis import RedisQuotes


async def main() -> None:
    """Serve until told to stop."""
    config = load(os.environ)
    clock = SystemClock()
    async with (
        telemetry(config.telemetry),
        Database(config.database) as database,
        Redis.from_url(config.redis_url, socket_timeout=2.0) as redis,
        Producer(config.cluster) as producer,
        channel(config.auth_target, config.trust.identity()) as auth,
    ):
        quotes = RedisQuotes(redis)
        follower = Follower(database, producer, quotes, clock)
        latest = Latest(quotes, clock, timedelta(seconds=config.stale_seconds))
        servicer = MarketDataServicer(database, latest, follower, clock)
        revocations = Revocations(
            watch_rpc(TrustServiceStub(auth).WatchRevocations, WatchRevocationsRequest()), clock
        )
        await serve(
            config.server,
            services=[(add_MarketDataServiceServicer_to_server, servicer)],
            access=ACCESS,
            trust=config.trust.trust(
                JwksKeys(jwks_rpc(AuthServiceStub(auth).GetJwks, GetJwksRequest())),
                revoked=revocations.revoked,
            ),
            ready=[database.ping, revocations.ready],
            dependencies={
                "auth": auth.check,
                "revocations": revocations.check,
                "kafka": broker_check(config.cluster),
                "redis": quotes.check,
            },
            background=[
                revocations.run,
                OutboxRelay(cluster=config.cluster, database=database, source="market-data").run,
                housekeeper(database, clock).run,
                OwnEvents(database).consumer(config.cluster).run,
                lambda: follower.run(config.sources),
            ],
        )


if __name__ == "__main__":
    run(main)
