"""Reviews as they are kept, and who is known to belong together."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Price, Shares, Units
from oraculum_prediction.repository.arrays import literal

_SQL: Final = queries("oraculum_prediction", "sql/risk_reviews.sql")

PENDING: Final = 1
APPROVED: Final = 2
PLACED: Final = 3
REJECTED: Final = 4

DEVICE: Final = 1
ADDRESS: Final = 2

# A device or an address, by kind and digest.
Trace = tuple[int, str]


class ReviewRow(NamedTuple):
    """An order that waits, or waited, for somebody to look at it."""

    order_id: UUID
    user_id: UUID
    event_id: UUID
    outcome: int
    side: int
    amount_units: Units | None
    asked_shares: Shares | None
    limit_price: Price | None
    tier: str
    request: bytes
    request_hash: bytes
    score: int
    # Points by signal.
    signals: dict[str, int]
    status: int
    received_at: datetime
    # Of its market.
    asset: str
    # What the token that it came with said of its person's identity check.
    kyc: str
    jurisdiction: str
    created_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    note: str = ""


async def insert(connection: Connection, rows: Sequence[ReviewRow]) -> None:
    """Hold orders; UniqueViolation when one of them was held before."""
    await _SQL.insert_reviews.run(
        connection,
        order_ids=[row.order_id for row in rows],
        user_ids=[row.user_id for row in rows],
        event_ids=[row.event_id for row in rows],
        outcomes=[row.outcome for row in rows],
        sides=[row.side for row in rows],
        amounts=[row.amount_units for row in rows],
        asked_shares=[row.asked_shares for row in rows],
        limits=[row.limit_price for row in rows],
        tiers=[row.tier for row in rows],
        requests=[row.request for row in rows],
        request_hashes=[row.request_hash for row in rows],
        scores=[row.score for row in rows],
        signals=[json.dumps(row.signals) for row in rows],
        received=[row.received_at for row in rows],
        kycs=[row.kyc for row in rows],
        jurisdictions=[row.jurisdiction for row in rows],
    )


async def by_ids(connection: Connection, order_ids: Collection[UUID]) -> dict[UUID, ReviewRow]:
    """Reviews of these orders, as far as there are any."""
    rows = await _SQL.reviews_by_id.tuples(connection, order_ids=literal(order_ids))
    return {row[0]: ReviewRow._make(row) for row in rows}


async def page(
    connection: Connection, status: int, *, after: tuple[datetime, UUID] | None, row_count: int
) -> list[ReviewRow]:
    """A page of reviews, oldest first."""
    time, order_id = after or (None, None)
    rows = await _SQL.reviews.tuples(
        connection, status=status, after_time=time, after_id=order_id, row_count=row_count
    )
    return [ReviewRow._make(row) for row in rows]


async def of_user(
    connection: Connection,
    user_id: UUID,
    *,
    event_id: UUID | None,
    statuses: Collection[int],
    before: tuple[datetime, UUID] | None,
    row_count: int,
) -> list[ReviewRow]:
    """A page of a person's orders that wait or were turned away, newest first."""
    time, order_id = before or (None, None)
    rows = await _SQL.reviews_of_user.tuples(
        connection,
        user_id=user_id,
        event_id=event_id,
        statuses=list(statuses),
        before=time,
        before_id=order_id,
        row_count=row_count,
    )
    return [ReviewRow._make(row) for row in rows]


async def decide(
    connection: Connection, order_id: UUID, status: int, *, decided_by: UUID | None, note: str
) -> bool:
    """Decide a review that is pending; False when it is not."""
    decided = await _SQL.decide_review.run(
        connection, order_id=order_id, status=status, decided_by=decided_by, note=note
    )
    return decided > 0


async def approved(
    connection: Connection, *, older_seconds: float, after: UUID, row_count: int
) -> list[ReviewRow]:
    """Approved orders that were not placed a while after; the next so many by their ids."""
    rows = await _SQL.approved_reviews.tuples(
        connection, older_seconds=older_seconds, after=after, row_count=row_count
    )
    return [ReviewRow._make(row) for row in rows]


async def conclude(connection: Connection, order_ids: Collection[UUID]) -> bool:
    """Note that approved orders are decided in this transaction, and make room for their answers.

    False when one of them is not approved any more: somebody else has decided it, and the answer that they gave stays.
    """
    rows = await _SQL.conclude_reviews.tuples(connection, order_ids=literal(order_ids))
    await _SQL.forget_pending_answers.run(connection, order_ids=literal(order_id for (order_id,) in rows))
    return len(rows) == len(order_ids)


async def forget_answer(connection: Connection, order_id: UUID) -> None:
    """Remove the answer that said that an order waits; another takes its place in the same transaction."""
    await _SQL.forget_pending_answers.run(connection, order_ids=literal([order_id]))


async def see(connection: Connection, sightings: Sequence[tuple[Trace, UUID]]) -> None:
    """Note from where people came."""
    await _SQL.see_people.run(
        connection,
        kinds=literal(trace[0] for trace, _ in sightings),
        traces=literal(trace[1] for trace, _ in sightings),
        user_ids=literal(user_id for _, user_id in sightings),
    )


async def behind(
    connection: Connection, traces: Collection[Trace], *, people_max: int
) -> list[tuple[Trace, UUID]]:
    """Who came from these devices and addresses."""
    rows = await _SQL.people_behind.tuples(
        connection,
        kinds=literal(trace[0] for trace in traces),
        traces=literal(trace[1] for trace in traces),
        people_max=people_max,
    )
    return [((kind, trace), user_id) for kind, trace, user_id in rows]


async def recent_trades(
    connection: Connection, asked: Collection[tuple[UUID, UUID]], *, looked_at_max: int
) -> list[tuple[UUID, UUID, int, int]]:
    """What people traded in markets within the hour, asked as (event, user): (event, user, outcome, side).

    Of each person so many of the newest orders and fills are looked at.
    """
    rows = await _SQL.recent_trades_of.tuples(
        connection,
        event_ids=literal(event_id for event_id, _ in asked),
        user_ids=literal(user_id for _, user_id in asked),
        looked_at_max=looked_at_max,
    )
    return [(event_id, user_id, outcome, side) for event_id, user_id, outcome, side in rows]
