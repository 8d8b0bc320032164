"""Drafts: written, published, paid for and opened, each step once.

A step that needs a peer is written down first (a job, a charge), then the peer is asked, then the step is committed.
Whoever dies in between leaves the job, which does the rest: charging and opening may be repeated.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from oraculum_event import events, metrics
from oraculum_event.deadlines import Deadlines
from oraculum_event.errors import (
    AuthorBarred,
    CreationNotPaid,
    EventChanged,
    EventNotADraft,
    MarketRefused,
)
from oraculum_event.lifecycle import Lifecycle, jobs_that_must
from oraculum_event.markets import Markets
from oraculum_event.payers import Payers
from oraculum_event.records import Draft, Event
from oraculum_event.repository import Charges, Events, People, Trends
from oraculum_event.results import Results
from oraculum_event.stakes import Paid, Stakes
from oraculum_event.transitions import Actor, State
from oraculum_event.trending import beginning
from oraculum_kit import jobs
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import FailedPrecondition, InvalidArgument, ServiceError
from oraculum_kit.ids import uuid7
from oraculum_kit.jobs import Job

_log = structlog.stdlib.get_logger(__name__)

OPEN: Final = "open_event"
RETURN_CHARGE: Final = "return_charge"

# A draft that prediction does not open for what may pass asks again after this; where its time has come it is given up.
_ASK_AGAIN: Final = timedelta(seconds=30)
_PASSES: Final = frozenset({"HOUSE_FUNDS_SHORT", "LOCK_TIME_PASSED"})
# A draft is given up only when no request to open its market can be on its way any more: one that came after the
# market was found missing would open a market that nobody closes.
GIVE_UP_AFTER: Final = timedelta(seconds=30)
# A charge whose answer was lost may still arrive at wallet; no request lives as long as this.
_LAST_REQUEST: Final = timedelta(seconds=60)
MISSED_ITS_TIME: Final = "bets would have closed before the market could be opened"
DISCARDED: Final = "its author discarded the draft"


class Opening:
    """Takes drafts to open markets."""

    def __init__(
        self,
        database: Database,
        lifecycle: Lifecycle,
        results: Results,
        deadlines: Deadlines,
        markets: Markets,
        stakes: Stakes,
        payers: Payers,
        clock: Clock,
    ) -> None:
        self._database = database
        self._lifecycle = lifecycle
        self._results = results
        self._deadlines = deadlines
        self._markets = markets
        self._stakes = stakes
        self._payers = payers
        self._clock = clock
        self._events = Events()
        self._charges = Charges()
        self._people = People()
        self._trends = Trends()

    async def draft(self, connection: Connection, draft: Draft) -> UUID | None:
        """Write an event down and, unless it waits to be published, ask for it to be opened.

        None when its venue market has an event already.
        """
        event_id, now = uuid7(), self._clock.now()
        if not await self._events.insert(connection, event_id, draft, now):
            return None
        await events.audit(connection, "event.drafted", event_id, now, draft.creator_user_id)
        if not draft.unpublished:
            await self._begin(connection, await self._lifecycle.held(connection, event_id), now)
        return event_id

    async def publish(self, connection: Connection, event_id: UUID, version: int) -> None:
        """Show a draft to everybody and ask for its market to be opened."""
        event = await self._lifecycle.held(connection, event_id)
        if version and version != event.version:
            raise EventChanged(event_id=event_id, version=event.version)
        if event.state is not State.DRAFT:
            raise EventNotADraft(event_id=event_id, status=event.status)
        author = event.creator_user_id
        if author is not None and await self._people.is_barred(connection, author):
            raise AuthorBarred(event_id=event_id)
        now = self._clock.now()
        if event.locks_at <= now:
            raise EventNotADraft(MISSED_ITS_TIME, event_id=event_id)
        await self._events.publish(connection, event_id, now)
        await self._begin(connection, await self._lifecycle.held(connection, event_id), now)
        await events.audit(connection, "event.published", event_id, now)

    async def discard(self, connection: Connection, event: Event, actor: Actor = Actor.AUTHOR) -> None:
        """Throw a draft away that was never published, or never could be paid for."""
        now = self._clock.now()
        await self._events.move(connection, event, State.CANCELLED, actor, now)
        await events.audit(connection, "event.discarded", event.event_id, now)

    async def _begin(self, connection: Connection, event: Event, now: datetime) -> None:
        """Note what its author shall pay, if they may, and ask for a published draft to be opened."""
        author = event.creator_user_id
        if event.creator_pays and author is not None:
            refusal = await self._payers.refuses(connection, author)
            if refusal is not None:
                raise refusal
            await self._charges.insert(connection, event, now)
        await self._schedule_open(connection, event.event_id, None)

    async def open_job(self, job: Job) -> None:
        """Open the market of a draft; after its time the draft is cancelled instead.

        A refusal is an answer, not a defect: the house may be given money, so it is asked again until the draft's time.
        One that is for the terms is the last word.
        """
        event_id = UUID(job.payload["event_id"])
        try:
            await self.open(event_id)
        except (CreationNotPaid, MarketRefused) as error:
            _log.info("event.is_a_draft_again", event_id=str(event_id), reason=error.reason)
        except (InvalidArgument, FailedPrecondition):
            async with self._database.transaction() as connection:
                await self._schedule_open(connection, event_id, self._clock.now() + _ASK_AGAIN)

    async def open(self, event_id: UUID) -> None:
        """Open the market of a published draft, whoever asks and however often."""
        event = await self._lifecycle.get(event_id)
        if event.state is not State.OPENING:
            return
        if event.locks_at + GIVE_UP_AFTER <= self._clock.now():
            await self._give_up(event_id)
            return
        if event.creator_pays and not await self._charge(event_id):
            raise CreationNotPaid(event_id=event_id)
        try:
            await self._markets.open(event)
        except (InvalidArgument, FailedPrecondition) as error:
            metrics.NOT_OPENED.labels(error.reason).inc()
            why = _told(error)
            _log.warning("event.not_opened", event_id=str(event_id), reason=error.reason, error=why)
            if error.reason in _PASSES:
                raise
            await self._refuse(event, why)
            raise MarketRefused(why, event_id=event_id) from error
        async with self._database.transaction() as connection:
            event = await self._lifecycle.held(connection, event_id)
            if event.state is not State.OPENING:
                return
            await self._events.move(connection, event, State.ACTIVE, Actor.PLATFORM, self._clock.now())
            await self._lifecycle.schedule_lock(connection, event_id, event.locks_at)
            await self._deadlines.schedule(connection, event)
            await self._trends.begin(connection, event_id, beginning(self._clock.now()))
            await events.opened(connection, await self._lifecycle.held(connection, event_id))

    async def _charge(self, event_id: UUID) -> bool:
        """Take the author's money; False when they have too little, and the draft is theirs alone again.

        Wallet is asked while the event's row is held, so that no other replica goes on with a publication that this
        one finds unpaid.
        """
        async with self._database.transaction() as connection:
            event = await self._lifecycle.held(connection, event_id)
            charge = await self._charges.of(connection, event_id, event.publication)
            if event.state is not State.OPENING or charge is None:
                return event.state is not State.DRAFT
            if charge.status != "asked":
                return charge.status == "paid"
            now = self._clock.now()
            if await self._stakes.charge(charge) is Paid.DONE:
                await self._charges.set(connection, charge, "paid", now)
                return True
            await self._charges.set(connection, charge, "refused", now)
            await self._events.unpublish(connection, event_id, now)
            # An earlier request whose answer was lost may be done yet: what it takes goes back.
            await self._schedule_return(connection, event, now + _LAST_REQUEST)
            await events.audit(connection, "event.not_paid", event_id, now)
            return False

    async def _refuse(self, refused: Event, why: str) -> None:
        """Make an event a draft again whose terms no market opens with, and return what was taken for it.

        Prediction refuses terms before it moves any money, and the same terms every time they are asked for: no earlier
        request can be on its way that opens the market yet. What nobody wrote, nobody can mend: it is called off.
        """
        async with self._database.transaction() as connection:
            event, now = await self._lifecycle.held(connection, refused.event_id), self._clock.now()
            if event.state is not State.OPENING or event.publication != refused.publication:
                return
            if event.creator_user_id is None:
                await self._results.give_up(connection, event.event_id, why)
                return
            await self._events.unpublish(connection, event.event_id, now, why)
            if event.creator_pays:
                # It was paid, and no late request takes it twice: so it need not be waited for.
                await self._schedule_return(connection, event, now)
            await events.audit(connection, "event.market_refused", event.event_id, now)

    async def refusal(self, event_id: UUID) -> ServiceError:
        """Why an event that was published is a draft again."""
        async with self._database.connection() as connection:
            why = await self._events.refusal(connection, event_id)
        return MarketRefused(why, event_id=event_id) if why else CreationNotPaid(event_id=event_id)

    async def _give_up(self, event_id: UUID) -> None:
        """Call a draft off that missed its time.

        It may have a market all the same, if the answer to our opening it was lost: so it goes the way of every
        cancellation, which closes the market and lets prediction return the subsidy.
        """
        _log.warning("event.given_up", event_id=str(event_id), why=MISSED_ITS_TIME)
        async with self._database.transaction() as connection:
            event = await self._lifecycle.held(connection, event_id)
            if event.state is State.OPENING:
                await self._results.give_up(connection, event_id, MISSED_ITS_TIME)
                if event.creator_pays:
                    await self._schedule_return(connection, event, self._clock.now() + _LAST_REQUEST)

    async def return_job(self, job: Job) -> None:
        """Give back what was taken for a publication that came to nothing."""
        event_id, publication = UUID(job.payload["event_id"]), job.payload["publication"]
        async with self._database.transaction() as connection:
            charge = await self._charges.of(connection, event_id, publication)
            if charge is None or charge.status == "returned":
                return
            await self._stakes.return_charge(charge)
            await self._charges.set(connection, charge, "returned", self._clock.now())

    async def _schedule_open(self, connection: Connection, event_id: UUID, run_at: datetime | None) -> None:
        await jobs.schedule(
            connection, OPEN, {"event_id": str(event_id)}, run_at=run_at, unique_key=str(event_id)
        )

    async def _schedule_return(self, connection: Connection, event: Event, run_at: datetime) -> None:
        await jobs.schedule(
            connection,
            RETURN_CHARGE,
            {"event_id": str(event.event_id), "publication": event.publication},
            run_at=run_at,
            unique_key=f"{event.event_id}/{event.publication}",
        )

    def kinds(self) -> list[jobs.Kind]:
        """The jobs that belong to opening."""
        return jobs_that_must({OPEN: self.open_job, RETURN_CHARGE: self.return_job})


def _told(error: ServiceError) -> str:
    """A refusal in a sentence that names every field."""
    return "; ".join(f"{each.field}: {each.message}" for each in error.violations) or error.message
