"""Wires prediction and serves it."""

import os

from oraculum.auth.v1.auth_service_pb2 import GetJwksRequest
from oraculum.auth.v1.auth_service_pb2_grpc import AuthServiceStub
from oraculum.auth.v1.trust_service_pb2 import WatchRevocationsRequest
from oraculum.auth.v1.trust_service_pb2_grpc import TrustServiceStub
from oraculum.prediction.v1.analytics_service_pb2_grpc import add_AnalyticsServiceServicer_to_server
from oraculum.prediction.v1.prediction_service_pb2_grpc import add_PredictionServiceServicer_to_server
from oraculum.prediction.v1.risk_service_pb2_grpc import add_RiskServiceServicer_to_server
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceStub
from oraculum_kit.client import channel
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.kafka import broker_check
from oraculum_kit.keys import JwksKeys, jwks_rpc
from oraculum_kit.process import run
from oraculum_kit.relay import OutboxRelay
from oraculum_kit.revocations import Revocations, watch_rpc
from oraculum_kit.server import serve
from oraculum_kit.telemetry import telemetry
from oraculum_prediction.analytics.servicer import ACCESS as ANALYTICS_ACCESS
from oraculum_prediction.analytics.servicer import AnalyticsServicer
from oraculum_prediction.analytics.turnover import Turnovers
from oraculum_prediction.commands import Commands
from oraculum_prediction.config import load
from oraculum_prediction.consumers import events_consumer, people_consumer
from oraculum_prediction.engine import Engine
from oraculum_prediction.expiry import Expiry
from oraculum_prediction.fundings import Fundings
from oraculum_prediction.holds import Holds
from oraculum_prediction.housekeeping import job_runner
from oraculum_prediction.markets import Markets
from oraculum_prediction.risk.desk import Risk
from oraculum_prediction.risk.origin import trace_key
from oraculum_prediction.risk.reviews import Reviews
from oraculum_prediction.risk.servicer import ACCESS as RISK_ACCESS
from oraculum_prediction.risk.servicer import RiskServicer
from oraculum_prediction.risk.through import through
from oraculum_prediction.risk.triggers import Triggers
from oraculum_prediction.servicer import ACCESS, PredictionServicer
from oraculum_prediction.settlement import Settler
from oraculum_prediction.watch import Watch


async def main() -> None:
    """Serve until told to stop."""
    config = load(os.environ)
    clock = SystemClock()
    identity = config.trust.identity()
    async with (
        telemetry(config.telemetry),
        Database(config.database) as database,
        channel(config.auth_target, identity) as auth,
        channel(config.wallet_target, identity) as wallet,
    ):
        stub = WalletServiceStub(wallet)
        risk = Risk.new(clock, config.identity)
        engine = Engine(
            database,
            Holds(stub, timeout_seconds=config.hold_timeout_seconds),
            clock,
            risk,
            workers=config.workers,
            queue_max=config.queue_max,
            batch_max=config.batch_max,
        )
        commands = Commands(database, engine, clock)
        fundings = Fundings(database, stub)
        markets = Markets(database, fundings, clock, config.fee)
        servicer = PredictionServicer(
            database, commands, markets, clock, trace_key=trace_key(config.trust.service_key)
        )
        revocations = Revocations(
            watch_rpc(TrustServiceStub(auth).WatchRevocations, WatchRevocationsRequest()), clock
        )
        place = through(engine)
        reviews = Reviews(database, place, clock)
        await serve(
            config.server,
            services=[
                (add_PredictionServiceServicer_to_server, servicer),
                (add_RiskServiceServicer_to_server, RiskServicer(database, risk.triggers, reviews, clock)),
                (
                    add_AnalyticsServiceServicer_to_server,
                    AnalyticsServicer(database, Turnovers(database), clock),
                ),
            ],
            access={**ACCESS, **RISK_ACCESS, **ANALYTICS_ACCESS},
            trust=config.trust.trust(
                JwksKeys(jwks_rpc(AuthServiceStub(auth).GetJwks, GetJwksRequest())),
                revoked=revocations.revoked,
            ),
            ready=[database.ping, revocations.ready],
            dependencies={
                "wallet": wallet.check,
                "auth": auth.check,
                "revocations": revocations.check,
                "kafka": broker_check(config.cluster),
            },
            background=[
                revocations.run,
                engine.run,
                OutboxRelay(cluster=config.cluster, database=database, source="prediction").run,
                events_consumer(config.cluster, database).run,
                people_consumer(config.cluster, database).run,
                job_runner(database, Settler(database, stub, clock, commands), fundings).run,
                Watch(database).run,
                Expiry(database, commands).run,
                Triggers(database, risk.triggers, place).run,
                reviews.run,
            ],
        )


if __name__ == "__main__":
    run(main)
