"""What became of orders whose holds are old: the other half of wallet's sweep."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from oraculum_kit.db import Database
from oraculum_prediction import metrics
from oraculum_prediction.repository import orders
from oraculum_prediction.statuses import ABANDONED, REJECTED

_log = structlog.stdlib.get_logger(__name__)


async def settle_holds(database: Database, order_ids: Sequence[UUID]) -> set[UUID]:
    """Give up those orders of which nothing is known, and say which ones were filled; the holds of all others are free.

    Giving up is a row under the order's very id. A commit that is on its way holds the index entry of that id, so we wait
    for it and then find what it wrote; one that comes later meets our row and fails. Either way the answer stays true.
    """
    async with database.transaction() as connection:
        abandoned = await orders.abandon(connection, order_ids)
        states = await orders.states(connection, order_ids)
    if abandoned:
        metrics.ABANDONED.inc(abandoned)
        _log.warning("orders.abandoned", orders=abandoned, asked=len(order_ids))
    return {order_id for order_id, status in states.items() if status not in (REJECTED, ABANDONED)}
