"""The path that a bet takes: a statement per batch and step, whatever the number of orders."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Shares, Units
from oraculum_prediction import statuses
from oraculum_prediction.batch import Priced
from oraculum_prediction.draft import Draft, Filled
from oraculum_prediction.memory import Holding
from oraculum_prediction.placement import Ticket
from oraculum_prediction.pricing import Side
from oraculum_prediction.pricing.mechanisms import keep
from oraculum_prediction.repository.arrays import literal, literals

_SQL: Final = queries("oraculum_prediction", "sql/batches.sql")

SIDES: Final[Mapping[Side, int]] = {Side.BUY: statuses.BUY, Side.SELL: statuses.SELL}


class Head(NamedTuple):
    """What a batch must know of a market before it prices on what it remembers."""

    event_id: UUID
    version: int
    trades: bool
    # Whether what rests may be taken back, though perhaps nothing is traded any more.
    is_open: bool
    now: datetime
    # Whether an order of the batch, in whatever market, was ever held for somebody to look at.
    any_held: bool


async def heads(
    connection: Connection, event_ids: Iterable[UUID], order_ids: Iterable[UUID]
) -> dict[UUID, Head]:
    """What markets are at this moment, by event, for a batch of these orders."""
    rows = await _SQL.market_heads.tuples(
        connection, event_ids=literal(event_ids), order_ids=literal(order_ids)
    )
    return {row[0]: Head(*row) for row in rows}


async def holdings(
    connection: Connection, people: Iterable[tuple[UUID, UUID]]
) -> list[tuple[UUID, UUID, int, Holding]]:
    """What people hold of events, asked for as (user, event)."""
    asked = list(people)
    rows = await _SQL.holdings.tuples(
        connection,
        user_ids=literal(user_id for user_id, _ in asked),
        event_ids=literal(event_id for _, event_id in asked),
    )
    return [
        (user_id, event_id, outcome, Holding(Shares(shares), Shares(reserved), Units(cost), Units(realised)))
        for user_id, event_id, outcome, shares, reserved, cost, realised in rows
    ]


async def advance(connection: Connection, parts: Sequence[Priced]) -> dict[UUID, datetime]:
    """Bring markets to their new states; those that come back, with the time of their fills, are ours."""
    drafts = [part.draft for part in parts]
    rows = await _SQL.advance_markets.tuples(
        connection,
        event_ids=literal(draft.event_id for draft in drafts),
        versions=literal(draft.version for draft in drafts),
        trading=literal(part.trades for part in parts),
        sequences=literal(draft.sequence for draft in drafts),
        sold=literals(draft.state.sold for draft in drafts),
        prices=literals(draft.state.prices for draft in drafts),
        state_hashes=[draft.state.state_hash for draft in drafts],
        volumes=literal(draft.volume_units for draft in drafts),
        outcome_volumes=literals(draft.outcome_volume_units for draft in drafts),
        escrows=literal(draft.escrow_units for draft in drafts),
        participants=literal(draft.participant_count for draft in drafts),
        pools=literals(keep(draft.state).pools for draft in drafts),
    )
    times: dict[UUID, datetime] = dict(rows)
    deeper = [draft for draft in drafts if draft.deepened and draft.event_id in times]
    if deeper:
        await _deepen(connection, deeper)
    return times


async def insert_orders(
    connection: Connection, filled: Sequence[Filled], times: Mapping[UUID, datetime]
) -> None:
    """Write orders that the market maker alone has filled; UniqueViolation when one of them has a row already."""
    tickets = [row.ticket for row in filled if isinstance(row.ticket, Ticket)]
    fills = [row.fill for row in filled]
    await _SQL.insert_orders.run(
        connection,
        order_ids=literal(ticket.order_id for ticket in tickets),
        user_ids=literal(ticket.placement.user_id for ticket in tickets),
        event_ids=literal(ticket.event_id for ticket in tickets),
        outcomes=literal(ticket.order.outcome for ticket in tickets),
        sides=literal(SIDES[ticket.order.side] for ticket in tickets),
        amounts=literal(ticket.order.amount for ticket in tickets),
        asked_shares=literal(ticket.order.shares for ticket in tickets),
        limits=literal(ticket.placement.order.limit for ticket in tickets),
        holds=literal(ticket.held_units or 0 for ticket in tickets),
        gross=literal(fill.gross for fill in fills),
        fees=literal(fill.fee for fill in fills),
        shares=literal(fill.shares for fill in fills),
        sequences=literal(row.sequence for row in filled),
        times=literal(times[ticket.event_id] for ticket in tickets),
    )


async def insert_fills(connection: Connection, filled: Sequence[Filled], times: Sequence[datetime]) -> None:
    """Write trades with their receipts."""
    fills = [row.fill for row in filled]
    await _SQL.insert_fills.run(
        connection,
        fill_ids=literal(row.fill_id for row in filled),
        event_ids=literal(row.ticket.event_id for row in filled),
        sequences=literal(row.sequence for row in filled),
        times=literal(times),
        order_ids=literal(row.ticket.order_id for row in filled),
        user_ids=literal(row.ticket.user_id for row in filled),
        outcomes=literal(fill.order.outcome for fill in fills),
        sides=literal(SIDES[fill.order.side] for fill in fills),
        shares=literal(fill.shares for fill in fills),
        gross=literal(fill.gross for fill in fills),
        fees=literal(fill.fee for fill in fills),
        roundings=literal(fill.rounding_picounits for fill in fills),
        prices_before=literal(fill.price_before for fill in fills),
        prices_after=literal(fill.price_after for fill in fills),
        prices=literals(row.prices for row in filled),
        states_before=[fill.state_before for fill in fills],
        states_after=[fill.state_after for fill in fills],
        formulas=literal(fill.formula_version for fill in fills),
        groups=literal(row.group_first for row in filled),
        roles=literal(row.role for row in filled),
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
        user_ids=literal(row[0] for row in changed),
        event_ids=literal(row[1] for row in changed),
        outcomes=literal(row[2] for row in changed),
        shares=literal(row[3].shares for row in changed),
        reserved=literal(row[3].reserved for row in changed),
        costs=literal(row[3].cost_units for row in changed),
        realised=literal(row[3].realised_units for row in changed),
    )


async def _deepen(connection: Connection, drafts: Sequence[Draft]) -> None:
    """Write down the liquidity of markets that have more of it; they are ours since they were advanced."""
    kept = [keep(draft.state) for draft in drafts]
    await _SQL.deepen_markets.run(
        connection,
        event_ids=literal(draft.event_id for draft in drafts),
        liquidities=literal(each.liquidity for each in kept),
        priors=literals(each.prior for each in kept),
        subsidies=literal(draft.subsidy_units for draft in drafts),
    )
