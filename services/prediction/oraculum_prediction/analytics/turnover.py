"""What a person has traded, in all their life: added up once, and from then on only what came since.

A bot has millions of fills, and anybody may look at what it traded. So what is old enough is added to a row of its day,
category and asset when somebody looks and much is waiting; each portion in a transaction of its own, with the note up to
when it goes. Who is cut off in the middle has saved the next one the work. Nothing is added where bets are taken, and
people who trade as people do are never written for at all.
"""

from typing import Final
from uuid import UUID

from oraculum_kit.db import Database
from oraculum_prediction.repository import analytics as repository
from oraculum_prediction.repository.analytics import DayTurnover

# So many fills are read each time somebody looks before they are added up.
WAITING_MAX: Final = 500
# Fills of one transaction.
PORTION: Final = 10_000
# A batch holds its orders for seconds; the time of its fills is taken while it commits.
WAIT_SECONDS: Final = 900.0


class Turnovers:
    """Reads what people have traded."""

    def __init__(
        self,
        database: Database,
        *,
        waiting_max: int = WAITING_MAX,
        portion: int = PORTION,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._database = database
        self._waiting_max = waiting_max
        self._portion = portion
        self._wait_seconds = wait_seconds

    async def of(self, user_id: UUID) -> list[DayTurnover]:
        """What a person has traded until now, by day, category and asset."""
        async with self._database.connection() as connection:
            waiting = await repository.waiting(connection, user_id, self._waiting_max)
        if waiting >= self._waiting_max:
            await self._add_up(user_id)
        async with self._database.connection() as connection:
            return await repository.turnover(connection, user_id)

    async def _add_up(self, user_id: UUID) -> None:
        more = True
        while more:
            async with self._database.transaction() as connection:
                more = await repository.add_up(
                    connection, user_id, row_count=self._portion, wait_seconds=self._wait_seconds
                )
