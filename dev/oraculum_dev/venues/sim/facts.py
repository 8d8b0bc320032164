"""What the simulation tells its listeners. Each venue's wires say it in that venue's words."""

from collections.abc import Callable
from dataclasses import dataclass

from oraculum_dev.venues.sim.book import LevelChange
from oraculum_dev.venues.sim.market import Event, Market, Trade
from oraculum_dev.venues.sim.terms import Phase


@dataclass(frozen=True, slots=True)
class BookMoved:
    """Levels of one book changed, all at one moment."""

    market: Market
    changes: tuple[LevelChange, ...]
    top_changed: bool
    at_ms: int


@dataclass(frozen=True, slots=True)
class Traded:
    """A trade happened; where there is a book, the change that it made is a fact of its own before this one."""

    market: Market
    trade: Trade
    at_ms: int


@dataclass(frozen=True, slots=True)
class StepChanged:
    """The price grid of a market became finer or coarser."""

    market: Market
    old: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    """An event was listed, opened, closed, was determined or became final."""

    event: Event
    phase: Phase
    at_ms: int


@dataclass(frozen=True, slots=True)
class CloseMoved:
    """The announced close of an event moved."""

    event: Event
    at_ms: int


Fact = BookMoved | Traded | StepChanged | PhaseChanged | CloseMoved
Listener = Callable[[Fact], None]
