"""Sumsub's HTTP API and its signed webhooks.

    KYC_PROVIDER=sumsub   KYC_URL=https://api.sumsub.com   KYC_LEVEL=basic-kyc-level
    KYC_APP_TOKEN=...     KYC_APP_SECRET=...               KYC_WEBHOOK_SECRET=...

Requests carry the HMAC of time, method, path and body under the app's secret; webhooks carry that of their body under
another one. Our check's id is the applicant's external id, so an applicant is made once, however often we ask.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import httpx
import iso3166
import structlog

from oraculum_auth.compliance.provider import Applicant, Document, KycProviderAway, Verdict, WebhookRefused
from oraculum_kit.clock import Clock
from oraculum_kit.errors import InvalidArgument, Violation

_log = structlog.stdlib.get_logger(__name__)

_TIMEOUT_SECONDS: Final = 15.0
_DIGESTS: Final = {"HMAC_SHA256_HEX": hashlib.sha256, "HMAC_SHA512_HEX": hashlib.sha512}
# Our clock, or too many requests: the next word finds it otherwise.
_COME_AGAIN: Final = frozenset({401, 408, 429})
_KINDS: Final = {
    "passport": "PASSPORT",
    "identity_card": "ID_CARD",
    "driving_licence": "DRIVERS",
    "residence_permit": "RESIDENCE_PERMIT",
    "utility_bill": "UTILITY_BILL",
}


@dataclass(frozen=True, slots=True)
class SumsubConfig:
    """How we are known there."""

    url: str
    level: str
    app_token: str
    app_secret: str
    webhook_secret: str


class Sumsub:
    """A provider of identity checks."""

    def __init__(self, config: SumsubConfig, http: httpx.AsyncClient, clock: Clock) -> None:
        self._config = config
        self._http = http
        self._clock = clock

    @property
    def name(self) -> str:
        """Its name in our routes."""
        return "sumsub"

    async def submit(self, applicant: Applicant) -> str:
        """Make the applicant known; found again where an earlier call made them."""
        first, _, last = applicant.legal_name.rpartition(" ")
        body = {
            "externalUserId": str(applicant.check_id),
            "fixedInfo": {
                "firstName": first or last,
                "lastName": last,
                "dob": applicant.birth.isoformat(),
                "country": _three_letters(applicant.country),
            },
        }
        path = "/resources/applicants?" + urlencode({"levelName": self._config.level})
        answer = await self._send("POST", path, json.dumps(body).encode(), "application/json")
        if answer.status_code == 409:
            path = f"/resources/applicants/-;externalUserId={applicant.check_id};/one"
            answer = await self._send("GET", path)
        return str(_object(answer)["id"])

    async def country(self, external_id: str) -> str | None:
        """The country of the address that was proved, or else the documents'."""
        answer = await self._send("GET", f"/resources/applicants/{external_id}/one")
        if answer.is_client_error and answer.status_code not in _COME_AGAIN:
            _log.error("kyc.not_told", status=answer.status_code, body=answer.text[:300])
            return None
        info = _object(answer).get("info")
        if info is None:
            return ""
        proved = info.get("addresses") if isinstance(info, dict) else ()
        try:
            said = [address.get("country") for address in proved or ()] + [info.get("country")]
            return next((_two_letters(country) for country in said if country), "")
        except (AttributeError, TypeError):
            # Whatever else stands there was understood by nobody.
            _log.exception("kyc.not_understood")
            return None

    async def add_document(self, external_id: str, document: Document) -> None:
        """Pass a document on, as multipart with its metadata."""
        metadata = json.dumps({"idDocType": _KINDS[document.kind], "country": document.country})
        made = httpx.Request(
            "POST",
            self._config.url,
            data={"metadata": metadata},
            files={"content": ("document", document.content, document.media_type)},
        )
        path = f"/resources/applicants/{external_id}/info/idDoc"
        _object(await self._send("POST", path, made.read(), made.headers["content-type"]))

    def verdict(self, headers: Mapping[str, str], body: bytes) -> Verdict | None:
        """What a webhook says, once its signature is proved; only a finished review is a verdict."""
        digest = _DIGESTS.get(headers.get("x-payload-digest-alg", ""))
        if digest is None:
            raise WebhookRefused
        wanted = hmac.new(self._config.webhook_secret.encode(), body, digest).hexdigest()
        if not hmac.compare_digest(wanted.encode(), headers.get("x-payload-digest", "").encode()):
            raise WebhookRefused
        try:
            return _verdict(json.loads(body))
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidArgument(violations=[Violation("body", "is not a webhook of Sumsub's")]) from error

    async def _send(
        self, method: str, path: str, body: bytes = b"", media_type: str | None = None
    ) -> httpx.Response:
        timestamp = str(int(self._clock.now().timestamp()))
        signed = timestamp.encode() + method.encode() + path.encode() + body
        headers = {
            "X-App-Token": self._config.app_token,
            "X-App-Access-Ts": timestamp,
            "X-App-Access-Sig": hmac.new(
                self._config.app_secret.encode(), signed, hashlib.sha256
            ).hexdigest(),
        }
        if media_type is not None:
            headers["content-type"] = media_type
        try:
            return await self._http.request(
                method, self._config.url + path, content=body, headers=headers, timeout=_TIMEOUT_SECONDS
            )
        except httpx.HTTPError as error:
            raise KycProviderAway from error


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        answer.raise_for_status()
        body = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        # What is wrong with our request is for operators to see; the person can only come again.
        _log.error("kyc.refused", status=answer.status_code, body=answer.text[:300])
        raise KycProviderAway from error
    if not isinstance(body, dict):
        raise KycProviderAway
    return body


def _three_letters(country: str) -> str:
    return iso3166.countries_by_alpha2[country].alpha3 if country in iso3166.countries_by_alpha2 else country


def _two_letters(country: str) -> str:
    """What we do not know stays as it is, and is nobody's country."""
    return iso3166.countries_by_alpha3[country].alpha2 if country in iso3166.countries_by_alpha3 else country


def _verdict(said: Any) -> Verdict | None:
    if said["type"] != "applicantReviewed":
        return None
    result = said["reviewResult"]
    approved: bool | None = result["reviewAnswer"] == "GREEN"
    if not approved and result.get("reviewRejectType") != "FINAL":
        approved = None
    said_at = datetime.fromtimestamp(int(said["createdAtMs"]) / 1000, UTC)
    reason = ", ".join(map(str, result.get("rejectLabels", ())))[:500]
    return Verdict(UUID(said["externalUserId"]), approved, reason, said_at)
