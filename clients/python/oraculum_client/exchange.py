"""One request and its answer, the same for both kinds of client: written, judged, read."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import httpx
import msgspec

from oraculum_client.credentials import Credentials
from oraculum_client.problems import Document, OutcomeUnknown, Problem

T = TypeVar("T")

# After these nobody knows what happened; a read, or a command with its key, may be sent again.
UNKNOWN: Final = frozenset({502, 503, 504})
_PAUSE_SECONDS: Final = 0.2
_PAUSE_SECONDS_MAX: Final = 5.0


@dataclass(frozen=True)
class Ask:
    """A request before it is sent."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    # None for what is no command; empty where the caller gave no key of their own.
    key: str | None = None
    # What the device is called, where somebody signs in.
    device_id: str = ""

    @property
    def target(self) -> str:
        """Path and query as they go out."""
        given = {name: _plain(value) for name, value in self.query.items() if value is not None}
        return f"{self.path}?{urlencode(given)}" if given else self.path

    def keyed(self) -> "Ask":
        """The same with a key, so that it can be sent again."""
        if self.key is None or self.key:
            return self
        key = str(uuid.uuid4())  # lint-allow kit-only: a client has nothing of the house
        return replace(self, key=key)

    def request(self, client: httpx.Client | httpx.AsyncClient, credentials: Credentials) -> httpx.Request:
        """The request; signed anew each time, since a signature serves once."""
        content = b""
        headers = {"accept": "application/json"}
        if self.body is not None:
            given = {name: value for name, value in self.body.items() if value is not None}
            content = msgspec.json.encode(given, enc_hook=str)
            headers["content-type"] = "application/json"
        if self.key:
            headers["idempotency-key"] = self.key
        if self.device_id:
            headers["x-device-id"] = self.device_id
        headers.update(credentials.headers(self.method, self.target, content))
        return client.build_request(self.method, self.target, content=content or None, headers=headers)


def segment(value: object) -> str:
    """A parameter of a path as it stands in it."""
    return quote(str(value), safe="")


def pause(response: httpx.Response | None, attempt: int) -> float:
    """How long to wait before the next attempt."""
    told = "" if response is None else response.headers.get("retry-after", "")
    if told.isdecimal():
        return min(float(told), _PAUSE_SECONDS_MAX)
    return min(_PAUSE_SECONDS * 2.0**attempt, _PAUSE_SECONDS_MAX) * random.uniform(0.5, 1.0)  # noqa: S311  no secret


def read(ask: Ask, response: httpx.Response, shape: type[T]) -> T:
    """The answer as its shape; raises what the API says instead."""
    check(ask, response)
    return msgspec.json.decode(response.content, type=shape)


def check(ask: Ask, response: httpx.Response) -> None:
    """Raise what the API says instead of an answer."""
    if response.is_success or response.is_redirect:
        return
    document = _document(response)
    if response.status_code in UNKNOWN:
        raise OutcomeUnknown(document, ask.key)
    raise Problem(document)


def _document(response: httpx.Response) -> Document:
    try:
        return msgspec.json.decode(response.content, type=Document)
    except msgspec.DecodeError:
        return Document(status=response.status_code, detail=response.text[:500])


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)
