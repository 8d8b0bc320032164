"""Tokens: EdDSA JWTs of users, signed by auth, and of services, each signed by itself.

A verified token is remembered until it expires, because one Ed25519 verification costs as much as the rest of a
small call. What may change before that (a session that was revoked) is asked anew each time through `revoked`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from oraculum_kit import metrics
from oraculum_kit.caller import User
from oraculum_kit.clock import Clock, SystemClock
from oraculum_kit.errors import Unauthenticated
from oraculum_kit.ids import uuid7
from oraculum_kit.keys import KeySource
from oraculum_kit.tls import Tls

T = TypeVar("T")

ALGORITHM: Final = "EdDSA"
USER_AUDIENCE: Final = "oraculum"
SERVICE_AUDIENCE: Final = "oraculum-services"
SERVICE_TOKEN_LIFETIME: Final = timedelta(minutes=5)
# A token is signed anew when this much of its life is left, so that none expires on its way.
SERVICE_TOKEN_RENEWAL: Final = timedelta(minutes=1)
# Clocks of two machines differ; a token may come from this far in the future.
CLOCK_SKEW: Final = timedelta(seconds=30)

_TOKEN_LENGTH_MAX: Final = 4096
_REMEMBERED_MAX: Final = 20_000
_USER_CLAIMS: Final = (
    "sub",
    "sid",
    "roles",
    "tier",
    "kyc",
    "jurisdiction",
    "iat",
    "exp",
    "jti",
    "iss",
    "aud",
)
_SERVICE_CLAIMS: Final = ("sub", "iat", "exp", "jti", "iss", "aud")


class TokenInvalid(Unauthenticated):
    """The token is not valid."""

    reason = "TOKEN_INVALID"


class TokenExpired(Unauthenticated):
    """The token has expired."""

    reason = "TOKEN_EXPIRED"


class TokenRevoked(Unauthenticated):
    """The session of this token has ended."""

    reason = "TOKEN_REVOKED"


class TokenSigner:
    """Signs access tokens: auth's part."""

    def __init__(
        self,
        key: Ed25519PrivateKey,
        key_id: str,
        *,
        issuer: str,
        audience: str = USER_AUDIENCE,
        clock: Clock | None = None,
    ) -> None:
        self._key = key
        self._key_id = key_id
        self._issuer = issuer
        self._audience = audience
        self._clock = clock or SystemClock()

    def sign(self, subject: str, lifetime: timedelta, **claims: object) -> tuple[str, datetime]:
        """A token about `subject` and the moment when it expires."""
        issued_at = self._clock.now()
        expires_at = datetime.fromtimestamp(int((issued_at + lifetime).timestamp()), UTC)
        payload: dict[str, object] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": subject,
            "iat": int(issued_at.timestamp()),
            "exp": int(expires_at.timestamp()),
            "jti": str(uuid7()),
            **claims,
        }
        return jwt.encode(payload, self._key, ALGORITHM, headers={"kid": self._key_id}), expires_at

    def sign_user(
        self,
        user_id: UUID,
        session_id: UUID,
        lifetime: timedelta,
        *,
        roles: frozenset[str],
        tier: str,
        kyc: str,
        jurisdiction: str,
        version: int = 0,
    ) -> tuple[str, datetime]:
        """An access token of a person."""
        return self.sign(
            str(user_id),
            lifetime,
            sid=str(session_id),
            roles=sorted(roles),
            tier=tier,
            kyc=kyc,
            jurisdiction=jurisdiction,
            ver=version,
        )


class ServiceIdentity:
    """Who this process is: signs its own short tokens, one for each service that it calls, and keeps the present ones."""

    def __init__(
        self, name: str, key: Ed25519PrivateKey, clock: Clock | None = None, tls: Tls | None = None
    ) -> None:
        self.name = name
        # The certificates that its channels show; None where there is no TLS.
        self.tls = tls
        self._clock = clock or SystemClock()
        self._signer = TokenSigner(key, name, issuer=name, audience=SERVICE_AUDIENCE, clock=self._clock)
        # By who is called: the header, and from when on it is another one.
        self._headers: dict[str, tuple[str, datetime]] = {}

    def authorization(self, called: str = "") -> str:
        """The value of `x-service-authorization` now, for the service that is called, or for any."""
        now = self._clock.now()
        header, renew_at = self._headers.get(called, ("", now))
        if now >= renew_at:
            # For everybody, too: a process of before this knows no other name of itself.
            audience = [SERVICE_AUDIENCE, _name_of(called)] if called else SERVICE_AUDIENCE
            token, expires_at = self._signer.sign(self.name, SERVICE_TOKEN_LIFETIME, aud=audience)
            header = f"Bearer {token}"
            self._headers[called] = header, expires_at - SERVICE_TOKEN_RENEWAL
        return header


