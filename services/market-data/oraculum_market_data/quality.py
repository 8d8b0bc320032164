"""What is wrong with what the venues say, as incidents with a beginning and an end.

An incident is a condition of a venue, of a market or of one outcome. Some conditions last until they are seen to be over
(a crossed top, a gap, silence); others are momentary (a time that ran backwards, a trade told twice): those are over
when they have not been seen for a while, and count how often they were. It is pure: times come from the caller.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.ids import uuid7
from oraculum_market_data.normal import Venue


class Kind(StrEnum):
    """What is wrong."""

    STALE = "stale"
    GAP = "gap"
    CROSSED = "crossed"
    LOCKED = "locked"
    OUT_OF_RANGE = "out_of_range"
    TIME_BACKWARDS = "time_backwards"
    DUPLICATE = "duplicate"
    SUM = "sum"
    SILENT = "silent"
    SKEW = "skew"


MOMENTARY: Final = frozenset({Kind.TIME_BACKWARDS, Kind.DUPLICATE, Kind.OUT_OF_RANGE})
# A momentary condition that was not seen for this long is over; its end is when it was seen last.
_QUIET: Final = timedelta(seconds=60)
# A top may cross or lock for a moment, and the sum of two prices is off while one of them has moved: that is trading.
_TOLERATED: Final = {
    Kind.CROSSED: timedelta(seconds=2),
    Kind.LOCKED: timedelta(seconds=2),
    Kind.SUM: timedelta(seconds=5),
}


class Subject(NamedTuple):
    """What an incident is about: a venue, one of its markets, or one outcome of that."""

    venue: Venue
    market_id: str = ""
    outcome: int | None = None


@dataclass(slots=True)
class Incident:
    """A condition, from when to when."""

    kind: Kind
    subject: Subject
    started_at: datetime
    detail: str
    ended_at: datetime | None = None
    occurrences: int = 1
    seen_at: datetime = field(init=False)
    id: UUID = field(default_factory=uuid7)

    def __post_init__(self) -> None:
        self.seen_at = self.started_at


class Watch:
    """The incidents that are under way, and those that nobody has written down yet."""

    def __init__(self, incidents_max: int = 20_000) -> None:
        self._max = incidents_max
        self._open: dict[tuple[Kind, Subject], Incident] = {}
        # Conditions that are tolerated for a moment, and since when they hold.
        self._suspected: dict[tuple[Kind, Subject], Incident] = {}
        self._changed: dict[UUID, Incident] = {}
        self._flags: dict[Subject, set[Kind]] = {}
        self._flags_changed: set[tuple[Venue, str]] = set()

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Incident]:
        return iter(list(self._open.values()))

    def begin(self, kind: Kind, subject: Subject, at: datetime, detail: str) -> None:
        """A condition holds; what is known already is only seen again."""
        name = kind, subject
        known = self._open.get(name)
        if known is not None:
            self._again(known, at)
            return
        if name in self._suspected or len(self._open) >= self._max:
            return
        incident = Incident(kind, subject, at, detail)
        if kind in _TOLERATED:
            self._suspected[name] = incident
        else:
            self._raise(incident)

    def end(self, kind: Kind, subject: Subject, at: datetime) -> None:
        """A condition holds no more."""
        self._suspected.pop((kind, subject), None)
        incident = self._open.pop((kind, subject), None)
        if incident is not None:
            incident.ended_at = max(at, incident.started_at)
            self._mark(incident)

    def holds(self, kind: Kind, subject: Subject, *, wrong: bool, at: datetime, detail: str) -> None:
        """Begin or end, as it stands."""
        if wrong:
            self.begin(kind, subject, at, detail)
        else:
            self.end(kind, subject, at)

    def forget(self, venue: Venue, market_id: str, at: datetime) -> None:
        """A market is over, and so is whatever was wrong with it."""
        for kind, subject in [
            name
            for name in (*self._open, *self._suspected)
            if name[1].venue is venue and name[1].market_id == market_id
        ]:
            self.end(kind, subject, at)

    def pass_time(self, now: datetime) -> None:
        """End what is momentary and past, and raise what was tolerated for too long."""
        for (kind, subject), incident in list(self._open.items()):
            if kind in MOMENTARY and now - incident.seen_at >= _QUIET:
                self.end(kind, subject, incident.seen_at)
        for (kind, subject), incident in list(self._suspected.items()):
            if now - incident.started_at >= _TOLERATED[kind]:
                del self._suspected[kind, subject]
                self._raise(incident)

    def take_changed(self) -> list[Incident]:
        """What began, went on or ended since the last time."""
        changed = list(self._changed.values())
        self._changed.clear()
        return changed

    def give_back(self, incidents: Iterable[Incident]) -> None:
        """These could not be written down."""
        for incident in incidents:
            self._changed.setdefault(incident.id, incident)

    def take_flags(self) -> dict[tuple[Venue, str], dict[int | None, list[str]]]:
        """The markets whose badges changed since the last time, and what now is wrong: by outcome, None for all of it."""
        changed, self._flags_changed = self._flags_changed, set()
        told: dict[tuple[Venue, str], dict[int | None, list[str]]] = {name: {} for name in changed}
        for subject, kinds in self._flags.items():
            name = subject.venue, subject.market_id
            if name in told and kinds:
                told[name][subject.outcome] = sorted(kind.value for kind in kinds)
        return told

    def show_again(self, names: Iterable[tuple[Venue, str]]) -> None:
        """The badges of these markets could not be shown."""
        self._flags_changed.update(names)

    def _raise(self, incident: Incident) -> None:
        self._open[incident.kind, incident.subject] = incident
        self._mark(incident)

    def _again(self, incident: Incident, at: datetime) -> None:
        incident.seen_at = max(at, incident.seen_at)
        if incident.kind in MOMENTARY:
            incident.occurrences += 1
            self._changed[incident.id] = incident

    def _mark(self, incident: Incident) -> None:
        self._changed[incident.id] = incident
        kinds = self._flags.setdefault(incident.subject, set())
        if incident.ended_at is None:
            kinds.add(incident.kind)
        else:
            kinds.discard(incident.kind)
            if not kinds:
                del self._flags[incident.subject]
        self._flags_changed.add((incident.subject.venue, incident.subject.market_id))
