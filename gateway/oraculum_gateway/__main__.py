"""Wires the gateway and serves it."""

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress

import structlog
from redis.asyncio import BlockingConnectionPool, Redis

from oraculum.auth.v1.auth_service_pb2 import GetJwksRequest
from oraculum.auth.v1.trust_service_pb2 import WatchRevocationsRequest
from oraculum_gateway.app import Parts, application
from oraculum_gateway.caching.answers import Answers
from oraculum_gateway.caching.news import News
from oraculum_gateway.config import Config, load
from oraculum_gateway.limits import RateLimiter
from oraculum_gateway.listening import HttpServer, http_server
from oraculum_gateway.live import Hub
from oraculum_gateway.maintenance import Maintenance
from oraculum_gateway.networks import Networks
from oraculum_gateway.seats import Seats
from oraculum_gateway.services import connected
from oraculum_gateway.signed import SignedRequests
from oraculum_gateway.sockets import SocketServer
from oraculum_kit.clock import SystemClock
from oraculum_kit.health import Health
from oraculum_kit.internal import InternalEndpoint
from oraculum_kit.keys import JwksKeys, jwks_rpc
from oraculum_kit.process import run
from oraculum_kit.revocations import Revocations, watch_rpc
from oraculum_kit.server import Background
from oraculum_kit.telemetry import telemetry

_log = structlog.stdlib.get_logger(__name__)


async def main() -> None:
    """Serve until told to stop."""
    config = load(os.environ)
    identity = config.trust.identity()
    redis, cache = _valkey(config.redis_url), _valkey(config.cache_redis_url)
    async with telemetry(config.telemetry), redis, cache, connected(config.targets, identity) as services:

        async def redis_answers() -> None:
            await redis.ping()

        revocations = Revocations(watch_rpc(services.trust.WatchRevocations, WatchRevocationsRequest()))
        health = Health(
            [revocations.ready],
            {**services.checks, "redis": redis_answers, "revocations": revocations.check},
        )
        hub = Hub(services)
        news = News(hub)
        clock = SystemClock()
        maintenance = Maintenance(hub, clock)
        trust = config.trust.trust(
            JwksKeys(jwks_rpc(services.auth.GetJwks, GetJwksRequest())), revoked=revocations.revoked
        )
        parts = Parts(
            services=services,
            trust=trust,
            limiter=RateLimiter(redis, config.tiers, config.routes),
            signed=SignedRequests(services, trust, redis, clock),
            hub=hub,
            news=news,
            answers=Answers(cache, news, clock, bytes_max=config.cache_bytes),
            clock=clock,
            health=health,
            maintenance=maintenance,
        )
        app, sockets = application(
            parts,
            public_url=config.public_url,
            origins=config.cors_origins,
            trusted_proxies=config.trusted_proxies,
            networks=Networks(config.networks_denied, config.networks_unlimited),
            ledger_is_public=config.ledger_is_public,
            seats=Seats(config.sockets_max, stranger=config.stranger_bounds, account=config.account_bounds),
        )
        revocations.changed.append(lambda: sockets.end_revoked(revocations.revoked))
        server = http_server(app, config.listen, grace_seconds=config.grace_seconds)
        await health.start()
        async with InternalEndpoint(config.internal_listen, health):
            works = (health.run, hub.run, news.run, maintenance.run, revocations.run)
            await _until_stopped(config, server, works, health, sockets)


def _valkey(url: str) -> Redis:
    """A pool that waits: one that refuses past its bound would let whoever floods us past every limit."""
    return Redis.from_pool(
        BlockingConnectionPool.from_url(
            url, socket_timeout=1.0, socket_connect_timeout=1.0, max_connections=64, timeout=1.0
        )
    )


async def _until_stopped(
    config: Config, server: HttpServer, works: Sequence[Background], health: Health, sockets: SocketServer
) -> None:
    """Serve until a signal or until a part fails; then say that we go, send sockets away, finish what runs."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(server.serve()), *(asyncio.create_task(_run(work)) for work in works)]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    await health.drain()
    await asyncio.sleep(config.drain_seconds)
    await sockets.drain()
    server.should_exit = True
    with suppress(TimeoutError):
        async with asyncio.timeout(config.grace_seconds):
            await asyncio.shield(tasks[0])
    for task in (stopping, *tasks):
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome


async def _run(work: Background) -> None:
    await work()


if __name__ == "__main__":
    run(main)
