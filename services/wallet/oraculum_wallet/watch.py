"""What one replica does for all of them, again and again: the monitor looks, and what has expired is voided."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import structlog

from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.db import Database
from oraculum_kit.errors import ServiceError
from oraculum_wallet.expiry import Expiry
from oraculum_wallet.monitor import Monitor
from oraculum_wallet.repository import monitor as repository

_log = structlog.stdlib.get_logger(__name__)

GRACE_SECONDS: Final = 10.0


class Watch:
    """Leads by an advisory lock for each of the two: people's money that has expired waits for no look. Run it beside the server."""

    def __init__(self, *, database: Database, monitor: Monitor, expiry: Expiry, every_seconds: float) -> None:
        self._database = database
        self._monitor = monitor
        self._expiry = expiry
        self._every_seconds = every_seconds

    async def run(self) -> None:
        """Watch until cancelled; then finish what is at hand."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again_and_again("watch", self._monitor.look))
            group.create_task(self._again_and_again("expiry", self._void_expired))

    async def _again_and_again(self, name: str, once: Callable[[], Awaitable[object]]) -> None:
        await run_gracefully(name, partial(self._led, f"oraculum.{name}", once), grace_seconds=GRACE_SECONDS)

    async def _led(self, work: str, once: Callable[[], Awaitable[object]], stop: asyncio.Event) -> None:
        async with self._database.direct() as connection:
            while not stop.is_set():
                # Asked anew each time: a connection that died has lost the lock, and this is how we hear of it.
                if await repository.try_lead(connection, work):
                    try:
                        await once()
                    finally:
                        await repository.resign(connection, work)
                await pause(stop, self._every_seconds)

    async def _void_expired(self) -> None:
        try:
            await self._expiry.void_expired()
        except ServiceError as error:
            # Another batch was in the way; they have their turn again.
            _log.warning("watch.expiry_postponed", reason=error.reason)
