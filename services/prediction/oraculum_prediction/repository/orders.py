"""Orders, positions and trades as people see them, and what wallet asks about orders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Price, Shares, Units
from oraculum_prediction.wire import FillRow, OrderRow, PositionRow

_SQL: Final = queries("oraculum_prediction", "sql/orders.sql")


class Asked(NamedTuple):
    """What an order that has a row was asked for as."""

    user_id: UUID
    event_id: UUID
    outcome: int
    side: int
    amount_units: Units | None
    asked_shares: Shares | None
    limit_price: Price | None


class Sale(NamedTuple):
    """What a sale brought, the fee taken off."""

    event_id: UUID
    sequence: int
    net_units: Units
    asset: str


async def by_id(connection: Connection, order_id: UUID) -> OrderRow | None:
    """One order; None also for one that was abandoned before anybody knew what it was."""
    return await _SQL.orders_by_ids.one(connection, OrderRow, order_ids=[order_id])


async def by_ids(connection: Connection, order_ids: Sequence[UUID]) -> list[OrderRow]:
    """Several orders."""
    return await _SQL.orders_by_ids.all(connection, OrderRow, order_ids=list(order_ids))


async def of_user(
    connection: Connection,
    user_id: UUID,
    *,
    event_id: UUID | None,
    statuses: Sequence[int] | None,
    before: tuple[datetime, UUID] | None,
    row_count: int,
    from_: tuple[datetime, UUID] | None = None,
) -> list[OrderRow]:
    """A page of a person's orders, newest first, before a position and not before another."""
    time, order_id = before or (None, None)
    from_time, from_id = from_ or (None, None)
    return await _SQL.orders_of_user.all(
        connection,
        OrderRow,
        user_id=user_id,
        event_id=event_id,
        statuses=None if statuses is None else list(statuses),
        before=time,
        before_id=order_id,
        from_time=from_time,
        from_id=from_id,
        row_count=row_count,
    )


async def resting_of_user(
    connection: Connection,
    user_id: UUID,
    *,
    event_id: UUID | None,
    statuses: Sequence[int],
    before: tuple[datetime, UUID] | None,
    row_count: int,
) -> list[OrderRow]:
    """A page of those of a person's orders that rest, in these states, newest first."""
    time, order_id = before or (None, None)
    return await _SQL.resting_of_user.all(
        connection,
        OrderRow,
        user_id=user_id,
        event_id=event_id,
        statuses=list(statuses),
        before=time,
        before_id=order_id,
        row_count=row_count,
    )


async def so_far_back(
    connection: Connection, user_id: UUID, *, before: tuple[datetime, UUID] | None, row_count: int
) -> tuple[datetime, UUID] | None:
    """Where the last of so many orders of a person stands, newest first; None where there are fewer."""
    time, order_id = before or (None, None)
    rows = await _SQL.order_so_far_back.tuples(
        connection, user_id=user_id, before=time, before_id=order_id, row_count=row_count
    )
    return (rows[0][0], rows[0][1]) if rows else None


async def positions(
    connection: Connection,
    user_id: UUID,
    *,
    event_id: UUID | None,
    after: tuple[UUID, int] | None,
    row_count: int,
) -> list[PositionRow]:
    """A page of a person's positions: by event, newest first, then by outcome."""
    before_event_id, after_outcome = after or (None, None)
    return await _SQL.positions_of_user.all(
        connection,
        PositionRow,
        user_id=user_id,
        event_id=event_id,
        before_event_id=before_event_id,
        after_outcome=after_outcome,
        row_count=row_count,
    )


async def trades(
    connection: Connection, event_id: UUID, *, before: int | None, row_count: int
) -> list[FillRow]:
    """A page of an event's trades, newest first."""
    return await _SQL.trades.all(connection, FillRow, event_id=event_id, before=before, row_count=row_count)


async def fills_so_far_back(
    connection: Connection, user_id: UUID, *, before: datetime | None, row_count: int
) -> datetime | None:
    """When the last of so many of a person's orders, or of their fills at rest, came; None where there are fewer."""
    time: datetime | None = await _SQL.fills_so_far_back.value(
        connection, user_id=user_id, before=before, row_count=row_count
    )
    return time


async def fills(
    connection: Connection,
    user_id: UUID,
    *,
    event_id: UUID | None,
    before: tuple[datetime, UUID] | None,
    after: datetime | None,
    row_count: int,
) -> list[FillRow]:
    """A page of a person's fills, newest first, none of them as old as `after`."""
    time, fill_id = before or (None, None)
    return await _SQL.fills_of_user.all(
        connection,
        FillRow,
        user_id=user_id,
        event_id=event_id,
        before=time,
        before_id=fill_id,
        after=after,
        row_count=row_count,
    )


async def recent_sales(connection: Connection, user_id: UUID) -> list[Sale]:
    """A person's sales of the last seven days, newest first."""
    return [Sale(*row[:4]) for row in await _SQL.recent_sales.tuples(connection, user_id=user_id)]


async def states(connection: Connection, order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The status of those orders that have a row."""
    return dict(await _SQL.order_states.tuples(connection, order_ids=list(order_ids)))


async def asked(connection: Connection, order_ids: Sequence[UUID]) -> dict[UUID, Asked]:
    """What was asked for by those orders of which it is known."""
    rows = await _SQL.orders_asked.tuples(connection, order_ids=list(order_ids))
    return {order_id: Asked(*rest) for order_id, *rest in rows}


async def replaced(connection: Connection, order_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these orders whose place another one has taken."""
    rows = await _SQL.replaced_orders.tuples(connection, order_ids=list(order_ids))
    return {row[0] for row in rows}


async def abandon(connection: Connection, order_ids: Sequence[UUID]) -> int:
    """Give up those of which nothing is known; how many that were."""
    return len(await _SQL.abandon_orders.tuples(connection, order_ids=list(order_ids)))
