"""For how long each venue has said nothing, as the alert VenueSilent hears it: from the process that follows, while it does."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Self

from oraculum_kit.clock import Clock
from oraculum_market_data import metrics
from oraculum_market_data.intake import Heard
from oraculum_market_data.normal import Venue


class Ages:
    """The ages, for as long as the `with` lasts."""

    def __init__(self, heard: Mapping[Venue, Heard], clock: Clock) -> None:
        self._heard = heard
        self._clock = clock
        self._began_at: datetime | None = None

    def __enter__(self) -> Self:
        self._began_at = self._clock.now()
        return self

    def __exit__(self, *_: object) -> None:
        # Whoever follows from now on says them; an age that nobody renews would alarm for ever.
        metrics.AGE_SECONDS.clear()

    def show(self, venues: Iterable[Venue]) -> None:
        """Say them of these venues; one that never said a word has been silent since we began to follow it."""
        now = self._clock.now()
        began_at = self._began_at or now
        for venue in venues:
            last_at = max(self._heard[venue].last_at or began_at, began_at)
            metrics.AGE_SECONDS.labels(venue.value).set((now - last_at).total_seconds())
