"""Orders that wait for somebody to look at them: held in a batch, decided by an administrator, placed once.

Holding writes the request itself, and the answer under its key says that it is pending. Letting it pass is a change of the
row that succeeds once; then the order is placed by any replica under its own id and key. The transaction that decides it
as any other order also concludes the row, which only one can do, and puts its answer in the place of the pending one.
"""

import asyncio
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import structlog

from oraculum.audit.v1.audit_pb2 import AUDIT_CLASS_COMPLIANCE
from oraculum.prediction.v1 import prediction_service_pb2 as prediction
from oraculum_kit import idempotency
from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.idempotency import Command, IdempotencyConflict
from oraculum_kit.identity import Identity
from oraculum_kit.timestamps import to_wire
from oraculum_money import PRICE_ONE, Price, Units, mul_div_ceil, mul_div_floor
from oraculum_prediction import events
from oraculum_prediction.draft import Proposal
from oraculum_prediction.placement import Outcome, Task, Ticket
from oraculum_prediction.pricing import Order, Side
from oraculum_prediction.repository import risk_reviews as repository
from oraculum_prediction.repository.risk_reviews import APPROVED, PENDING, PLACED, REJECTED, ReviewRow
from oraculum_prediction.risk import alerts, metrics
from oraculum_prediction.risk.errors import (
    OrderHeld,
    OrderRejectedInReview,
    OwnOrder,
    ReviewDecided,
    ReviewNotFound,
)
from oraculum_prediction.risk.origin import Origin
from oraculum_prediction.risk.placing import Place, Standing, result_of
from oraculum_prediction.turns import Turns
from oraculum_prediction.wire import amount

_log = structlog.stdlib.get_logger(__name__)

# Where there is a row of the order itself, that tells; one that was let pass and has none was refused.
_REASONS: Final = {
    PENDING: OrderHeld.reason,
    APPROVED: OrderHeld.reason,
    PLACED: "REFUSED",
    REJECTED: OrderRejectedInReview.reason,
}
SWEEP_SECONDS: Final = 5.0
# How long placing an order may take before somebody else places it again.
PLACING_SECONDS: Final = 10.0
_ROWS: Final = 100
_GRACE_SECONDS: Final = 10.0
# An order without a limit of its own is not placed further from the price of the moment than this.
_SLACK_PERCENT: Final = 5


def frozen_limit(order: Order, proposal: Proposal) -> Price | None:
    """The limit with which an order waits: its own, or 5 % worse than what it would have got."""
    if order.limit is not None or not proposal.shares:
        return order.limit
    gross, shares = proposal.gross_units, proposal.shares
    if order.side is Side.BUY:
        limit = mul_div_ceil(gross * (100 + _SLACK_PERCENT), PRICE_ONE, shares * 100)
        return Price(min(limit, PRICE_ONE))
    return Price(max(1, mul_div_floor(gross * (100 - _SLACK_PERCENT), PRICE_ONE, shares * 100)))


def pending_order(row: ReviewRow, at: datetime) -> prediction.Order:
    """An order as its owner sees it while it waits, or once it is turned away."""
    return prediction.Order(
        order_id=str(row.order_id),
        user_id=str(row.user_id),
        event_id=str(row.event_id),
        outcome=row.outcome,
        side=prediction.Side.ValueType(row.side),
        status=_shown_as(row.status),
        gross=amount(Units(0), row.asset),
        fee=amount(Units(0), row.asset),
        created_at=to_wire(row.created_at or at),
        reason=_REASONS[row.status],
        asked_units=row.amount_units or 0,
        asked_shares=row.asked_shares or 0,
        limit_price_millionths=row.limit_price or 0,
    )


def _shown_as(status: int) -> prediction.OrderStatus.ValueType:
    waits = status in {PENDING, APPROVED}
    return prediction.ORDER_STATUS_PENDING if waits else prediction.ORDER_STATUS_REJECTED


