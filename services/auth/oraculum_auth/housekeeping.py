"""What auth throws away: challenges, sessions, mailed tokens and stored answers that nobody can use any more."""

from datetime import timedelta

from oraculum_auth.repository import Mails, Sessions
from oraculum_auth.repository.answers import Answers
from oraculum_auth.repository.factors import Attempts
from oraculum_auth.repository.open_id import OpenIdRows
from oraculum_auth.repository.revocations import RevocationLog
from oraculum_kit import idempotency
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.jobs import Job, Kind

# A used or expired refresh token must be recognised for a while after its session ended.
KEPT_AFTER_EXPIRY = timedelta(days=7)
ATTEMPTS_KEPT = timedelta(days=1)
MAIL_LOG_KEPT = timedelta(days=1)
ANSWERS_KEPT = timedelta(days=1)


def forgetting(database: Database, clock: Clock) -> Kind:
    """Runs every hour, on one replica."""

    async def forget(_: Job) -> None:
        async with database.transaction() as connection:
            now = clock.now()
            await Sessions().forget(connection, now - KEPT_AFTER_EXPIRY)
            await RevocationLog().forget(connection, now)
            await Attempts().forget(connection, now - ATTEMPTS_KEPT)
            await Answers().forget(connection, now - ANSWERS_KEPT)
            await OpenIdRows().forget(connection, now)
            await Mails().forget(connection, now=now, before=now - MAIL_LOG_KEPT)
            await idempotency.forget_old(connection)

    return Kind("forget", forget, cron="17 * * * *")
