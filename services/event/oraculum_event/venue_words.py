"""Words of venues that could not be taken yet: each is kept in its event's row and heard again when something changed."""

from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum_kit import jobs
from oraculum_kit.db import Connection

HEAR_AGAIN: Final = "hear_venue_again"


async def hear_again(connection: Connection, event_id: UUID, run_at: datetime | None = None) -> None:
    """Have the word that is kept of an event's venue heard again, if any is."""
    await jobs.schedule(
        connection,
        HEAR_AGAIN,
        {"event_id": str(event_id)},
        run_at=run_at,
        unique_key=str(event_id),
        replace=True,
    )
