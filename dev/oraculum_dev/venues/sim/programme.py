"""Keeps the venues supplied: what the catalogue plans for a month, a day or a slot is listed when it begins."""

from collections.abc import Callable, Iterator

from oraculum_dev.venues.sim import catalogue
from oraculum_dev.venues.sim.terms import DAY, EventPlan, Venue
from oraculum_dev.venues.sim.world import World

Planner = Callable[[int, Venue, int], Iterator[EventPlan]]


def start(world: World, busy_per_venue: int | None = None) -> None:
    """List what stands now, and have the next day, month and slot list themselves.

    `busy_per_venue` repeats the long events under other keys until a venue has that many markets, for load.
    """
    for venue in Venue:
        world.add(catalogue.standing(world.seed, venue, world.now_ms))
        if busy_per_venue:
            _crowd(world, venue, busy_per_venue)
    _each(world, catalogue.slot, lambda at_ms: at_ms - at_ms % catalogue.SLOT + catalogue.SLOT)
    _each(world, catalogue.daily, lambda at_ms: at_ms - at_ms % DAY + DAY)
    _each(world, catalogue.monthly, _next_month)


def _next_month(at_ms: int) -> int:
    first, _ = catalogue.month_bounds(at_ms)
    return catalogue.month_bounds(first + 32 * DAY)[0]


def _each(world: World, planner: Planner, following: Callable[[int], int]) -> None:
    when = following(world.now_ms)

    def list_and_repeat() -> None:
        for venue in Venue:
            world.add(planner(world.seed, venue, when))
        _each(world, planner, following)

    world.at(when, list_and_repeat)


def _crowd(world: World, venue: Venue, markets: int) -> None:
    copy = 0
    while sum(len(event.markets) for event in world.events[venue].values()) < markets:
        copy += 1
        world.add(_copies(world.seed, venue, world.now_ms, copy))


def _copies(seed: int, venue: Venue, now_ms: int, copy: int) -> Iterator[EventPlan]:
    for plan in catalogue.monthly(seed + copy, venue, now_ms):
        yield catalogue.renamed(plan, f"X{copy}")
