"""Orders of everybody, page by page, for administrators.

What is asked for by person, by event or by time is found by an index; what is left of the question is held against the
orders that are found, and only so many of them are looked at for one page. Where few of millions fit, a page comes back
short, with a cursor from which the next one looks on: no question reads all orders at once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import analytics_service_pb2 as pb
from oraculum_kit.db import Connection
from oraculum_kit.paging import decode_cursor, encode_cursor, page_size
from oraculum_kit.validation import Violations
from oraculum_prediction import form, wire
from oraculum_prediction.repository import analytics as repository
from oraculum_prediction.repository import orders
from oraculum_prediction.repository.analytics import Place

LOOKED_AT_MAX: Final = 5_000

_EVER: Final = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
# Behind every order there is, newest first.
_NEWEST: Final = (_EVER[1], UUID(int=2**128 - 1))


@dataclass(frozen=True, slots=True)
class Question:
    """Which orders are asked for."""

    user_id: UUID | None
    event_id: UUID | None
    statuses: frozenset[int] | None
    between: tuple[datetime, datetime]
    before: tuple[datetime, UUID]
    limit: int

    @property
    def narrow(self) -> bool:
        """Whether more is asked than an index answers."""
        return self.statuses is not None or (self.user_id is not None and self.event_id is not None)

    def fits(self, place: Place) -> bool:
        """Whether an order is one of them; of one that was abandoned nobody knows what it was."""
        return (
            place.user_id is not None
            and (self.event_id is None or place.event_id == self.event_id)
            and (self.statuses is None or place.status in self.statuses)
        )


def asked(request: pb.ListAllOrdersRequest) -> Question:
    """The question, with every field of it that makes no sense named."""
    check = Violations()
    user_id = check.uuid("user_id", request.user_id) if request.user_id else None
    event_id = check.uuid("event_id", request.event_id) if request.event_id else None
    from_time = check.time("from_time", request) or _EVER[0]
    to_time = check.time("to_time", request) or _EVER[1]
    if from_time >= to_time:
        check.refuse("from_time", "must be before to")
    check.finish()
    statuses = form.statuses(request.statuses)
    before = decode_cursor(request.cursor, datetime, UUID)
    return Question(
        user_id,
        event_id,
        None if statuses is None else frozenset(statuses),
        (from_time, to_time),
        (before[0], before[1]) if before else _NEWEST,
        page_size(request.limit),
    )


async def page(
    connection: Connection, question: Question, *, looked_at_max: int = LOOKED_AT_MAX
) -> pb.ListAllOrdersResponse:
    """A page of orders."""
    looked_at = looked_at_max if question.narrow else question.limit + 1
    places = await repository.places(
        connection,
        user_id=question.user_id,
        event_id=question.event_id,
        between=question.between,
        before=question.before,
        row_count=looked_at,
    )
    fitting = [place for place in places if question.fits(place)]
    shown = fitting[: question.limit]
    cursor = ""
    if len(fitting) > question.limit:
        cursor = _cursor(shown[-1])
    elif len(places) == looked_at:
        cursor = _cursor(places[-1])
    rows = {row.order_id: row for row in await orders.by_ids(connection, [place.order_id for place in shown])}
    return pb.ListAllOrdersResponse(
        orders=[wire.order(rows[place.order_id]) for place in shown if place.order_id in rows],
        next_cursor=cursor,
    )


def _cursor(place: Place) -> str:
    return encode_cursor(place.created_at, place.order_id)
