"""Orders that rest: written by batches, loaded with their markets, ended by the clock and by those who close markets."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Price, Shares
from oraculum_prediction import statuses
from oraculum_prediction.pricing import Order, Side
from oraculum_prediction.repository.arrays import literal
from oraculum_prediction.turns import Turns
from oraculum_prediction.wire import OrderRow

_SQL: Final = queries("oraculum_prediction", "sql/resting.sql")


class RestingChanged(RuntimeError):
    """An order that was to be changed does not rest, though its market is what it was: a defect."""


class Receipt(NamedTuple):
    """What recomputes fills that were made together."""

    event_id: UUID
    group_first: int
    document: str


class Level(NamedTuple):
    """What rests at one price of an outcome, on one side."""

    side: int
    price: Price
    shares: Shares
    orders: int


class DeadMan(NamedTuple):
    """Somebody who wanted everything cancelled at a time."""

    user_id: UUID
    fires_at: datetime


class ToEnd(NamedTuple):
    """What the clock ends: orders with their markets, and people of whom nothing shall rest, or no purchase."""

    dead: list[DeadMan]
    due: list[tuple[UUID, UUID]]
    barred: list[UUID]
    excluded: list[UUID]


async def resting(connection: Connection, event_ids: Iterable[UUID]) -> dict[UUID, list[OrderRow]]:
    """What rests on these markets."""
    found: dict[UUID, list[OrderRow]] = {event_id: [] for event_id in event_ids}
    for row in await _SQL.resting_orders.all(connection, OrderRow, event_ids=list(found)):
        found[row.event_id].append(row)
    return found


async def ahead(connection: Connection, event_id: UUID, order: Order, *, orders_max: int) -> list[OrderRow]:
    """What an order may meet on this market: the first so many of each ladder that it may come by."""
    side = statuses.BUY if order.side is Side.BUY else statuses.SELL
    return await _SQL.resting_ahead.all(
        connection, OrderRow, event_id=event_id, outcome=order.outcome, side=side, orders_max=orders_max
    )


async def levels(connection: Connection, event_id: UUID, outcome: int, *, levels_max: int) -> list[Level]:
    """What rests of an outcome, price by price: the best so many of each side."""
    return await _SQL.resting_levels.all(
        connection, Level, event_id=event_id, outcome=outcome, levels_max=levels_max
    )


async def write(connection: Connection, made: Sequence[OrderRow], changed: Sequence[OrderRow]) -> None:
    """Write new orders, and what became of resting ones; UniqueViolation when a new one has a row already."""
    if made:
        await _insert(connection, made)
    if not changed:
        return
    updated = await _SQL.update_resting.run(
        connection,
        order_ids=literal(row.order_id for row in changed),
        statuses=literal(row.status for row in changed),
        shares=literal(row.shares for row in changed),
        gross=literal(row.gross_units for row in changed),
        fees=literal(row.fee_units for row in changed),
        open_shares=literal(row.open_shares for row in changed),
        reasons=literal(row.reason for row in changed),
        expiries=literal(row.expires_at for row in changed),
        revisions=literal(row.revision for row in changed),
    )
    if updated != len(changed):
        raise RestingChanged(f"{len(changed) - updated} of {len(changed)} orders do not rest")


async def keep_receipts(connection: Connection, receipts: Sequence[Receipt]) -> None:
    """Keep what recomputes fills that were made together."""
    await _SQL.insert_receipts.run(
        connection,
        event_ids=[receipt.event_id for receipt in receipts],
        groups=[receipt.group_first for receipt in receipts],
        documents=[receipt.document for receipt in receipts],
    )


async def _insert(connection: Connection, rows: Sequence[OrderRow]) -> None:
    await _SQL.insert_made.run(
        connection,
        order_ids=literal(row.order_id for row in rows),
        user_ids=literal(row.user_id for row in rows),
        event_ids=literal(row.event_id for row in rows),
        outcomes=literal(row.outcome for row in rows),
        sides=literal(row.side for row in rows),
        amounts=literal(row.amount_units for row in rows),
        asked_shares=literal(row.asked_shares for row in rows),
        limits=literal(row.limit_price for row in rows),
        holds=literal(row.hold_units for row in rows),
        gross=literal(row.gross_units for row in rows),
        fees=literal(row.fee_units for row in rows),
        shares=literal(row.shares for row in rows),
        sequences=literal(row.fill_sequence for row in rows),
        statuses=literal(row.status for row in rows),
        reasons=literal(row.reason for row in rows),
        times=literal(row.created_at for row in rows),
        types=literal(row.type for row in rows),
        times_in_force=literal(row.time_in_force for row in rows),
        post_only=literal(row.post_only for row in rows),
        expiries=literal(row.expires_at for row in rows),
        open_shares=literal(row.open_shares for row in rows),
        priorities=literal(row.priority for row in rows),
        reserved=literal(row.reserved for row in rows),
        revisions=literal(row.revision for row in rows),
        replaced=literal(row.replaces_order_id for row in rows),
        self_trades=literal(row.self_trade for row in rows),
    )


async def lock_open_market(connection: Connection, event_id: UUID) -> tuple[int, datetime] | None:
    """The last fill's number of a market that is ours until the transaction ends, and the time; None if it is not open."""
    rows = await _SQL.lock_open_market.tuples(connection, event_id=event_id)
    return (rows[0][0], rows[0][1]) if rows else None


async def end_all(connection: Connection, event_id: UUID) -> None:
    """End what rests on a market that is locked by us, and free the shares behind it."""
    await _SQL.end_resting.run(connection, event_id=event_id)
    await _SQL.free_shares.run(connection, event_id=event_id)


async def to_end(connection: Connection, *, dead: Turns, due: Turns, barred: Turns, excluded: Turns) -> ToEnd:
    """What the clock ends now, each kind in the order of its ids behind where its turn has come to."""
    found = ToEnd([], [], [], [])
    turns = {"dead": dead, "due": due, "barred": barred, "excluded": excluded}
    after = {f"{kind}_after": turn.after for kind, turn in turns.items()}
    counts = {f"{kind}_count": turn.page for kind, turn in turns.items()}
    for kind, row_id, event_id, fires_at in await _SQL.to_end.tuples(connection, **after, **counts):
        if kind == "dead":
            found.dead.append(DeadMan(row_id, fires_at))
        elif kind == "due":
            found.due.append((row_id, event_id))
        else:
            (found.barred if kind == "barred" else found.excluded).append(row_id)
    return found


async def markets_of(connection: Connection, user_id: UUID) -> list[UUID]:
    """Where a person has something resting."""
    return [event_id for (event_id,) in await _SQL.markets_of.tuples(connection, user_id=user_id)]


async def set_dead_man(connection: Connection, user_id: UUID, timeout_seconds: int) -> datetime:
    """Cancel everything of a person later."""
    fires_at: datetime = await _SQL.set_dead_man.value(
        connection, user_id=user_id, timeout_seconds=timeout_seconds
    )
    return fires_at


async def drop_dead_man(connection: Connection, user_id: UUID) -> None:
    """Cancel nothing."""
    await _SQL.drop_dead_man.run(connection, user_id=user_id)


async def bury(connection: Connection, dead: DeadMan) -> None:
    """Forget one that was dealt with."""
    await _SQL.bury_dead_man.run(connection, user_id=dead.user_id, fires_at=dead.fires_at)
