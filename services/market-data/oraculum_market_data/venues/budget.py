"""How often a venue may be asked: its own published rates, and below them the pace that the operator wants.

Whoever asks a venue shares its budget, whichever of its services is asked: a venue counts what comes from one address.
A published rate is so many requests in a moving window; where several hold (a service's, and that of one of its
listings), all of them do.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

from oraculum_market_data.normal import Venue


@dataclass(frozen=True, slots=True)
class Rate:
    """A published rate, and what it is about: a service of the venue, and paths that begin so."""

    requests: int
    seconds: float
    service: str = ""
    path: str = ""

    def holds_for(self, service: str, path: str) -> bool:
        """Whether a request counts here."""
        return self.service in {"", service} and path.startswith(self.path)


# As of July 2026. Kalshi's is that of the lowest tier of keys, at ten tokens a request; without one it publishes none.
PUBLISHED: Final[Mapping[Venue, Sequence[Rate]]] = {
    Venue.POLYMARKET: (
        Rate(15_000, 10),
        Rate(4_000, 10, "gamma"),
        Rate(500, 10, "gamma", "/events"),
        Rate(300, 10, "gamma", "/markets"),
        Rate(1_000, 10, "data"),
        Rate(200, 10, "data", "/trades"),
        Rate(9_000, 10, "clob"),
        Rate(1_500, 10, "clob", "/book"),
    ),
    Venue.KALSHI: (Rate(20, 1),),
    Venue.MANIFOLD: (Rate(500, 60),),
}


class _Window:
    """The requests of the last seconds that count for one rate."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._made: deque[float] = deque()

    def wait(self, now: float) -> float:
        """How long until one more request is within the rate."""
        while self._made and self._made[0] <= now - self.rate.seconds:
            self._made.popleft()
        if len(self._made) < self.rate.requests:
            return 0.0
        return self._made[len(self._made) - self.rate.requests] + self.rate.seconds - now

    def note(self, at: float) -> None:
        """A request is made then."""
        self._made.append(at)


class RateBudget:
    """Spreads the requests to one venue: as many a second as the operator wants, never more than the venue grants."""

    def __init__(
        self,
        per_second: float,
        published: Sequence[Rate] = (),
        *,
        burst: int = 5,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._interval = 1 / per_second
        self._burst_seconds = burst * self._interval
        self._windows = [_Window(rate) for rate in published]
        self._now = now
        # When the next request would be due if the budget had been used without a pause.
        self._due = 0.0

    async def take(self, service: str = "", path: str = "") -> None:
        """Wait until the next request is within the budget."""
        wait = self.reserve(service, path)
        if wait > 0:
            await asyncio.sleep(wait)

    def reserve(self, service: str, path: str) -> float:
        """Take the next place in the budget, and say how long to wait for it."""
        now = self._now()
        self._due = max(self._due, now - self._burst_seconds) + self._interval
        at = max(self._due, now)
        counting = [window for window in self._windows if window.rate.holds_for(service, path)]
        # A later window may move it on so far that an earlier one lets it through: the latest of all is right for each.
        at += max((window.wait(at) for window in counting), default=0.0)
        for window in counting:
            window.note(at)
        return at - now
