"""The life of an event: draft, active, locked, resolved or cancelled, each step once and on time.

A step that needs prediction is written down first (a job, a verdict), then prediction is asked, then the step is
committed. Whoever dies in between leaves the job, which does the rest: opening and closing a market may be repeated.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from oraculum_event import events, metrics
from oraculum_event.drafting import check_changes, check_payout
from oraculum_event.errors import (
    EventAlreadyResolved,
    EventChanged,
    EventNotActive,
    EventNotEditable,
    EventNotFound,
    EventNotOpened,
)
from oraculum_event.markets import Markets
from oraculum_event.records import TERMINAL, Changes, Draft, Event, Status, Verdict
from oraculum_event.repository import Events, Resolutions
from oraculum_kit import jobs
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import FailedPrecondition, InvalidArgument, ServiceError
from oraculum_kit.ids import uuid7
from oraculum_kit.jobs import Job
from oraculum_kit.retries import Backoff
from oraculum_kit.validation import Violations
from oraculum_money import Price

_log = structlog.stdlib.get_logger(__name__)

OPEN: Final = "open_event"
LOCK: Final = "lock_event"
LOCK_EARLY: Final = "lock_event_early"
SETTLE: Final = "settle_verdict"

# Money waits for these steps: try soon again, about once a minute in the end, and for two years.
_SOON: Final = Backoff(first_seconds=0.2, longest_seconds=60.0)
_ATTEMPTS_MAX: Final = 1_000_000

# A draft that prediction refuses to open (the house has no money for it) asks again after this.
_ASK_AGAIN: Final = timedelta(seconds=30)
# A draft is given up only when no request to open its market can be on its way any more: one that came after the
# market was found missing would open a market that nobody closes.
_GIVE_UP_AFTER: Final = timedelta(seconds=30)
# Somebody asked to lock what is still being opened.
_LOCK_AGAIN: Final = timedelta(seconds=1)
MISSED_ITS_TIME: Final = "bets would have closed before the market could be opened"


class Lifecycle:
    """Takes events from step to step."""

    def __init__(self, database: Database, markets: Markets, clock: Clock) -> None:
        self._database = database
        self._markets = markets
        self._clock = clock
        self._events = Events()
        self._resolutions = Resolutions()

    # Drafting and opening

    async def draft(self, connection: Connection, draft: Draft) -> UUID | None:
        """Write an event down and ask for it to be opened; None when its venue market has one already."""
        event_id, now = uuid7(), self._clock.now()
        if not await self._events.insert(connection, event_id, draft, now):
            return None
        await self._schedule_open(connection, event_id, None)
        await events.audit(connection, "event.drafted", event_id, now, draft.creator_user_id)
        return event_id

    async def open_job(self, job: Job) -> None:
        """Open the market of a draft; after its time the draft is cancelled instead.

        A refusal is an answer, not a defect: the house may be given money, so it is asked again until the draft's time.
        """
        event_id = UUID(job.payload["event_id"])
        try:
            await self.open(event_id)
        except (InvalidArgument, FailedPrecondition):
            async with self._database.transaction() as connection:
                await self._schedule_open(connection, event_id, self._clock.now() + _ASK_AGAIN)

    async def open(self, event_id: UUID) -> None:
        """Open the market of a draft, whoever asks and however often."""
        event = await self.get(event_id)
        if event.status != Status.DRAFT:
            return
        if event.locks_at + _GIVE_UP_AFTER <= self._clock.now():
            await self._give_up(event_id)
            return
        try:
            await self._markets.open(event)
        except (InvalidArgument, FailedPrecondition) as error:
            metrics.NOT_OPENED.labels(error.reason).inc()
            _log.warning("event.not_opened", event_id=str(event_id), reason=error.reason, error=error.message)
            raise
        async with self._database.transaction() as connection:
            event = await self._locked(connection, event_id)
            if event.status != Status.DRAFT:
                return
            await self._events.set_status(connection, event_id, Status.ACTIVE, self._clock.now())
            await self._schedule_lock(connection, event_id, event.locks_at)
            await events.opened(connection, await self._locked(connection, event_id))

    async def _give_up(self, event_id: UUID) -> None:
        """Call a draft off that missed its time.

        It may have a market all the same, if the answer to our opening it was lost: so it goes the way of every
        cancellation, which closes the market and lets prediction return the subsidy.
        """
        _log.warning("event.given_up", event_id=str(event_id), why=MISSED_ITS_TIME)
        async with self._database.transaction() as connection:
            event = await self._locked(connection, event_id)
            if event.status == Status.DRAFT:
                await self._note(
                    connection,
                    Verdict(event_id, "cancel", [], "platform", MISSED_ITS_TIME, None, self._clock.now()),
                )

    # Locking

    async def lock_job(self, job: Job) -> None:
        """Lock an event whose time has come. Prediction refuses bets by the same time on its own."""
        event_id = UUID(job.payload["event_id"])
        async with self._database.transaction() as connection:
            event = await self._locked(connection, event_id)
            if await self._events.lock_if_due(connection, event_id):
                await events.locked(connection, await self._locked(connection, event_id))
            elif event.status == Status.ACTIVE:
                # The job's clock was a little early, or the time was moved.
                await self._schedule_lock(connection, event_id, event.locks_at)

    async def lock_early(self, event_id: UUID) -> None:
        """Close the market of an active event before its time, then lock it."""
        event = await self.get(event_id)
        if event.status == Status.LOCKED:
            return
        if event.status != Status.ACTIVE:
            raise EventNotActive(event_id=event_id, status=event.status)
        await self._markets.close(event_id, "lock")
        async with self._database.transaction() as connection:
            event = await self._locked(connection, event_id)
            if event.status == Status.ACTIVE:
                await self._events.set_status(connection, event_id, Status.LOCKED, self._clock.now())
                await events.locked(connection, await self._locked(connection, event_id))

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

    # Editing

    async def update(self, connection: Connection, event_id: UUID, changes: Changes, version: int) -> None:
        """Change what may still be changed."""
        now = self._clock.now()
        event = await self._locked(connection, event_id)
        if event.status not in {Status.DRAFT, Status.ACTIVE}:
            raise EventNotEditable(event_id=event_id, status=event.status)
        if version and version != event.version:
            raise EventChanged(event_id=event_id, version=event.version)
        if changes.title is not None and event.status != Status.DRAFT:
            # Money may stand behind the question as it was asked.
            raise EventNotEditable("the question stands once bets are open", event_id=event_id)
        _refuse_new_terms(event, changes, now)
        check = Violations()
        check_changes(event, changes, now, check)
        check.finish()
        await self._events.update(connection, event, changes, now)
        event = await self._locked(connection, event_id)
        if event.status == Status.ACTIVE:
            await self._schedule_lock(connection, event_id, event.locks_at)
        await events.updated(connection, event)

    # Results

    async def resolve(
        self,
        connection: Connection,
        event_id: UUID,
        payout: Sequence[Price],
        *,
        source: str,
        note: str,
        actor_user_id: UUID | None,
    ) -> None:
        """Note a result; `settle` closes the market and commits it."""
        event = await self._locked(connection, event_id)
        check = Violations()
        check_payout(payout, len(event.outcome_labels), check)
        check.finish()
        if event.status == Status.RESOLVED and event.payout_millionths == list(payout):
            return
        if event.status in TERMINAL:
            raise EventAlreadyResolved(event_id=event_id, status=event.status)
        if event.status == Status.DRAFT:
            raise EventNotOpened(event_id=event_id)
        await self._note(
            connection,
            Verdict(event_id, "resolve", list(payout), source, note, actor_user_id, self._clock.now()),
        )

    async def cancel(
        self, connection: Connection, event_id: UUID, *, source: str, note: str, actor_user_id: UUID | None
    ) -> None:
        """Note that an event is called off; `settle` closes the market and commits it."""
        event = await self._locked(connection, event_id)
        if event.status == Status.CANCELLED:
            return
        if event.status in TERMINAL:
            raise EventAlreadyResolved(event_id=event_id, status=event.status)
        if event.status == Status.DRAFT:
            # Its market may be opening at this moment; once it is active it can be called off, and its time ends it.
            raise EventNotOpened(event_id=event_id)
        await self._note(
            connection, Verdict(event_id, "cancel", [], source, note, actor_user_id, self._clock.now())
        )

    async def settle_job(self, job: Job) -> None:
        """Finish a verdict that was noted."""
        await self.settle(UUID(job.payload["event_id"]))

    async def settle(self, event_id: UUID) -> None:
        """Close the market of an event and commit the verdict that was noted; once, however often it is asked.

        A draft that is given up usually has no market, and "there is none" is a good answer for it.
        """
        async with self._database.connection() as connection:
            verdict = await self._resolutions.verdict(connection, event_id)
        if verdict is None:
            return
        event = await self.get(event_id)
        payout: Sequence[Price] = verdict.payout_millionths
        closing_sequence = 0
        try:
            closed = await self._markets.close(event_id, verdict.kind)
            closing_sequence = closed.closing_sequence
            if verdict.kind == "cancel":
                payout = closed.void_prices
        except ServiceError as error:
            if event.status != Status.DRAFT or error.reason != "MARKET_NOT_FOUND":
                raise
        await self._commit(verdict, payout, closing_sequence)

    async def _commit(self, verdict: Verdict, payout: Sequence[Price], closing_sequence: int) -> None:
        event_id, now = verdict.event_id, self._clock.now()
        async with self._database.transaction() as connection:
            event = await self._locked(connection, event_id)
            if event.status in TERMINAL:
                return
            await self._resolutions.commit(
                connection, verdict, payout, closing_sequence=closing_sequence, now=now
            )
            if verdict.kind == "cancel":
                await self._events.set_status(connection, event_id, Status.CANCELLED, now)
                event = await self._locked(connection, event_id)
                await events.cancelled(connection, event, verdict.actor_user_id)
            else:
                await self._events.set_status(connection, event_id, Status.RESOLVED, now)
                event = await self._locked(connection, event_id)
                await events.resolved(connection, event, verdict.actor_user_id)

    async def _note(self, connection: Connection, verdict: Verdict) -> None:
        if not await self._resolutions.insert_verdict(connection, verdict):
            noted = await self._resolutions.verdict(connection, verdict.event_id)
            if noted is None or (noted.kind, noted.payout_millionths) != (
                verdict.kind,
                verdict.payout_millionths,
            ):
                raise EventAlreadyResolved("another result is being committed", event_id=verdict.event_id)
        await jobs.schedule(
            connection, SETTLE, {"event_id": str(verdict.event_id)}, unique_key=str(verdict.event_id)
        )

    # Reading

    async def get(self, event_id: UUID) -> Event:
        """One event."""
        async with self._database.connection() as connection:
            event = await self._events.one(connection, event_id)
        if event is None:
            raise EventNotFound(event_id=event_id)
        return event

    async def _locked(self, connection: Connection, event_id: UUID) -> Event:
        event = await self._events.locked(connection, event_id)
        if event is None:
            raise EventNotFound(event_id=event_id)
        return event

    async def _schedule_open(self, connection: Connection, event_id: UUID, run_at: datetime | None) -> None:
        await jobs.schedule(
            connection, OPEN, {"event_id": str(event_id)}, run_at=run_at, unique_key=str(event_id)
        )

    async def _schedule_lock(self, connection: Connection, event_id: UUID, locks_at: datetime) -> None:
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
        steps = {
            OPEN: self.open_job,
            LOCK: self.lock_job,
            LOCK_EARLY: self.lock_early_job,
            SETTLE: self.settle_job,
        }
        return [
            jobs.Kind(name, handle, attempts_max=_ATTEMPTS_MAX, backoff=_SOON)
            for name, handle in steps.items()
        ]


def _refuse_new_terms(event: Event, changes: Changes, now: datetime) -> None:
    """Refuse what would move the terms of a market under somebody's feet."""
    moved = changes.start_time is not None or changes.end_time is not None
    if event.status == Status.DRAFT and (moved or changes.category is not None):
        # Its market may be open already, on these terms, though the answer was lost; on others it could not be asked
        # for again.
        raise EventNotOpened(event_id=event.event_id)
    if moved and event.locks_at <= now:
        # Bets have closed, whatever the lock's job has noted by now: nobody opens them again.
        raise EventNotEditable("bets have closed", event_id=event.event_id)
