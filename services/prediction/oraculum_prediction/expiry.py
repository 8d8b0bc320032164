"""Orders that end by themselves: their time has come, their market has locked, their owner is silent or barred.

Every replica looks; whoever comes second finds that nothing rests any more. What is ended goes through the engine like
everything else, so it takes turns with what would fill it.
"""

import asyncio
from typing import Final

import structlog

from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.db import Database
from oraculum_kit.errors import ServiceError
from oraculum_prediction import metrics
from oraculum_prediction.commands import Commands
from oraculum_prediction.errors import MarketNotOpen
from oraculum_prediction.repository import resting as repository

_log = structlog.stdlib.get_logger(__name__)

_EVERY_SECONDS: Final = 0.5
_ORDERS_MAX: Final = 2_000
_PEOPLE_MAX: Final = 100


class Expiry:
    """Ends what the clock ends. Run it beside the server."""

    def __init__(
        self, database: Database, commands: Commands, *, every_seconds: float = _EVERY_SECONDS
    ) -> None:
        self._database = database
        self._commands = commands
        self._every_seconds = every_seconds

    async def run(self) -> None:
        """Look until cancelled."""
        await run_gracefully("expiry", self._work, grace_seconds=5.0)

    async def _work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.look()
            except ServiceError as error:
                # The engine is full or the database away; what is due stays due.
                _log.warning("expiry.postponed", reason=error.reason)
            await pause(stop, self._every_seconds)

    async def look(self) -> int:
        """End what is due; how many orders that were."""
        async with self._database.connection() as connection:
            due = await repository.due_to_end(connection, _ORDERS_MAX)
            dead = await repository.dead_men(connection, _PEOPLE_MAX)
            barred = await repository.barred(connection, _PEOPLE_MAX)
        ended = 0
        for event_id, order_ids in due.items():
            try:
                ended += await self._commands.end(event_id, order_ids)
            except MarketNotOpen:
                # It was closed meanwhile, and everything that rested was ended with it.
                continue
        for user_id in barred:
            ended += len(await self._commands.cancel_all(user_id, None))
        for each in dead:
            ended += len(await self._commands.cancel_all(each.user_id, None))
            async with self._database.transaction() as connection:
                await repository.bury(connection, each)
        metrics.ENDED_BY_CLOCK.inc(ended)
        return ended
