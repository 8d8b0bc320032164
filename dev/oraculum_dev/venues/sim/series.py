"""The scripted series: a market opens every few seconds and is resolved a little later, for ever.

The platform stops taking bets five minutes before a market's start, so each market announces a start (its
game start, or its close) that lies the tradable time and those five minutes ahead, and the venue then ends
it early. The serial is the second in which it opened: it never comes back, whenever the server is started.
"""

from dataclasses import dataclass

from oraculum_dev.venues.sim import subjects
from oraculum_dev.venues.sim.market import Event
from oraculum_dev.venues.sim.terms import MINUTE, SECOND, EventPlan, Question, Topic, Venue
from oraculum_dev.venues.sim.world import World

LOCK_BEFORE_START_MS = 5 * MINUTE
_VENUES = (Venue.POLYMARKET, Venue.KALSHI, Venue.MANIFOLD)


@dataclass(frozen=True, slots=True)
class Timing:
    """How the series runs, in seconds; `every` of 0 stops it."""

    every: float = 6.0
    tradable: float = 25.0
    resolve_after: float = 35.0
    settle: float = 2.0

    def __post_init__(self) -> None:
        """Refuse a timing in which a market would end before it could have been traded."""
        if self.every < 0 or self.tradable <= 0 or self.resolve_after - self.settle < self.tradable:
            raise ValueError(
                "the series needs every >= 0, tradable > 0 and resolve_after - settle >= tradable, "
                f"not {self.every}, {self.tradable}, {self.resolve_after}, {self.settle}"
            )


class Series:
    """Opens the markets of the series on the venues in turn."""

    def __init__(self, world: World, timing: Timing) -> None:
        self._world = world
        self.timing = timing
        self._turn = 0
        self._last_serial = 0
        if timing.every:
            world.at(world.now_ms, self._open_and_repeat)

    def _open_and_repeat(self) -> None:
        self.open_one()
        self._world.at(self._world.now_ms + int(self.timing.every * SECOND), self._open_and_repeat)

    def open_one(self, venue: Venue | None = None, chance: float | None = None) -> Event:
        """Open a scripted market now, on the venue whose turn it is unless one is named."""
        if venue is None:
            venue = _VENUES[self._turn % len(_VENUES)]
            self._turn += 1
        self._last_serial = max(self._last_serial + 1, self._world.now_ms // SECOND)
        plan = self._plan(venue, self._last_serial, 0.5 if chance is None else chance)
        self._world.add([plan])
        return self._world.events[venue][plan.key]

    def _plan(self, venue: Venue, serial: int, chance: float) -> EventPlan:
        now = self._world.now_ms
        starts = now + int(self.timing.tradable * SECOND) + LOCK_BEFORE_START_MS
        final = now + int(self.timing.resolve_after * SECOND)
        title = f"{subjects.SCRIPTED_QUESTIONS[serial % len(subjects.SCRIPTED_QUESTIONS)]} (№ {serial})"
        named_start = venue is Venue.POLYMARKET
        return EventPlan(
            venue=venue,
            key=f"KXSCRIPT-{serial}",
            series="KXSCRIPT",
            topic=Topic.SPORTS,
            title=title,
            rules="A scripted market of the stand-in venue: it ends a few seconds after it stops being traded.",
            questions=(Question(f"KXSCRIPT-{serial}", title, f"№ {serial}", chance),),
            opens_ms=now,
            starts_ms=starts if named_start else None,
            closes_ms=starts + 10 * MINUTE if named_start else starts,
            determines_ms=final - int(self.timing.settle * SECOND),
            finalizes_ms=final,
            volatility=0.04,
            serial=serial,
        )

    def events(self) -> list[Event]:
        """Return the scripted events that are still known, oldest first."""
        found = [event for events in self._world.events.values() for event in events.values()]
        return sorted(
            (event for event in found if event.plan.scripted), key=lambda event: event.plan.serial or 0
        )
