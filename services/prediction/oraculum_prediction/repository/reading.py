"""What people see of their trades, and what recomputes them."""

from collections import Counter
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Price, Shares, Units
from oraculum_prediction.repository.markets import MarketRow
from oraculum_prediction.wire import FillRow, Total

_SQL: Final = queries("oraculum_prediction", "sql/reading.sql")

# An order that was met more often has a receipt for each of its first fills.
_RECEIPTS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Explained(FillRow):
    """A fill with what its order asked for, and the receipt that was kept of it."""

    state_after: bytes
    amount_units: Units | None
    asked_shares: Shares | None
    limit_price: Price | None
    document: str | None


async def fill(connection: Connection, user_id: UUID, fill_id: UUID) -> FillRow | None:
    """One fill of a person."""
    # The first 48 bits of a UUIDv7 are the milliseconds at which it was made.
    drafted_seconds = (fill_id.int >> 80) / 1000
    found: FillRow | None = await _SQL.fill_by_id.one(
        connection, FillRow, user_id=user_id, fill_id=fill_id, drafted_seconds=drafted_seconds
    )
    if found is None:
        found = await _SQL.fill_by_id_alone.one(connection, FillRow, user_id=user_id, fill_id=fill_id)
    return found


async def explained(connection: Connection, order_id: UUID) -> list[Explained]:
    """The fills of an order, in market sequence."""
    return await _SQL.fills_to_explain.all(connection, Explained, order_id=order_id, row_count=_RECEIPTS_MAX)


async def sold_before(connection: Connection, market: MarketRow, sequence: int) -> tuple[Shares, ...]:
    """Shares outstanding of each outcome before a fill, counted from the nearer end: most receipts are of new fills."""
    backwards = market.sequence - sequence < sequence
    first, end = (sequence, market.sequence + 1) if backwards else (1, sequence)
    rows = await _SQL.sold_between.tuples(connection, event_id=market.event_id, first=first, end=end)
    changed = dict(rows)
    return tuple(
        Shares(now - changed.get(outcome, 0) if backwards else changed.get(outcome, 0))
        for outcome, now in enumerate(market.sold)
    )


async def subsidised_after(connection: Connection, event_id: UUID, sequence: int) -> str | None:
    """The receipt of the first subsidy after a fill; None where there was none."""
    document: str | None = await _SQL.subsidised_after.value(connection, event_id=event_id, sequence=sequence)
    return document


async def to_replay(
    connection: Connection, event_id: UUID, *, after: int, up_to: int, row_count: int
) -> list[Explained]:
    """The next fills of a market, in sequence."""
    return await _SQL.fills_to_replay.all(
        connection, Explained, event_id=event_id, after=after, up_to=up_to, row_count=row_count
    )


async def portfolio(connection: Connection, user_id: UUID) -> tuple[list[Total], Counter[str]]:
    """What a person's positions come to by asset, and what their resting purchases may still cost."""
    totals = [Total(*row) for row in await _SQL.portfolio.tuples(connection, user_id=user_id)]
    reserved: Counter[str] = Counter()
    for asset, units in await _SQL.resting_purchases.tuples(connection, user_id=user_id):
        reserved[asset] += units
    return totals, reserved
