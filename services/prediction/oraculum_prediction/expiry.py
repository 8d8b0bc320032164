"""Orders that end by themselves: their time has come, their market has locked, their owner is silent, barred or plays no more.

Every replica looks; whoever comes second finds that nothing rests any more. What is ended goes through the engine like
everything else, so it takes turns with what would fill it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from typing import Final
from uuid import UUID

import structlog

from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.db import Database
from oraculum_kit.errors import ServiceError
from oraculum_prediction import metrics
from oraculum_prediction.commands import Commands
from oraculum_prediction.errors import MarketNotOpen
from oraculum_prediction.repository import resting as repository
from oraculum_prediction.repository.resting import DeadMan
from oraculum_prediction.turns import Turns

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
        self._dead, self._due = Turns(_PEOPLE_MAX), Turns(_ORDERS_MAX)
        self._barred, self._excluded = Turns(_PEOPLE_MAX), Turns(_PEOPLE_MAX)

    async def run(self) -> None:
        """Look until cancelled."""
        await run_gracefully("expiry", self._work, grace_seconds=5.0)

    async def _work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.look()
            except ServiceError as error:
                # The database is away; what is due stays due.
                _postponed("look", None, error)
            await pause(stop, self._every_seconds)

    async def look(self) -> int:
        """End what is due; how many orders that were. What fails stays due, and keeps nothing else from its end."""
        async with self._database.connection() as connection:
            dead, due, barred, excluded = await repository.to_end(
                connection, dead=self._dead, due=self._due, barred=self._barred, excluded=self._excluded
            )
        self._dead.seen([each.user_id for each in dead])
        self._due.seen([order_id for order_id, _ in due])
        self._barred.seen(barred)
        self._excluded.seen(excluded)
        by_event: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for order_id, event_id in due:
            by_event[event_id].append(order_id)
        ended = 0
        # Who asked for it themselves comes first.
        for each in dead:
            ended += await _tried("dead_man", each.user_id, self._bury(each))
        for event_id, order_ids in by_event.items():
            ended += await _tried("clock", event_id, self._end(event_id, order_ids))
        for user_id in barred:
            ended += await _tried("barred", user_id, self._cancel(user_id))
        for user_id in excluded:
            # Who plays no more may still sell: what they offer rests on.
            ended += await _tried("excluded", user_id, self._cancel(user_id, purchases_only=True))
        metrics.ENDED_BY_CLOCK.inc(ended)
        return ended

    async def _bury(self, dead: DeadMan) -> int:
        ended = await self._cancel(dead.user_id)
        async with self._database.transaction() as connection:
            await repository.bury(connection, dead)
        return ended

    async def _end(self, event_id: UUID, order_ids: list[UUID]) -> int:
        try:
            return await self._commands.end(event_id, order_ids)
        except MarketNotOpen:
            # It was closed meanwhile, and everything that rested was ended with it.
            return 0

    async def _cancel(self, user_id: UUID, *, purchases_only: bool = False) -> int:
        return len(await self._commands.cancel_all(user_id, None, purchases_only=purchases_only))


async def _tried(why: str, whose: UUID, ending: Awaitable[int]) -> int:
    """How many orders were ended; none if that failed."""
    try:
        return await ending
    except ServiceError as error:
        _postponed(why, whose, error)
        return 0


def _postponed(why: str, whose: UUID | None, error: ServiceError) -> None:
    metrics.ENDINGS_POSTPONED.labels(why).inc()
    _log.warning("expiry.postponed", why=why, whose=whose and str(whose), reason=error.reason)
