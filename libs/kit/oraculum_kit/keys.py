"""Ed25519 keys: read from PEM, published as a JWK set, looked up by key id.

A set comes from somewhere (auth's `GetJwks`, a file) through an injected coroutine, so the kit knows no service. It
is refreshed in the background when it grows old, and at once for a key id that nobody has seen, though not more often
than every few seconds: an attacker's invented key ids must not become a flood of requests.
"""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any, Final, Protocol

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from oraculum_kit.errors import Unavailable

_log = structlog.stdlib.get_logger(__name__)

FetchJwks = Callable[[], Awaitable[Mapping[str, Any]]]

REFRESH_SECONDS: Final = 300.0
UNKNOWN_KEY_WAIT_SECONDS: Final = 5.0


class KeysUnavailable(Unavailable):
    """The keys that prove tokens cannot be had at the moment."""

    reason = "KEYS_UNAVAILABLE"


class KeySource(Protocol):
    """Whoever can look up a public key."""

    async def key(self, key_id: str) -> Ed25519PublicKey | None:
        """The key, or None when there certainly is none; raises `KeysUnavailable` when nobody can say."""
        ...


def private_key(pem: str) -> Ed25519PrivateKey:
    """Read an Ed25519 private key."""
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"an Ed25519 key is wanted, not {type(key).__name__}")
    return key


def private_key_pem(key: Ed25519PrivateKey) -> str:
    """Write an Ed25519 private key."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def jwk(key_id: str, key: Ed25519PublicKey) -> dict[str, str]:
    """One public key as a JWK (RFC 8037)."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key_id, "x": x}


def jwks(keys: Iterable[tuple[str, Ed25519PublicKey]]) -> dict[str, list[dict[str, str]]]:
    """A JWK set."""
    return {"keys": [jwk(key_id, key) for key_id, key in keys]}


def read_jwks(document: Mapping[str, Any]) -> dict[str, Ed25519PublicKey]:
    """The Ed25519 keys of a set by key id; keys of other kinds are none of ours and left out."""
    keys: dict[str, Ed25519PublicKey] = {}
    for entry in document["keys"]:
        if entry.get("kty") == "OKP" and entry.get("crv") == "Ed25519" and entry.get("kid"):
            x = str(entry["x"])
            raw = base64.urlsafe_b64decode(x + "=" * (-len(x) % 4))
            keys[str(entry["kid"])] = Ed25519PublicKey.from_public_bytes(raw)
    return keys


def jwks_file(path: str) -> FetchJwks:
    """Fetch a set from a file, which may be replaced while we run (a mounted secret is)."""

    async def fetch() -> Mapping[str, Any]:
        # A few hundred bytes, every few minutes: no thread is worth that.
        document: Mapping[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))  # noqa: ASYNC240
        return document

    return fetch


class JwksAnswer(Protocol):
    """An rpc's answer that carries a set as JSON text."""

    @property
    def jwks_json(self) -> str:
        """The set."""
        ...


def jwks_rpc(call: Callable[[Any], Awaitable[JwksAnswer]], request: object) -> FetchJwks:
    """Fetch a set by an rpc: `JwksKeys(jwks_rpc(AuthServiceStub(channel).GetJwks, GetJwksRequest()))`."""

    async def fetch() -> Mapping[str, Any]:
        document: Mapping[str, Any] = json.loads((await call(request)).jwks_json)
        return document

    return fetch


class StaticKeys:
    """Keys that one holds oneself: auth its own, a test its own."""

    def __init__(self, keys: Mapping[str, Ed25519PublicKey]) -> None:
        self._keys = dict(keys)

    async def key(self, key_id: str) -> Ed25519PublicKey | None:
        """The key, if it is one of these."""
        return self._keys.get(key_id)


class JwksKeys:
    """Keys that somebody else holds.

    Once a set was had it serves for as long as its source is away: what it can verify was signed by a key that was
    good, and tokens are short.
    """

    def __init__(
        self,
        fetch: FetchJwks,
        *,
        refresh_seconds: float = REFRESH_SECONDS,
        unknown_key_wait_seconds: float = UNKNOWN_KEY_WAIT_SECONDS,
    ) -> None:
        self._fetch = fetch
        self._refresh_seconds = refresh_seconds
        self._unknown_key_wait_seconds = unknown_key_wait_seconds
        self._keys: dict[str, Ed25519PublicKey] | None = None
        self._attempted_at = float("-inf")
        self._failed = False
        self._refreshing: asyncio.Task[None] | None = None

    async def key(self, key_id: str) -> Ed25519PublicKey | None:
        """The key; asks the source when the set is missing, and now and then for a key id that it lacks."""
        age = monotonic() - self._attempted_at
        key = self._keys.get(key_id) if self._keys is not None else None
        if key is not None:
            if age > self._refresh_seconds:
                self._refresh()
            return key
        if self._refreshing is not None or age > self._unknown_key_wait_seconds:
            # Shielded: the request that began it may be cancelled, others wait for the same answer.
            await asyncio.shield(self._refresh())
        if self._keys is None or (self._failed and key_id not in self._keys):
            raise KeysUnavailable(retry_after_seconds=self._unknown_key_wait_seconds)
        return self._keys.get(key_id)

    def _refresh(self) -> asyncio.Task[None]:
        if self._refreshing is None:
            self._refreshing = asyncio.create_task(self._load(), name="jwks refresh")
        return self._refreshing

    async def _load(self) -> None:
        try:
            self._keys = read_jwks(await self._fetch())
            self._failed = False
        except Exception:  # noqa: BLE001  whatever is wrong with the source, old keys go on and the log says why
            self._failed = True
            _log.warning("keys.refresh_failed", exc_info=True)
        finally:
            self._attempted_at = monotonic()
            self._refreshing = None
