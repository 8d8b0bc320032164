"""What notification throws away: messages too old to resume from."""

from datetime import timedelta
from typing import Final

from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.job_runner import JobRunner
from oraculum_kit.jobs import Job, Kind
from oraculum_notification.repository import Channels

MESSAGES_KEPT: Final = timedelta(hours=24)


def housekeeper(database: Database, clock: Clock) -> JobRunner:
    """Runs every ten minutes, on one replica."""

    async def forget(_: Job) -> None:
        async with database.connection() as connection:
            await Channels().forget(connection, clock.now() - MESSAGES_KEPT)

    return JobRunner(database=database, kinds=[Kind("forget", forget, cron="*/10 * * * *")])
