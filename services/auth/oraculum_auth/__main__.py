"""Wires auth and serves it."""

import json
import os
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from oraculum.prediction.v1.prediction_service_pb2_grpc import PredictionServiceStub
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceStub
from oraculum_auth.config import load
from oraculum_auth.consumers import audit_consumer
from oraculum_auth.passwords import Passwords
from oraculum_auth.privacy.belongings import Keepers
from oraculum_auth.trust_servicer import own_revocations
from oraculum_auth.vault import Vault
from oraculum_auth.wiring import ACCESS, Parts, wire
from oraculum_kit.client import channel
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.keyring import RingFile
from oraculum_kit.keys import StaticKeys, jwks, private_key
from oraculum_kit.mail import Mailer
from oraculum_kit.process import run
from oraculum_kit.relay import OutboxRelay
from oraculum_kit.revocations import Revocations
from oraculum_kit.server import serve
from oraculum_kit.telemetry import telemetry
from oraculum_kit.tokens import TokenSigner

# More questions than these at once wait for one of them, and no longer than their time-out.
OUTSIDE_LIMITS: Final = httpx.Limits(max_connections=32)


async def main() -> None:
    """Serve until told to stop."""
    config = load(os.environ)
    clock = SystemClock()
    key = private_key(config.token_key_pem)
    public_keys = {config.token_key_id: key.public_key()}
    signer = TokenSigner(key, config.token_key_id, issuer=config.trust.token_issuer)
    vault = Vault(RingFile(Path(config.data_keys_file)))
    identity = config.trust.identity()
    hasher = config.password_cost.hasher()
    async with (
        telemetry(config.telemetry),
        Database(config.database) as database,
        httpx.AsyncClient(limits=OUTSIDE_LIMITS) as http,
        channel(config.wallet_target, identity) as wallet,
        channel(config.prediction_target, identity) as prediction,
        config.password_place.hashing(hasher) as hashing,
    ):
        auth = wire(
            Parts(
                database=database,
                passwords=Passwords(hashing, hasher),
                vault=vault,
                mailer=Mailer(config.mail, clock),
                clock=clock,
                signer=signer,
                domain=config.domain,
                rules=config.rules,
                audit_retention_years=config.audit_retention_years,
                http=http,
                screens=config.screens.read(),
                kyc=config.kyc.provider(http, clock),
                evm_rpc_url=config.evm_rpc_url,
                open_id=config.open_id,
                limit_raise_delay=config.limit_raise_delay,
                keepers=Keepers(WalletServiceStub(wallet), PredictionServiceStub(prediction)),
                kyc_retention_years=config.kyc_retention_years,
                jwks_json=json.dumps(jwks(public_keys.items())),
            )
        )
        revocations = Revocations(partial(own_revocations, auth.feed), clock)
        await serve(
            config.server,
            services=auth.services,
            access=ACCESS,
            trust=config.trust.trust(StaticKeys(public_keys), revoked=revocations.revoked),
            ready=[database.ping],
            background=[
                OutboxRelay(cluster=config.cluster, database=database, source="auth").run,
                audit_consumer(config.cluster, database, auth.audit).run,
                auth.jobs.run,
                auth.feed.run,
                revocations.run,
            ],
        )


if __name__ == "__main__":
    run(main)
