"""The path that a bet takes: a statement per batch and step, whatever the number of orders."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Price, Shares, Units
from oraculum_prediction.memory import Draft, Holding
from oraculum_prediction.placement import Ticket
from oraculum_prediction.pricing import Fill, Side

_SQL: Final = queries("oraculum_prediction", "sql/batches.sql")

BUY: Final = 1
SELL: Final = 2
SIDES: Final[Mapping[Side, int]] = {Side.BUY: BUY, Side.SELL: SELL}

FILLED: Final = 2
REJECTED: Final = 3
ABANDONED: Final = 4


class Head(NamedTuple):
    """What a batch must know of a market before it prices on what it remembers."""

    event_id: UUID
    version: int
    trades: bool


class Filled(NamedTuple):
    """An order with its fill and the place that it takes in its market."""

    ticket: Ticket
    fill: Fill
    sequence: int
    fill_id: UUID
    prices: tuple[Price, ...]
    # Of the market, this fill included.
    volume_units: Units


class Rejected(NamedTuple):
    """An order that is refused although money was held for it: its row must stand before the hold is voided."""

    ticket: Ticket
    reason: str


async def heads(connection: Connection, event_ids: Iterable[UUID]) -> dict[UUID, Head]:
    """What markets are at this moment, by event."""
    rows = await _SQL.market_heads.tuples(connection, event_ids=list(event_ids))
    return {row[0]: Head(*row) for row in rows}


async def holdings(
    connection: Connection, people: Iterable[tuple[UUID, UUID]]
) -> list[tuple[UUID, UUID, int, Holding]]:
    """What people hold of events, asked for as (user, event)."""
    asked = list(people)
    rows = await _SQL.holdings.tuples(
        connection, user_ids=[user for user, _ in asked], event_ids=[event for _, event in asked]
    )
    return [
        (user_id, event_id, outcome, Holding(Shares(shares), Shares(reserved), Units(cost), Units(realised)))
        for user_id, event_id, outcome, shares, reserved, cost, realised in rows
    ]


async def advance(connection: Connection, drafts: Sequence[Draft]) -> dict[UUID, datetime]:
    """Bring markets to their new states; those that come back, with the time of their fills, are ours."""
    rows = await _SQL.advance_markets.tuples(
        connection,
        event_ids=[draft.event_id for draft in drafts],
        versions=[draft.version for draft in drafts],
        sequences=[draft.sequence for draft in drafts],
        sold=[_array(draft.state.sold) for draft in drafts],
        prices=[_array(draft.state.prices) for draft in drafts],
        state_hashes=[draft.state.state_hash for draft in drafts],
        volumes=[draft.volume_units for draft in drafts],
        outcome_volumes=[_array(draft.outcome_volume_units) for draft in drafts],
        escrows=[draft.escrow_units for draft in drafts],
        participants=[draft.participant_count for draft in drafts],
    )
    return dict(rows)


async def insert_orders(
    connection: Connection,
    filled: Sequence[Filled],
    times: Sequence[datetime],
    rejected: Sequence[Rejected],
    now: datetime,
) -> None:
    """Write what became of orders; UniqueViolation when one of them has a row already."""
    asked = [row.ticket for row in filled] + [row.ticket for row in rejected]
    nothing = [None] * len(rejected)
    await _SQL.insert_orders.run(
        connection,
        order_ids=[ticket.order_id for ticket in asked],
        user_ids=[ticket.placement.user_id for ticket in asked],
        event_ids=[ticket.event_id for ticket in asked],
        outcomes=[ticket.order.outcome for ticket in asked],
        sides=[SIDES[ticket.order.side] for ticket in asked],
        amounts=[ticket.order.amount for ticket in asked],
        asked_shares=[ticket.order.shares for ticket in asked],
        limits=[ticket.placement.order.limit for ticket in asked],
        holds=[ticket.held_units or 0 for ticket in asked],
        gross=[*(row.fill.gross for row in filled), *nothing],
        fees=[*(row.fill.fee for row in filled), *nothing],
        shares=[*(row.fill.shares for row in filled), *nothing],
        sequences=[*(row.sequence for row in filled), *nothing],
        statuses=[FILLED] * len(filled) + [REJECTED] * len(rejected),
        reasons=[*([None] * len(filled)), *(row.reason for row in rejected)],
        times=[*times, *([now] * len(rejected))],
    )


async def insert_fills(connection: Connection, filled: Sequence[Filled], times: Sequence[datetime]) -> None:
    """Write trades with their receipts."""
    fills = [row.fill for row in filled]
    await _SQL.insert_fills.run(
        connection,
        fill_ids=[row.fill_id for row in filled],
        event_ids=[row.ticket.event_id for row in filled],
        sequences=[row.sequence for row in filled],
        times=list(times),
        order_ids=[row.ticket.order_id for row in filled],
        user_ids=[row.ticket.placement.user_id for row in filled],
        outcomes=[fill.order.outcome for fill in fills],
        sides=[SIDES[fill.order.side] for fill in fills],
        shares=[fill.shares for fill in fills],
        gross=[fill.gross for fill in fills],
        fees=[fill.fee for fill in fills],
        roundings=[fill.rounding_picounits for fill in fills],
        prices_before=[fill.price_before for fill in fills],
        prices_after=[fill.price_after for fill in fills],
        prices=[_array(row.prices) for row in filled],
        states_before=[fill.state_before for fill in fills],
        states_after=[fill.state_after for fill in fills],
        formulas=[fill.formula_version for fill in fills],
    )


async def put_positions(connection: Connection, drafts: Sequence[Draft]) -> None:
    """Write the positions that these batches changed."""
    changed = [
        (user_id, draft.event_id, outcome, holding)
        for draft in drafts
        for (user_id, outcome), holding in draft.changed.items()
    ]
    await _SQL.put_positions.run(
        connection,
        user_ids=[row[0] for row in changed],
        event_ids=[row[1] for row in changed],
        outcomes=[row[2] for row in changed],
        shares=[row[3].shares for row in changed],
        costs=[row[3].cost_units for row in changed],
        realised=[row[3].realised_units for row in changed],
    )


def _array(numbers: Iterable[int]) -> str:
    # unnest() would flatten an array of arrays, so each inner one travels as its literal.
    return "{" + ",".join(map(str, numbers)) + "}"
