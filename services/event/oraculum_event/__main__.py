"""Wires event and serves it."""

import os

from oraculum.auth.v1.auth_service_pb2 import GetJwksRequest
from oraculum.auth.v1.auth_service_pb2_grpc import AuthServiceStub
from oraculum.auth.v1.trust_service_pb2 import WatchRevocationsRequest
from oraculum.auth.v1.trust_service_pb2_grpc import TrustServiceStub
from oraculum.event.v1.event_service_pb2_grpc import add_EventServiceServicer_to_server
from oraculum_event import stakes
from oraculum_event.authors import Authors
from oraculum_event.config import load
from oraculum_event.consumers import VenueMarkets, fills_consumer, people_consumer
from oraculum_event.crawling import Crawling
from oraculum_event.dry_run import SAFE as MARKETS_SAFE
from oraculum_event.dry_run import DryRun
from oraculum_event.listing import EventLists
from oraculum_event.markets import SAFE, Markets
from oraculum_event.rulebooks import Rulebooks, load_rulebook
from oraculum_event.servicer import ACCESS, EventServicer
from oraculum_event.steps import wire
from oraculum_kit import idempotency
from oraculum_kit.client import channel
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.job_runner import JobRunner
from oraculum_kit.jobs import Job, Kind
from oraculum_kit.keys import JwksKeys, jwks_rpc
from oraculum_kit.process import run
from oraculum_kit.relay import OutboxRelay
from oraculum_kit.revocations import Revocations, watch_rpc
from oraculum_kit.server import serve
from oraculum_kit.telemetry import telemetry


async def main() -> None:
    """Serve until told to stop."""
    config = load(os.environ)
    identity = config.trust.identity()
    clock = SystemClock()
    async with (
        telemetry(config.telemetry),
        Database(config.database) as database,
        channel(config.auth_target, identity) as auth,
        channel(config.prediction_target, identity, safe=SAFE) as prediction,
        channel(config.wallet_target, identity, safe=stakes.SAFE) as wallet,
        channel(config.market_data_target, identity, safe=MARKETS_SAFE) as market_data,
    ):

        async def forget(_: Job) -> None:
            async with database.transaction() as connection:
                await idempotency.forget_old(connection)

        steps = wire(
            database,
            Markets(prediction),
            stakes.Stakes(wallet),
            clock,
            terms=config.terms,
            rules=config.rules,
        )
        rulebooks = Rulebooks(database, load_rulebook(config.crawler_rules, config.crawler_subsidy), clock)
        await rulebooks.seed()
        venue_markets = VenueMarkets(database, steps, rulebooks, clock)
        runner = JobRunner(
            database=database,
            kinds=[*steps.kinds(), *venue_markets.kinds(), Kind("forget", forget, cron="17 * * * *")],
        )
        servicer = EventServicer(
            database,
            steps,
            EventLists(database),
            clock,
            config.terms,
            Crawling(database, rulebooks, DryRun(market_data), clock),
        )
        revocations = Revocations(
            watch_rpc(TrustServiceStub(auth).WatchRevocations, WatchRevocationsRequest()), clock
        )
        await serve(
            config.server,
            services=[(add_EventServiceServicer_to_server, servicer)],
            access=ACCESS,
            trust=config.trust.trust(
                JwksKeys(jwks_rpc(AuthServiceStub(auth).GetJwks, GetJwksRequest())),
                revoked=revocations.revoked,
            ),
            ready=[database.ping, revocations.ready],
            dependencies={
                "auth": auth.check,
                "revocations": revocations.check,
                "prediction": prediction.check,
                "wallet": wallet.check,
                "market-data": market_data.check,
            },
            background=[
                revocations.run,
                OutboxRelay(cluster=config.cluster, database=database, source="event").run,
                venue_markets.consumer(config.cluster).run,
                fills_consumer(config.cluster, database).run,
                people_consumer(config.cluster, database, Authors(steps.opening)).run,
                runner.run,
            ],
        )


if __name__ == "__main__":
    run(main)
