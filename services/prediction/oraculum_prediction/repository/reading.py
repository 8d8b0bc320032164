"""What people see of their trades, and what recomputes them."""

from collections import Counter
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Price, Shares, Units
from oraculum_prediction.wire import FillRow, Total

_SQL: Final = queries("oraculum_prediction", "sql/reading.sql")

# An order that was met more often has a receipt for each of its first fills.
_RECEIPTS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Explained(FillRow):
    """A fill with the terms of its market and its order."""

    rounding_picounits: int
    price_before: Price
    price_after: Price
    state_before: bytes
    state_after: bytes
    formula_version: str
    mechanism: str
    liquidity_units: Units
    prior: list[int]
    fee_kind: str
    fee_rate: int
    price_max: Price
    amount_units: Units | None
    asked_shares: Shares | None
    limit_price: Price | None
    type: int


class Met(NamedTuple):
    """A resting order that was met."""

    sequence: int
    outcome: int
    side: int
    limit_price: Price
    shares: Shares
    gross_units: Units
    shares_before: Shares
    gross_before_units: Units
    order_id: UUID


async def fill(connection: Connection, user_id: UUID, fill_id: UUID) -> FillRow | None:
    """One fill of a person."""
    return await _SQL.fill_by_id.one(connection, FillRow, user_id=user_id, fill_id=fill_id)


async def explained(connection: Connection, order_id: UUID) -> list[Explained]:
    """The fills of an order, in market sequence."""
    return await _SQL.fills_to_explain.all(connection, Explained, order_id=order_id, row_count=_RECEIPTS_MAX)


async def sold_before(connection: Connection, event_id: UUID, sequence: int) -> dict[int, Shares]:
    """Shares outstanding of each outcome before a fill."""
    rows = await _SQL.sold_before.tuples(connection, event_id=event_id, sequence=sequence)
    return {outcome: Shares(shares) for outcome, shares in rows}


async def met(connection: Connection, event_id: UUID, group_first: int) -> list[Met]:
    """The resting orders that were met in a group."""
    rows = await _SQL.makers_of.tuples(connection, event_id=event_id, group_first=group_first)
    return [Met(*row) for row in rows]


async def portfolio(connection: Connection, user_id: UUID) -> tuple[list[Total], Counter[str]]:
    """What a person's positions come to by asset, and what their resting purchases may still cost."""
    totals = [Total(*row) for row in await _SQL.portfolio.tuples(connection, user_id=user_id)]
    reserved: Counter[str] = Counter()
    for asset, units in await _SQL.resting_purchases.tuples(connection, user_id=user_id):
        reserved[asset] += units
    return totals, reserved
