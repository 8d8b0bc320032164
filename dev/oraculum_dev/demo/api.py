"""The public HTTP API as a careful client uses it: every command has a key, and what is unknown is asked again."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

# After these the outcome is unknown; the same key tells the truth.
UNKNOWN = frozenset({502, 503, 504})
PAUSE_SECONDS = 0.25
PAUSE_SECONDS_MAX = 2.0
REQUEST_SECONDS = 10.0


class StoryError(Exception):
    """The story cannot go on; the text says what it waited for, or what it met."""


class RefusedError(Exception):
    """A 4xx: a problem document that names its rule. Nothing moved."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        """The rule, for programs."""
        return str(self.problem.get("code"))


@dataclass(frozen=True)
class Answer:
    """A 2xx."""

    status: int
    body: Any
    headers: Mapping[str, str]


def new_key() -> str:
    """A key for one command, the same however often it is asked."""
    return str(uuid4())


@dataclass
class Api:
    """A client of one suite."""

    url: str
    patience_seconds: float = 60.0
    asked_again: int = 0
    _client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self._client = httpx.AsyncClient(base_url=f"{self.url}/api/v1", timeout=REQUEST_SECONDS)

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def get(self, path: str, token: str | None = None, **query: str | int) -> Any:
        """Read something."""
        return (await self.ask("GET", path, token=token, query=query)).body

    async def post(self, path: str, body: Mapping[str, Any], token: str | None, key: str) -> Answer:
        """Give a command."""
        return await self.ask("POST", path, token=token, body=body, key=key)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
        query: Mapping[str, str | int] | None = None,
        traceparent: str | None = None,
    ) -> Answer:
        """Ask until there is an answer that says what happened; give up, by name, when patience ends."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        if key:
            headers["idempotency-key"] = key
        if traceparent:
            headers["traceparent"] = traceparent
        deadline, trouble = time.monotonic() + self.patience_seconds, ""
        while time.monotonic() < deadline:
            pause = PAUSE_SECONDS
            try:
                response = await self._client.request(
                    method, path, json=body, headers=headers, params=dict(query or {})
                )
            except httpx.TransportError as error:
                trouble = f"{type(error).__name__} {error}".strip()
            else:
                if response.status_code not in UNKNOWN | {429}:
                    return _settled(method, path, response)
                trouble = f"{response.status_code} {response.text[:200]}"
                pause = _pause(response)
            self.asked_again += 1
            await asyncio.sleep(pause)
        raise StoryError(
            f"{method} {path} gave no certain answer in {self.patience_seconds:.0f} s: {trouble}"
        )


def _settled(method: str, path: str, response: httpx.Response) -> Answer:
    body = response.json() if response.content else None
    if response.is_success:
        return Answer(response.status_code, body, response.headers)
    if response.is_server_error or not isinstance(body, dict):
        raise StoryError(f"{method} {path} answered {response.status_code}: {response.text[:500]}")
    raise RefusedError(response.status_code, body)


def _pause(response: httpx.Response) -> float:
    text = response.headers.get("retry-after", "")
    return min(float(text), PAUSE_SECONDS_MAX) if text.isdecimal() else PAUSE_SECONDS
