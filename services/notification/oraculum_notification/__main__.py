"""Wires notification and serves it."""

import os

from oraculum.auth.v1.auth_service_pb2 import GetJwksRequest
from oraculum.auth.v1.auth_service_pb2_grpc import AuthServiceStub
from oraculum.auth.v1.trust_service_pb2 import WatchRevocationsRequest
from oraculum.auth.v1.trust_service_pb2_grpc import TrustServiceStub
from oraculum.notification.v1.notification_service_pb2_grpc import add_NotificationServiceServicer_to_server
from oraculum.notification.v1.webhook_service_pb2_grpc import add_WebhookServiceServicer_to_server
from oraculum_kit.client import channel
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.keys import JwksKeys, jwks_rpc, private_key
from oraculum_kit.process import run
from oraculum_kit.relay import OutboxRelay
from oraculum_kit.revocations import Revocations, watch_rpc
from oraculum_kit.server import serve
from oraculum_kit.telemetry import telemetry
from oraculum_notification.config import load
from oraculum_notification.consumers import Teller
from oraculum_notification.fanout import Fanout
from oraculum_notification.housekeeping import housekeeper
from oraculum_notification.servicer import ACCESS, NotificationServicer
from oraculum_notification.webhooks import servicer as webhooks
from oraculum_notification.webhooks.addresses import Rules
from oraculum_notification.webhooks.posting import Poster
from oraculum_notification.webhooks.sender import Sender
from oraculum_notification.webhooks.signing import Secrets
from oraculum_notification.webhooks.subscriptions import Desk


async def main() -> None:
    """Serve until told to stop."""
    config = load(os.environ)
    clock = SystemClock()
    rules, secrets = Rules(config.webhooks_development), Secrets(private_key(config.trust.service_key))
    async with (
        telemetry(config.telemetry),
        Database(config.database) as database,
        channel(config.auth_target, config.trust.identity()) as auth,
        Poster(rules) as poster,
    ):
        fanout = Fanout(database)
        consumers = Teller(clock).consumers(config.cluster, database)
        revocations = Revocations(
            watch_rpc(TrustServiceStub(auth).WatchRevocations, WatchRevocationsRequest()), clock
        )
        await serve(
            config.server,
            services=[
                (add_NotificationServiceServicer_to_server, NotificationServicer(database, fanout, clock)),
                (
                    add_WebhookServiceServicer_to_server,
                    webhooks.WebhookServicer(database, Desk(rules, secrets, clock)),
                ),
            ],
            access={**ACCESS, **webhooks.ACCESS},
            trust=config.trust.trust(
                JwksKeys(jwks_rpc(AuthServiceStub(auth).GetJwks, GetJwksRequest())),
                revoked=revocations.revoked,
            ),
            ready=[database.ping, revocations.ready],
            dependencies={"auth": auth.check, "revocations": revocations.check},
            background=[
                revocations.run,
                OutboxRelay(cluster=config.cluster, database=database, source="notification").run,
                *(consumer.run for consumer in consumers),
                fanout.run,
                Sender(database, poster, secrets, clock).run,
                housekeeper(database, clock).run,
            ],
        )


if __name__ == "__main__":
    run(main)
