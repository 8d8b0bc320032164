"""Lists of events: filters, search, order, pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_event.records import CATEGORIES, Event, Status
from oraculum_event.repository import SORTS, Events, Listing
from oraculum_event.wire import STATUS_FROM_WIRE, TYPE_FROM_WIRE
from oraculum_kit.db import Database
from oraculum_kit.paging import Page, decode_cursor, page_size
from oraculum_kit.validation import Violations

BATCH_MAX: Final = 500
# A person turns no more pages than this; whoever wants everything goes by cursor.
PAGES_MAX: Final = 500

_SHOWN: Final = [status.value for status in Status if status is not Status.DRAFT]


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of events; `total` is counted when a page number was asked for."""

    events: list[Event]
    next_cursor: str
    total: int | None


class EventLists:
    """Reads events in lists."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._events = Events()

    async def page(self, request: pb.ListEventsRequest) -> EventPage:
        """A page by cursor or by number."""
        listing, number = _listing(request)
        limit = page_size(request.limit)
        after = decode_cursor(request.cursor, datetime, UUID)
        async with self._database.connection() as connection:
            rows = await self._events.page(
                connection,
                listing,
                after=after,
                row_count=limit + 1,
                skip=(number - 1) * limit if number else 0,
            )
            total = await self._events.count(connection, listing) if number else None
        page = Page.cut(rows, limit, lambda event: (_sort_value(listing.sort, event), event.event_id))
        return EventPage(page.rows, page.next_cursor, total)

    async def several(self, event_ids: Sequence[str]) -> list[Event]:
        """Events by id."""
        check = Violations()
        if len(event_ids) > BATCH_MAX:
            check.refuse("event_ids", f"must be {BATCH_MAX} at most")
        ids = [check.uuid(f"event_ids[{index}]", text) for index, text in enumerate(event_ids[:BATCH_MAX])]
        check.finish()
        async with self._database.connection() as connection:
            return await self._events.several(connection, ids)

    async def active_by_category(self) -> dict[str, int]:
        """How many events can be bet on in each category."""
        async with self._database.connection() as connection:
            return await self._events.active_by_category(connection)


def _listing(request: pb.ListEventsRequest) -> tuple[Listing, int]:
    """What is asked for, and the page number if pages are turned."""
    check = Violations()
    filters: dict[str, object] = {"statuses": _SHOWN}
    if request.statuses:
        filters["statuses"] = [
            STATUS_FROM_WIRE[status].value for status in request.statuses if status in STATUS_FROM_WIRE
        ]
    if request.category:
        if request.category not in CATEGORIES:
            check.refuse("category", f"must be one of {', '.join(CATEGORIES)}")
        filters["category"] = request.category
    if request.event_type:
        event_type = TYPE_FROM_WIRE.get(request.event_type)
        if event_type is None:
            check.refuse("event_type", "must be binary or multiple_choice")
        filters["event_type"] = event_type.value if event_type else ""
    if request.creator_user_id:
        filters["creator_user_id"] = check.uuid("creator_user_id", request.creator_user_id)
    for name in ("query", "venue", "venue_market_id"):
        if text := check.text(name, getattr(request, name), maximum=500):
            filters[name] = text
    sort, descending = _sort(request.sort, check)
    if request.page and request.cursor:
        check.refuse("page", "does not go together with a cursor")
    check.integer("page", request.page, minimum=0, maximum=PAGES_MAX)
    check.finish()
    return Listing(filters, sort, descending), request.page


def _sort(text: str, check: Violations) -> tuple[str, bool]:
    field, _, direction = text.partition(":")
    if not text:
        return SORTS[0], True
    if field not in SORTS or direction not in {"", "asc", "desc"}:
        check.refuse("sort", f"must be field:asc or field:desc of {', '.join(SORTS)}")
    return field, direction != "asc"


def _sort_value(sort: str, event: Event) -> datetime:
    if sort == "start_time":
        return event.start_time or event.end_time
    value: datetime = getattr(event, sort)
    return value
