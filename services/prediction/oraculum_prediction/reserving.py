"""What people have for sale, where it turns out that they hold less than they seemed to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from oraculum.prediction.v1 import bets_fact_pb2 as bets
from oraculum_kit import outbox
from oraculum_kit.db import Connection
from oraculum_money import Shares
from oraculum_prediction import events, statuses
from oraculum_prediction.errors import InsufficientShares
from oraculum_prediction.memory import Holding
from oraculum_prediction.repository import resting as repository
from oraculum_prediction.wire import OrderRow

Positions = Mapping[tuple[UUID, int], Holding]


def fitted(
    due: Positions, resting: Iterable[OrderRow]
) -> tuple[dict[tuple[UUID, int], Holding], list[OrderRow]]:
    """Positions with what is for sale of them, and the sales that must end: the latest ones, past what is held."""
    reserved = dict.fromkeys(due, 0)
    beyond: list[OrderRow] = []
    for row in sorted(resting, key=lambda row: (row.priority or 0, row.order_id)):
        key = row.user_id, row.outcome
        if row.side != statuses.SELL or key not in due or row.open_shares is None:
            continue
        if reserved[key] + row.open_shares > due[key].shares:
            beyond.append(row)
        else:
            reserved[key] += row.open_shares
    return {key: held._replace(reserved=Shares(reserved[key])) for key, held in due.items()}, beyond


async def end(connection: Connection, rows: Sequence[OrderRow], sequence: int, at: datetime) -> None:
    """End sales of what nobody has, and tell of it, in a market that is held; positions are the caller's to write."""
    ended = [row.ended(statuses.CANCELLED, InsufficientShares.reason) for row in rows]
    await repository.write(connection, [], ended)
    await outbox.add_many(
        connection, [events.order_changed(row, bets.ORDER_END_CANCELLED, sequence, at) for row in ended]
    )
