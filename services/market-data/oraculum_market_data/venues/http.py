"""Asking a venue by HTTP: within its rate budget, with deadlines, and again where that may help.

A venue that throttles, fails or times out is asked again after a jittered pause, a few times; then the poll at hand
ends with `VenueAwayError` and the next one begins when it is due.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final, Self

import httpx

from oraculum_kit.clock import Clock
from oraculum_kit.retries import Backoff
from oraculum_market_data import metrics
from oraculum_market_data.errors import VenueAwayError
from oraculum_market_data.normal import Venue
from oraculum_market_data.recording.recorder import Keep
from oraculum_market_data.skew import Skew
from oraculum_market_data.venues.budget import RateBudget

Parameters = Mapping[str, str | int | Sequence[str]]

_ATTEMPTS: Final = 4
_TOO_MANY: Final = 429
# Polymarket's order books answer so while their engine restarts.
_TOO_EARLY: Final = 425
_PAUSE_MAX_SECONDS: Final = 30.0
_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
_LIMITS: Final = httpx.Limits(max_connections=8, max_keepalive_connections=4)
_HEADERS: Final = {"accept": "application/json", "user-agent": "oraculum-market-data"}


class VenueClient:
    """Asks one venue under one base address."""

    def __init__(
        self,
        venue: Venue,
        base_url: str,
        budget: RateBudget,
        skew: Skew,
        clock: Clock,
        keep: Keep | None = None,
        *,
        service: str = "",
    ) -> None:
        self._venue = venue
        self._service = service
        self._base_url = base_url.rstrip("/")
        self._budget = budget
        self._skew = skew
        self._clock = clock
        self._keep = keep
        self._backoff = Backoff(first_seconds=0.2, longest_seconds=5.0)
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT, limits=_LIMITS, headers=_HEADERS, follow_redirects=True
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, traceback)

    async def get(self, path: str, parameters: Parameters | None = None) -> bytes | None:
        """The body of an answer; None where the venue has no such thing."""
        problem = ""
        for attempt in range(1, _ATTEMPTS + 1):
            await self._budget.take(self._service, path)
            asked_at = self._clock.now()
            try:
                response = await self._client.get(f"{self._base_url}{path}", params=parameters)
            except httpx.HTTPError as error:
                self._count("no answer")
                problem = repr(error)
                pause = None
            else:
                self._count(str(response.status_code))
                self._note_time(response, asked_at)
                if response.is_success:
                    if self._keep is not None:
                        self._keep(self._venue, "rest", response.content, self._clock.now())
                    return response.content
                if not _passes(response.status_code):
                    return None
                problem = f"status {response.status_code}"
                pause = _asked_to_wait(response)
            if attempt < _ATTEMPTS:
                await asyncio.sleep(self._backoff.seconds(attempt) if pause is None else pause)
        raise VenueAwayError(f"{self._venue} does not serve {path}: {problem}")

    def _note_time(self, response: httpx.Response, asked_at: datetime) -> None:
        text = response.headers.get("date")
        if text is None or "age" in response.headers:
            # What a cache answers was dated when the cache got it.
            return
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return
        self._skew.answered(self._venue, date, asked_at, self._clock.now())

    def _count(self, answer: str) -> None:
        metrics.REQUESTS.labels(self._venue.value, answer).inc()


def _passes(status: int) -> bool:
    return status in {_TOO_MANY, _TOO_EARLY} or status >= 500


def _asked_to_wait(response: httpx.Response) -> float | None:
    """What the venue says in Retry-After, in seconds and bounded."""
    text = response.headers.get("retry-after", "")
    return min(float(text), _PAUSE_MAX_SECONDS) if text.isdecimal() else None
