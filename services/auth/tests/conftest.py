"""A fresh auth on a real database with a real mail server, and the tools to sign in to it."""

import asyncio
import email.message
import email.policy
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn
from aiosmtpd.smtp import SMTP
from argon2 import PasswordHasher
from starlette.applications import Starlette

from oraculum.auth.v1.api_key_service_pb2_grpc import ApiKeyServiceStub
from oraculum.auth.v1.audit_service_pb2_grpc import AuditServiceStub
from oraculum.auth.v1.auth_service_pb2_grpc import AuthServiceStub
from oraculum.auth.v1.compliance_service_pb2_grpc import ComplianceServiceStub
from oraculum.auth.v1.credential_service_pb2_grpc import CredentialServiceStub
from oraculum.auth.v1.factor_service_pb2_grpc import FactorServiceStub
from oraculum.auth.v1.open_id_service_pb2_grpc import OpenIdServiceStub
from oraculum.auth.v1.play_service_pb2_grpc import PlayServiceStub
from oraculum.auth.v1.privacy_service_pb2_grpc import PrivacyServiceStub
from oraculum.auth.v1.trust_service_pb2_grpc import TrustServiceStub
from oraculum_auth.accounts import AccountBook
from oraculum_auth.challenges import SigningDomain
from oraculum_auth.compliance.kyc import Screens
from oraculum_auth.compliance.rules import Jurisdictions
from oraculum_auth.compliance.screening import Networks, Sanctions
from oraculum_auth.hashing.threads import Threads
from oraculum_auth.locations import NOWHERE, Place
from oraculum_auth.passwords import Passwords
from oraculum_auth.privacy.belongings import Belongings
from oraculum_auth.repository import Accounts
from oraculum_auth.sessions import SessionRules
from oraculum_auth.trust_servicer import own_revocations
from oraculum_auth.vault import Vault
from oraculum_auth.wiring import ACCESS, Parts, wire
from oraculum_dev.mail import Catcher
from oraculum_kit.clock import ManualClock
from oraculum_kit.db import Database
from oraculum_kit.keyring import KeyRing
from oraculum_kit.mail import MailConfig, Mailer
from oraculum_kit.revocations import Revocations
from oraculum_kit.testing import Parties, serving
from oraculum_kit.testing.locks import lock_waiters

DOMAIN = SigningDomain(
    "oraculum.test", "https://oraculum.test", evm_chain_id="8453", solana_cluster="mainnet"
)
RULES = SessionRules(access_life=timedelta(minutes=15), refresh_life=timedelta(days=30), sessions_max=3)
RING = KeyRing.new()


