"""What prediction does at its times: settling, bringing back lost subsidies, forgetting what nobody may ask for."""

from typing import Final

from oraculum_kit import idempotency
from oraculum_kit.db import Database
from oraculum_kit.job_runner import JobRunner
from oraculum_kit.jobs import Job, Kind
from oraculum_kit.retries import Backoff
from oraculum_prediction.fundings import Fundings
from oraculum_prediction.settlement import SETTLE, Settler

_SETTLE_SECONDS_MAX: Final = 3600.0
# People must be paid: where wallet refuses (the house is short, an account is frozen) it is asked again until it does not.
_SETTLE_ATTEMPTS_MAX: Final = 1_000_000
_SETTLE_AGAIN: Final = Backoff(first_seconds=1.0, longest_seconds=60.0)
_FORGET_BATCH: Final = 5_000


def job_runner(database: Database, settler: Settler, fundings: Fundings) -> JobRunner:
    """Runs the jobs of this schema, each on one replica."""

    async def forget(_: Job) -> None:
        removed = _FORGET_BATCH
        while removed == _FORGET_BATCH:
            async with database.transaction() as connection:
                removed = await idempotency.forget_old(connection, batch=_FORGET_BATCH)

    async def return_subsidies(_: Job) -> None:
        await fundings.sweep()

    return JobRunner(
        database=database,
        kinds=[
            Kind(
                SETTLE,
                settler.settle,
                attempts_max=_SETTLE_ATTEMPTS_MAX,
                timeout_seconds=_SETTLE_SECONDS_MAX,
                backoff=_SETTLE_AGAIN,
            ),
            Kind("forget_answers", forget, cron="23 * * * *"),
            Kind("return_subsidies", return_subsidies, cron="*/5 * * * *"),
        ],
    )