class Listed(NamedTuple):
    """An order in a list, with its place there."""

    created_at: datetime
    order_id: UUID
    order: prediction.Order


class Reviews:
    """Decides reviews and places what was let pass. Run it beside the engine, in every process."""

    def __init__(self, database: Database, place: Place, clock: Clock, *, at_once: int = _ROWS) -> None:
        self._database = database
        self._place = place
        self._clock = clock
        self._turns = Turns(at_once)

    async def run(self) -> None:
        """Place what was let pass and lost on the way, until cancelled."""
        await run_gracefully("review sweep", self._sweep_on, grace_seconds=_GRACE_SECONDS)

    async def decide(self, order_id: UUID, *, approve: bool, by: UUID | None, note: str) -> ReviewRow:
        """Let an order pass or turn it away; the same again changes nothing."""
        status = APPROVED if approve else REJECTED
        async with self._database.transaction() as connection:
            if (await _existing(connection, order_id)).user_id == by:
                raise OwnOrder(order_id=order_id)
            decided = await repository.decide(connection, order_id, status, decided_by=by, note=note)
            row = await _existing(connection, order_id)
            if decided:
                await self._note(connection, row, approve=approve)
            elif (row.status == REJECTED) == approve:
                raise ReviewDecided(order_id=order_id)
        if decided:
            metrics.REVIEWED.labels("approved" if approve else "rejected").inc()
        if row.status == APPROVED:
            await self.place(row)
            async with self._database.connection() as connection:
                row = await _existing(connection, order_id)
        return row

    async def place(self, row: ReviewRow) -> None:
        """Place an order that was let pass. Whatever comes of it, its row and its key tell; the sweep tries again."""
        try:
            outcome = await self._place(standing(row))
        except ServiceError as error:
            outcome = error
        if result_of(outcome).decided:
            await self._conclude(row, outcome)
        if isinstance(outcome, ServiceError):
            _log.info("review.placed", order_id=str(row.order_id), refused=outcome.reason)

    async def sweep(self, *, older_seconds: float = PLACING_SECONDS) -> None:
        """Place what was let pass a while ago and is not decided yet: the next so many of them."""
        async with self._database.connection() as connection:
            rows = await repository.approved(
                connection, older_seconds=older_seconds, after=self._turns.after, row_count=self._turns.page
            )
        self._turns.seen([row.order_id for row in rows])
        for row in rows:
            await self.place(row)

    async def _conclude(self, row: ReviewRow, outcome: Outcome) -> None:
        """Let nobody place it again. Nearly always whoever decided it has concluded it already, and this changes nothing.

        Else it cannot be placed any more: wallet has asked after its hold and was told that it was given up. Then the
        refusal is its answer. Where a row of the order says otherwise than that nothing moved, that row is.
        """
        async with self._database.transaction() as connection:
            concluded = await repository.conclude(connection, [row.order_id])
            if (
                concluded
                and isinstance(outcome, ServiceError)
                and not isinstance(outcome, IdempotencyConflict)
            ):
                await idempotency.store_many(connection, [(Command(row.order_id, row.request_hash), outcome)])

    async def _note(self, connection: Connection, row: ReviewRow, *, approve: bool) -> None:
        """What follows from a decision, in its transaction."""
        if not approve:
            await repository.forget_answer(connection, row.order_id)
            command = Command(row.order_id, row.request_hash)
            refusal = OrderRejectedInReview(order_id=row.order_id)
            await idempotency.store_many(connection, [(command, refusal)])
        await events.audit(
            connection,
            "review.approved" if approve else "review.rejected",
            row.order_id,
            now=self._clock.now(),
            subject_kind="order",
            audit_class=AUDIT_CLASS_COMPLIANCE,
            details={"note": row.note, "score": str(row.score), "user_id": str(row.user_id)},
        )
        message = "Your order is being placed." if approve else OrderRejectedInReview().message
        await alerts.tell(
            connection,
            [
                alerts.alert(
                    alerts.ORDER_REVIEWED,
                    row.user_id,
                    "approved" if approve else "rejected",
                    message,
                    event_id=row.event_id,
                    order_id=row.order_id,
                )
            ],
        )

    async def _sweep_on(self, stop: asyncio.Event) -> None:
        while not await pause(stop, SWEEP_SECONDS):
            await self.sweep()


