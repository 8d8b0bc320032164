"""Tokens of users and services: what is proved, what is refused, what is remembered."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from oraculum_kit.clock import ManualClock
from oraculum_kit.ids import uuid7
from oraculum_kit.keys import KeysUnavailable, StaticKeys
from oraculum_kit.testing import ISSUER, USER_KEY_ID, Parties
from oraculum_kit.tokens import (
    SERVICE_TOKEN_LIFETIME,
    SERVICE_TOKEN_RENEWAL,
    ServiceIdentity,
    TokenExpired,
    TokenInvalid,
    TokenRevoked,
    called_by,
    service_tokens,
    user_tokens,
)

KEY = Ed25519PrivateKey.generate()


class CountingKeys:
    """Keys that count how often they are asked for."""

    def __init__(self, keys: Mapping[str, Ed25519PublicKey]) -> None:
        self._keys = keys
        self.asked = 0

    async def key(self, key_id: str) -> Ed25519PublicKey | None:
        self.asked += 1
        return self._keys.get(key_id)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def claims(clock: ManualClock, **changes: Any) -> dict[str, Any]:
    """The claims of a good token, some of them changed; None takes a claim out."""
    now = int(clock.now().timestamp())
    good = {
        "iss": ISSUER,
        "aud": "oraculum",
        "sub": str(uuid7()),
        "sid": str(uuid7()),
        "roles": ["user"],
        "tier": "basic",
        "kyc": "none",
        "jurisdiction": "DE",
        "iat": now,
        "exp": now + 900,
        "jti": "j",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(
    payload: dict[str, Any], *, key: Any = KEY, algorithm: str = "EdDSA", kid: str | None = "k1"
) -> str:
    return jwt.encode(payload, key, algorithm, headers={} if kid is None else {"kid": kid})


class TestUserTokens:
    async def test_says_who_it_is(self, clock: ManualClock) -> None:
        parties = Parties(clock)
        user_id = uuid7()
        token = parties.token(user_id, roles={"user", "admin"})
        user = await parties.trust.users.verify(token)
        assert (user.id, user.roles, user.tier) == (user_id, frozenset({"user", "admin"}), "basic")
        assert isinstance(user.session_id, UUID)
        assert user.expires_at == clock.now() + timedelta(minutes=15)

    async def test_expires_even_when_remembered(self, clock: ManualClock) -> None:
        parties = Parties(clock)
        token = parties.token(lifetime=timedelta(minutes=5))
        await parties.trust.users.verify(token)
        clock.advance(seconds=299)
        await parties.trust.users.verify(token)
        clock.advance(seconds=1)
        with pytest.raises(TokenExpired):
            await parties.trust.users.verify(token)

    async def test_grace_is_for_those_who_ask_for_it(self, clock: ManualClock) -> None:
        parties = Parties(clock)
        token = parties.token(lifetime=timedelta(minutes=5))
        clock.advance(seconds=330)
        await parties.trust.users.verify(token, grace=timedelta(seconds=60))
        with pytest.raises(TokenExpired):
            await parties.trust.users.verify(token)

    @pytest.mark.parametrize(
        "change",
        [
            {"iss": "somebody"},
            {"aud": "oraculum-services"},
            {"sub": "not-a-uuid"},
            {"sid": None},
            {"roles": None},
            {"roles": "admin"},
            {"roles": [1]},
            {"tier": None},
            {"kyc": None},
            {"jurisdiction": None},
            {"iat": None},
            {"exp": None},
            {"exp": "soon"},
            {"exp": 10**30},
            {"jti": None},
            {"iat": 4_102_444_800},
        ],
    )
    async def test_claims_must_be_right(self, clock: ManualClock, change: dict[str, Any]) -> None:
        verifier = user_tokens(StaticKeys({"k1": KEY.public_key()}), issuer=ISSUER, clock=clock)
        await verifier.verify(signed(claims(clock)))
        with pytest.raises(TokenInvalid):
            await verifier.verify(signed(claims(clock, **change)))

    @pytest.mark.parametrize(
        "token",
        [
            signed(claims(ManualClock()), key=Ed25519PrivateKey.generate()),
            signed(claims(ManualClock()), kid=None),
            signed(claims(ManualClock()), kid="k2"),
            signed(claims(ManualClock()), key="a secret of thirty-two bytes or so", algorithm="HS256"),
            jwt.encode(claims(ManualClock()), None, "none", headers={"kid": "k1"}),
            signed(claims(ManualClock()))[:-8] + "AAAAAAAA",
            "x" * 5000,
            "not.a.token",
            "",
        ],
        ids=[
            "other key",
            "no kid",
            "unknown kid",
            "HS256",
            "none",
            "tampered",
            "too long",
            "garbage",
            "empty",
        ],
    )
    async def test_proof_must_be_right(self, clock: ManualClock, token: str) -> None:
        verifier = user_tokens(StaticKeys({"k1": KEY.public_key()}), issuer=ISSUER, clock=clock)
        with pytest.raises(TokenInvalid):
            await verifier.verify(token)

    async def test_is_proved_once(self, clock: ManualClock) -> None:
        keys = CountingKeys({"k1": KEY.public_key()})
        verifier = user_tokens(keys, issuer=ISSUER, clock=clock)
        token = signed(claims(clock))
        first = await verifier.verify(token)
        assert await verifier.verify(token) is first
        assert keys.asked == 1

    async def test_revocation_beats_memory(self, clock: ManualClock) -> None:
        revoked: set[UUID] = set()
        keys = StaticKeys({"k1": KEY.public_key()})
        verifier = user_tokens(
            keys, issuer=ISSUER, clock=clock, revoked=lambda user: user.session_id in revoked
        )
        token = signed(claims(clock))
        revoked.add((await verifier.verify(token)).session_id)
        with pytest.raises(TokenRevoked):
            await verifier.verify(token)

    async def test_keys_that_cannot_be_had_are_not_the_users_fault(self, clock: ManualClock) -> None:
        class Away:
            async def key(self, key_id: str) -> Ed25519PublicKey | None:  # noqa: ARG002  the source's shape
                raise KeysUnavailable

        verifier = user_tokens(Away(), issuer=ISSUER, clock=clock)
        with pytest.raises(KeysUnavailable):
            await verifier.verify(signed(claims(clock)))

    async def test_memory_is_bounded(self, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("oraculum_kit.tokens._REMEMBERED_MAX", 3)
        keys = CountingKeys({"k1": KEY.public_key()})
        verifier = user_tokens(keys, issuer=ISSUER, clock=clock)
        tokens = [signed(claims(clock)) for _ in range(4)]
        for token in tokens:
            await verifier.verify(token)
        await verifier.verify(tokens[-1])
        assert (len(verifier._remembered), keys.asked) == (3, 4)


class TestServiceTokens:
    async def test_proves_the_services_name(self, clock: ManualClock) -> None:
        parties = Parties(clock)
        header = parties.identity("wallet").authorization()
        assert await parties.trust.services.verify(header.removeprefix("Bearer ")) == "wallet"

    async def test_key_speaks_for_its_own_service_only(self, clock: ManualClock) -> None:
        """Whoever takes over one service must not become all of them."""
        keys = StaticKeys(
            {"market-data": KEY.public_key(), "prediction": Ed25519PrivateKey.generate().public_key()}
        )
        verifier = service_tokens(keys, clock=clock)
        stolen = claims(clock, iss="prediction", sub="prediction", aud="oraculum-services")
        with pytest.raises(TokenInvalid):
            await verifier.verify(signed(stolen, kid="market-data"))

    async def test_user_token_is_no_service_token(self, clock: ManualClock) -> None:
        parties = Parties(clock)
        with pytest.raises(TokenInvalid):
            await parties.trust.services.verify(parties.token())

    async def test_serves_with_nobody_but_whom_it_was_sent_to(self, clock: ManualClock) -> None:
        """Whoever takes over a service must not call others by what they are called with."""
        keys = StaticKeys({"gateway": KEY.public_key()})
        identity = ServiceIdentity("gateway", KEY, clock)
        token = identity.authorization(called_by("/oraculum.market_data.v1.MarketDataService/GetQuote"))
        called = service_tokens(keys, own="market-data", clock=clock)
        assert "gateway" == await called.verify(token.removeprefix("Bearer "))
        for other in ("wallet", "market"):
            with pytest.raises(TokenInvalid):
                await service_tokens(keys, own=other, clock=clock).verify(token.removeprefix("Bearer "))

    async def test_two_releases_take_each_others(self, clock: ManualClock) -> None:
        """While one is rolled out: who knows no names takes what has one, and a token without one is taken."""
        keys = StaticKeys({"gateway": KEY.public_key()})
        identity = ServiceIdentity("gateway", KEY, clock)
        named, unnamed = identity.authorization("wallet"), identity.authorization()
        before, now = service_tokens(keys, clock=clock), service_tokens(keys, own="wallet", clock=clock)
        assert "gateway" == await before.verify(named.removeprefix("Bearer "))
        assert "gateway" == await now.verify(unnamed.removeprefix("Bearer "))

    @pytest.mark.parametrize(
        ("method", "service"),
        [
            ("/oraculum.wallet.v1.WalletService/GetBalances", "wallet"),
            ("/oraculum.kit.Convoy/Ride", ""),
            ("/grpc.health.v1.Health/Check", ""),
        ],
    )
    def test_is_for_who_has_the_method(self, method: str, service: str) -> None:
        assert service == called_by(method)

    def test_is_kept_and_signed_anew_before_it_expires(self, clock: ManualClock) -> None:
        identity = ServiceIdentity("wallet", KEY, clock)
        first = identity.authorization()
        assert identity.authorization() == first
        clock.advance(seconds=(SERVICE_TOKEN_LIFETIME - SERVICE_TOKEN_RENEWAL).total_seconds())
        assert identity.authorization() != first


def test_parties_sign_with_the_key_they_say() -> None:
    assert jwt.get_unverified_header(Parties().token())["kid"] == USER_KEY_ID
