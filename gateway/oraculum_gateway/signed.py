"""Requests that a program signs with its API key instead of carrying a token.

    X-Api-Key: 01a1f...                  the key's id
    X-Timestamp: 1795247244              seconds or milliseconds since 1970, 30 s away from now at most
    X-Signature: hex(HMAC-SHA256(secret, timestamp + method + path?query + body))

Auth gives the secret and a short token of the owner for the key; both are kept until the token ends or counts no more. A
token that was revoked is asked for anew, once: the owner's tier or roles have changed, or the key has ended, and then auth
says so. So a key that is revoked is refused within a second, because its id is the token's session. A command's signature
serves once: within the time that its timestamp is accepted Redis remembers it. Redis away: reads go on, commands are refused.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.requests import Request

from oraculum.auth.v1.api_key_service_pb2 import OpenApiKeyRequest
from oraculum_gateway.bodies import read_body
from oraculum_gateway.problems import Problem
from oraculum_gateway.route import Route
from oraculum_gateway.services import Services
from oraculum_kit.authorization import Trust
from oraculum_kit.caller import Caller, User, calling_as
from oraculum_kit.clock import Clock
from oraculum_kit.errors import NotFound, PermissionDenied, ServiceError
from oraculum_kit.tokens import TokenRevoked

KEY_HEADER: Final = "x-api-key"
SKEW: Final = timedelta(seconds=30)
_OPENED_MAX: Final = 10_000
# Asked for anew this long before its token ends, so that none ends on its way through the services.
_RENEWAL: Final = timedelta(seconds=30)
_SIGNATURE_LENGTH: Final = 64
# Which scope a command of these wants; what is not named wants a person.
_COMMAND_SCOPES: Final = {
    "predictions": "trade",
    "risk": "trade",
    "events": "events",
    "wallet": "wallet",
    "notifications": "notifications",
    "scores": "scores:write",
}
# A webhook is told what happens to its owner whatever becomes of the key that made it, so none makes one.
_NOT_FOR_KEYS: Final = frozenset({"auth", "admin", "webhooks"})


@dataclass(frozen=True, slots=True)
class Opened:
    """A key that auth vouches for, for a while."""

    secret: bytes
    scopes: frozenset[str]
    access_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Signed:
    """Who a signed request comes from."""

    user: User
    key_id: str
    access_token: str


def scope_of(route: Route) -> str | None:
    """The scope that a key needs for a route; None where keys have no business."""
    if route.tag in _NOT_FOR_KEYS:
        return None
    return _COMMAND_SCOPES.get(route.tag) if route.command else "read"


def signature(secret: bytes, timestamp: str, method: str, target: str, body: bytes) -> str:
    """What a program sends as X-Signature."""
    return hmac.new(secret, f"{timestamp}{method}{target}".encode() + body, hashlib.sha256).hexdigest()


class SignedRequests:
    """Accepts or refuses them."""

    def __init__(self, services: Services, trust: Trust, redis: Redis, clock: Clock) -> None:
        self._services = services
        self._trust = trust
        self._redis = redis
        self._clock = clock
        self._opened: dict[str, Opened] = {}

    def knows(self, key_id: str) -> bool:
        """Whether auth has vouched for a key already."""
        return key_id in self._opened

    async def verify(self, route: Route, request: Request) -> Signed:
        """Who signed this request, and that they may ask for this; raises otherwise."""
        if "authorization" in request.headers:
            raise Problem(401, "ambiguous_credentials", "Send a bearer token or an API key, not both.")
        key_id = request.headers[KEY_HEADER]
        timestamp = request.headers.get("x-timestamp", "")
        given = request.headers.get("x-signature", "").lower()
        self._check_time(timestamp)
        opened = await self._open(key_id, request)
        body = await read_body(request)
        wanted = signature(opened.secret, timestamp, request.method, _target(request), body)
        if not hmac.compare_digest(wanted.encode(), given.encode()):
            raise Problem(401, "signature_invalid", "The signature is not the one that this request has.")
        opened, user = await self._owner(key_id, request, opened)
        scope = scope_of(route)
        if scope is None or scope not in opened.scopes:
            wish = f"the scope {scope}" if scope else "a person's own sign-in"
            raise Problem(403, "scope_missing", f"This wants {wish}, which the key does not have.")
        if route.command:
            await self._use_once(key_id, given)
        return Signed(user, key_id, opened.access_token)

    async def _owner(self, key_id: str, request: Request, opened: Opened) -> tuple[Opened, User]:
        """Whose key it is, by a token that counts. Only who signed rightly comes here, so nobody else makes auth work."""
        try:
            return opened, await self._trust.users.verify(opened.access_token)
        except TokenRevoked:
            if self._opened.get(key_id) is opened:
                del self._opened[key_id]
        # Somebody else may have asked anew meanwhile.
        opened = await self._open(key_id, request)
        return opened, await self._trust.users.verify(opened.access_token)

    def _check_time(self, timestamp: str) -> None:
        if timestamp.isascii() and timestamp.isdecimal() and len(timestamp) in {10, 13}:
            seconds = int(timestamp) / (1 if len(timestamp) == 10 else 1000)
            if abs(datetime.fromtimestamp(seconds, UTC) - self._clock.now()) <= SKEW:
                return
        raise Problem(401, "timestamp_invalid", "X-Timestamp must be within 30 seconds of now.")

    async def _open(self, key_id: str, request: Request) -> Opened:
        known = self._opened.get(key_id)
        if known is not None and known.expires_at - self._clock.now() > _RENEWAL:
            return known
        try:
            # Asked as the gateway itself: this is about the key, and nobody is behind the request yet.
            with calling_as(Caller(request_id=request.scope["edge"].request_id)):
                answer = await self._services.api_keys.OpenApiKey(OpenApiKeyRequest(key_id=key_id))
        except ServiceError as error:
            self._opened.pop(key_id, None)
            if isinstance(error, NotFound | PermissionDenied) or error.reason == "INVALID_ARGUMENT":
                raise Problem(401, "api_key_unknown", "There is no such API key, or it has ended.") from error
            raise
        opened = Opened(
            answer.secret,
            frozenset(answer.scopes),
            answer.access_token,
            answer.expires_at.ToDatetime(tzinfo=UTC),
        )
        if len(self._opened) >= _OPENED_MAX:
            self._opened.pop(next(iter(self._opened)))
        self._opened[key_id] = opened
        return opened

    async def _use_once(self, key_id: str, given: str) -> None:
        lifetime = 2 * int(SKEW.total_seconds()) + 1
        try:
            fresh = await self._redis.set(f"signed:{key_id}:{given}", 1, nx=True, ex=lifetime)
        except (RedisError, OSError, TimeoutError) as error:
            raise Problem(
                503,
                "replay_protection_unavailable",
                "Signed commands are closed for a moment.",
                headers={"retry-after": "5"},
            ) from error
        if not fresh:
            raise Problem(
                401, "request_replayed", "This signature was used before; sign again with the time of now."
            )


def _target(request: Request) -> str:
    """Path and query as they came, not as they were decoded."""
    path = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path
