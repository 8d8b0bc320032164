"""A provider of identity checks for a developer's machine: Sumsub's HTTP API, and webhooks signed as Sumsub signs them.

    python -m oraculum_dev.kyc --listen 127.0.0.1:8032 --webhook http://127.0.0.1:8000/api/v1/webhooks/kyc/sumsub

Whoever sends a picture of a passport is approved, unless their last name is Refused (rejected for ever) or Unclear (asked
again). What is no picture is kept and decides nothing, so that made-up documents leave everybody as they are.
Requests that are not signed as they should be are refused, so what works here was signed right.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from typing import Any, Final
from uuid import uuid4

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from oraculum_dev.kyc_keys import APP_SECRET, APP_TOKEN, WEBHOOK_SECRET
from oraculum_kit.clock import SystemClock

TELLINGS: Final = 30
TELL_AGAIN_SECONDS: Final = 1.0


@dataclass
class Provider:
    """What it knows, and where its webhooks go."""

    webhook_url: str = ""
    applicants: dict[str, dict[str, Any]] = field(default_factory=dict)
    documents: dict[str, list[str]] = field(default_factory=dict)
    # Where documents say that people live, in three letters; where people say it, unless this is set.
    country: str = ""
    # What it says of applicants in the place of a country, and how; as a provider that shows us no applicants.
    info: Any = None
    find_status: int = 200
    # Answers with nothing but 503, as a provider does that is down.
    broken: bool = False
    _telling: set[asyncio.Task[None]] = field(default_factory=set)

    def app(self) -> Starlette:
        """The HTTP API."""
        return Starlette(
            routes=[
                Route("/resources/applicants", self._checked(self._create), methods=["POST"]),
                Route("/resources/applicants/{word:path}/one", self._checked(self._find), methods=["GET"]),
                Route(
                    "/resources/applicants/{id}/info/idDoc", self._checked(self._document), methods=["POST"]
                ),
            ]
        )

    def _checked(self, handle: Callable[[Request], Awaitable[Response]]) -> Any:
        async def answer(request: Request) -> Response:
            if self.broken:
                return Response(status_code=503)
            return await handle(request) if await _signed(request) else Response(status_code=401)

        return answer

    async def _create(self, request: Request) -> Response:
        asked = await request.json()
        known = self._by_external_id(asked["externalUserId"])
        if known is not None:
            text = (
                f"Applicant with external user id '{asked['externalUserId']}' already exists: {known['id']}"
            )
            return JSONResponse({"code": 409, "description": text}, 409)
        made = {**asked, "id": uuid4().hex[:24]}
        self.applicants[made["id"]] = made
        return JSONResponse(made, 201)

    async def _find(self, request: Request) -> Response:
        word = request.path_params["word"]
        external_id = word.partition("externalUserId=")[2].rstrip(";")
        known = self._by_external_id(external_id) if external_id else self.applicants.get(word)
        if known is None:
            return Response(status_code=404)
        country = self.country or known["fixedInfo"].get("country", "")
        return JSONResponse({**known, "info": self.info or {"country": country}}, self.find_status)

    async def _document(self, request: Request) -> Response:
        applicant = self.applicants.get(request.path_params["id"])
        if applicant is None:
            return Response(status_code=404)
        metadata = json.loads(_part(request.headers["content-type"], await request.body(), "metadata"))
        self.documents.setdefault(applicant["id"], []).append(metadata["idDocType"])
        content = _part(request.headers["content-type"], await request.body(), "content")
        if metadata["idDocType"] == "PASSPORT" and self.webhook_url and _is_picture(content):
            task = asyncio.create_task(self._tell(applicant))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)
        return JSONResponse(metadata)

    def _by_external_id(self, external_id: str) -> dict[str, Any] | None:
        found = (one for one in self.applicants.values() if one["externalUserId"] == external_id)
        return next(found, None)

    async def _tell(self, applicant: dict[str, Any]) -> None:
        """Say it until it is heard, as a provider does: whoever should hear may just be starting again."""
        headers, body = webhook(applicant["externalUserId"], applicant["fixedInfo"]["lastName"])
        async with httpx.AsyncClient() as http:
            for _ in range(TELLINGS):
                with suppress(httpx.TransportError):
                    said = await http.post(self.webhook_url, content=body, headers=headers)
                    if not said.is_server_error:
                        return
                await asyncio.sleep(TELL_AGAIN_SECONDS)


def webhook(
    external_id: str, last_name: str = "", *, at: datetime | None = None, secret: str = WEBHOOK_SECRET
) -> tuple[dict[str, str], bytes]:
    """A webhook that tells of a finished review, signed."""
    result: dict[str, Any] = {"reviewAnswer": "GREEN"}
    if last_name in {"Refused", "Unclear"}:
        kind = "FINAL" if last_name == "Refused" else "RETRY"
        result = {"reviewAnswer": "RED", "reviewRejectType": kind, "rejectLabels": ["FORGERY"]}
    said = {
        "type": "applicantReviewed",
        "externalUserId": external_id,
        "reviewStatus": "completed",
        "reviewResult": result,
        "createdAtMs": str(int((at or SystemClock().now()).timestamp() * 1000)),
    }
    body = json.dumps(said).encode()
    headers = {
        "content-type": "application/json",
        "x-payload-digest-alg": "HMAC_SHA256_HEX",
        "x-payload-digest": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }
    return headers, body


def _part(content_type: str, body: bytes, name: str) -> bytes:
    """One part of a multipart body, as the library of mails reads it."""
    parsed = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    for part in parsed.walk():
        if part.get_param("name", header="content-disposition") == name:
            return bytes(part.get_payload(decode=True))
    raise KeyError(name)


def _is_picture(content: bytes) -> bool:
    """Whether it begins and ends as a whole PNG or JPEG does."""
    is_png = content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(b"IEND\xaeB`\x82")
    return is_png or (content.startswith(b"\xff\xd8\xff") and content.endswith(b"\xff\xd9"))


async def _signed(request: Request) -> bool:
    timestamp = request.headers.get("x-app-access-ts", "")
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    signed = timestamp.encode() + request.method.encode() + target.encode() + await request.body()
    wanted = hmac.new(APP_SECRET.encode(), signed, hashlib.sha256).hexdigest()
    given = request.headers.get("x-app-access-sig", "")
    return request.headers.get("x-app-token") == APP_TOKEN and hmac.compare_digest(wanted, given)


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--listen", default="127.0.0.1:8032")
    parser.add_argument("--webhook", required=True)
    options = parser.parse_args()
    host, _, port = options.listen.rpartition(":")
    uvicorn.run(Provider(options.webhook).app(), host=host, port=int(port), log_level="warning")


if __name__ == "__main__":
    main()
