"""Step five of a bet: one transaction that writes all that a batch decided, guarded by version, status and clock.

What comes back says which markets were written. A market that is not among them was changed, closed or locked by somebody
else since it was priced: nothing of it was written, and its orders are priced again.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import psycopg
from google.protobuf.message import Message

from oraculum.prediction.v1.prediction_service_pb2 import Order, PlaceOrderResponse
from oraculum_kit import idempotency, outbox
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.idempotency import REFUSALS
from oraculum_prediction import answers, events, statuses
from oraculum_prediction.batch import Priced
from oraculum_prediction.draft import Filled, Step
from oraculum_prediction.meeting import new_row
from oraculum_prediction.placement import Answer, Task, Ticket, tickets_of
from oraculum_prediction.repository import batches, history
from oraculum_prediction.repository import resting as resting_repository
from oraculum_prediction.repository.history import Realised
from oraculum_prediction.repository.resting import Receipt
from oraculum_prediction.risk.desk import Sitting
from oraculum_prediction.wire import OrderRow


class DecidedElsewhere(Exception):
    """An order of the batch has a row or an answer already, from another replica, an earlier attempt or the sweep."""


@dataclass(slots=True)
class Committed:
    """What a transaction wrote."""

    # By task, in the order in which they were decided.
    answers: list[tuple[Task, Answer]] = field(default_factory=list)
    # The legs that are filled so far of those that are answered together, by what they are legs of.
    legs: dict[UUID, list[Order]] = field(default_factory=dict)
    # Orders whose money was held and is not needed: their rows say so now.
    unneeded: list[Ticket] = field(default_factory=list)
    # Markets that were somebody else's meanwhile.
    cut_out: set[UUID] = field(default_factory=set)
    # When the others were written.
    times: dict[UUID, datetime] = field(default_factory=dict)

    def answer(self, task: Task, answer: Message) -> None:
        """Answer what was done; of a leg, once all of its bundle are there."""
        bundle = task.bundle if isinstance(task, Ticket) else None
        if bundle is None:
            self.answers.append((task, answer))
            return
        if not isinstance(answer, PlaceOrderResponse):
            raise TypeError("a leg is an order that was placed")
        orders = self.legs.setdefault(bundle.order_id, [])
        orders.append(answer.order)
        if len(orders) == len(bundle.legs):
            self.answers.append((bundle, bundle.respond(orders)))


@dataclass(slots=True)
class _Rows:
    """What the written markets come to."""

    # Orders that the market maker alone has filled, as most are.
    plain: list[Filled] = field(default_factory=list)
    filled: list[Filled] = field(default_factory=list)
    filled_at: list[datetime] = field(default_factory=list)
    facts: list[outbox.Fact] = field(default_factory=list)
    # Other orders that were made, and those that rested before and have changed.
    made: list[OrderRow] = field(default_factory=list)
    changed: list[OrderRow] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    realised: list[Realised] = field(default_factory=list)


async def commit(
    database: Database,
    parts: Sequence[Priced],
    refused: Sequence[tuple[Task, ServiceError]],
    sitting: Sitting,
    now: datetime,
) -> Committed:
    """Write what was decided; `refused` are orders of markets that are not in `parts`.

    Raises `DecidedElsewhere` if an order was decided by somebody else: nothing is written then, and the batch asks again
    what is known; `LimitsMoved` if somebody else used the same limits, and it is decided again. Any other failure leaves the outcome to be looked up.
    """
    try:
        async with database.transaction() as connection:
            return await _write(connection, parts, refused, sitting, now)
    except psycopg.errors.UniqueViolation as error:
        raise DecidedElsewhere from error


async def _write(
    connection: Connection,
    parts: Sequence[Priced],
    refused: Sequence[tuple[Task, ServiceError]],
    sitting: Sitting,
    now: datetime,
) -> Committed:
    trading = [part for part in parts if part.steps]
    done = Committed()
    if trading:
        done.times = await batches.advance(connection, trading)
    done.cut_out = {part.draft.event_id for part in trading} - done.times.keys()
    written = [part for part in trading if part.draft.event_id in done.times]
    refusals = [
        *refused,
        *(each for part in parts if part.draft.event_id not in done.cut_out for each in part.refused),
    ]
    rows = _rows(done, written)
    for ticket, error in _held(refusals):
        done.unneeded.append(ticket)
        rows.made.append(_rejected(ticket, error, now))
    done.answers += sitting.answers(refusals)
    if not await sitting.conclude(connection, [task for task, _ in done.answers if isinstance(task, Ticket)]):
        raise DecidedElsewhere
    await _store_answers(connection, done)
    if rows.plain:
        await batches.insert_orders(connection, rows.plain, done.times)
    if rows.made or rows.changed:
        await resting_repository.write(connection, rows.made, rows.changed)
    if rows.filled:
        await batches.insert_fills(connection, rows.filled, rows.filled_at)
    if any(part.draft.changed for part in written):
        await batches.put_positions(connection, [part.draft for part in written])
    if rows.realised:
        await history.note(connection, rows.realised)
    if rows.receipts:
        await resting_repository.keep_receipts(connection, rows.receipts)
    await outbox.add_many(connection, rows.facts)
    # Last: it locks what everybody's batches share, and shall hold it only while this one commits.
    await sitting.write(connection, written, refusals)
    return done


def _rows(done: Committed, written: Sequence[Priced]) -> _Rows:
    rows = _Rows()
    for part in written:
        draft, at = part.draft, done.times[part.draft.event_id]
        for step in part.steps:
            if isinstance(step, Step):
                _add_step(done, rows, part, step, at)
                continue
            answer = events.order_placed(step, draft.asset, at)
            rows.plain.append(step)
            rows.filled.append(step)
            rows.filled_at.append(at)
            rows.facts.append(events.order_filled(step, answer.order.fill, at))
            if isinstance(step.ticket, Ticket):
                done.answer(step.ticket, answer)
        for sale in draft.sales:
            rows.realised.append(
                Realised(draft.event_id, sale.sequence, sale.user_id, at, sale.cost_units, sale.result_units)
            )
        for row in draft.rows(draft.orders.values(), at) if draft.orders else ():
            (rows.made if row.order_id in draft.made else rows.changed).append(row)
    return rows


def _add_step(done: Committed, rows: _Rows, part: Priced, step: Step, at: datetime) -> None:
    """Add what a task did: its fills first, then what is told of orders, which presumes them."""
    draft = part.draft
    for row in step.filled:
        rows.filled.append(row)
        rows.filled_at.append(at)
        rows.facts.append(events.order_filled(row, events.fill(row, draft.asset, at), at))
    if step.document is not None:
        rows.receipts.append(Receipt(draft.event_id, step.filled[0].sequence, json.dumps(step.document)))
    for told in step.told:
        (order_row,) = draft.rows([told.row], at)
        rows.facts.append(events.order_changed(order_row, told.why, step.after_sequence, at))
    done.answer(step.ticket, answers.of(step, draft, at))


def _held(refusals: Iterable[tuple[Task, ServiceError]]) -> Iterator[tuple[Ticket, ServiceError]]:
    """The refused orders for which money was held."""
    for task, error in refusals:
        for ticket in tickets_of(task):
            if ticket.held_units is not None:
                yield ticket, error


def _rejected(ticket: Ticket, error: ServiceError, now: datetime) -> OrderRow:
    """The row of an order that is refused although money was held: it stands before the hold is voided."""
    row = new_row(ticket, ticket.order, statuses.REJECTED, asset="")
    return replace(row, reason=error.reason, created_at=now)


async def _store_answers(connection: Connection, done: Committed) -> None:
    stored = [
        (task.command, outcome)
        for task, outcome in done.answers
        if task.command is not None and (not isinstance(outcome, ServiceError) or outcome.code in REFUSALS)
    ]
    if stored and not all(await idempotency.store_many(connection, stored)):
        raise DecidedElsewhere
