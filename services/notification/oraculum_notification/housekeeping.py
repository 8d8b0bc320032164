"""What notification throws away: messages too old to resume from."""

from datetime import datetime, timedelta
from typing import Final

from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.job_runner import JobRunner
from oraculum_kit.jobs import Job, Kind
from oraculum_notification.repository import Channels
from oraculum_notification.webhooks.proving import ASKED_WITHIN
from oraculum_notification.webhooks.public import KINDS_OF, PUBLIC_KEPT
from oraculum_notification.webhooks.repository import Subscriptions

MESSAGES_KEPT: Final = timedelta(hours=24)


def housekeeper(database: Database, clock: Clock) -> JobRunner:
    """Runs every ten minutes, on one replica."""

    async def run(_: Job) -> None:
        async with database.connection() as connection:
            await forget(connection, clock.now())

    return JobRunner(database=database, kinds=[Kind("forget", run, cron="*/10 * * * *")])


async def forget(connection: Connection, now: datetime) -> None:
    """Drop what nobody resumes from any more; what programs hear of everybody's is kept until they are given up."""
    await Channels().forget(
        connection, now - MESSAGES_KEPT, kept_channels=KINDS_OF, kept_before=now - PUBLIC_KEPT
    )
    await Subscriptions().forget_asking(connection, ASKED_WITHIN)
