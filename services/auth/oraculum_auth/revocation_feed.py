"""Tells every verifier which tokens count no more, from any replica of auth.

PostgreSQL is the truth: a revocation is a row of the transaction that revokes. Each replica follows the rows, woken by
a notification and looking twice a second in case one got lost, and passes them on to whoever listens. Redis and Kafka
have no part in it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Final

from oraculum_auth.repository.revocations import BEGINNING, CHANNEL, RevocationLog, Revoked
from oraculum_kit.background import run_gracefully
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.errors import ResourceExhausted
from oraculum_kit.listening import listen, wait_for_notification

LOOK_SECONDS: Final = 0.5
_WAITING_MAX: Final = 1000
_CHUNK: Final = 1000

Batch = list[Revoked]


class RevocationFeed:
    """Follows the log and hands each piece of news to every listener."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._log = RevocationLog()
        self._listeners: set[asyncio.Queue[Batch | None]] = set()

    async def run(self) -> None:
        """Follow until cancelled."""
        await run_gracefully("revocation feed", self._work, grace_seconds=2.0)

    async def watch(self) -> AsyncIterator[tuple[Batch, bool]]:
        """Everything that matters now, marked complete at its end; then the news, or nothing every half second."""
        with self._listening() as queue:
            # Listening comes first: what is committed between the two is told twice, and nothing not at all.
            async with self._database.connection() as connection:
                present, _ = await self._log.since(connection, BEGINNING, self._clock.now())
            for start in range(0, len(present), _CHUNK):
                yield present[start : start + _CHUNK], False
            yield [], True
            while (batch := await queue.get()) is not None:
                yield batch, True
        raise ResourceExhausted("The listener was too slow; it begins again.", retry_after_seconds=0)

    async def _work(self, stop: asyncio.Event) -> None:
        # What was missed while the connection was lost is looked up from the horizon, not lost.
        horizon, told = BEGINNING, set[Revoked]()
        async with self._database.direct() as listener:
            await listen(listener, CHANNEL)
            while not stop.is_set():
                async with self._database.connection() as connection:
                    found, horizon = await self._log.since(connection, horizon, self._clock.now())
                # As long as somebody's transaction stays open, the same rows are found again and again.
                self._tell([one for one in found if one not in told])
                told = set(found)
                await wait_for_notification(listener, LOOK_SECONDS, stop)

    def _tell(self, news: Batch) -> None:
        for queue in list(self._listeners):
            if queue.full():
                self._listeners.discard(queue)
                queue.get_nowait()
                queue.put_nowait(None)
            else:
                queue.put_nowait(news)

    @contextmanager
    def _listening(self) -> Iterator["asyncio.Queue[Batch | None]"]:
        queue: asyncio.Queue[Batch | None] = asyncio.Queue(_WAITING_MAX)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
