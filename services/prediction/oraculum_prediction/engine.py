"""Where orders gather: bounded queues, and workers that take what has gathered as one batch.

Batches form by themselves. A batch is what arrived while the one before was being decided, so an idle engine decides an
order at once and a busy one decides hundreds together. Markets are spread over the workers of a process by their ids:
the orders of one market keep their order, and while one worker waits for the disk another prices.
"""

import asyncio
from collections import deque
from typing import Final

import structlog

from oraculum_kit import traces
from oraculum_kit.background import run_gracefully
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.errors import Internal, ResourceExhausted, Unavailable
from oraculum_kit.metrics import UNHANDLED, begin_at_zero
from oraculum_prediction import metrics
from oraculum_prediction.decision import Decider
from oraculum_prediction.holds import Holds
from oraculum_prediction.placement import Act, Bundle, Outcome, Placement, Task, Ticket
from oraculum_prediction.risk.desk import Risk

_log = structlog.stdlib.get_logger(__name__)

begin_at_zero(UNHANDLED, ["engine"])

_RETRY_AFTER_SECONDS: Final = 1.0
_GRACE_SECONDS: Final = 10.0


class Engine:
    """Decides the orders of this process. Any number of processes may share the markets."""

    def __init__(
        self,
        database: Database,
        holds: Holds,
        clock: Clock,
        risk: Risk,
        *,
        workers: int = 1,
        queue_max: int = 2_000,
        batch_max: int = 500,
    ) -> None:
        self._workers = [
            _Worker(
                str(number), Decider(database, holds, clock, risk.desk()), queue_max // workers, batch_max
            )
            for number in range(workers)
        ]

    async def place(self, placement: Placement) -> Outcome:
        """Queue an order and wait until it is decided. Whoever stops waiting while it is queued takes it back."""
        return await self._queue(Ticket(placement, asyncio.get_running_loop().create_future()))

    async def act(self, act: Act | Bundle) -> Outcome:
        """Queue an act upon a market, or orders that go together, and wait until it is done, as an order does."""
        return await self._queue(act)

    async def _queue(self, task: Task) -> Outcome:
        return await self._workers[task.event_id.int % len(self._workers)].queue(task)

    async def run(self) -> None:
        """Decide until cancelled; then finish what has been taken and turn away what has not."""
        async with asyncio.TaskGroup() as group:
            for worker in self._workers:
                group.create_task(worker.run())


class _Worker:
    def __init__(self, name: str, decider: Decider, queue_max: int, batch_max: int) -> None:
        self._name = name
        self._decider = decider
        self._queue_max = queue_max
        self._batch_max = batch_max
        self._queue: deque[Task] = deque()
        self._filled = asyncio.Event()
        self._closed = False
        self._depth = metrics.QUEUED.labels(name)

    async def queue(self, task: Task) -> Outcome:
        if self._closed:
            raise Unavailable(retry_after_seconds=_RETRY_AFTER_SECONDS)
        if len(self._queue) >= self._queue_max:
            metrics.REFUSED.labels(ResourceExhausted.reason).inc()
            raise ResourceExhausted("Too many orders are waiting.", retry_after_seconds=_RETRY_AFTER_SECONDS)
        self._queue.append(task)
        self._depth.set(len(self._queue))
        self._filled.set()
        return await task.answer

    async def run(self) -> None:
        await run_gracefully(f"engine {self._name}", self._work, grace_seconds=_GRACE_SECONDS)

    async def _work(self, stop: asyncio.Event) -> None:
        self._closed = False
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                filling = asyncio.ensure_future(self._filled.wait())
                await asyncio.wait({filling, stopping}, return_when=asyncio.FIRST_COMPLETED)
                filling.cancel()
                while self._queue and not stop.is_set():
                    await self._decide(self._take())
                self._filled.clear()
        finally:
            stopping.cancel()
            self._closed = True
            for task in self._queue:
                task.resolve(Unavailable(retry_after_seconds=_RETRY_AFTER_SECONDS))

    def _take(self) -> list[Task]:
        """Take what has gathered. One key at most once in a batch: the second asks again after the first's answer."""
        batch: dict[object, Task] = {}
        again: list[Task] = []
        while self._queue and len(batch) < self._batch_max:
            task = self._queue.popleft()
            if task.answer.done():
                # Whoever asked has gone: nothing was done yet, so nothing needs to be.
                continue
            if task.order_id in batch:
                again.append(task)
            else:
                batch[task.order_id] = task
        self._queue.extendleft(reversed(again))
        self._depth.set(len(self._queue))
        return list(batch.values())

    async def _decide(self, tasks: list[Task]) -> None:
        if not tasks:
            return
        metrics.BATCH_ORDERS.observe(len(tasks))
        looked_at = traces.first_sampled(task.traceparent for task in tasks)
        try:
            with traces.span("orders decide", parent=looked_at) as span:
                span.set("oraculum.batch.orders", len(tasks))
                await self._decider.decide(tasks)
        except Exception:  # noqa: BLE001  whatever it was, it is told, and the orders behind it go on
            UNHANDLED.labels("engine").inc()
            _log.exception("engine.batch_failed", orders=len(tasks))
            if len(tasks) > 1:
                # One order may be what the others died of.
                for task in tasks:
                    await self._decide([task] if not task.answer.done() else [])
                return
            tasks[0].resolve(Internal())
