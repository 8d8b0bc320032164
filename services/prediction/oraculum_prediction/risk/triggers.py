"""Stop-loss and take-profit: sales that wait for a price.

Every process knows the waiting triggers of all markets and looks at them, in memory, for each batch that it commits. A price
counts that stands when the batch is written: nobody could trade at one that was there between the legs of a basket, and
whoever buys both outcomes together would drive it anywhere for nothing. It must stand there still when the trigger fires, so
that one who wants the sales of others must leave the price where others can take it.

Firing is a change of the trigger's row that succeeds once, whoever tries, and fixes how much is sold; the sale is an order
whose id derives from the trigger's, so placing it again is the same order. What dies between any two of these steps the sweep
carries on: it finds every trigger whose price is there, whoever missed it.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from time import perf_counter
from typing import Final
from uuid import UUID

import structlog

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.db import Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.ids import derived
from oraculum_money import Price, format_price
from oraculum_prediction.repository import risk_triggers as repository
from oraculum_prediction.repository.risk_triggers import (
    DONE,
    FAILED,
    STOP_LOSS,
    TriggerRow,
    Waiting,
)
from oraculum_prediction.risk import alerts, metrics
from oraculum_prediction.risk.origin import Origin
from oraculum_prediction.risk.placing import Place, Standing, content_hash, result_of

_log = structlog.stdlib.get_logger(__name__)

REFRESH_SECONDS: Final = 1.0
SWEEP_SECONDS: Final = 5.0
# How long a sale may take before somebody else places it again.
PLACING_SECONDS: Final = 10.0
_ROWS: Final = 500
_READ_ROWS: Final = 10_000
# Numbers are given before their transactions commit: this far back somebody may still appear.
_OVERLAP: Final = 1_000
_GRACE_SECONDS: Final = 10.0

NAMES: Final = {STOP_LOSS: "stop_loss", repository.TAKE_PROFIT: "take_profit"}


def reached(trigger: Waiting, prices: Sequence[Price]) -> bool:
    """Whether these prices, one for each outcome, are what the trigger waits for."""
    there = prices[trigger.outcome]
    return there <= trigger.price if trigger.kind == STOP_LOSS else there >= trigger.price


def order_id(trigger_id: UUID) -> UUID:
    """The order that a trigger places."""
    return derived("trigger", trigger_id)


class TriggerBook:
    """The triggers that wait, by market; in memory only."""

    def __init__(self) -> None:
        self._by_event: defaultdict[UUID, dict[UUID, Waiting]] = defaultdict(dict)
        # Those that are to fire, in order; they leave when they have.
        self.hits: deque[Waiting] = deque()
        self.hit = asyncio.Event()
        self.last_number = 0
        self._to_check: deque[Waiting] = deque()

    def add(self, trigger: Waiting) -> None:
        """Watch a trigger."""
        self._by_event[trigger.event_id][trigger.trigger_id] = trigger
        self.last_number = max(self.last_number, trigger.number)

    def crossing(self, event_id: UUID, prices: Sequence[Price]) -> list[Waiting]:
        """Whose price comes with a batch: the prices of all outcomes after it.

        Costs nothing where nobody waits, and changes nothing: the batch may not be committed.
        """
        return [each for each in self._by_event.get(event_id, {}).values() if reached(each, prices)]

    def crossed(self, triggers: Iterable[Waiting]) -> None:
        """The batch was committed: let them fire."""
        for trigger in triggers:
            if self._by_event[trigger.event_id].pop(trigger.trigger_id, None) is not None:
                self.hits.append(trigger)
                self.hit.set()

    def next_to_check(self, count: int) -> list[Waiting]:
        """Some that are watched, others the next time, until all have had their turn."""
        if not self._to_check:
            self._to_check.extend(each for known in self._by_event.values() for each in known.values())
        return [self._to_check.popleft() for _ in range(min(count, len(self._to_check)))]

    def drop(self, triggers: Iterable[Waiting]) -> None:
        """Watch these no more: they were taken back, here or elsewhere, or fired by somebody else."""
        for trigger in triggers:
            known = self._by_event.get(trigger.event_id, {})
            known.pop(trigger.trigger_id, None)
            if not known:
                self._by_event.pop(trigger.event_id, None)

    @property
    def waiting(self) -> int:
        """How many are watched."""
        return sum(map(len, self._by_event.values()))


class Triggers:
    """Fires triggers and places their sales. Run it beside the engine, in every process."""

    def __init__(self, database: Database, book: TriggerBook, place: Place) -> None:
        self._database = database
        self._book = book
        self._place = place

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name, work in (("triggers", self._fire_on), ("trigger sweep", self._sweep_on)):
                group.create_task(run_gracefully(name, work, grace_seconds=_GRACE_SECONDS))

    @property
    def hits(self) -> Sequence[Waiting]:
        """Those that are to fire."""
        return self._book.hits

    async def refresh(self) -> None:
        """Learn of triggers that were made since, here or elsewhere."""
        while True:
            async with self._database.connection() as connection:
                new = await repository.waiting(
                    connection, after_number=self._book.last_number - _OVERLAP, row_count=_READ_ROWS
                )
            for trigger in new:
                self._book.add(trigger)
            if len(new) < _READ_ROWS:
                break
        metrics.TRIGGERS_WAITING.set(self._book.waiting)

    async def sweep(self, *, older_seconds: float = PLACING_SECONDS) -> None:
        """Find what was missed: prices, sales that were not placed, closed markets; what is watched and waits no more."""
        async with self._database.connection() as connection:
            await repository.cancel_closed(connection)
            there = await repository.reached(connection, row_count=_ROWS)
            unplaced = await repository.fired(connection, older_seconds=older_seconds, row_count=_ROWS)
            known = self._book.next_to_check(_READ_ROWS)
            wait = await repository.that_wait(connection, [each.trigger_id for each in known])
        self._book.drop(each for each in known if each.trigger_id not in wait)
        for trigger_id in there:
            if await self.fire(trigger_id):
                metrics.TRIGGERS_CAUGHT.inc()
        for trigger in unplaced:
            await self._sell(trigger)

    async def fire_hits(self) -> None:
        """Fire those whose price has come; what waits on is watched on. One that fails stays the first of them."""
        self._book.hit.clear()
        try:
            while self._book.hits:
                trigger = self._book.hits[0]
                if not await self.fire(trigger.trigger_id) and await self._waits(trigger):
                    self._book.add(trigger)
                if self._book.hits and self._book.hits[0] == trigger:
                    self._book.hits.popleft()
        except BaseException:
            self._book.hit.set()
            raise

    async def fire(self, trigger_id: UUID) -> bool:
        """Fire a trigger and sell; False when somebody else did, the price has gone again, or there was nothing to sell."""
        async with self._database.transaction() as connection:
            fired = await repository.fire(connection, trigger_id)
            if fired is None:
                # If the shares are gone: what is gone may come back no more for this trigger.
                if await repository.cancel_sold_out(connection, trigger_id):
                    metrics.TRIGGERS.labels("nothing to sell").inc()
                return False
            await alerts.tell(
                connection,
                [
                    alerts.alert(
                        alerts.TRIGGER_FIRED,
                        fired.user_id,
                        NAMES[fired.kind],
                        f"The price has reached {format_price(fired.price)}; your shares are being sold.",
                        event_id=fired.event_id,
                        order_id=order_id(fired.trigger_id),
                    )
                ],
            )
        await self._sell(fired)
        return True

    async def _waits(self, trigger: Waiting) -> bool:
        async with self._database.connection() as connection:
            return bool(await repository.that_wait(connection, [trigger.trigger_id]))

    async def _sell(self, trigger: TriggerRow) -> None:
        """Place the sale; placed twice it is one order. What is left undecided the sweep places again."""
        started = perf_counter()
        try:
            result = result_of(await self._place(standing(trigger)))
        except ServiceError as error:
            # The queue is full or closed: nothing was decided.
            _log.warning("trigger.not_placed", trigger_id=str(trigger.trigger_id), reason=error.reason)
            return
        metrics.TRIGGER_SECONDS.observe(perf_counter() - started)
        if result.decided:
            await self._end(trigger, result.refusal)

    async def _end(self, trigger: TriggerRow, refusal: ServiceError | None) -> None:
        status, reason = (FAILED, refusal.reason) if refusal else (DONE, None)
        async with self._database.transaction() as connection:
            if not await repository.end(connection, trigger.trigger_id, status, reason):
                return
            if refusal is not None:
                await alerts.tell(
                    connection,
                    [
                        alerts.alert(
                            alerts.TRIGGER_FAILED,
                            trigger.user_id,
                            refusal.reason,
                            f"Your shares were not sold. {refusal.message}",
                            event_id=trigger.event_id,
                            order_id=order_id(trigger.trigger_id),
                        )
                    ],
                )
        metrics.TRIGGERS.labels("refused" if refusal else "sold").inc()

    async def _fire_on(self, stop: asyncio.Event) -> None:
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                hit = asyncio.ensure_future(self._book.hit.wait())
                await asyncio.wait({hit, stopping}, return_when=asyncio.FIRST_COMPLETED)
                hit.cancel()
                await self.fire_hits()
        finally:
            stopping.cancel()

    async def _sweep_on(self, stop: asyncio.Event) -> None:
        swept_at = -SWEEP_SECONDS
        while not stop.is_set():
            await self.refresh()
            now = asyncio.get_running_loop().time()
            if now - swept_at >= SWEEP_SECONDS:
                swept_at = now
                await self.sweep()
            await pause(stop, REFRESH_SECONDS)


def standing(trigger: TriggerRow) -> Standing:
    """The sale of a trigger that has fired; the same whenever it is asked for."""
    request = pb.PlaceOrderRequest(
        event_id=str(trigger.event_id),
        outcome=trigger.outcome,
        side=pb.SIDE_SELL,
        shares=trigger.order_shares or 0,
        limit_price_millionths=trigger.limit_price or 0,
        idempotency_key=str(trigger.trigger_id),
    )
    return Standing(
        order_id(trigger.trigger_id),
        content_hash(request),
        trigger.user_id,
        request,
        Origin(cleared=True),
        trigger.fired_at or trigger.created_at,
    )
