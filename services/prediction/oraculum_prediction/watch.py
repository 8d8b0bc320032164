"""What an operator must see when nobody asks: results by which people still wait to be paid, and what the house can lose.

A settlement that wallet answers BEHIND waits patiently and counts as no failure, so no job dies of it. Its age is what tells.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.db import Database
from oraculum_prediction import metrics
from oraculum_prediction.repository import risk, settlements
from oraculum_prediction.risk import metrics as risk_metrics

_EVERY_SECONDS: Final = 10.0


class Watch:
    """Shows what is not done. Run it beside the server."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._assets: set[str] = set()

    async def run(self) -> None:
        """Measure until cancelled."""
        await run_gracefully("watch", self._work, grace_seconds=1.0)

    async def measure(self) -> None:
        """Measure once."""
        async with self._database.connection() as connection:
            undone, seconds = await settlements.measure_undone(connection)
            exposures = await risk.house_totals(connection)
        metrics.UNSETTLED.set(undone)
        metrics.UNSETTLED_SECONDS.set(seconds)
        self._show(exposures)

    def _show(self, exposures: Sequence[risk.HouseTotal]) -> None:
        """By asset; one whose last market is paid risks nothing any more, and must not stay at what it was."""
        now = {row.asset: row.exposure_units for row in exposures}
        self._assets |= now.keys()
        for asset in self._assets:
            risk_metrics.HOUSE_EXPOSURE.labels(asset).set(now.get(asset, 0))

    async def _work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.measure()
            await pause(stop, _EVERY_SECONDS)
