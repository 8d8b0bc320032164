"""What one replica does for all of them, again and again: the monitor looks, and what has expired is voided."""

import asyncio
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
    """Leads by an advisory lock. Run it beside the server."""

    def __init__(self, *, database: Database, monitor: Monitor, expiry: Expiry, every_seconds: float) -> None:
        self._database = database
        self._monitor = monitor
        self._expiry = expiry
        self._every_seconds = every_seconds

    async def run(self) -> None:
        """Watch until cancelled; then finish the look at hand."""
        await run_gracefully("watch", self._work, grace_seconds=GRACE_SECONDS)

    async def _work(self, stop: asyncio.Event) -> None:
        async with self._database.direct() as connection:
            while not stop.is_set():
                # Asked anew each time: a connection that died has lost the lock, and this is how we hear of it.
                if await repository.try_lead(connection):
                    try:
                        await self._once()
                    finally:
                        await repository.resign(connection)
                await pause(stop, self._every_seconds)

    async def _once(self) -> None:
        await self._monitor.look()
        try:
            await self._expiry.void_expired()
        except ServiceError as error:
            # Another batch was in the way; they have their turn again.
            _log.warning("watch.expiry_postponed", reason=error.reason)