class Mails:
    """What the mail server took."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[Path] = set()

    def all(self) -> list[email.message.EmailMessage]:
        """Every mail, in the order in which they came."""
        return [_parsed(path) for path in sorted(self._folder.glob("*.eml"))]

    async def next(self, seconds: float = 20) -> email.message.EmailMessage:
        """The oldest mail that was not read before."""
        async with asyncio.timeout(seconds):
            while True:
                for path in sorted(self._folder.glob("*.eml")):
                    if path not in self._read:
                        self._read.add(path)
                        return _parsed(path)
                await asyncio.sleep(0.02)

    async def token(self) -> str:
        """The token that the next mail carries."""
        found = re.search(r"#token=(\S+)", (await self.next()).get_content())
        assert found
        return found[1]


def _parsed(path: Path) -> email.message.EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    return message


class Places:
    """Where addresses are, as a test says."""

    def __init__(self) -> None:
        self.of: dict[str, Place] = {}

    def place(self, address: str) -> Place:
        """Where an address is."""
        return self.of.get(address, NOWHERE)


class Purse:
    """What everybody still has, as a test says; nothing to begin with."""

    def __init__(self) -> None:
        self.left = Belongings()

    async def fence(self, user_id: UUID, fence: int) -> None:
        """Nothing is begun here anyway."""

    async def lift(self, user_id: UUID, fence: int) -> None:
        """The same."""

    async def belongings(self) -> Belongings:
        """What the caller still has."""
        return self.left


@dataclass(frozen=True)
class Auth:
    """What a test needs of a running auth."""

    stub: AuthServiceStub
    credentials: CredentialServiceStub
    factors: FactorServiceStub
    open_id: OpenIdServiceStub
    compliance: ComplianceServiceStub
    play: PlayServiceStub
    privacy: PrivacyServiceStub
    trust: TrustServiceStub
    audit: AuditServiceStub
    keys: ApiKeyServiceStub
    port: int
    database: Database
    clock: ManualClock
    parties: Parties
    mails: Mails
    vault: Vault
    # What a service that heard of every revocation knows.
    revocations: Revocations
    places: Places

    async def raise_administrator(self, user_id: str) -> None:
        """Make an administrator who writes events too, as the operator does."""
        await AccountBook(self.database, Accounts(self.vault), self.clock).set_roles(
            UUID(user_id), ["creator", "admin"], None
        )

    async def lock_waiters(self, many: int = 1, of: str = "") -> None:
        """Wait until so many statements (of this application alone) wait for what another transaction holds."""
        await lock_waiters(self.database, many, of=of)


@pytest.fixture
async def mail_server(tmp_path: Path) -> AsyncIterator[MailConfig]:
    """A server that keeps what it takes in `tmp_path / "mails"`."""
    catcher = Catcher(tmp_path / "mails")
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(catcher), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield MailConfig("smtp+plain", "127.0.0.1", port, "", "", "Oraculum <no-reply@oraculum.test>")


@asynccontextmanager
async def _web_server(app: Starlette) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    serving_it = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving_it


@pytest.fixture
def web_server() -> Callable[[Starlette], AbstractAsyncContextManager[str]]:
    """Serves an application on a real socket."""
    return _web_server


@pytest.fixture
def outside() -> dict[str, Any]:
    """Further parts of auth: a test module that knows something outside overrides it."""
    return {}


@pytest.fixture
async def auth(
    database_for, tmp_path: Path, mail_server: MailConfig, outside: dict[str, Any]
) -> AsyncIterator[Auth]:
    clock = ManualClock(datetime.now(UTC))
    parties = Parties(clock)
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    vault = Vault(lambda: RING)
    places = Places()
    screens = Screens(Jurisdictions.read(None), Sanctions([]), Networks([]), places)
    async with (
        Database(await database_for("auth")) as database,
        httpx.AsyncClient() as http,
        Threads(hasher) as hashing,
    ):
        wired = wire(
            Parts(
                database=database,
                vault=vault,
                mailer=Mailer(mail_server, clock),
                clock=clock,
                signer=parties.signer,
                domain=DOMAIN,
                rules=RULES,
                jwks_json="{}",
                http=http,
                **{
                    "passwords": Passwords(hashing, hasher),
                    "screens": screens,
                    "keepers": Purse(),
                    **outside,
                },
            )
        )
        revocations = Revocations(partial(own_revocations, wired.feed), clock)
        parties.revoked = revocations.revoked
        background = [wired.jobs.run, wired.feed.run, revocations.run]
        async with (
            serving(wired.services, ACCESS, parties, background=background) as server,
            parties.channel(server.target, service="gateway", edge=True) as channel,
        ):
            await revocations.learned()
            yield Auth(
                AuthServiceStub(channel),
                CredentialServiceStub(channel),
                FactorServiceStub(channel),
                OpenIdServiceStub(channel),
                ComplianceServiceStub(channel),
                PlayServiceStub(channel),
                PrivacyServiceStub(channel),
                TrustServiceStub(channel),
                AuditServiceStub(channel),
                ApiKeyServiceStub(channel),
                server.running.port,
                database,
                clock,
                parties,
                Mails(tmp_path / "mails"),
                vault,
                revocations,
                places,
            )
