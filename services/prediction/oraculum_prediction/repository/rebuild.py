"""What is kept beside the fills, held against what follows from them, and written anew."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Shares, Units
from oraculum_prediction.memory import Holding
from oraculum_prediction.repository.arrays import literal
from oraculum_prediction.repository.history import Realised
from oraculum_prediction.wire import FillRow

_SQL: Final = queries("oraculum_prediction", "sql/rebuild.sql")

_NOBODY: Final = UUID(int=0)

# Of a person, in the order of the statement; money but for the last.
FIGURES: Final = (
    "open_units",
    "resting_units",
    "day_stake_units",
    "week_stake_units",
    "day_sold_units",
    "day_result_units",
    "week_result_units",
    "week_orders",
)


class Drift(NamedTuple):
    """What somebody has used of their limits, where it is not what follows from the fills."""

    user_id: UUID
    asset: str
    # A category, or empty for everything.
    scope: str
    # Of which day and week the figures are.
    day: date
    week: date
    # By FIGURES: as it stands, and as it should.
    kept: tuple[int, ...]
    due: tuple[int, ...]


async def begin_snapshot(connection: Connection) -> None:
    """Let all that this transaction reads be of one moment; it must be the first that it does."""
    await _SQL.begin_snapshot.run(connection)


async def hold(connection: Connection, event_id: UUID) -> None:
    """Let nothing happen in a market until this transaction ends."""
    await _SQL.hold_market.tuples(connection, event_id=event_id)


async def one_at_a_time(connection: Connection) -> None:
    """Wait for whoever else mends what people have used, until this transaction ends."""
    await _SQL.one_at_a_time.tuples(connection)


async def markets_after(connection: Connection, after: UUID | None, row_count: int) -> list[UUID]:
    """The next markets by id."""
    rows = await _SQL.markets_after.tuples(connection, after=after or _NOBODY, row_count=row_count)
    return [event_id for (event_id,) in rows]


async def fills(connection: Connection, event_id: UUID, *, after: int, row_count: int) -> list[FillRow]:
    """The next fills of a market, in sequence."""
    return await _SQL.fills_after.all(
        connection, FillRow, event_id=event_id, after=after, row_count=row_count
    )


async def positions(connection: Connection, event_id: UUID) -> dict[tuple[UUID, int], Holding]:
    """What everybody holds of a market, by person and outcome."""
    rows = await _SQL.positions_of_market.tuples(connection, event_id=event_id)
    return {
        (user_id, outcome): Holding(Shares(shares), Shares(reserved), Units(cost), Units(realised))
        for user_id, outcome, shares, reserved, cost, realised in rows
    }


async def realised(connection: Connection, event_id: UUID) -> list[Realised]:
    """What is kept of the sales in a market."""
    rows = await _SQL.realised_in_market.tuples(connection, event_id=event_id)
    return [Realised._make(row) for row in rows]


async def mend_market(
    connection: Connection,
    event_id: UUID,
    *,
    volume: Units,
    outcome_volumes: Sequence[Units],
    participants: int,
) -> None:
    """Set what a market counts; every replica reads it again."""
    await _SQL.mend_market.run(
        connection,
        event_id=event_id,
        volume=volume,
        outcome_volumes=literal(outcome_volumes),
        participants=participants,
    )


async def mend_positions(
    connection: Connection, event_id: UUID, due: Mapping[tuple[UUID, int], Holding]
) -> None:
    """Set what people hold; every replica reads it again."""
    await _SQL.mend_positions.run(
        connection,
        event_id=event_id,
        user_ids=literal(user_id for user_id, _ in due),
        outcomes=literal(outcome for _, outcome in due),
        shares=literal(holding.shares for holding in due.values()),
        reserved=literal(holding.reserved for holding in due.values()),
        costs=literal(holding.cost_units for holding in due.values()),
        realised=literal(holding.realised_units for holding in due.values()),
    )
    await _SQL.advance_version.run(connection, event_id=event_id)


async def drop_realised(connection: Connection, event_id: UUID, sequences: Sequence[int]) -> None:
    """Forget what is kept of sales that there are not."""
    await _SQL.drop_realised.run(connection, event_id=event_id, sequences=literal(sequences))


async def drifts(connection: Connection, user_id: UUID | None) -> list[Drift]:
    """What people, or one of them, have used where it is not what follows from the fills; in a transaction."""
    await _SQL.plan_plainly.run(connection)
    rows = await _SQL.uses_that_differ.tuples(connection, user_id=user_id)
    count = len(FIGURES)
    return [
        Drift(user_id, asset, scope, day, week, tuple(figures[:count]), tuple(figures[count:]))
        for user_id, asset, scope, day, week, *figures in rows
    ]


async def mend_uses(connection: Connection, found: Sequence[Drift]) -> None:
    """Add what is missing of what people have used; all were measured at once."""
    missing = [[due - kept for due, kept in zip(row.due, row.kept, strict=True)] for row in found]
    columns = (
        "opened",
        "resting",
        "day_stakes",
        "week_stakes",
        "day_sold",
        "day_results",
        "week_results",
        "week_orders",
    )
    await _SQL.mend_uses.run(
        connection,
        user_ids=literal(row.user_id for row in found),
        assets=literal(row.asset for row in found),
        # Categories are text from people: these go psycopg's own way.
        scopes=[row.scope for row in found],
        day=found[0].day,
        week=found[0].week,
        **{name: literal(row[place] for row in missing) for place, name in enumerate(columns)},
    )
