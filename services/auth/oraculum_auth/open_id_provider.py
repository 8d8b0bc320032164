"""One provider of OpenID Connect: what its discovery document says, and what its tokens prove.

The authorization code flow (OpenID Connect Core 1.0 section 3.1) with PKCE (RFC 7636). The provider's word counts only
when its signature is good, by a key of its own set, with an algorithm whose verification key is public, and when it was
spoken to us, about this very sign-in, just now.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import structlog
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]  # untyped library
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]  # untyped library
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # untyped library
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from oraculum_auth.errors import OpenIdProviderAway, OpenIdRefused
from oraculum_kit.clock import Clock

_log = structlog.stdlib.get_logger(__name__)

WELL_KNOWN: Final = "/.well-known/openid-configuration"
SCOPE: Final = "openid email profile"
# Only those that need a private key: with a symmetric one whoever can verify can forge.
_ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
_TIMEOUT_SECONDS: Final = 5.0
_METADATA_LIFE: Final = timedelta(hours=1)
# Keys are asked for anew when one is unknown, but no more often than this, whatever strangers send.
_KEYS_AGE_MIN: Final = timedelta(seconds=30)
_SKEW_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """A provider as the operator names it."""

    name: str
    discovery_url: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at a provider."""

    issuer: str
    subject: str
    # Only where the provider says that it proved the address itself.
    email: str | None
    name: str


@dataclass(frozen=True, slots=True)
class _Metadata:
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    read_at: datetime


class Provider:
    """Talks to one provider. `redirect_uri` is where its answers come back to."""

    def __init__(
        self, config: ProviderConfig, redirect_uri: str, http: httpx.AsyncClient, clock: Clock
    ) -> None:
        self._config = config
        self._redirect_uri = redirect_uri
        self._http = http
        self._clock = clock
        self._metadata: _Metadata | None = None
        self._keys: tuple[KeySet, datetime] | None = None
        self._reading = asyncio.Lock()

    async def authorization_url(self, *, state: str, nonce: str, code_verifier: str) -> str:
        """Where the browser goes."""
        metadata = await self._discovered()
        url: str = prepare_grant_uri(
            metadata.authorization_endpoint,
            self._config.client_id,
            "code",
            redirect_uri=self._redirect_uri,
            scope=SCOPE,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(code_verifier),
            code_challenge_method="S256",
        )
        return url

    async def identity(self, *, code: str, issuer: str, nonce: str, code_verifier: str) -> Identity:
        """Exchange the code for the provider's word on who came. `issuer` is what the answer named, if it did."""
        metadata = await self._discovered()
        if issuer and issuer != metadata.issuer:
            raise OpenIdRefused
        answer = await self._exchange(metadata, code, code_verifier)
        id_token = answer.get("id_token")
        if not isinstance(id_token, str):
            raise OpenIdRefused
        claims = await self._claims(metadata, id_token, nonce, str(answer.get("access_token", "")))
        email = claims.get("email")
        proved = claims.get("email_verified") is True and isinstance(email, str)
        return Identity(
            metadata.issuer, str(claims["sub"]), email if proved else None, str(claims.get("name", ""))
        )

    async def _exchange(self, metadata: _Metadata, code: str, code_verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": code_verifier,
        }
        credentials = (self._config.client_id, self._config.client_secret)
        try:
            response = await self._http.post(
                metadata.token_endpoint, data=form, auth=credentials, timeout=_TIMEOUT_SECONDS
            )
        except httpx.HTTPError as error:
            raise OpenIdProviderAway from error
        if 400 <= response.status_code < 500:
            # Used before, expired, or never given out: RFC 6749 section 5.2.
            _log.info("open_id.refused", provider=self._config.name, status=response.status_code)
            raise OpenIdRefused
        return self._object(response)

    async def _claims(
        self, metadata: _Metadata, id_token: str, nonce: str, access_token: str
    ) -> dict[str, Any]:
        try:
            try:
                token = jwt.decode(id_token, await self._key_set(metadata), algorithms=_ALGORITHMS)
            except ValueError:
                # No key of that id: the provider may have turned them.
                token = jwt.decode(
                    id_token, await self._key_set(metadata, renew=True), algorithms=_ALGORITHMS
                )
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": metadata.issuer},
                    "aud": {"essential": True, "value": self._config.client_id},
                    "sub": {"essential": True},
                },
                params={"nonce": nonce, "client_id": self._config.client_id, "access_token": access_token},
            )
            claims.validate(now=int(self._clock.now().timestamp()), leeway=_SKEW_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            _log.warning("open_id.bad_token", provider=self._config.name, error=repr(error))
            raise OpenIdRefused from error
        return dict(token.claims)

    async def _discovered(self) -> _Metadata:
        async with self._reading:
            now = self._clock.now()
            if self._metadata is None or now - self._metadata.read_at > _METADATA_LIFE:
                self._metadata = await self._read_metadata(now)
            return self._metadata

    async def _read_metadata(self, now: datetime) -> _Metadata:
        document = await self._get(self._config.discovery_url)
        try:
            metadata = _Metadata(
                issuer=str(document["issuer"]),
                authorization_endpoint=str(document["authorization_endpoint"]),
                token_endpoint=str(document["token_endpoint"]),
                jwks_uri=str(document["jwks_uri"]),
                read_at=now,
            )
        except KeyError as error:
            raise OpenIdProviderAway from error
        if metadata.issuer.rstrip("/") + WELL_KNOWN != self._config.discovery_url:
            # Section 4.3: whoever speaks for another issuer is not believed.
            _log.error("open_id.foreign_issuer", provider=self._config.name, issuer=metadata.issuer)
            raise OpenIdProviderAway
        secure = urlsplit(self._config.discovery_url).scheme
        for url in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
            if secure == "https" and urlsplit(url).scheme != "https":
                raise OpenIdProviderAway
        return metadata

    async def _key_set(self, metadata: _Metadata, *, renew: bool = False) -> KeySet:
        async with self._reading:
            now = self._clock.now()
            age = None if self._keys is None else now - self._keys[1]
            if self._keys is None or age is None or age > _METADATA_LIFE or (renew and age > _KEYS_AGE_MIN):
                document: Any = await self._get(metadata.jwks_uri)
                self._keys = KeySet.import_key_set(document), now
            return self._keys[0]

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            return self._object(await self._http.get(url, timeout=_TIMEOUT_SECONDS))
        except httpx.HTTPError as error:
            raise OpenIdProviderAway from error

    def _object(self, response: httpx.Response) -> dict[str, Any]:
        """The JSON object of an answer; an answer that is none is as good as no answer."""
        try:
            response.raise_for_status()
            body = response.json()
        except (httpx.HTTPError, ValueError) as error:
            _log.warning("open_id.away", provider=self._config.name, error=repr(error))
            raise OpenIdProviderAway from error
        if not isinstance(body, dict):
            raise OpenIdProviderAway
        return body
