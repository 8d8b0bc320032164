"""Claims that proposed results are wrong."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from oraculum_event.records import Dispute
from oraculum_kit.db import Connection, queries

_disputes: Final = queries("oraculum_event", "sql/disputes.sql")


class Disputes:
    """Claims that proposed results are wrong."""

    async def insert(self, connection: Connection, **columns: object) -> bool:
        """Write a dispute down; False when the person has one of this proposal."""
        return bool(await _disputes.insert_dispute.run(connection, **columns))

    async def one(self, connection: Connection, dispute_id: UUID) -> Dispute | None:
        """One dispute."""
        return await _disputes.dispute.one(connection, Dispute, dispute_id=dispute_id)

    async def undecided(self, connection: Connection, event_id: UUID) -> list[Dispute]:
        """Disputes of an event that are not decided yet."""
        return await _disputes.undecided.all(connection, Dispute, event_id=event_id)

    async def page(
        self,
        connection: Connection,
        *,
        user_id: UUID | None,
        event_id: UUID | None,
        statuses: Sequence[str] | None,
        after: tuple[Any, ...] | None,
        row_count: int,
    ) -> list[Dispute]:
        """Disputes, newest first."""
        return await _disputes.page.all(
            connection,
            Dispute,
            user_id=user_id,
            event_id=event_id,
            statuses=list(statuses) if statuses else None,
            after_time=after[0] if after else None,
            after_id=after[1] if after else None,
            row_count=row_count,
        )

    async def set_status(self, connection: Connection, dispute_id: UUID, status: str) -> None:
        """Take a dispute a step further."""
        await _disputes.set_status.run(connection, dispute_id=dispute_id, status=status)

    async def decide(
        self,
        connection: Connection,
        dispute_id: UUID,
        status: str,
        decided_by: UUID,
        note: str,
        now: datetime,
    ) -> None:
        """Decide a dispute."""
        await _disputes.decide.run(
            connection, dispute_id=dispute_id, status=status, decided_by=decided_by, note=note, now=now
        )

    async def bond_settled(self, connection: Connection, dispute_id: UUID) -> None:
        """Note that the bond is where it belongs."""
        await _disputes.bond_settled.run(connection, dispute_id=dispute_id)
