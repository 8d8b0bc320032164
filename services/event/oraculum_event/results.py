"""What events come to: a result is asked for, perhaps confirmed and challenged, and then it stands.

First what is asked for is written down (the verdict), then prediction closes the market, then it is committed: as a
proposal where it may be challenged, at once where it may not. Payouts follow what stands and nothing else. Whoever
dies in between leaves a job, which does the rest: closing a market may be repeated.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import structlog

from oraculum_event import bonds, events
from oraculum_event.drafting import check_payout
from oraculum_event.errors import EventAlreadyResolved, EventNotOpened
from oraculum_event.lifecycle import Lifecycle, jobs_that_must
from oraculum_event.markets import Markets
from oraculum_event.records import TERMINAL, Event, Status, Verdict
from oraculum_event.repository import Events, Proposals, Resolutions
from oraculum_event.rules import Rules
from oraculum_event.transitions import Actor, State, actor_of, check_step
from oraculum_kit import jobs
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.jobs import Job
from oraculum_kit.validation import Violations
from oraculum_money import Price

_log = structlog.stdlib.get_logger(__name__)

SETTLE: Final = "settle_verdict"
FINALIZE: Final = "finalize_proposal"

ADMIN: Final = "admin"


class Results:
    """Takes events to their results."""

    def __init__(
        self, database: Database, lifecycle: Lifecycle, markets: Markets, clock: Clock, rules: Rules
    ) -> None:
        self._database = database
        self._lifecycle = lifecycle
        self._markets = markets
        self._clock = clock
        self._rules = rules
        self._events = Events()
        self._resolutions = Resolutions()
        self._proposals = Proposals()

    # Asking for a result

    async def resolve(
        self,
        connection: Connection,
        event_id: UUID,
        payout: Sequence[Price],
        *,
        source: str,
        note: str,
        actor_user_id: UUID | None,
        value: Decimal | None = None,
        correct: bool = False,
    ) -> None:
        """Note a result; `settle` closes the market and commits or proposes it.

        A result that stands is replaced only where the asker says that it shall be corrected.
        """
        event = await self._lifecycle.held(connection, event_id)
        check = Violations()
        check_payout(payout, len(event.outcome_labels), check)
        check.finish()
        if event.status == Status.RESOLVED and event.payout_millionths == list(payout):
            return
        if event.status in TERMINAL and not (correct and event.status == Status.RESOLVED):
            raise EventAlreadyResolved(event_id=event_id, status=event.status)
        if event.status == Status.DRAFT:
            raise EventNotOpened(event_id=event_id)
        if event.status == Status.RESOLVING and await self._is_proposed(connection, event, payout, source):
            return
        await self._note(
            connection,
            Verdict(event_id, "resolve", list(payout), source, note, actor_user_id, self._clock.now(), value),
        )

    async def _is_proposed(
        self, connection: Connection, event: Event, payout: Sequence[Price], source: str
    ) -> bool:
        """Whether just this is proposed; refused where another result is, or this one was and may not come back."""
        proposal = await self._proposals.latest(connection, event.event_id)
        if proposal is None:
            return False
        same = proposal.payout_millionths == list(payout)
        if proposal.overturned_at is None:
            if same:
                return True
            raise EventAlreadyResolved("another result is proposed", event_id=event.event_id)
        if same and source != ADMIN:
            # Somebody disputed it and was right: no machine says it again over the decision of a person.
            raise EventAlreadyResolved(
                "this result was overturned, and an administrator's to say again", event_id=event.event_id
            )
        return False

    async def cancel(
        self,
        connection: Connection,
        event_id: UUID,
        *,
        source: str,
        note: str,
        actor_user_id: UUID | None,
        void_hour_ends_at: datetime | None = None,
    ) -> None:
        """Note that an event is called off; `settle` closes the market and commits it.

        Its shares are paid the prices of its last hour of trading, or of the one that is named.
        """
        event = await self._lifecycle.held(connection, event_id)
        if event.status == Status.CANCELLED:
            return
        if event.status in TERMINAL:
            raise EventAlreadyResolved(event_id=event_id, status=event.status)
        if event.status == Status.DRAFT:
            # Its market may be opening at this moment; once it is active it can be called off, and its time ends it.
            raise EventNotOpened(event_id=event_id)
        now = self._clock.now()
        if void_hour_ends_at is not None:
            check = Violations()
            if not event.created_at < void_hour_ends_at <= min(now, event.locks_at):
                check.refuse("void_hour_ends_at", "must lie in the time in which the event was traded")
            check.finish()
        await self._note(
            connection,
            Verdict(
                event_id,
                "cancel",
                [],
                source,
                note,
                actor_user_id,
                now,
                void_hour_ends_at=void_hour_ends_at,
            ),
        )

    async def give_up(self, connection: Connection, event_id: UUID, why: str) -> None:
        """Note that a draft is called off that could not be opened, in time or at all."""
        await self._note(
            connection, Verdict(event_id, "cancel", [], "platform", why, None, self._clock.now())
        )

    async def overturn(
        self,
        connection: Connection,
        event: Event,
        payout: Sequence[Price],
        *,
        note: str,
        actor_user_id: UUID,
        value: Decimal | None,
    ) -> None:
        """Put another result in the place of a proposed one, against which a dispute was upheld."""
        now = self._clock.now()
        proposal = await self._proposals.latest(connection, event.event_id)
        if proposal is None:
            raise ValueError(f"{event.event_id} is resolving without a proposal")
        check_step(event.state, State.OVERTURNED, Actor.ADMIN)
        await self._proposals.overturn(connection, event.event_id, proposal.number, now)
        await self._note(
            connection,
            Verdict(event.event_id, "resolve", list(payout), ADMIN, note, actor_user_id, now, value),
        )

    # Carrying it out

    async def settle_job(self, job: Job) -> None:
        """Finish a verdict that was noted."""
        await self.settle(UUID(job.payload["event_id"]))

    async def settle(self, event_id: UUID) -> None:
        """Close the market of an event and commit the verdict that was noted; once, however often it is asked.

        A draft that is given up usually has no market, and "there is none" is a good answer for it.
        """
        async with self._database.connection() as connection:
            verdict = await self._resolutions.verdict(connection, event_id)
        if verdict is None or verdict.awaits_confirmation:
            return
        event = await self._lifecycle.get(event_id)
        payout: Sequence[Price] = verdict.payout_millionths
        closing_sequence = 0
        try:
            closed = await self._markets.close(
                event_id, verdict.kind, void_hour_ends_at=verdict.void_hour_ends_at
            )
            closing_sequence = closed.closing_sequence
            if verdict.kind == "cancel":
                payout = closed.void_prices
        except ServiceError as error:
            if event.status != Status.DRAFT or error.reason != "MARKET_NOT_FOUND":
                raise
        alone = await self._needs_another(event, verdict)
        await self._commit(verdict, payout, closing_sequence, alone=alone)

    async def _needs_another(self, event: Event, verdict: Verdict) -> bool:
        """Whether one administrator's word is not enough. The market is closed, so what is at stake grows no more.

        Of a result that is corrected nobody can say any more what was at stake: it is paid out.
        """
        threshold = self._rules.two_admins_from[event.asset]
        if not threshold or verdict.source != ADMIN or verdict.confirmed_by is not None:
            return False
        if event.status == Status.RESOLVED:
            return True
        return await self._markets.at_stake(verdict.event_id) >= threshold

    async def _commit(
        self, noted: Verdict, payout: Sequence[Price], closing_sequence: int, *, alone: bool
    ) -> None:
        event_id, now = noted.event_id, self._clock.now()
        async with self._database.transaction() as connection:
            event = await self._lifecycle.held(connection, event_id)
            verdict = await self._resolutions.verdict(connection, event_id)
            if verdict != noted:
                # Another replica was first, or it was withdrawn or confirmed meanwhile, which has a job of its own.
                return
            if event.status == Status.CANCELLED or (
                event.status == Status.RESOLVED and noted.kind == "cancel"
            ):
                # What was proposed came to stand before this was asked for; nothing takes an end back.
                await self._resolutions.forget_verdict(connection, event_id)
                return
            seconds = 0 if verdict.kind == "cancel" else self._rules.window(event, verdict.source)
            if alone:
                await self._wait_for_another(connection, event, now)
            elif event.status == Status.RESOLVED:
                await self._correct(connection, event, verdict, payout, closing_sequence)
            elif seconds:
                await self._propose(connection, event, verdict, closing_sequence, seconds)
            else:
                actor = actor_of(verdict.source)
                await self._finish(connection, event, actor, verdict, payout, closing_sequence)

    async def _correct(
        self,
        connection: Connection,
        event: Event,
        verdict: Verdict,
        payout: Sequence[Price],
        closing_sequence: int,
    ) -> None:
        """Put another result in the place of one that stands: a new revision, by which prediction pays differences."""
        now = self._clock.now()
        await self._resolutions.commit(
            connection, verdict, payout, closing_sequence=closing_sequence, now=now
        )
        await self._events.touch(connection, event, now)
        event = await self._lifecycle.held(connection, event.event_id)
        await events.resolved(connection, event, verdict.actor_user_id)

    async def _wait_for_another(self, connection: Connection, event: Event, now: datetime) -> None:
        await self._proposals.await_confirmation(connection, event.event_id)
        if event.status == Status.ACTIVE:
            # Its market is closed, whoever decides what.
            await self._events.move(connection, event, State.LOCKED, Actor.ADMIN, now)
            await events.locked(connection, await self._lifecycle.held(connection, event.event_id))
        await events.audit(connection, "event.resolution_awaits", event.event_id, now)

    async def _propose(
        self, connection: Connection, event: Event, verdict: Verdict, closing_sequence: int, seconds: int
    ) -> None:
        event_id = event.event_id
        # Before the proposal is there: whether the one before it was overturned says whether this is a step.
        actor = actor_of(verdict.source)
        await self._events.move(connection, event, State.RESOLVING, actor, self._clock.now())
        ends_at = await self._proposals.insert(
            connection,
            verdict,
            closing_sequence=closing_sequence,
            seconds=seconds,
            bond=self._rules.bond[event.asset],
        )
        await self._resolutions.forget_verdict(connection, event_id)
        await self._schedule(connection, FINALIZE, event_id, ends_at)
        event = await self._lifecycle.held(connection, event_id)
        proposal = await self._proposals.latest(connection, event_id)
        if proposal is not None:
            await events.proposed(connection, event, proposal, verdict.actor_user_id)

    async def _finish(
        self,
        connection: Connection,
        event: Event,
        actor: Actor,
        verdict: Verdict,
        payout: Sequence[Price],
        closing_sequence: int,
    ) -> None:
        """Let a result stand: this is what prediction pays by."""
        event_id, now = verdict.event_id, self._clock.now()
        await self._resolutions.commit(
            connection, verdict, payout, closing_sequence=closing_sequence, now=now
        )
        target = State.CANCELLED if verdict.kind == "cancel" else State.RESOLVED
        await self._events.move(connection, event, target, actor, now)
        event = await self._lifecycle.held(connection, event_id)
        tell = events.cancelled if verdict.kind == "cancel" else events.resolved
        await tell(connection, event, verdict.actor_user_id)
        await bonds.let_go(connection, event_id, now)

    async def finalize_job(self, job: Job) -> None:
        """Let a proposed result stand whose time has come."""
        await self.finalize(UUID(job.payload["event_id"]))

    async def finalize(self, event_id: UUID) -> None:
        """Let a proposed result stand once nobody may dispute it any more and nobody does."""
        async with self._database.transaction() as connection:
            event = await self._lifecycle.held(connection, event_id)
            proposal = await self._proposals.latest(connection, event_id)
            if event.state is not State.RESOLVING or proposal is None or proposal.overturned_at is not None:
                return
            if proposal.undecided:
                # Whoever decides the last of them asks again.
                return
            if not proposal.ended:
                await self._schedule(connection, FINALIZE, event_id, proposal.challenge_ends_at)
                return
            verdict = proposal.verdict()
            await self._finish(
                connection,
                event,
                Actor.PLATFORM,
                verdict,
                proposal.payout_millionths,
                proposal.closing_sequence,
            )

    async def ask_to_settle(self, connection: Connection, event_id: UUID) -> None:
        """Carry a verdict out once this transaction is committed."""
        await self._schedule(connection, SETTLE, event_id)

    async def ask_to_finalize(self, connection: Connection, event_id: UUID) -> None:
        """Look at a proposed result again: a dispute of it was decided."""
        await self._schedule(connection, FINALIZE, event_id, self._clock.now())

    async def _note(self, connection: Connection, verdict: Verdict) -> None:
        """Note a verdict; the same that is noted already is enough, and another is refused."""
        if not await self._resolutions.insert_verdict(connection, verdict):
            noted = await self._resolutions.verdict(connection, verdict.event_id)
            if noted is None or _said(noted) != _said(verdict):
                raise EventAlreadyResolved("another result is being committed", event_id=verdict.event_id)
            if noted.awaits_confirmation and verdict.source != ADMIN:
                # A venue says what one administrator said: its word needs no second one, and none takes it back.
                await self._resolutions.forget_verdict(connection, verdict.event_id)
                await self._resolutions.insert_verdict(connection, verdict)
        await self.ask_to_settle(connection, verdict.event_id)

    async def _schedule(
        self, connection: Connection, kind: str, event_id: UUID, run_at: datetime | None = None
    ) -> None:
        await jobs.schedule(
            connection,
            kind,
            {"event_id": str(event_id)},
            run_at=run_at,
            unique_key=str(event_id),
            replace=run_at is not None,
        )

    def kinds(self) -> list[jobs.Kind]:
        """The jobs that carry results out."""
        return jobs_that_must({SETTLE: self.settle_job, FINALIZE: self.finalize_job})


def _said(verdict: Verdict) -> tuple[object, ...]:
    """What is paid by it, whoever says so."""
    return verdict.kind, verdict.payout_millionths, verdict.void_hour_ends_at
