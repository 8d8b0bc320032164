"""What was won and lost, sale by sale and settlement by settlement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Shares, Units
from oraculum_prediction.repository.arrays import literal

_SQL: Final = queries("oraculum_prediction", "sql/history.sql")


class Realised(NamedTuple):
    """What one sale came to."""

    event_id: UUID
    sequence: int
    user_id: UUID
    realised_at: datetime
    # What the shares had cost, and what was fetched beyond it, the fee taken off.
    cost_units: Units
    result_units: Units


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Something by which a person won or lost: a sale, or a revision of a settlement."""

    realised_at: datetime
    event_id: UUID
    # Of the fill; of a settlement its revision, less than nothing.
    sequence: int
    asset: str
    # None where it is a settlement, which pays all outcomes together.
    outcome: int | None
    role: int | None
    shares: Shares
    cost_units: Units
    result_units: Units
    fill_id: UUID | None
    order_id: UUID | None


class Profit(NamedTuple):
    """What was won or lost in a span of time, and in all by its end."""

    asset: str
    starts_at: datetime
    result_units: Units
    total_units: Units


# When, where, and the number there: what a page ends with.
Place = tuple[datetime, UUID, int]


async def note(connection: Connection, rows: Sequence[Realised]) -> None:
    """Keep what sales came to, in the transaction that trades them or finds it wrong."""
    await _SQL.put_realised.run(
        connection,
        event_ids=literal(row.event_id for row in rows),
        sequences=literal(row.sequence for row in rows),
        user_ids=literal(row.user_id for row in rows),
        times=literal(row.realised_at for row in rows),
        costs=literal(row.cost_units for row in rows),
        results=literal(row.result_units for row in rows),
    )


async def page(
    connection: Connection, user_id: UUID, *, event_id: UUID | None, before: Place | None, row_count: int
) -> list[HistoryRow]:
    """A page of what a person's positions came to, newest first."""
    at, at_event, at_sequence = before or (None, None, None)
    return await _SQL.realised_of_user.all(
        connection,
        HistoryRow,
        user_id=user_id,
        event_id=event_id,
        before=at,
        before_event_id=at_event,
        before_sequence=at_sequence,
        row_count=row_count,
    )


async def profit(connection: Connection, user_id: UUID, *, interval: str, points: int) -> list[Profit]:
    """What a person won or lost in each of the last spans, by asset and time."""
    rows = await _SQL.profit_of_user.tuples(connection, user_id=user_id, interval=interval, points=points)
    return [Profit._make(row) for row in rows]
