"""An event between its opening and its result: locked at its time or before, each step once.

A step that needs prediction is written down first (a job), then prediction is asked, then the step is committed.
Whoever dies in between leaves the job, which does the rest: closing a market may be repeated.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from oraculum_event import events
from oraculum_event.errors import EventNotActive, EventNotFound
from oraculum_event.markets import Markets
from oraculum_event.records import Event, Status
from oraculum_event.repository import Events
from oraculum_event.transitions import Actor, State
from oraculum_kit import jobs
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.jobs import Handle, Job
from oraculum_kit.retries import Backoff

_log = structlog.stdlib.get_logger(__name__)

LOCK: Final = "lock_event"
LOCK_EARLY: Final = "lock_event_early"

# Money waits for these steps: try soon again, about once a minute in the end, and for two years.
_SOON: Final = Backoff(first_seconds=0.2, longest_seconds=60.0)
_ATTEMPTS_MAX: Final = 1_000_000

# Somebody asked to lock what is still being opened.
_LOCK_AGAIN: Final = timedelta(seconds=1)


class Lifecycle:
    """Takes events from step to step."""

    def __init__(self, database: Database, markets: Markets, clock: Clock) -> None:
        self._database = database
        self._markets = markets
        self._clock = clock
        self._events = Events()

    # Locking

    async def lock_job(self, job: Job) -> None:
        """Lock an event whose time has come; prediction may not have heard yet that it was moved."""
        event_id = UUID(job.payload["event_id"])
        async with self._database.transaction() as connection:
            # Held, so that an edit of its time is committed by now, or finds that it has come.
            event = await self.held(connection, event_id)
            if event.status != Status.ACTIVE:
                return
            if not await self._events.is_due(connection, event_id):
                # The job's clock was a little early, or the time was moved.
                await self.schedule_lock(connection, event_id, event.locks_at)
                return
        await self._close_and_lock(event_id)

    async def lock_early(self, event_id: UUID) -> None:
        """Close the market of an active event before its time, then lock it."""
        event = await self.get(event_id)
        if event.status == Status.LOCKED:
            return
        if event.status != Status.ACTIVE:
            raise EventNotActive(event_id=event_id, status=event.status)
        await self._close_and_lock(event_id)

    async def _close_and_lock(self, event_id: UUID) -> None:
        """Close the market of an event, then lock it whatever its time is by now: no market opens again."""
        await self._markets.close(event_id, "lock")
        async with self._database.transaction() as connection:
            event = await self.held(connection, event_id)
            if event.status == Status.ACTIVE:
                await self._events.move(connection, event, State.LOCKED, Actor.PLATFORM, self._clock.now())
                await events.locked(connection, await self.held(connection, event_id))

    async def lock_now(self, event_id: UUID) -> None:
        """Lock an active event before its time: written down first, so that a crash in between is made up for."""
        event = await self.get(event_id)
        if event.status not in {Status.ACTIVE, Status.LOCKED}:
            raise EventNotActive(event_id=event_id, status=event.status)
        if event.status == Status.ACTIVE:
            async with self._database.transaction() as connection:
                await self.ask_to_lock(connection, event_id)
        await self.lock_early(event_id)

    async def ask_to_lock(
        self, connection: Connection, event_id: UUID, run_at: datetime | None = None
    ) -> None:
        """Have an active event locked as soon as may be, once this transaction is committed."""
        await jobs.schedule(
            connection, LOCK_EARLY, {"event_id": str(event_id)}, run_at=run_at, unique_key=str(event_id)
        )

    async def lock_early_job(self, job: Job) -> None:
        """Lock an event that somebody asked to be locked, unless it went on meanwhile."""
        event_id = UUID(job.payload["event_id"])
        try:
            await self.lock_early(event_id)
        except EventNotActive as error:
            _log.info("event.not_locked", event_id=str(event_id), status=error.metadata["status"])
            if error.metadata["status"] == Status.DRAFT:
                # Its market is being opened: whoever asked must not be forgotten when it is.
                async with self._database.transaction() as connection:
                    await self.ask_to_lock(connection, event_id, self._clock.now() + _LOCK_AGAIN)

    # Reading

    async def get(self, event_id: UUID) -> Event:
        """One event."""
        async with self._database.connection() as connection:
            event = await self._events.one(connection, event_id)
        if event is None:
            raise EventNotFound(event_id=event_id)
        return event

    async def held(self, connection: Connection, event_id: UUID) -> Event:
        """One event, its row held until the transaction ends."""
        event = await self._events.locked(connection, event_id)
        if event is None:
            raise EventNotFound(event_id=event_id)
        return event

    async def schedule_lock(self, connection: Connection, event_id: UUID, locks_at: datetime) -> None:
        """Have an active event locked at its time."""
        await jobs.schedule(
            connection,
            LOCK,
            {"event_id": str(event_id)},
            run_at=locks_at,
            unique_key=str(event_id),
            replace=True,
        )

    def kinds(self) -> list[jobs.Kind]:
        """The jobs that carry steps out."""
        return jobs_that_must({LOCK: self.lock_job, LOCK_EARLY: self.lock_early_job})


def jobs_that_must(handlers: Mapping[str, Handle]) -> list[jobs.Kind]:
    """Kinds of jobs that are tried until they are done."""
    return [
        jobs.Kind(name, handle, attempts_max=_ATTEMPTS_MAX, backoff=_SOON)
        for name, handle in handlers.items()
    ]
