"""Triggers as they are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Price, Shares

_SQL: Final = queries("oraculum_prediction", "sql/risk_triggers.sql")

STOP_LOSS: Final = 1
TAKE_PROFIT: Final = 2

WAITING: Final = 1
FIRED: Final = 2
DONE: Final = 3
FAILED: Final = 4
CANCELLED: Final = 5


class TriggerRow(NamedTuple):
    """A sale that waits for a price."""

    trigger_id: UUID
    user_id: UUID
    event_id: UUID
    outcome: int
    kind: int
    price: Price
    # None is all that can be sold by then.
    shares: Shares | None
    limit_price: Price | None
    status: int
    # What it sells, decided when it fired.
    order_shares: Shares | None
    reason: str | None
    created_at: datetime
    fired_at: datetime | None


class Waiting(NamedTuple):
    """What must be known of a trigger to see that its price has come."""

    trigger_id: UUID
    number: int
    event_id: UUID
    outcome: int
    kind: int
    price: Price


async def insert(connection: Connection, row: TriggerRow, *, waiting_max: int) -> int | None:
    """Keep a trigger; its number, or None when the person has too many."""
    number: int | None = await _SQL.insert_trigger.value(
        connection,
        trigger_id=row.trigger_id,
        user_id=row.user_id,
        event_id=row.event_id,
        outcome=row.outcome,
        kind=row.kind,
        price=row.price,
        shares=row.shares,
        limit_price=row.limit_price,
        waiting_max=waiting_max,
    )
    return number


async def sellable(connection: Connection, user_id: UUID, event_id: UUID, outcome: int) -> Shares:
    """What a person could sell of an outcome now."""
    shares = await _SQL.sellable_shares.value(connection, user_id=user_id, event_id=event_id, outcome=outcome)
    return Shares(shares or 0)


async def by_id(connection: Connection, trigger_id: UUID) -> TriggerRow | None:
    """One trigger."""
    rows = await _SQL.trigger.tuples(connection, trigger_id=trigger_id)
    return TriggerRow._make(rows[0]) if rows else None


async def of_user(
    connection: Connection,
    user_id: UUID,
    *,
    event_id: UUID | None,
    before: tuple[datetime, UUID] | None,
    row_count: int,
) -> list[TriggerRow]:
    """A page of a person's triggers."""
    time, trigger_id = before or (None, None)
    rows = await _SQL.triggers_of_user.tuples(
        connection,
        user_id=user_id,
        event_id=event_id,
        before_time=time,
        before_id=trigger_id,
        row_count=row_count,
    )
    return [TriggerRow._make(row) for row in rows]


async def cancel(connection: Connection, trigger_id: UUID, reason: str) -> bool:
    """Take back a trigger that waits; False when it does not wait any more."""
    return await _SQL.cancel_trigger.run(connection, trigger_id=trigger_id, reason=reason) > 0


async def cancel_closed(connection: Connection) -> int:
    """Take back what waits on markets that trade no more."""
    return await _SQL.cancel_closed_triggers.run(connection)


async def waiting(connection: Connection, *, after_number: int, row_count: int) -> list[Waiting]:
    """Triggers that came since."""
    rows = await _SQL.waiting_triggers.tuples(connection, after_number=after_number, row_count=row_count)
    return [Waiting._make(row) for row in rows]


async def that_wait(connection: Connection, trigger_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these wait still."""
    rows = await _SQL.triggers_that_wait.tuples(connection, trigger_ids=list(trigger_ids))
    return {trigger_id for (trigger_id,) in rows}


async def reached(connection: Connection, *, row_count: int) -> list[UUID]:
    """Triggers whose price is there now."""
    return [row[0] for row in await _SQL.reached_triggers.tuples(connection, row_count=row_count)]


async def fire(connection: Connection, trigger_id: UUID) -> TriggerRow | None:
    """Fire a trigger; None when it does not wait any more, its price has gone again, or there is nothing to sell."""
    rows = await _SQL.fire_trigger.tuples(connection, trigger_id=trigger_id)
    return TriggerRow._make(rows[0]) if rows else None


async def cancel_sold_out(connection: Connection, trigger_id: UUID) -> bool:
    """Take back a trigger whose price is there and that has nothing to sell."""
    return await _SQL.cancel_sold_out.run(connection, trigger_id=trigger_id) > 0


async def fired(connection: Connection, *, older_seconds: float, row_count: int) -> list[TriggerRow]:
    """Triggers whose sale was not placed a while after they fired."""
    rows = await _SQL.fired_triggers.tuples(connection, older_seconds=older_seconds, row_count=row_count)
    return [TriggerRow._make(row) for row in rows]


async def end(connection: Connection, trigger_id: UUID, status: int, reason: str | None) -> bool:
    """Note what became of the sale; False when it was noted before."""
    return await _SQL.end_trigger.run(connection, trigger_id=trigger_id, status=status, reason=reason) > 0
