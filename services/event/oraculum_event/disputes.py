"""Disputes: somebody puts up a bond and says that a proposed result is wrong; an administrator decides.

A dispute is written down first, then wallet is asked for the bond, then it is open: whoever dies in between leaves the
job, which does the rest. While one is undecided the result does not stand.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

import structlog

from oraculum_event import bonds, events
from oraculum_event.drafting import check_payout
from oraculum_event.errors import (
    BondNotHeld,
    DisputeDecided,
    DisputeExists,
    DisputeNotFound,
    DisputeNotOpen,
    NotChallengeable,
    OwnDispute,
)
from oraculum_event.lifecycle import Lifecycle, jobs_that_must
from oraculum_event.records import Dispute
from oraculum_event.repository import Disputes as Rows
from oraculum_event.repository import Proposals
from oraculum_event.results import Results
from oraculum_event.stakes import Paid, Stakes
from oraculum_event.transitions import State
from oraculum_kit import jobs
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.ids import uuid7
from oraculum_kit.jobs import Job
from oraculum_kit.validation import Violations
from oraculum_money import Price

_log = structlog.stdlib.get_logger(__name__)

HOLD_BOND: Final = "hold_bond"


class Disputes:
    """Takes disputes from their bond to their decision."""

    def __init__(
        self, database: Database, lifecycle: Lifecycle, results: Results, stakes: Stakes, clock: Clock
    ) -> None:
        self._database = database
        self._lifecycle = lifecycle
        self._results = results
        self._stakes = stakes
        self._clock = clock
        self._rows = Rows()
        self._proposals = Proposals()

    async def begin(
        self, connection: Connection, event_id: UUID, user_id: UUID, reason: str, evidence_url: str
    ) -> UUID:
        """Write a dispute down and ask for its bond."""
        event = await self._lifecycle.held(connection, event_id)
        proposal = await self._proposals.latest(connection, event_id)
        if (
            event.state is not State.RESOLVING
            or proposal is None
            or proposal.ended
            or proposal.overturned_at is not None
        ):
            raise NotChallengeable(event_id=event_id, status=event.status)
        now = self._clock.now()
        dispute_id = uuid7()
        written = await self._rows.insert(
            connection,
            dispute_id=dispute_id,
            event_id=event_id,
            proposal_number=proposal.number,
            user_id=user_id,
            reason=reason,
            evidence_url=evidence_url,
            asset=event.asset,
            bond_units=proposal.bond_units,
            now=now,
        )
        if not written:
            raise DisputeExists(event_id=event_id)
        await jobs.schedule(
            connection, HOLD_BOND, {"dispute_id": str(dispute_id)}, unique_key=str(dispute_id)
        )
        await events.audit_dispute(connection, "dispute.begun", dispute_id, now)
        return dispute_id

    async def hold(self, dispute_id: UUID) -> Dispute:
        """Hold the bond of a dispute, whoever asks and however often; it is open then, or refused.

        Wallet is asked while the event's row is held: nobody lets the result stand in between.
        """
        event_id = (await self.get(dispute_id)).event_id
        async with self._database.transaction() as connection:
            event = await self._lifecycle.held(connection, event_id)
            dispute = await self._read(connection, dispute_id)
            if dispute.status != "bonding":
                return dispute
            now = self._clock.now()
            if await self._stakes.hold_bond(dispute) is Paid.REFUSED:
                await self._rows.set_status(connection, dispute_id, "refused")
                # An earlier request whose answer was lost may be done yet: what it takes goes back.
                await bonds.schedule(connection, dispute, now + bonds.LAST_REQUEST)
                await self._results.ask_to_finalize(connection, event_id)
            else:
                await self._rows.set_status(connection, dispute_id, "open")
                proposal = await self._proposals.latest(connection, event_id)
                await events.disputed(
                    connection, event, proposal, await self._read(connection, dispute_id), now
                )
            return await self._read(connection, dispute_id)

    async def decide(
        self,
        connection: Connection,
        dispute_id: UUID,
        actor_user_id: UUID,
        *,
        uphold: bool,
        note: str,
        payout: Sequence[Price],
        value: Decimal | None,
    ) -> None:
        """Decide a dispute: the bond goes back and another result is proposed, or the bond is the house's."""
        event_id = (await self._read(connection, dispute_id)).event_id
        event = await self._lifecycle.held(connection, event_id)
        dispute = await self._read(connection, dispute_id)
        undecided = await self._rows.undecided(connection, event_id)
        if actor_user_id in {dispute.user_id, *(each.user_id for each in undecided)}:
            # Whoever is right about one is right about all of the event.
            raise OwnDispute(dispute_id=dispute_id)
        if dispute.status == "bonding":
            raise DisputeNotOpen(dispute_id=dispute_id)
        if dispute.status != "open":
            raise DisputeDecided(dispute_id=dispute_id, status=dispute.status)
        now = self._clock.now()
        if not uphold:
            await self._rows.decide(connection, dispute_id, "rejected", actor_user_id, note, now)
            await bonds.schedule(connection, dispute, None)
            await self._results.ask_to_finalize(connection, event_id)
            await events.audit_dispute(connection, "dispute.rejected", dispute_id, now)
            return
        proposal = await self._proposals.latest(connection, event_id)
        check = Violations()
        check_payout(payout, len(event.outcome_labels), check)
        if proposal is not None and proposal.payout_millionths == list(payout):
            check.refuse("payout_millionths", "must differ from the result that is disputed")
        check.finish()
        await self._uphold(connection, event_id, actor_user_id, note)
        await self._results.overturn(
            connection, event, payout, note=note, actor_user_id=actor_user_id, value=value
        )
        await events.audit_dispute(connection, "dispute.upheld", dispute_id, now)

    async def _uphold(self, connection: Connection, event_id: UUID, actor_user_id: UUID, note: str) -> None:
        """Whoever disputed the wrong result was right, every one of them."""
        now = self._clock.now()
        for each in await self._rows.undecided(connection, event_id):
            if each.status == "open":
                await self._rows.decide(connection, each.dispute_id, "upheld", actor_user_id, note, now)
                await bonds.schedule(connection, each, None)
        await bonds.let_go(connection, event_id, now)

    async def hold_job(self, job: Job) -> None:
        """Hold a bond that nobody has asked for to the end."""
        await self.hold(UUID(job.payload["dispute_id"]))

    async def settle_bond_job(self, job: Job) -> None:
        """Send a bond where its dispute's end says, if it ever was held."""
        dispute_id = UUID(job.payload["dispute_id"])
        dispute = await self.get(dispute_id)
        if dispute.bond_settled or dispute.status in {"bonding", "open"}:
            return
        if dispute.status == "rejected":
            await self._stakes.forfeit_bond(dispute)
        else:
            await self._stakes.return_bond(dispute)
        async with self._database.transaction() as connection:
            await self._rows.bond_settled(connection, dispute_id)

    async def get(self, dispute_id: UUID) -> Dispute:
        """One dispute."""
        async with self._database.connection() as connection:
            return await self._read(connection, dispute_id)

    async def _read(self, connection: Connection, dispute_id: UUID) -> Dispute:
        dispute = await self._rows.one(connection, dispute_id)
        if dispute is None:
            raise DisputeNotFound(dispute_id=dispute_id)
        return dispute

    def kinds(self) -> list[jobs.Kind]:
        """The jobs that belong to disputes."""
        return jobs_that_must({HOLD_BOND: self.hold_job, bonds.SETTLE_BOND: self.settle_bond_job})


def refused(dispute: Dispute) -> BondNotHeld:
    """What somebody is told whose bond could not be held."""
    return BondNotHeld(dispute_id=dispute.dispute_id)
