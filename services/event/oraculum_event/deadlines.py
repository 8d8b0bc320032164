"""Deadlines: an event that nobody resolved in time comes to what it said that it would come to.

An event says by when it is resolved, and that lies some time after its end: whoever wrote it must not be quicker than the
administrators who judge it. Nothing is decided before, whatever an event from before this rule says.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from oraculum_event.errors import EventAlreadyResolved
from oraculum_event.lifecycle import Lifecycle, jobs_that_must
from oraculum_event.records import Event
from oraculum_event.repository import Events, Resolutions
from oraculum_event.results import Results
from oraculum_event.transitions import State
from oraculum_kit import jobs
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.jobs import Job

DEADLINE: Final = "deadline"

BY_DEADLINE: Final = "deadline"
_NO_RESULT: Final = "no result was told by the deadline"
_UNDECIDED: Final = frozenset({State.ACTIVE, State.LOCKED, State.OVERTURNED})


class Deadlines:
    """Takes events to an end that nobody else takes there."""

    def __init__(
        self, database: Database, lifecycle: Lifecycle, results: Results, clock: Clock, after: timedelta
    ) -> None:
        self._database = database
        self._lifecycle = lifecycle
        self._results = results
        self._clock = clock
        self._after = after
        self._events = Events()
        self._resolutions = Resolutions()

    async def schedule(self, connection: Connection, event: Event) -> None:
        """Have an event resolved at its deadline, if it has one."""
        due = self._due(event)
        if due is not None:
            await self._schedule(connection, event.event_id, due)

    async def schedule_again(self, connection: Connection, event: Event) -> None:
        """Have an event resolved by deadline whose result was withdrawn; there is time to say another before."""
        due = self._due(event)
        if due is not None:
            await self._schedule(connection, event.event_id, max(due, self._clock.now() + self._after))

    async def deadline_job(self, job: Job) -> None:
        """Resolve an event that nobody resolved in time, as it said that it would be."""
        event_id = UUID(job.payload["event_id"])
        async with self._database.transaction() as connection:
            event = await self._lifecycle.held(connection, event_id)
            due = self._due(event)
            if due is None or await self._events.standing(connection, event) not in _UNDECIDED:
                return
            if await self._resolutions.verdict(connection, event_id) is not None:
                # It is on its way, or waits for another administrator. Whoever withdraws it asks for the deadline again.
                return
            if self._clock.now() < due:
                await self._schedule(connection, event_id, due)
                return
            await self._decide(connection, event)

    async def _decide(self, connection: Connection, event: Event) -> None:
        if event.deadline_payout_millionths:
            try:
                await self._results.resolve(
                    connection,
                    event.event_id,
                    event.deadline_payout_millionths,
                    source=BY_DEADLINE,
                    note=_NO_RESULT,
                    actor_user_id=None,
                )
            except EventAlreadyResolved:
                # Just that was proposed, and a dispute of it upheld.
                pass
            else:
                return
        await self._results.cancel(
            connection, event.event_id, source=BY_DEADLINE, note=_NO_RESULT, actor_user_id=None
        )

    def _due(self, event: Event) -> datetime | None:
        """When the deadline is; one that leaves less time behind the end is from before this was refused."""
        return max(event.resolve_by, event.end_time + self._after) if event.resolve_by else None

    async def _schedule(self, connection: Connection, event_id: UUID, run_at: datetime) -> None:
        await jobs.schedule(
            connection,
            DEADLINE,
            {"event_id": str(event_id)},
            run_at=run_at,
            unique_key=str(event_id),
            replace=True,
        )

    def kinds(self) -> list[jobs.Kind]:
        """The jobs that belong to deadlines."""
        return jobs_that_must({DEADLINE: self.deadline_job})
