"""Step five of a bet: one transaction that writes all that a batch decided, guarded by version, status and clock.

What comes back says which markets were written. A market that is not among them was changed, closed or locked by somebody
else since it was priced: nothing of it was written, and its orders are priced again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import psycopg

from oraculum.prediction.v1.prediction_service_pb2 import PlaceOrderResponse
from oraculum_kit import idempotency, outbox
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.idempotency import REFUSALS
from oraculum_prediction import events
from oraculum_prediction.batch import Priced
from oraculum_prediction.placement import Outcome, Ticket
from oraculum_prediction.repository import batches
from oraculum_prediction.repository.batches import Filled, Rejected


class DecidedElsewhere(Exception):
    """An order of the batch has a row or an answer already, from another replica, an earlier attempt or the sweep."""


@dataclass(slots=True)
class Committed:
    """What a transaction wrote."""

    # By ticket, in the order in which they were decided.
    answers: list[tuple[Ticket, Outcome]] = field(default_factory=list)
    # Orders whose money was held and is not needed: their rows say so now.
    unneeded: list[UUID] = field(default_factory=list)
    # Markets that were somebody else's meanwhile.
    cut_out: set[UUID] = field(default_factory=set)


async def commit(
    database: Database,
    parts: Sequence[Priced],
    refused: Sequence[tuple[Ticket, ServiceError]],
    now: datetime,
) -> Committed:
    """Write what was decided; `refused` are orders of markets that are not in `parts`.

    Raises `DecidedElsewhere` if an order was decided by somebody else: nothing is written then, and the batch asks again
    what is known. Any other failure leaves the outcome to be looked up.
    """
    try:
        async with database.transaction() as connection:
            return await _write(connection, parts, refused, now)
    except psycopg.errors.UniqueViolation as error:
        raise DecidedElsewhere from error


async def _write(
    connection: Connection,
    parts: Sequence[Priced],
    refused: Sequence[tuple[Ticket, ServiceError]],
    now: datetime,
) -> Committed:
    trading = [part for part in parts if part.filled]
    times: dict[UUID, datetime] = {}
    if trading:
        times = await batches.advance(connection, [part.draft for part in trading])
    done = Committed(cut_out={part.draft.event_id for part in trading} - times.keys())
    written = [part for part in trading if part.draft.event_id in times]
    refusals = [
        *refused,
        *(each for part in parts if part.draft.event_id not in done.cut_out for each in part.refused),
    ]
    filled, filled_at, facts = _answer(done, written, times)
    rejected = [Rejected(ticket, error.reason) for ticket, error in refusals if ticket.held_units is not None]
    done.unneeded = [row.ticket.order_id for row in rejected]
    done.answers += refusals
    await _store_answers(connection, done)
    if filled or rejected:
        await batches.insert_orders(connection, filled, filled_at, rejected, now)
    if filled:
        await batches.insert_fills(connection, filled, filled_at)
        await batches.put_positions(connection, [part.draft for part in written])
        await outbox.add_many(connection, facts)
    return done


def _answer(
    done: Committed, written: Sequence[Priced], times: dict[UUID, datetime]
) -> tuple[list[Filled], list[datetime], list[outbox.Fact]]:
    filled: list[Filled] = []
    filled_at: list[datetime] = []
    facts: list[outbox.Fact] = []
    for part in written:
        at = times[part.draft.event_id]
        for row in part.filled:
            order = events.filled_order(row, part.draft.asset, at)
            filled.append(row)
            filled_at.append(at)
            facts.append(events.order_filled(row, order, at))
            done.answers.append((row.ticket, PlaceOrderResponse(order=order)))
    return filled, filled_at, facts


async def _store_answers(connection: Connection, done: Committed) -> None:
    stored = [
        (ticket.placement.command, outcome)
        for ticket, outcome in done.answers
        if isinstance(outcome, PlaceOrderResponse)
        or (isinstance(outcome, ServiceError) and outcome.code in REFUSALS)
    ]
    if stored and not all(await idempotency.store_many(connection, stored)):
        raise DecidedElsewhere
