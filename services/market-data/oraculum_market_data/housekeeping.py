"""What market-data does by the clock: makes the partitions of coming months, drops those past their time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.job_runner import JobRunner
from oraculum_kit.jobs import Job, Kind
from oraculum_market_data.repository.partitions import Partitions

# How long each kind of history is kept. Hours and days stay.
KEPT: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "venue_quote": timedelta(days=31),
        "trade": timedelta(days=366),
        "candle_1m": timedelta(days=92),
        "candle_5m": timedelta(days=366),
        "quality_incident": timedelta(days=366),
    }
)
# This month's and the next two are there in advance, so that a job that fails for weeks does no harm.
_MONTHS_AHEAD: Final = 2


async def prepare(database: Database, now: datetime) -> None:
    """Make the partitions of this month and the coming ones."""
    month = now.date().replace(day=1)
    for _ in range(_MONTHS_AHEAD + 1):
        async with database.transaction() as connection:
            for parent in KEPT:
                await Partitions().add(connection, parent, month)
        month = (month + timedelta(days=31)).replace(day=1)


async def drop_old(database: Database, now: datetime) -> None:
    """Drop the months that nobody may ask for any more."""
    async with database.transaction() as connection:
        for parent, kept in KEPT.items():
            await Partitions().drop(connection, parent, (now - kept).date())


def housekeeper(database: Database, clock: Clock) -> JobRunner:
    """Runs once a night, on one replica."""

    async def partitions(_: Job) -> None:
        await prepare(database, clock.now())
        await drop_old(database, clock.now())

    return JobRunner(database=database, kinds=[Kind("partitions", partitions, cron="7 3 * * *")])
