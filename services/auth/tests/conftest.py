"""A fresh auth on a real database, and the tools to sign in to it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from oraculum.auth.v1.auth_service_pb2_grpc import AuthServiceStub, add_AuthServiceServicer_to_server
from oraculum_auth.accounts import AccountBook
from oraculum_auth.challenges import SigningDomain
from oraculum_auth.passwords import Passwords
from oraculum_auth.servicer import ACCESS, AuthServicer
from oraculum_auth.sign_in import SessionRules, SignIn
from oraculum_kit.clock import ManualClock
from oraculum_kit.db import Database
from oraculum_kit.testing import Parties, serving

DOMAIN = SigningDomain(
    "oraculum.test", "https://oraculum.test", evm_chain_id="8453", solana_cluster="mainnet"
)
RULES = SessionRules(access_life=timedelta(minutes=15), refresh_life=timedelta(days=30), sessions_max=3)


@dataclass(frozen=True)
class Auth:
    """What a test needs of a running auth."""

    stub: AuthServiceStub
    database: Database
    clock: ManualClock
    parties: Parties


@pytest.fixture
async def auth(database_for) -> AsyncIterator[Auth]:
    clock = ManualClock(datetime.now(UTC))
    parties = Parties(clock)
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    async with Database(await database_for("auth")) as database:
        with Passwords(hasher=hasher) as passwords:
            sign_in = SignIn(database, passwords, clock, DOMAIN, RULES, parties.signer)
            servicer = AuthServicer(sign_in, AccountBook(database, clock), "{}")
            async with (
                serving([(add_AuthServiceServicer_to_server, servicer)], ACCESS, parties) as server,
                parties.channel(server.target, service="gateway", edge=True) as channel,
            ):
                yield Auth(AuthServiceStub(channel), database, clock, parties)
