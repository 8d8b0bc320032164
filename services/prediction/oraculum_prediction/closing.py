"""Closing a market: what rests on it ends in the same transaction, so that nothing rests where nothing is traded."""

from uuid import UUID

from oraculum.prediction.v1 import bets_fact_pb2 as bets
from oraculum_kit import outbox
from oraculum_kit.db import Connection
from oraculum_prediction import events, statuses
from oraculum_prediction.repository import markets
from oraculum_prediction.repository import resting as repository
from oraculum_prediction.risk.book import give_back
from oraculum_prediction.wire import OrderRow


async def close(connection: Connection, event_id: UUID, reason: str) -> bool:
    """End trading for good; False when it had ended before, or when there is no such market.

    The lock waits for the batch that is being committed; whoever priced before finds the market changed.
    """
    locked = await repository.lock_open_market(connection, event_id)
    if locked is None:
        return False
    sequence, now = locked
    resting = (await repository.resting(connection, [event_id]))[event_id]
    if resting:
        await repository.end_all(connection, event_id)
        await outbox.add_many(
            connection,
            [events.order_changed(_ended(row), bets.ORDER_END_CLOSED, sequence, now) for row in resting],
        )
    closed = await markets.close(connection, event_id, reason)
    await give_back(connection, event_id, resting)
    return closed


def _ended(row: OrderRow) -> OrderRow:
    return row.ended(statuses.CANCELLED, "MARKET_CLOSED")
