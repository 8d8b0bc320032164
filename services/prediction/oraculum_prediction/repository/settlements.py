"""Settlement: what events came to, what people are due, and how far paying them is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_kit.jobs import LeaseLostError
from oraculum_money import Price, Shares, Units
from oraculum_prediction.repository.arrays import literal

_SQL: Final = queries("oraculum_prediction", "sql/settlements.sql")

TAKING_BACK: Final = 1
PAYING: Final = 2
# 3 was marking orders, which an earlier release did: what it left there is emptied next.
EMPTYING: Final = 4


@dataclass(frozen=True, slots=True)
class Settlement:
    """One revision of what an event came to, and how far its settlement is."""

    event_id: UUID
    revision: int
    payout_prices: list[Price]
    refunded: bool
    closing_sequence: int
    step: int
    after_user_id: UUID | None
    people_paid: int
    paid_units: Units
    taken_back_units: Units
    lost_units: Units
    asset: str
    # The market's, as it closed.
    escrow_units: Units
    sequence: int
    sold: list[int]
    status: int
    # Whether an earlier word was heard, and people were paid by it.
    corrects: bool


class Person(NamedTuple):
    """Somebody who holds, or held, shares of a settled event."""

    user_id: UUID
    outcomes: list[int]
    # In the order of the outcomes.
    shares: list[Shares]
    # Of all sales, less what the held shares cost.
    result_units: Units
    # By earlier revisions, in all.
    moved_units: Units
    # Whether this revision has dealt with them.
    done: bool


class Payment(NamedTuple):
    """What a person is due by a revision and what was moved for it."""

    person: Person
    due_units: Units
    moved_units: Units
    # Of the due amount, the part of each of their positions.
    parts: list[Units]


async def hear(
    connection: Connection,
    event_id: UUID,
    *,
    revision: int,
    payout_prices: Sequence[Price],
    refunded: bool,
    closing_sequence: int,
) -> bool:
    """Note what an event came to; False when it was noted before or the event has no market."""
    heard = await _SQL.hear_resolution.value(
        connection,
        event_id=event_id,
        revision=revision,
        payout_prices=list(payout_prices),
        refunded=refunded,
        closing_sequence=closing_sequence,
    )
    return heard is not None


async def next_undone(connection: Connection, event_id: UUID) -> Settlement | None:
    """The oldest revision of an event that is not settled."""
    return await _SQL.next_settlement.one(connection, Settlement, event_id=event_id)


async def people(connection: Connection, settlement: Settlement, row_count: int) -> list[Person]:
    """The next people of a settlement, by id."""
    return await _people(connection, settlement, settlement.after_user_id, row_count, unpaid_only=False)


async def unpaid(
    connection: Connection, settlement: Settlement, after_user_id: UUID | None, row_count: int
) -> list[Person]:
    """The next people, by id, with whom this revision has not dealt."""
    return await _people(connection, settlement, after_user_id, row_count, unpaid_only=True)


async def _people(
    connection: Connection,
    settlement: Settlement,
    after_user_id: UUID | None,
    row_count: int,
    *,
    unpaid_only: bool,
) -> list[Person]:
    rows = await _SQL.people_to_pay.tuples(
        connection,
        event_id=settlement.event_id,
        revision=settlement.revision,
        after_user_id=after_user_id,
        unpaid_only=unpaid_only,
        row_count=row_count,
    )
    return [Person(*row) for row in rows]


async def resting_purchases(
    connection: Connection, user_ids: Sequence[UUID], asset: str
) -> list[tuple[UUID, UUID]]:
    """Who of these people has purchases resting that are paid in an asset, and on which event."""
    rows = await _SQL.resting_purchases.tuples(connection, user_ids=list(user_ids), asset=asset)
    return [(user_id, event_id) for user_id, event_id in rows]


async def still_due(connection: Connection, settlement: Settlement) -> Units:
    """What is yet to be paid out."""
    return Units(
        await _SQL.still_due.value(
            connection, event_id=settlement.event_id, payout_prices=list(settlement.payout_prices)
        )
    )


async def record(
    connection: Connection, settlement: Settlement, payments: Sequence[Payment]
) -> list[tuple[UUID, Units, Units]]:
    """Write what people were paid, for them and for each of their positions; what that changes of their limits' use."""
    await _SQL.insert_payouts.run(
        connection,
        event_id=settlement.event_id,
        revision=settlement.revision,
        user_ids=literal(payment.person.user_id for payment in payments),
        due=literal(payment.due_units for payment in payments),
        moved=literal(payment.moved_units for payment in payments),
    )
    parts = [
        (payment.person.user_id, outcome, units)
        for payment in payments
        for outcome, units in zip(payment.person.outcomes, payment.parts, strict=True)
    ]
    rows = await _SQL.pay_positions.tuples(
        connection,
        event_id=settlement.event_id,
        user_ids=literal(part[0] for part in parts),
        outcomes=literal(part[1] for part in parts),
        units=literal(part[2] for part in parts),
    )
    return [(row[0], Units(row[1]), Units(row[2])) for row in rows]


async def advance(
    connection: Connection,
    settlement: Settlement,
    *,
    step: int,
    after_user_id: UUID | None = None,
    payments: Sequence[Payment] = (),
    lost_units: Units = Units(0),
) -> None:
    """Note how far a settlement is, and what its last chunk moved; `LeaseLostError` when somebody else did meanwhile."""
    advanced = await _SQL.advance_settlement.run(
        connection,
        event_id=settlement.event_id,
        revision=settlement.revision,
        from_step=settlement.step,
        from_user_id=settlement.after_user_id,
        step=step,
        after_user_id=after_user_id,
        people=len(payments),
        paid=sum(max(payment.moved_units, 0) for payment in payments),
        taken_back=sum(max(-payment.moved_units, 0) for payment in payments),
        lost=lost_units,
    )
    if not advanced:
        raise LeaseLostError(
            f"settlement {settlement.revision} of {settlement.event_id} is further than that"
        )


async def measure_undone(connection: Connection) -> tuple[int, float]:
    """How many settlements are not done, and for how long the oldest has not been."""
    ((count, seconds),) = await _SQL.measure_undone.tuples(connection)
    return count, seconds


async def finish(
    connection: Connection, settlement: Settlement, *, rounding_units: Units, house_result_units: Units
) -> bool:
    """Note that a settlement is done; False when it was noted before."""
    finished = await _SQL.finish_settlement.run(
        connection,
        event_id=settlement.event_id,
        revision=settlement.revision,
        rounding=rounding_units,
        house_result=house_result_units,
    )
    return finished > 0