def standing(row: ReviewRow) -> Standing:
    """The order that was held, as it came, with the limit that it had then.

    Nobody is signed in any more, so what was told since counts more than what their token said.
    """
    identity = Identity(row.kyc, row.jurisdiction)
    request = prediction.PlaceOrderRequest.FromString(row.request)
    request.limit_price_millionths = row.limit_price or 0
    return Standing(
        row.order_id,
        row.request_hash,
        row.user_id,
        request,
        Origin(tier=row.tier, identity=identity, cleared=True, reviewed=True),
        row.received_at,
    )


async def _existing(connection: Connection, order_id: UUID) -> ReviewRow:
    row = (await repository.by_ids(connection, [order_id])).get(order_id)
    if row is None:
        raise ReviewNotFound(order_id=order_id)
    return row


async def held_order(connection: Connection, order_id: UUID) -> prediction.Order | None:
    """An order that is held, or was turned away, as its owner sees it."""
    row = (await repository.by_ids(connection, [order_id])).get(order_id)
    return pending_order(row, row.received_at) if row is not None else None


async def held_orders(
    connection: Connection,
    user_id: UUID,
    *,
    event_id: UUID | None,
    shown_as: Collection[int],
    before: tuple[datetime, UUID] | None,
    row_count: int,
) -> list[Listed]:
    """A page of a person's orders that are held, or were turned away, newest first; in some states, or in all if none."""
    statuses = {
        status for status in (PENDING, APPROVED, REJECTED) if not shown_as or _shown_as(status) in shown_as
    }
    if not statuses:
        return []
    rows = await repository.of_user(
        connection, user_id, event_id=event_id, statuses=statuses, before=before, row_count=row_count
    )
    return [
        Listed(row.created_at or row.received_at, row.order_id, pending_order(row, row.received_at))
        for row in rows
    ]


async def let_pass(connection: Connection, tasks: Iterable[Task]) -> set[UUID]:
    """Of these, the orders that somebody let pass and nobody has decided: the answer that they wait is not the last."""
    reviewed = [
        task.order_id for task in tasks if isinstance(task, Ticket) and task.placement.origin.reviewed
    ]
    if not reviewed:
        return set()
    rows = await repository.by_ids(connection, reviewed)
    return {order_id for order_id, row in rows.items() if row.status == APPROVED}


async def same(connection: Connection, tasks: Iterable[Task]) -> set[UUID]:
    """Of these, the orders that were held once and are asked for with the same content."""
    hashes = {task.order_id: task.command.request_hash for task in tasks if isinstance(task, Ticket)}
    rows = await repository.by_ids(connection, hashes) if hashes else {}
    return {order_id for order_id, row in rows.items() if row.request_hash == hashes[order_id]}


async def answers(connection: Connection, tasks: Iterable[Task]) -> list[tuple[Task, Outcome]]:
    """What orders are answered with that were held before, and whose stored answers are forgotten."""
    tickets = {task.order_id: task for task in tasks if isinstance(task, Ticket)}
    if not tickets:
        return []
    rows = await repository.by_ids(connection, tickets)
    found: list[tuple[Task, Outcome]] = []
    for order_id, row in rows.items():
        ticket = tickets[order_id]
        if ticket.placement.origin.reviewed:
            continue
        if row.request_hash != ticket.placement.command.request_hash:
            found.append((ticket, idempotency.IdempotencyConflict()))
        else:
            order = pending_order(row, row.received_at)
            found.append((ticket, prediction.PlaceOrderResponse(order=order, replayed=True)))
    return found
