"""What may go wrong on the way out: rates of faults, drawn frame by frame and answer by answer.

The venues' clients must survive all of this; the rates are set through the control routes and are 0 at the
start. Draws come from a seed, so a bad run can be had again.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

import msgspec

from oraculum_dev.venues.sim.chance import seeded
from oraculum_dev.venues.sim.terms import Venue


class Fault(StrEnum):
    """One kind of trouble."""

    DROP = "drop"
    STALL = "stall"
    SKIP = "skip"
    REPEAT = "repeat"
    RUBBISH = "rubbish"
    REORDER = "reorder"
    DELAY = "delay"
    TOO_MANY = "too_many_requests"
    SERVER_ERROR = "server_error"


ON_SOCKETS = (
    Fault.DROP,
    Fault.STALL,
    Fault.SKIP,
    Fault.REPEAT,
    Fault.RUBBISH,
    Fault.REORDER,
    Fault.DELAY,
)
ON_ANSWERS = (Fault.DROP, Fault.STALL, Fault.RUBBISH, Fault.TOO_MANY, Fault.SERVER_ERROR)


class Rates(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The rates, each the share of frames or answers that it hits, and how long a stall and a delay last.

    `requests_per_second` is what a venue grants one client: what is asked beyond is answered with 429. 0 grants all.
    """

    drop: float = 0.0
    stall: float = 0.0
    skip: float = 0.0
    repeat: float = 0.0
    rubbish: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0
    too_many_requests: float = 0.0
    server_error: float = 0.0
    stall_seconds: float = 10.0
    delay_seconds: float = 0.3
    requests_per_second: float = 0.0
    venues: tuple[Venue, ...] = tuple(Venue)

    def of(self, fault: Fault) -> float:
        """Return the rate of a fault."""
        rate: float = getattr(self, fault.value)
        return rate

    def problem(self) -> str | None:
        """Return what is wrong about the rates, if anything is."""
        for faults in (ON_SOCKETS, ON_ANSWERS):
            rates = [self.of(fault) for fault in faults]
            if min(rates) < 0 or sum(rates) > 1:
                return f"the rates of {', '.join(faults)} must not be negative nor sum to more than 1"
        for name in ("stall_seconds", "delay_seconds", "requests_per_second"):
            if getattr(self, name) < 0:
                return f"{name} must not be negative"
        return None


@dataclass(slots=True)
class Faults:
    """The faults of one stand-in, and how often each was made."""

    seed: int
    rates: Rates = Rates()  # noqa: RUF009 - frozen, so sharing it is safe
    made: dict[Fault, int] = field(default_factory=lambda: dict.fromkeys(Fault, 0))
    _random: Random = field(init=False)
    # When the next request of each venue is due, if requests come without a pause.
    _due: dict[Venue, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin the draws."""
        self._random = seeded(self.seed, "faults")

    def draw(self, venue: Venue, among: tuple[Fault, ...]) -> Fault | None:
        """Return the fault that happens now, if one does."""
        rates = self.rates
        if venue not in rates.venues:
            return None
        drawn = self._random.random()
        for fault in among:
            drawn -= rates.of(fault)
            if drawn < 0:
                self.made[fault] += 1
                return fault
        return None

    def exceeds(self, venue: Venue, now: float) -> bool:
        """Whether a request comes before the venue grants another; a second's worth may come at once."""
        granted = self.rates.requests_per_second
        if not granted or venue not in self.rates.venues:
            return False
        due = max(self._due.get(venue, 0.0), now - 1.0)
        if due > now:
            self.made[Fault.TOO_MANY] += 1
            return True
        self._due[venue] = due + 1.0 / granted
        return False

    @property
    def quiet(self) -> bool:
        """Whether nothing goes wrong at all, which is worth knowing before every frame."""
        rates = self.rates
        return not rates.requests_per_second and not any(rates.of(fault) for fault in Fault)
