"""A person's orders and fills, page by page: orders that were decided, and those that somebody looks at first.

A page looks at so many rows and says where to go on, though it may show none of them: a person may have a million, and
none of those that are asked for.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.db import Connection
from oraculum_kit.paging import Page, decode_cursor, encode_cursor
from oraculum_prediction import form, statuses, wire
from oraculum_prediction.repository import orders
from oraculum_prediction.risk import reviews

# Of an order among a person's: when it came, and its id.
_Place = tuple[datetime, UUID]

LOOKED_AT_MAX: Final = 10_000
# Behind every fill of its time.
_LAST_ID: Final = UUID(int=2**128 - 1)
# An index of its own knows where those are, of which nobody has many.
_RESTING: Final = frozenset({statuses.OPEN, statuses.PARTIALLY_FILLED})


async def orders_page(
    connection: Connection,
    user_id: UUID,
    event_id: UUID | None,
    shown_as: Sequence[pb.OrderStatus.ValueType],
    *,
    limit: int,
    cursor: str,
) -> Page[reviews.Listed]:
    """A page of a person's orders, newest first; it may show few or none of them and yet have a next one."""
    before = decode_cursor(cursor, datetime, UUID)
    before_order = (before[0], before[1]) if before else None
    kept = form.statuses(shown_as)
    looked_from, rows = await _decided(connection, user_id, event_id, kept, before_order, limit + 1)
    held = await reviews.held_orders(
        connection,
        user_id,
        event_id=event_id,
        shown_as=shown_as,
        before=before_order,
        row_count=limit + 1,
    )
    listed = [reviews.Listed(row.created_at, row.order_id, wire.order(row)) for row in rows] + held
    listed.sort(key=_place, reverse=True)
    if looked_from is None:
        return Page.cut(listed, limit, _place)
    # What lies further back comes with the orders of its time.
    cut = Page.cut([each for each in listed if _place(each) >= looked_from], limit, _place)
    return cut if cut.next_cursor else Page(cut.rows, encode_cursor(*looked_from))


async def fills_page(
    connection: Connection, user_id: UUID, event_id: UUID | None, *, limit: int, cursor: str
) -> Page[wire.FillRow]:
    """A page of a person's fills, newest first; it may show few or none of them and yet have a next one."""
    before = decode_cursor(cursor, datetime, UUID)
    before_fill = (before[0], before[1]) if before else None
    # Orders that rest have no fill yet, so that even a page of all may have many to look at.
    looked_after = await orders.fills_so_far_back(
        connection, user_id, before=before_fill[0] if before_fill else None, row_count=LOOKED_AT_MAX
    )
    rows = await orders.fills(
        connection, user_id, event_id=event_id, before=before_fill, after=looked_after, row_count=limit + 1
    )
    cut = Page.cut(rows, limit, lambda row: (row.filled_at, row.fill_id))
    if cut.next_cursor or looked_after is None:
        return cut
    return Page(cut.rows, encode_cursor(looked_after, _LAST_ID))


async def _decided(
    connection: Connection,
    user_id: UUID,
    event_id: UUID | None,
    kept: Sequence[int] | None,
    before: _Place | None,
    row_count: int,
) -> tuple[_Place | None, list[wire.OrderRow]]:
    """Orders that were decided, and from where on they were looked for; None where that was to the end."""
    if kept == []:
        # Those that are held alone have states that no row has.
        return None, []
    if kept is not None and _RESTING.issuperset(kept):
        resting = await orders.resting_of_user(
            connection, user_id, event_id=event_id, statuses=kept, before=before, row_count=row_count
        )
        return None, resting
    looked_from = None
    if (event_id, kept) != (None, None):
        looked_from = await orders.so_far_back(connection, user_id, before=before, row_count=LOOKED_AT_MAX)
    rows = await orders.of_user(
        connection,
        user_id,
        event_id=event_id,
        statuses=kept,
        before=before,
        row_count=row_count,
        from_=looked_from,
    )
    return looked_from, rows


def _place(each: reviews.Listed) -> _Place:
    return each.created_at, each.order_id
