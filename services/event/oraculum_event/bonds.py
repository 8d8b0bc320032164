"""Where the bonds of disputes go, once what becomes of the disputes is known."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from oraculum_event.records import Dispute
from oraculum_event.repository import Disputes
from oraculum_kit import jobs
from oraculum_kit.db import Connection

SETTLE_BOND: Final = "settle_bond"

# A request to hold a bond whose answer was lost may still arrive at wallet; none lives as long as this.
LAST_REQUEST: Final = timedelta(seconds=60)

_disputes: Final = Disputes()


async def schedule(connection: Connection, dispute: Dispute, run_at: datetime | None) -> None:
    """Have a bond sent where its dispute's end says."""
    await jobs.schedule(
        connection,
        SETTLE_BOND,
        {"dispute_id": str(dispute.dispute_id)},
        run_at=run_at,
        unique_key=str(dispute.dispute_id),
    )


async def let_go(connection: Connection, event_id: UUID, now: datetime) -> None:
    """End the disputes of an event that has nothing to dispute any more, and give their bonds back."""
    for dispute in await _disputes.undecided(connection, event_id):
        await _disputes.set_status(connection, dispute.dispute_id, "moot")
        await schedule(connection, dispute, now + LAST_REQUEST if dispute.status == "bonding" else None)
