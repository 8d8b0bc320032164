"""What events shall come to, and what they came to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum_event.records import Proposal, Verdict
from oraculum_kit.db import Connection, queries
from oraculum_money import Price, Units

_resolutions: Final = queries("oraculum_event", "sql/resolutions.sql")
_proposals: Final = queries("oraculum_event", "sql/proposals.sql")


class Resolutions:
    """What events shall come to, and what they came to."""

    async def insert_verdict(self, connection: Connection, verdict: Verdict) -> bool:
        """Note what an event shall come to; False when that is noted already."""
        return bool(
            await _resolutions.insert_verdict.run(
                connection,
                event_id=verdict.event_id,
                kind=verdict.kind,
                payout_millionths=verdict.payout_millionths,
                source=verdict.source,
                note=verdict.note,
                actor_user_id=verdict.actor_user_id,
                now=verdict.asked_at,
                value=verdict.value,
                void_hour_ends_at=verdict.void_hour_ends_at,
            )
        )

    async def verdict(self, connection: Connection, event_id: UUID) -> Verdict | None:
        """What an event shall come to."""
        return await _resolutions.verdict.one(connection, Verdict, event_id=event_id)

    async def commit(
        self,
        connection: Connection,
        verdict: Verdict,
        payout: Sequence[Price],
        *,
        closing_sequence: int,
        now: datetime,
    ) -> None:
        """Write a result as the next revision and forget that it was asked for."""
        await _resolutions.insert_resolution.run(
            connection,
            event_id=verdict.event_id,
            payout_millionths=list(payout),
            source=verdict.source,
            note=verdict.note,
            now=now,
            closing_sequence=closing_sequence,
            value=verdict.value,
        )
        await self.forget_verdict(connection, verdict.event_id)

    async def forget_verdict(self, connection: Connection, event_id: UUID) -> None:
        """Forget what was asked for: it has come to it, or it was withdrawn."""
        await _resolutions.delete_verdict.run(connection, event_id=event_id)


class Proposals:
    """Results that do not stand yet."""

    async def insert(
        self, connection: Connection, verdict: Verdict, *, closing_sequence: int, seconds: int, bond: Units
    ) -> datetime:
        """Propose what was asked for; until when it may be disputed, by the database's clock."""
        ends_at: datetime = await _proposals.insert_proposal.value(
            connection,
            event_id=verdict.event_id,
            payout_millionths=verdict.payout_millionths,
            value=verdict.value,
            source=verdict.source,
            note=verdict.note,
            actor_user_id=verdict.actor_user_id,
            confirmed_by=verdict.confirmed_by,
            closing_sequence=closing_sequence,
            seconds=seconds,
            bond_units=bond,
        )
        return ends_at

    async def latest(self, connection: Connection, event_id: UUID) -> Proposal | None:
        """The latest proposal of an event."""
        return await _proposals.proposals.one(connection, Proposal, event_ids=[event_id])

    async def of(self, connection: Connection, event_ids: Sequence[UUID]) -> dict[UUID, Proposal | Verdict]:
        """What these events shall come to: what waits for another administrator, else what is proposed."""
        ids = list(event_ids)
        proposals = await _proposals.proposals.all(connection, Proposal, event_ids=ids)
        waiting = await _proposals.waiting_verdicts.all(connection, Verdict, event_ids=ids)
        found: dict[UUID, Proposal | Verdict] = {each.event_id: each for each in proposals}
        return found | {each.event_id: each for each in waiting}

    async def overturn(self, connection: Connection, event_id: UUID, number: int, now: datetime) -> None:
        """Note that a proposal was wrong."""
        await _proposals.overturn.run(connection, event_id=event_id, number=number, now=now)

    async def await_confirmation(self, connection: Connection, event_id: UUID) -> None:
        """Let what was asked for wait for another administrator."""
        await _proposals.await_confirmation.run(connection, event_id=event_id)

    async def confirm(self, connection: Connection, event_id: UUID, confirmed_by: UUID) -> None:
        """Note that another administrator says the same."""
        await _proposals.confirm.run(connection, event_id=event_id, confirmed_by=confirmed_by)
