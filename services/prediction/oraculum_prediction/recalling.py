"""What the rows of orders tell of tasks that have no stored answer: decided by somebody else, or longer than a day ago."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from google.protobuf.message import Message

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.db import Connection
from oraculum_kit.idempotency import IdempotencyConflict
from oraculum_prediction import statuses
from oraculum_prediction.errors import OrderAbandoned, OrderEditedBefore
from oraculum_prediction.placement import Act, Bundle, Outcome, Task, Ticket, tickets_of
from oraculum_prediction.repository import batches, orders
from oraculum_prediction.wire import OrderRow
from oraculum_prediction.wire import order as order_message

_NEVER: Final = frozenset({statuses.REJECTED, statuses.ABANDONED})


async def recall(
    connection: Connection, tasks: Sequence[Task], looked_at: Collection[UUID] = ()
) -> dict[UUID, Outcome]:
    """What tasks are answered with of whose orders there are rows, by task.

    Of those that were looked at it is known that they ask for the same; they were placed with a limit of their own.
    """
    states = await orders.states(connection, [order_id for task in tasks for order_id in _order_ids(task)])
    rows = {row.order_id: row for row in await orders.by_ids(connection, list(states))}
    asked = await orders.asked(connection, list(states))
    return {
        task.order_id: _outcome(task, rows, asked, looked_at)
        for task in tasks
        if any(order_id in states for order_id in _order_ids(task))
    }


async def refuse_edited(connection: Connection, tasks: Sequence[Task]) -> None:
    """Refuse to take the place of orders whose place was taken.

    Ask it when the markets' versions are known: whoever takes it later makes another version of the market.
    """
    edits = {task.edits: task for task in tasks if isinstance(task, Bundle) and task.edits is not None}
    if not edits:
        return
    replaced = await orders.replaced(connection, list(edits))
    for task in tasks:
        if isinstance(task, Bundle) and task.edits in replaced:
            task.verdict = task.verdict or OrderEditedBefore(order_id=task.edits)


def _order_ids(task: Task) -> list[UUID]:
    return [ticket.order_id for ticket in tickets_of(task)] or [task.order_id]


def _outcome(
    task: Task,
    rows: Mapping[UUID, OrderRow],
    asked: Mapping[UUID, orders.Asked],
    looked_at: Collection[UUID],
) -> Outcome:
    """An order that was given up has no row to show, or one that says so; a bundle is filled with all of its legs."""
    found = [rows.get(order_id) for order_id in _order_ids(task)]
    known = [row for row in found if row is not None and row.status not in _NEVER]
    if len(known) < len(found):
        return OrderAbandoned(order_id=task.order_id)
    tickets = [ticket for ticket in tickets_of(task) if ticket.order_id not in looked_at]
    if isinstance(task, Act) or any(asked[ticket.order_id] != _asked(ticket) for ticket in tickets):
        return IdempotencyConflict()
    # Its stored answer has been forgotten, it is older than a day; the row still knows.
    return _answer(task, known)


def _answer(task: Ticket | Bundle, rows: Sequence[OrderRow]) -> Message:
    told = [order_message(row) for row in rows]
    if isinstance(task, Bundle):
        answer = task.respond(told)
        answer.replayed = True  # type: ignore[attr-defined]
        return answer
    (order,) = told
    if task.placement.subsidy_asset:
        return pb.AddSubsidyResponse(order=order, replayed=True)
    if task.placement.replaces:
        return pb.EditOrderResponse(order=order, replayed=True)
    return pb.PlaceOrderResponse(order=order, replayed=True)


def _asked(ticket: Ticket) -> orders.Asked:
    """What this ticket asks for, as its row would say it."""
    order = ticket.placement.order
    return orders.Asked(
        ticket.placement.user_id,
        ticket.event_id,
        order.outcome,
        batches.SIDES[order.side],
        order.amount,
        order.shares,
        order.limit,
    )
