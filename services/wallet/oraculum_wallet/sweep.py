"""What a crash leaves behind is looked after: old holds are settled, and fills that wait are tried again.

No hold ends by time alone. Of a hold that is older than holds ever are, prediction is asked what became of its order;
before it says "void" it has made sure that the order can't be filled any more. While prediction is away the hold stays.

The money behind an order that may rest is not pending but moved, into the order's reserve. A reserve of which nothing was
told for as long is asked about in the same way; all that is told of an order comes by its topic and takes its time.

One replica sweeps at a time, to spare work; two at once would do no harm, for a void's id follows from its hold.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import structlog

from oraculum.prediction.v1.prediction_service_pb2 import HoldVerdict, SettleHoldsRequest
from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.db import Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.ids import derived
from oraculum_wallet import metrics
from oraculum_wallet.consumers import FillsConsumer
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.repository import fills as fills_repository
from oraculum_wallet.repository import holds as repository
from oraculum_wallet.repository import reserves as reserves_repository
from oraculum_wallet.repository.holds import Hold
from oraculum_wallet.reserves import Reserve, given_back, release_id
from oraculum_wallet.transfers import Phase, Result, Transfer

if TYPE_CHECKING:
    from oraculum.prediction.v1.prediction_service_pb2_grpc import PredictionServiceAsyncStub

_log = structlog.stdlib.get_logger(__name__)

# As many orders as prediction takes in one question.
ORDERS_MAX: Final = 1000
PAGES_MAX: Final = 3
ASK_SECONDS: Final = 5.0
RESUME_EVERY_SECONDS: Final = 5.0


class Sweeper:
    """Looks after holds and waiting fills. Run it beside the server."""

    def __init__(
        self,
        *,
        database: Database,
        ledger: Ledger,
        fills: FillsConsumer,
        prediction: "PredictionServiceAsyncStub",
        hold_age_seconds: float,
        every_seconds: float,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._fills = fills
        self._prediction = prediction
        self._hold_age_seconds = hold_age_seconds
        self._every_seconds = every_seconds
        # Where the next page begins.
        self._last: Hold | None = None

    async def run(self) -> None:
        """Sweep until cancelled; then finish the pass at hand."""
        await run_gracefully("sweep", self._work, grace_seconds=10.0)

    async def _work(self, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        resume_at = loop.time()
        async with self._database.direct() as connection:
            while not stop.is_set():
                # Asked anew for each pass: a connection that died has lost the lock, and this is how we hear of it.
                if await repository.try_lead(connection):
                    try:
                        await self.settle_holds()
                        await self.settle_reserves()
                        if loop.time() >= resume_at:
                            resume_at = loop.time() + RESUME_EVERY_SECONDS
                            # First what repairs, then what counts: the more waits, the longer counting takes.
                            await self._fills.resume(self._database)
                            await self.measure()
                    finally:
                        await repository.resign(connection)
                await pause(stop, self._every_seconds)

    async def settle_holds(self) -> int:
        """Ask about the holds that are old, some pages at a time, going round; how many were voided.

        When Kafka is away, many filled orders wait for their fills with old holds: asking about all of them each
        second would be a load of its own.
        """
        voided = 0
        for _ in range(PAGES_MAX):
            async with self._database.connection() as connection:
                holds = await repository.old_holds(
                    connection, age_seconds=self._hold_age_seconds, after=self._last, limit=ORDERS_MAX
                )
            self._last = holds[-1] if len(holds) == ORDERS_MAX else None
            try:
                voided += await self._settle(holds) if holds else 0
            except ServiceError as error:
                metrics.SWEEPS_FAILED.inc()
                _log.warning("sweep.postponed", holds=len(holds), reason=error.reason)
                break
            if self._last is None:
                break
        return voided

    async def settle_reserves(self) -> int:
        """Ask about the reserves that are old and unconfirmed; how many went back."""
        async with self._database.connection() as connection:
            reserves = await reserves_repository.unconfirmed(
                connection, age_seconds=self._hold_age_seconds, limit=ORDERS_MAX
            )
        if not reserves:
            return 0
        try:
            void = await self._void_orders([reserve.order_id for reserve in reserves])
            return await self._give_back([reserve for reserve in reserves if reserve.order_id in void])
        except ServiceError as error:
            metrics.SWEEPS_FAILED.inc()
            _log.warning("sweep.postponed", reserves=len(reserves), reason=error.reason)
            return 0

    async def _give_back(self, reserves: Sequence[Reserve]) -> int:
        """Return what lies behind orders that never will be; a reserve that was emptied meanwhile only goes."""
        if not reserves:
            return 0
        releases = [_release_of(reserve) for reserve in reserves if reserve.units_left]
        answers = await self._ledger.create(releases) if releases else []
        async with self._database.transaction() as connection:
            await reserves_repository.forget(connection, [reserve.order_id for reserve in reserves])
        given = sum(answer.result is Result.CREATED for answer in answers)
        metrics.RESERVES_SWEPT.inc(given)
        _log.warning("sweep.gave_back", reserves=given)
        return given

    async def measure(self) -> None:
        """Show what is pending, what waits and what is wrong."""
        async with self._database.connection() as connection:
            pending, pending_seconds = await repository.measure_pending(connection)
            waiting, waiting_seconds = await fills_repository.measure_waiting(connection)
            halted, halted_seconds = await fills_repository.measure_halted(connection)
            incidents = await fills_repository.count_incidents(connection)
        metrics.PENDING.set(pending)
        metrics.PENDING_SECONDS.set(pending_seconds)
        metrics.FILLS_WAITING.set(waiting)
        metrics.FILLS_WAITING_SECONDS.set(waiting_seconds)
        metrics.EVENTS_HALTED.set(halted)
        metrics.EVENTS_HALTED_SECONDS.set(halted_seconds)
        for kind in metrics.INCIDENT_KINDS:
            metrics.INCIDENTS_OPEN.labels(kind).set(incidents.get(kind, 0))

    async def _settle(self, holds: Sequence[Hold]) -> int:
        orders = list(dict.fromkeys(hold.order_id for hold in holds if hold.order_id is not None))
        if not orders:
            # The ledger takes no pending transfer without an order, so these can't be here.
            _log.error("sweep.holds_without_orders", holds=[hold.id for hold in holds])
            return 0
        void = await self._void_orders(orders)
        return await self._void([hold for hold in holds if hold.order_id in void])

    async def _void_orders(self, orders: list[str]) -> set[str]:
        """Those of these orders that prediction lets go of; it gives up those that it does not know."""
        answer = await self._prediction.SettleHolds(SettleHoldsRequest(order_ids=orders), timeout=ASK_SECONDS)
        if [verdict.order_id for verdict in answer.answers] != orders:
            _log.error("sweep.answer_is_of_other_orders", asked=len(orders), answered=len(answer.answers))
            return set()
        return {
            verdict.order_id for verdict in answer.answers if verdict.verdict == HoldVerdict.HOLD_VERDICT_VOID
        }

    async def _void(self, holds: Sequence[Hold]) -> int:
        if not holds:
            return 0
        answers = await self._ledger.create([_void_of(hold) for hold in holds])
        for hold, ended in zip(holds, answers, strict=True):
            if ended.result is Result.ALREADY_POSTED:
                # Prediction said that it would never be filled, and its fill was applied meanwhile.
                await self._stranded(hold)
        voided = sum(ended.result is Result.CREATED for ended in answers)
        metrics.HOLDS_SWEPT.inc(voided)
        _log.warning("sweep.voided", holds=voided)
        return voided

    async def _stranded(self, hold: Hold) -> None:
        _log.error("sweep.voided_order_was_filled", hold_id=hold.id, order_id=hold.order_id)
        metrics.INCIDENTS.labels("hold_stranded").inc()
        async with self._database.connection() as connection:
            await fills_repository.open_incident(
                connection,
                derived("incident", "hold_stranded", hold.id),
                "hold_stranded",
                event_id=hold.event_id,
                reference_id=hold.order_id,
                details={"hold_id": hold.id, "reason": "prediction let go of an order that was filled"},
            )


def _void_of(hold: Hold) -> Transfer:
    return Transfer(str(derived("sweep", hold.id)), Phase.VOID_PENDING, None, pending_id=hold.id)


def _release_of(reserve: Reserve) -> Transfer:
    return given_back(
        release_id(reserve.order_id),
        reserve.user_id,
        reserve.asset,
        reserve.event_id,
        reserve.order_id,
        reserve.units_left,
    )
