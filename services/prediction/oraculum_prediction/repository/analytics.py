"""What trading came to: positions for others to see, records, turnover, orders of everybody, totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Price, Shares, Units

_SQL: Final = queries("oraculum_prediction", "sql/analytics.sql")

# Before every event there is, newest first: the first page begins here.
_BEFORE_ALL: Final = (UUID(int=2**128 - 1), -1)


@dataclass(frozen=True, slots=True)
class PublicRow:
    """A position as others see it."""

    event_id: UUID
    outcome: int
    shares: Shares
    cost_units: Units
    realised_units: Units
    payout_units: Units | None
    asset: str
    price: Price
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Record:
    """How the events of a person came out; the contract defines each."""

    events: int
    settled_events: int
    won_events: int
    lost_events: int
    calls: int
    right_calls: int
    brier_millionths: int | None


class Result(NamedTuple):
    """What a person won or lost in one category and asset, and in how many events they had positions."""

    category: str
    asset: str
    events: int
    result_units: Units


class DayTurnover(NamedTuple):
    """What a person traded on a day, in UTC, in one category and asset."""

    day: date
    category: str
    asset: str
    trades: int
    volume_units: Units
    fee_units: Units


class Place(NamedTuple):
    """An order among all orders: where it stands, and what it is looked for by."""

    created_at: datetime
    order_id: UUID
    user_id: UUID | None
    event_id: UUID | None
    status: int


class TradingTotal(NamedTuple):
    """What all markets of one asset come to."""

    asset: str
    open_markets: int
    closed_markets: int
    settled_markets: int
    active_markets: int
    fills: int
    volume_units: Units
    open_interest_units: Units
    escrow_units: Units
    exposure_units: Units


async def public_positions(
    connection: Connection,
    user_id: UUID,
    *,
    include_open: bool,
    after: tuple[UUID, int] | None,
    row_count: int,
) -> list[PublicRow]:
    """A page of a person's positions: by event, newest first, then by outcome."""
    before_event_id, after_outcome = after or _BEFORE_ALL
    return await _SQL.public_positions.all(
        connection,
        PublicRow,
        user_id=user_id,
        include_open=include_open,
        before_event_id=before_event_id,
        after_outcome=after_outcome,
        row_count=row_count,
    )


async def record(connection: Connection, user_id: UUID) -> Record:
    """How a person's events came out."""
    found = await _SQL.record.one(connection, Record, user_id=user_id)
    if found is None:
        raise AssertionError("counting answers even where there is nothing")
    return found


async def results(connection: Connection, user_id: UUID, *, settled_only: bool = False) -> list[Result]:
    """What a person won or lost, by category and asset; of settled events, or of all."""
    rows = await _SQL.results.tuples(connection, user_id=user_id, settled_only=settled_only)
    return [Result._make(row) for row in rows]


async def waiting(connection: Connection, user_id: UUID, most: int) -> int:
    """How many of a person's fills are not added up yet, or this many."""
    count: int = await _SQL.waiting.value(connection, user_id=user_id, most=most)
    return count


async def add_up(connection: Connection, user_id: UUID, *, row_count: int, wait_seconds: float) -> bool:
    """Add up the next fills of a person, in this transaction; whether any were left that are old enough."""
    await _SQL.hold_turnover.run(connection, user_id=user_id)
    up_to: datetime = await _SQL.next_turnover.value(
        connection, user_id=user_id, row_count=row_count, wait_seconds=wait_seconds
    )
    added = await _SQL.add_turnover.run(connection, user_id=user_id, up_to=up_to)
    await _SQL.turnover_added.run(connection, user_id=user_id, up_to=up_to)
    return bool(added)


async def turnover(connection: Connection, user_id: UUID) -> list[DayTurnover]:
    """A person's trading, by day, category and asset."""
    return [DayTurnover._make(row) for row in await _SQL.turnover.tuples(connection, user_id=user_id)]


async def wrong_turnovers(connection: Connection, user_id: UUID | None) -> list[UUID]:
    """People, or the one that is named, whose fills were added up to something else than they come to."""
    return [row[0] for row in await _SQL.wrong_turnovers.tuples(connection, user_id=user_id)]


async def forget_turnovers(connection: Connection, user_ids: Sequence[UUID]) -> None:
    """Let the fills of people be added up from the first one again."""
    await _SQL.forget_until.run(connection, user_ids=list(user_ids))
    await _SQL.forget_turnover.run(connection, user_ids=list(user_ids))


async def places(
    connection: Connection,
    *,
    user_id: UUID | None,
    event_id: UUID | None,
    between: tuple[datetime, datetime],
    before: tuple[datetime, UUID],
    row_count: int,
) -> list[Place]:
    """The next orders between two instants, newest first: of a person, else of an event, else of everybody."""
    asked = {
        "from_time": between[0],
        "to_time": between[1],
        "before": before[0],
        "before_id": before[1],
        "row_count": row_count,
    }
    if user_id is not None:
        rows = await _SQL.newest_orders_of_person.tuples(connection, user_id=user_id, **asked)
    elif event_id is not None:
        rows = await _SQL.newest_orders_of_event.tuples(connection, event_id=event_id, **asked)
    else:
        rows = await _SQL.newest_orders.tuples(connection, **asked)
    return [Place._make(row) for row in rows]


async def totals(connection: Connection) -> list[TradingTotal]:
    """What all markets come to, by asset."""
    return [TradingTotal._make(row) for row in await _SQL.trading_totals.tuples(connection)]


async def resting(connection: Connection) -> int:
    """How many orders rest."""
    count: int = await _SQL.count_resting.value(connection)
    return count
