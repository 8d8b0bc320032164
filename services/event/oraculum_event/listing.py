"""Lists of events: filters, search, order, pages."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_event.drafting import CATEGORY
from oraculum_event.errors import EventNotFound
from oraculum_event.records import Category, Dispute, Event, Status
from oraculum_event.repository import SORTS, TRENDING, Categories, Disputes, Events, Listing, Proposals
from oraculum_event.wire import (
    DISPUTE_STATUS_FROM_WIRE,
    STATUS_FROM_WIRE,
    TYPE_FROM_WIRE,
    event_to_wire,
)
from oraculum_kit.authorization import require_user
from oraculum_kit.caller import User
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import InvalidArgument, Violation
from oraculum_kit.paging import Page, decode_cursor, page_size
from oraculum_kit.validation import Violations

BATCH_MAX: Final = 500
# A person turns no more pages than this; whoever wants everything goes by cursor.
PAGES_MAX: Final = 500

_SHOWN: Final = [status.value for status in Status if status is not Status.DRAFT]


# Where a result may be asked for that does not stand yet.
_ASKED_FOR: Final = frozenset({Status.LOCKED, Status.RESOLVING})


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of events; `total` is counted when a page number was asked for."""

    events: list[pb.Event]
    next_cursor: str
    total: int | None


class EventLists:
    """Reads events in lists."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._events = Events()
        self._categories = Categories()
        self._disputes = Disputes()
        self._proposals = Proposals()

    async def page(self, request: pb.ListEventsRequest) -> EventPage:
        """A page by cursor or by number."""
        listing, number = _listing(request)
        limit = page_size(request.limit)
        if listing.sort == TRENDING:
            return await self._trending(listing, request.cursor, limit, number)
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
            return EventPage(await self._described(connection, page.rows), page.next_cursor, total)

    async def _trending(self, listing: Listing, cursor: str, limit: int, number: int) -> EventPage:
        after = decode_cursor(cursor, str, UUID)
        if after is not None and not _is_score(after[0]):
            raise InvalidArgument(violations=[Violation("cursor", "is not one that this list gave")])
        async with self._database.connection() as connection:
            rows = await self._events.trending(
                connection,
                listing.filters,
                after=after,
                row_count=limit + 1,
                skip=(number - 1) * limit if number else 0,
            )
            # Written as Python writes it, a score comes back as the same number.
            page = Page.cut(rows, limit, lambda row: (repr(row[1]), row[0]))
            total = await self._events.count(connection, listing) if number else None
            found = await self._events.several(connection, [event_id for event_id, _ in page.rows])
            return EventPage(await self._described(connection, found), page.next_cursor, total)

    async def one(self, event_id: UUID) -> pb.Event:
        """One event, with what it shall come to."""
        async with self._database.connection() as connection:
            event = await self._events.one(connection, event_id)
            if event is None:
                raise EventNotFound(event_id=event_id)
            (described,) = await self._described(connection, [event])
            return described

    async def several(self, event_ids: Sequence[str]) -> list[pb.Event]:
        """Events by id."""
        check = Violations()
        if len(event_ids) > BATCH_MAX:
            check.refuse("event_ids", f"must be {BATCH_MAX} at most")
        ids = [check.uuid(f"event_ids[{index}]", text) for index, text in enumerate(event_ids[:BATCH_MAX])]
        check.finish()
        async with self._database.connection() as connection:
            found = await self._events.several(connection, ids)
            return await self._described(connection, [event for event in found if not event.unpublished])

    async def categories(self) -> list[Category]:
        """What events are about, and how many can be bet on."""
        async with self._database.connection() as connection:
            return await self._categories.all(connection)

    async def category_words(self, connection: Connection) -> list[str]:
        """The words by which events name their categories."""
        return await self._categories.words(connection)

    async def disputes(self, request: pb.ListDisputesRequest, user: User) -> Page[Dispute]:
        """Disputes, newest first: all for administrators, else the person's own."""
        check = Violations()
        event_id = check.uuid("event_id", request.event_id) if request.event_id else None
        check.finish()
        limit = page_size(request.limit)
        async with self._database.connection() as connection:
            rows = await self._disputes.page(
                connection,
                user_id=None if "admin" in user.roles else user.id,
                event_id=event_id,
                statuses=[
                    DISPUTE_STATUS_FROM_WIRE[status]
                    for status in request.statuses
                    if status in DISPUTE_STATUS_FROM_WIRE
                ],
                after=decode_cursor(request.cursor, datetime, UUID),
                row_count=limit + 1,
            )
        return Page.cut(rows, limit, lambda row: (row.created_at, row.dispute_id))

    async def _described(self, connection: Connection, rows: Sequence[Event]) -> list[pb.Event]:
        """Events with what they shall come to, which few of them have."""
        # A correction waits so rarely that a list does not ask for it.
        asked = _ASKED_FOR if len(rows) > 1 else _ASKED_FOR | {Status.RESOLVED}
        waiting = [row.event_id for row in rows if row.status in asked]
        shall = await self._proposals.of(connection, waiting) if waiting else {}
        return [event_to_wire(row, shall.get(row.event_id)) for row in rows]


def _listing(request: pb.ListEventsRequest) -> tuple[Listing, int]:
    """What is asked for, and the page number if pages are turned."""
    check = Violations()
    filters = _which(request)
    if request.category:
        if not CATEGORY.fullmatch(request.category):
            check.refuse("category", "is not the word of a category")
        filters["category"] = request.category
    if request.event_type:
        event_type = TYPE_FROM_WIRE.get(request.event_type)
        if event_type is None:
            check.refuse("event_type", "must be binary, multiple_choice or scalar")
        filters["event_type"] = event_type.value if event_type else ""
    if request.creator_user_id and "creator_user_id" not in filters:
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


def _which(request: pb.ListEventsRequest) -> dict[str, object]:
    """Published events in these states, or drafts: those their author sees, and administrators, and nobody else."""
    if request.unpublished:
        user = require_user()
        mine: dict[str, object] = {} if "admin" in user.roles else {"creator_user_id": user.id}
        return {"unpublished": True, **mine}
    if not request.statuses:
        return {"statuses": _SHOWN}
    known = [STATUS_FROM_WIRE[status].value for status in request.statuses if status in STATUS_FROM_WIRE]
    return {"statuses": known, "published": True}


def _sort(text: str, check: Violations) -> tuple[str, bool]:
    field, _, direction = text.partition(":")
    if not text:
        return SORTS[0], True
    directions = {"", "desc"} if field == TRENDING else {"", "asc", "desc"}
    if field not in SORTS or direction not in directions:
        named = ", ".join(sort for sort in SORTS if sort != TRENDING)
        check.refuse("sort", f"must be {TRENDING}, or field:asc or field:desc of {named}")
    return field, direction != "asc"


def _sort_value(sort: str, event: Event) -> datetime:
    if sort == "start_time":
        return event.start_time or event.end_time
    value: datetime = getattr(event, sort)
    return value


def _is_score(text: str) -> bool:
    """Whether a cursor's text is a finite number."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
