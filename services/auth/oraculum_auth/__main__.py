"""Wires auth and serves it."""

import json
import os

from oraculum.auth.v1.auth_service_pb2_grpc import add_AuthServiceServicer_to_server
from oraculum_auth.accounts import AccountBook
from oraculum_auth.config import load
from oraculum_auth.consumers import audit_consumer
from oraculum_auth.housekeeping import housekeeper
from oraculum_auth.passwords import Passwords
from oraculum_auth.servicer import ACCESS, AuthServicer
from oraculum_auth.sign_in import SignIn
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.keys import StaticKeys, jwks, private_key
from oraculum_kit.process import run
from oraculum_kit.relay import OutboxRelay
from oraculum_kit.server import serve
from oraculum_kit.telemetry import telemetry
from oraculum_kit.tokens import TokenSigner


async def main() -> None:
    """Serve until told to stop."""
    config = load(os.environ)
    clock = SystemClock()
    key = private_key(config.token_key_pem)
    public_keys = {config.token_key_id: key.public_key()}
    signer = TokenSigner(key, config.token_key_id, issuer=config.trust.token_issuer)
    async with telemetry(config.telemetry), Database(config.database) as database:
        with Passwords(workers=config.password_workers) as passwords:
            sign_in = SignIn(database, passwords, clock, config.domain, config.rules, signer)
            servicer = AuthServicer(
                sign_in, AccountBook(database, clock), json.dumps(jwks(public_keys.items()))
            )
            await serve(
                config.server,
                services=[(add_AuthServiceServicer_to_server, servicer)],
                access=ACCESS,
                trust=config.trust.trust(StaticKeys(public_keys)),
                ready=[database.ping],
                background=[
                    OutboxRelay(cluster=config.cluster, database=database, source="auth").run,
                    audit_consumer(config.cluster, database).run,
                    housekeeper(database, clock).run,
                ],
            )


if __name__ == "__main__":
    run(main)
