"""What auth throws away: challenges, sessions and stored answers that nobody can use any more."""

from datetime import timedelta

from oraculum_auth.repository import Sessions
from oraculum_kit import idempotency
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.job_runner import JobRunner
from oraculum_kit.jobs import Job, Kind

# A used or expired refresh token must be recognised for a while after its session ended.
KEPT_AFTER_EXPIRY = timedelta(days=7)


def housekeeper(database: Database, clock: Clock) -> JobRunner:
    """Runs every hour, on one replica."""

    async def forget(_: Job) -> None:
        async with database.transaction() as connection:
            await Sessions().forget(connection, clock.now() - KEPT_AFTER_EXPIRY)
            await idempotency.forget_old(connection)

    return JobRunner(database=database, kinds=[Kind("forget", forget, cron="17 * * * *")])