class TokenVerifier(Generic[T]):
    """Verifies tokens of one kind and remembers what it verified."""

    def __init__(
        self,
        kind: str,
        keys: KeySource,
        *,
        audience: str,
        required: tuple[str, ...],
        read: Callable[[str, Mapping[str, Any]], T],
        issuer: str | None = None,
        clock: Clock | None = None,
        revoked: Callable[[T], bool] | None = None,
    ) -> None:
        self._keys = keys
        self._audience = audience
        self._required = list(required)
        self._read = read
        self._issuer = issuer
        self._clock = clock or SystemClock()
        self._revoked = revoked
        self._remembered: dict[str, tuple[T, datetime]] = {}
        self._hits = metrics.TOKENS_VERIFIED.labels(kind, "remembered")
        self._verified = metrics.TOKENS_VERIFIED.labels(kind, "verified")
        self._refused = metrics.TOKENS_VERIFIED.labels(kind, "refused")

    async def verify(self, token: str, *, grace: timedelta = timedelta()) -> T:
        """What the token says, once it is proved. `grace` accepts a token that expired so recently."""
        known = self._remembered.get(token)
        if known is None:
            known = await self._prove(token)
            self._remember(token, known)
            self._verified.inc()
        else:
            self._hits.inc()
        claims, expires_at = known
        if self._clock.now() >= expires_at + grace:
            self._refused.inc()
            raise TokenExpired
        if self._revoked is not None and self._revoked(claims):
            self._refused.inc()
            raise TokenRevoked
        return claims

    async def _prove(self, token: str) -> tuple[T, datetime]:
        try:
            key_id = _key_id(token)
            key = await self._keys.key(key_id)
            if key is None:
                raise jwt.InvalidKeyError("nobody has this key")
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                # Times are compared with the injected clock, not by the library.
                options={
                    "require": self._required,
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            issued_at = datetime.fromtimestamp(claims["iat"], UTC)
            if issued_at > self._clock.now() + CLOCK_SKEW:
                raise jwt.ImmatureSignatureError("issued in the future")
            return self._read(key_id, claims), datetime.fromtimestamp(claims["exp"], UTC)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError, OSError) as error:
            self._refused.inc()
            raise TokenInvalid from error

    def _remember(self, token: str, known: tuple[T, datetime]) -> None:
        if len(self._remembered) >= _REMEMBERED_MAX:
            now = self._clock.now()
            self._remembered = {text: entry for text, entry in self._remembered.items() if entry[1] > now}
            while len(self._remembered) >= _REMEMBERED_MAX:
                self._remembered.pop(next(iter(self._remembered)))
        self._remembered[token] = known


def user_tokens(
    keys: KeySource, *, issuer: str, clock: Clock | None = None, revoked: Callable[[User], bool] | None = None
) -> TokenVerifier[User]:
    """A verifier of people's access tokens."""
    return TokenVerifier(
        "user",
        keys,
        audience=USER_AUDIENCE,
        issuer=issuer,
        required=_USER_CLAIMS,
        read=_read_user,
        clock=clock,
        revoked=revoked,
    )


def service_tokens(keys: KeySource, *, own: str = "", clock: Clock | None = None) -> TokenVerifier[str]:
    """A verifier of services' tokens; what it says is the service's name. `own` is the name of who verifies."""

    def read(key_id: str, claims: Mapping[str, Any]) -> str:
        # What a process of the release before signed names nobody, and is still taken.
        if own and claims["aud"] != SERVICE_AUDIENCE and _name_of(own) not in claims["aud"]:
            raise ValueError("the token is for another service")
        return _read_service(key_id, claims)

    return TokenVerifier(
        "service", keys, audience=SERVICE_AUDIENCE, required=_SERVICE_CLAIMS, read=read, clock=clock
    )


def called_by(method: str) -> str:
    """Which service has a method, by the package of its contract; empty for what every service has."""
    organisation, _, rest = method.removeprefix("/").partition(".")
    service, _, _ = rest.partition(".")
    return service if organisation == "oraculum" and service != "kit" else ""


def _name_of(service: str) -> str:
    """A service as an audience; its package cannot have the hyphen that its name has."""
    return f"{SERVICE_AUDIENCE}/{service.replace('-', '_')}"


def _key_id(token: str) -> str:
    """The id of the key that a token claims to be signed with."""
    if len(token) > _TOKEN_LENGTH_MAX:
        raise jwt.DecodeError("too long")
    header = jwt.get_unverified_header(token)
    key_id = header.get("kid")
    # The algorithm is ours to choose: a token that names another is refused before any key is touched.
    if header.get("alg") != ALGORITHM or not isinstance(key_id, str):
        raise jwt.InvalidAlgorithmError(f"only {ALGORITHM}, and with a key id")
    return key_id


def _read_user(_key_id: str, claims: Mapping[str, Any]) -> User:
    roles = claims["roles"]
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise TypeError("roles is a list of names")
    return User(
        id=UUID(str(claims["sub"])),
        session_id=UUID(str(claims["sid"])),
        roles=frozenset(roles),
        tier=str(claims["tier"]),
        kyc=str(claims["kyc"]),
        jurisdiction=str(claims["jurisdiction"]),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        version=int(claims.get("ver", 0)),
    )


def _read_service(key_id: str, claims: Mapping[str, Any]) -> str:
    # A service's key speaks for that service alone, else any service could call itself another.
    if claims["sub"] != key_id or claims["iss"] != key_id:
        raise ValueError("the key belongs to another service")
    return key_id
