"""Wires wallet and serves it."""

import os

from oraculum.auth.v1.auth_service_pb2 import GetJwksRequest
from oraculum.auth.v1.auth_service_pb2_grpc import AuthServiceStub
from oraculum.auth.v1.trust_service_pb2 import WatchRevocationsRequest
from oraculum.auth.v1.trust_service_pb2_grpc import TrustServiceStub
from oraculum.prediction.v1.prediction_service_pb2_grpc import PredictionServiceStub
from oraculum.wallet.v1.wallet_service_pb2_grpc import add_WalletServiceServicer_to_server
from oraculum_kit.client import channel
from oraculum_kit.db import Database
from oraculum_kit.kafka import broker_check
from oraculum_kit.keys import JwksKeys, jwks_rpc
from oraculum_kit.process import run
from oraculum_kit.relay import OutboxRelay
from oraculum_kit.revocations import Revocations, watch_rpc
from oraculum_kit.server import serve
from oraculum_kit.telemetry import telemetry
from oraculum_wallet.access import ACCESS
from oraculum_wallet.balances import Balances
from oraculum_wallet.capital import StartingCapital
from oraculum_wallet.config import load
from oraculum_wallet.consumers import FillsConsumer, fills_consumer, people_consumer
from oraculum_wallet.deposits import Deposits
from oraculum_wallet.expiry import Expiry
from oraculum_wallet.explain import Explanations
from oraculum_wallet.incidents import Incidents
from oraculum_wallet.leaving import Fences
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.lookup import Lookup
from oraculum_wallet.monitor import Monitor
from oraculum_wallet.proof import Prover, housekeeper
from oraculum_wallet.servicer import WalletServicer
from oraculum_wallet.statements import Statements
from oraculum_wallet.sweep import Sweeper
from oraculum_wallet.watch import Watch


async def main() -> None:
    """Serve until told to stop."""
    config = load(os.environ)
    identity = config.trust.identity()
    async with (
        telemetry(config.telemetry),
        Database(config.database) as database,
        channel(config.auth_target, identity) as auth,
        channel(config.prediction_target, identity) as prediction,
    ):
        ledger = Ledger(database)
        fills = FillsConsumer(ledger)
        capital = StartingCapital(database, ledger, config.house_capital)
        balances = Balances(database, PredictionServiceStub(prediction))
        incidents = Incidents(database)
        servicer = WalletServicer(
            database=database,
            ledger=ledger,
            balances=balances,
            statements=Statements(database),
            deposits=Deposits(database, ledger, config.rails, config.identity),
            prover=Prover(database),
            explanations=Explanations(database, balances),
            lookup=Lookup(database),
            incidents=incidents,
            fences=Fences(database),
        )
        sweeper = Sweeper(
            database=database,
            ledger=ledger,
            fills=fills,
            prediction=PredictionServiceStub(prediction),
            hold_age_seconds=config.hold_age_seconds,
            every_seconds=config.sweep_every_seconds,
        )
        watch = Watch(
            database=database,
            monitor=Monitor(database, incidents),
            expiry=Expiry(database, ledger),
            every_seconds=config.watch_every_seconds,
        )
        revocations = Revocations(
            watch_rpc(TrustServiceStub(auth).WatchRevocations, WatchRevocationsRequest())
        )
        await serve(
            config.server,
            services=[(add_WalletServiceServicer_to_server, servicer)],
            access=ACCESS,
            trust=config.trust.trust(
                JwksKeys(jwks_rpc(AuthServiceStub(auth).GetJwks, GetJwksRequest())),
                revoked=revocations.revoked,
            ),
            ready=[database.ping, capital.ready, revocations.ready],
            dependencies={
                "kafka": broker_check(config.cluster),
                "auth": auth.check,
                "revocations": revocations.check,
                "prediction": prediction.check,
            },
            background=[
                revocations.run,
                OutboxRelay(cluster=config.cluster, database=database, source="wallet").run,
                fills_consumer(config.cluster, database, fills, batch_max=config.fills_batch_max).run,
                people_consumer(config.cluster, database).run,
                sweeper.run,
                watch.run,
                housekeeper(database).run,
            ],
        )


if __name__ == "__main__":
    run(main)
