"""Second words: another administrator confirms a result that much depends on; what is not committed is withdrawn."""

from uuid import UUID

from oraculum_event import events, venue_words
from oraculum_event.deadlines import Deadlines
from oraculum_event.errors import NothingToConfirm, SameAdministrator
from oraculum_event.lifecycle import Lifecycle
from oraculum_event.records import TERMINAL, Status
from oraculum_event.repository import Proposals, Resolutions
from oraculum_event.results import Results
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection


class Confirmations:
    """What becomes of results that are asked for and not committed."""

    def __init__(self, lifecycle: Lifecycle, results: Results, deadlines: Deadlines, clock: Clock) -> None:
        self._lifecycle = lifecycle
        self._results = results
        self._deadlines = deadlines
        self._clock = clock
        self._resolutions = Resolutions()
        self._proposals = Proposals()

    async def decide(
        self, connection: Connection, event_id: UUID, actor_user_id: UUID, *, confirm: bool
    ) -> None:
        """Confirm a result that waits for another administrator, or withdraw one."""
        if confirm:
            await self.confirm(connection, event_id, actor_user_id)
        else:
            await self.withdraw(connection, event_id)

    async def confirm(self, connection: Connection, event_id: UUID, actor_user_id: UUID) -> None:
        """Confirm a result that waits for another administrator."""
        await self._lifecycle.held(connection, event_id)
        verdict = await self._resolutions.verdict(connection, event_id)
        if verdict is None or not verdict.awaits_confirmation:
            raise NothingToConfirm(event_id=event_id)
        if verdict.actor_user_id == actor_user_id:
            raise SameAdministrator(event_id=event_id)
        await self._proposals.confirm(connection, event_id, actor_user_id)
        await self._results.ask_to_settle(connection, event_id)
        await events.audit(connection, "event.resolution_confirmed", event_id, self._clock.now())

    async def withdraw(self, connection: Connection, event_id: UUID) -> None:
        """Withdraw a result that is not committed, whoever asked for it and whatever keeps it.

        Not that of a draft: nobody but the platform called it off, and nothing would open it any more.
        """
        event = await self._lifecycle.held(connection, event_id)
        verdict = await self._resolutions.verdict(connection, event_id)
        if verdict is None or event.status == Status.DRAFT:
            raise NothingToConfirm(event_id=event_id)
        await self._resolutions.forget_verdict(connection, event_id)
        if event.status == Status.ACTIVE:
            # Its market may be closed by now, and nobody opens it again.
            await self._lifecycle.ask_to_lock(connection, event_id)
        if event.status not in TERMINAL:
            await self._deadlines.schedule_again(connection, event)
            await venue_words.hear_again(connection, event_id)
        await events.audit(connection, "event.resolution_withdrawn", event_id, self._clock.now())
