"""The vocabulary of the simulation: venues, topics, phases and the plan of an event.

Times are milliseconds since 1970, prices thousandths of a dollar, sizes hundredths of a share. These are the
finest units that all three venues share, and integers keep a run the same on every machine.
"""

from dataclasses import dataclass
from enum import StrEnum

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

DOLLAR = 1_000
"""One dollar in thousandths: the price of certainty."""


class Venue(StrEnum):
    """The venues, named as the platform names them."""

    POLYMARKET = "polymarket"
    KALSHI = "kalshi"
    MANIFOLD = "manifold"


class Topic(StrEnum):
    """What a market is about; each venue has its own name for it."""

    SPORTS = "sports"
    POLITICS = "politics"
    CRYPTO = "crypto"
    WEATHER = "weather"
    ECONOMICS = "economics"
    ENTERTAINMENT = "entertainment"


class Phase(StrEnum):
    """Where a market stands; every venue passes through these under names of its own."""

    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"
    DETERMINED = "determined"
    FINAL = "final"


class Verdict(StrEnum):
    """How a question ended."""

    YES = "yes"
    NO = "no"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Question:
    """One proposition that is true or false in the end."""

    key: str
    title: str
    label: str
    chance: float


@dataclass(frozen=True, slots=True)
class EventPlan:
    """What a venue lists, with every moment of its life; the outcome is no part of it.

    `closes_ms` is the close that the venue announces. Where `determines_ms` comes before it, the venue closes
    early, as all three of them may.
    """

    venue: Venue
    key: str
    series: str
    topic: Topic
    title: str
    rules: str
    questions: tuple[Question, ...]
    opens_ms: int
    closes_ms: int
    determines_ms: int
    finalizes_ms: int
    starts_ms: int | None = None
    exclusive: bool = False
    outcomes: tuple[str, str] = ("Yes", "No")
    step: int = 10
    volatility: float = 0.02
    serial: int | None = None

    @property
    def scripted(self) -> bool:
        """Whether this event belongs to the scripted series."""
        return self.serial is not None
