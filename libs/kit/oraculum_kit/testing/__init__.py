"""For tests of services: parties that trust each other, and a server on a free port.

parties = Parties()
async with serving([(add_WalletServiceServicer_to_server, servicer)], ACCESS, parties) as server:
    async with parties.channel(server.target, service="prediction") as wallet:
        await WalletServiceStub(wallet).CreateTransfers(...)
    with parties.signed_in(roles={"user"}):
        async with parties.channel(server.target, service="gateway") as wallet:
            await WalletServiceStub(wallet).GetBalances(...)
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from oraculum_kit.authorization import Access, Trust
from oraculum_kit.caller import Caller, User, calling_as
from oraculum_kit.client import Channel, channel
from oraculum_kit.clock import Clock, SystemClock
from oraculum_kit.health import Check
from oraculum_kit.ids import uuid7
from oraculum_kit.server import Background, Running, ServerConfig, Service, running
from oraculum_kit.tokens import ServiceIdentity, TokenSigner, service_tokens, user_tokens

ISSUER = "oraculum"
USER_KEY_ID = "test"


def bearing(access_token: str) -> AbstractContextManager[Caller]:
    """Call with this token inside the block."""
    return calling_as(Caller(request_id=str(uuid7()), user_token=f"Bearer {access_token}"))


class Parties:
    """Auth, every service and every person of a test, with keys that live as long as it does."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self._service_keys: dict[str, Ed25519PrivateKey] = {}
        self._user_key = Ed25519PrivateKey.generate()
        self.signer = TokenSigner(self._user_key, USER_KEY_ID, issuer=ISSUER, clock=self.clock)
        # Replaced by tests that revoke.
        self.revoked: Callable[[User], bool] = lambda _: False
        self.trust = Trust(
            users=user_tokens(self, issuer=ISSUER, clock=self.clock, revoked=self._is_revoked),
            services=service_tokens(self, clock=self.clock),
        )

    def _is_revoked(self, user: User) -> bool:
        return self.revoked(user)

    async def key(self, key_id: str) -> Ed25519PublicKey | None:
        """Be the key source of `trust`."""
        private = self._user_key if key_id == USER_KEY_ID else self._service_keys.get(key_id)
        return None if private is None else private.public_key()

    def identity(self, service: str) -> ServiceIdentity:
        """A service that the others believe."""
        key = self._service_keys.setdefault(service, Ed25519PrivateKey.generate())
        return ServiceIdentity(service, key, self.clock)

    def channel(self, target: str, *, service: str | None = None, edge: bool = False) -> Channel:
        """A channel of that service, or of nobody."""
        return channel(target, None if service is None else self.identity(service), edge=edge)

    def token(
        self,
        user_id: UUID | None = None,
        *,
        roles: frozenset[str] | set[str] = frozenset({"user"}),
        lifetime: timedelta = timedelta(minutes=15),
        tier: str = "basic",
        kyc: str = "none",
        jurisdiction: str = "",
    ) -> str:
        """An access token."""
        token, _ = self.signer.sign_user(
            user_id or uuid7(),
            uuid7(),
            lifetime,
            roles=frozenset(roles),
            tier=tier,
            kyc=kyc,
            jurisdiction=jurisdiction,
        )
        return token

    @contextmanager
    def signed_in(
        self,
        user_id: UUID | None = None,
        *,
        roles: frozenset[str] | set[str] = frozenset({"user"}),
        idempotency_key: str | None = None,
        tier: str = "basic",
        kyc: str = "none",
        jurisdiction: str = "",
    ) -> Iterator[User]:
        """Call as this person inside the block, as a gateway does for the request that it handles."""
        user = User(
            id=user_id or uuid7(),
            session_id=uuid7(),
            roles=frozenset(roles),
            tier=tier,
            kyc=kyc,
            jurisdiction=jurisdiction,
            expires_at=self.clock.now() + timedelta(minutes=15),
        )
        token = self.token(user.id, roles=roles, tier=tier, kyc=kyc, jurisdiction=jurisdiction)
        caller = Caller(
            request_id=str(uuid7()), user=user, user_token=f"Bearer {token}", idempotency_key=idempotency_key
        )
        with calling_as(caller):
            yield user


@dataclass(frozen=True, slots=True)
class Served:
    """Where the server of a test answers."""

    target: str
    running: Running


@asynccontextmanager
async def serving(
    services: Sequence[Service],
    access: Mapping[str, Access],
    parties: Parties,
    *,
    ready: Sequence[Check] = (),
    dependencies: Mapping[str, Check] | None = None,
    background: Sequence[Background] = (),
    config: ServerConfig | None = None,
) -> AsyncIterator[Served]:
    """Serve on free ports until the block ends."""
    config = config or ServerConfig(
        "test", "127.0.0.1:0", "127.0.0.1:0", drain_seconds=0.0, grace_seconds=1.0
    )
    async with running(
        config,
        services=services,
        access=access,
        trust=parties.trust,
        ready=ready,
        dependencies=dependencies,
        background=background,
    ) as server:
        yield Served(f"127.0.0.1:{server.port}", server)
