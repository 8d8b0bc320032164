"""What may still be changed of an event, by where it stands.

Money stands behind an event as people read it: once bets are open its question and its terms stand, and once they are
closed only what helps people find it changes.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from oraculum_event import events
from oraculum_event.config import Terms
from oraculum_event.drafting import check_changes, check_subsidy
from oraculum_event.errors import EventChanged, EventNotEditable, EventNotOpened
from oraculum_event.lifecycle import Lifecycle
from oraculum_event.records import Changes, Event
from oraculum_event.repository import Categories, Events
from oraculum_event.transitions import State
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection
from oraculum_kit.errors import Violation
from oraculum_kit.validation import Violations

_DRAFT: Final = frozenset({State.DRAFT})
_BEFORE: Final = frozenset({State.DRAFT, State.OPENING})
_OPEN: Final = _BEFORE | {State.ACTIVE}

# Where each field may change. What a market is opened with may already be on its way to prediction while it opens, and
# could not be asked for again on other terms.
EDITABLE: Final[Mapping[str, frozenset[State]]] = {
    "title": _BEFORE,
    "description": _OPEN,
    "resolution_source": _OPEN,
    "image_url": _OPEN | {State.LOCKED},
    "tags": _OPEN | {State.LOCKED},
    "category": frozenset({State.DRAFT, State.ACTIVE}),
    "start_time": frozenset({State.DRAFT, State.ACTIVE}),
    "end_time": frozenset({State.DRAFT, State.ACTIVE}),
    "outcome_labels": _DRAFT,
    "prior_millionths": _DRAFT,
    "subsidy": _DRAFT,
    "scale": _DRAFT,
    "mechanism": _DRAFT,
}
_TIMES: Final = frozenset({"start_time", "end_time"})
_WHY_NOT: Final = {
    State.ACTIVE: "stands once bets are open",
    State.LOCKED: "stands once bets have closed",
    State.RESOLVING: "stands while a result is proposed",
    State.RESOLVED: "stands, because the event is resolved",
    State.CANCELLED: "stands, because the event is cancelled",
}


class Editing:
    """Changes events."""

    def __init__(self, lifecycle: Lifecycle, clock: Clock, terms: Terms) -> None:
        self._lifecycle = lifecycle
        self._clock = clock
        self._terms = terms
        self._events = Events()
        self._categories = Categories()

    async def update(self, connection: Connection, event_id: UUID, changes: Changes, version: int) -> None:
        """Change what may still be changed; who may is the servicer's question."""
        now = self._clock.now()
        event = await self._lifecycle.held(connection, event_id)
        if version and version != event.version:
            raise EventChanged(event_id=event_id, version=event.version)
        _refuse(event, changes)
        times = sorted(_TIMES & set(changes.given()))
        if (
            times
            and event.state is State.ACTIVE
            and (event.locks_at <= now or await self._events.is_due(connection, event_id))
        ):
            # Bets have closed, whatever the lock's job has noted by now: nobody opens them again. The job goes by the
            # database's clock and may be closing the market at this moment.
            raise _not_editable(event, times, "stands once bets have closed")
        check = Violations()
        categories = await self._categories.words(connection)
        check_changes(event, changes, now, categories, check, self._terms.deadline_after)
        if changes.subsidy is not None:
            check_subsidy("subsidy", changes.subsidy, self._terms.subsidy_max[event.asset], check)
        check.finish()
        await self._events.update(connection, event, changes, now)
        event = await self._lifecycle.held(connection, event_id)
        if event.state is State.ACTIVE:
            await self._lifecycle.schedule_lock(connection, event_id, event.locks_at)
        if event.state is State.DRAFT:
            await events.audit(connection, "event.draft_updated", event_id, now)
        else:
            await events.updated(connection, event)


def _refuse(event: Event, changes: Changes) -> None:
    """Refuse every field that stands, by name."""
    standing = [name for name in changes.given() if event.state not in EDITABLE[name]]
    if not changes.given() and event.state not in EDITABLE["tags"]:
        raise EventNotEditable(event_id=event.event_id, status=event.status)
    if not standing:
        return
    if event.state is State.OPENING:
        raise EventNotOpened(event_id=event.event_id)
    raise _not_editable(event, standing, _WHY_NOT[event.state])


def _not_editable(event: Event, names: list[str], why: str) -> EventNotEditable:
    return EventNotEditable(
        f"{', '.join(names)}: {why}",
        violations=[Violation(name, why) for name in names],
        event_id=event.event_id,
        status=event.status,
    )
