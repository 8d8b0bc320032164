"""What authors pay for opening their events."""

from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum_event.records import Charge, Event
from oraculum_kit.db import Connection, queries

_charges: Final = queries("oraculum_event", "sql/charges.sql")


class Charges:
    """What authors pay for opening their events."""

    async def insert(self, connection: Connection, event: Event, now: datetime) -> None:
        """Note what an author shall pay."""
        await _charges.insert_charge.run(
            connection,
            event_id=event.event_id,
            publication=event.publication,
            user_id=event.creator_user_id,
            asset=event.asset,
            fee_units=event.creation_fee_units,
            subsidy_units=event.subsidy_units,
            now=now,
        )

    async def of(self, connection: Connection, event_id: UUID, publication: int) -> Charge | None:
        """What an author shall pay for a publication, held; none where the house pays."""
        return await _charges.charge.one(connection, Charge, event_id=event_id, publication=publication)

    async def set(self, connection: Connection, charge: Charge, status: str, now: datetime) -> None:
        """Say what became of it."""
        await _charges.set_charge.run(
            connection, event_id=charge.event_id, publication=charge.publication, status=status, now=now
        )
