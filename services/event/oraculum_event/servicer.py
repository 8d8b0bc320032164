"""gRPC in, domain out: translates, never decides."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import structlog

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.event.v1 import event_service_pb2_grpc
from oraculum.money.v1.amount_pb2 import Amount
from oraculum_event.config import Terms
from oraculum_event.drafting import BINARY_LABELS, check_draft, check_subsidy
from oraculum_event.lifecycle import Lifecycle
from oraculum_event.listing import EventLists
from oraculum_event.records import CATEGORIES, Changes, Draft, EventType
from oraculum_event.wire import TYPE_FROM_WIRE, event_to_wire
from oraculum_kit import idempotency
from oraculum_kit.authorization import ANYONE, Access, require_user
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.rpc import Context
from oraculum_kit.validation import Violations
from oraculum_money import Price, Units

_log = structlog.stdlib.get_logger(__name__)

_SERVICE = "/oraculum.event.v1.EventService/"
_CREATORS = frozenset({"admin", "creator"})
_ADMINS = frozenset({"admin"})

ACCESS = {
    _SERVICE + "CreateEvent": Access(users=_CREATORS),
    _SERVICE + "GetEvent": Access(users=ANYONE),
    _SERVICE + "ListEvents": Access(users=ANYONE),
    _SERVICE + "BatchGetEvents": Access(users=ANYONE),
    _SERVICE + "UpdateEvent": Access(users=_ADMINS),
    _SERVICE + "LockEvent": Access(users=_ADMINS),
    _SERVICE + "ResolveEvent": Access(users=_ADMINS),
    _SERVICE + "CancelEvent": Access(users=_ADMINS),
    _SERVICE + "ListCategories": Access(users=ANYONE),
}


class EventServicer(event_service_pb2_grpc.EventServiceServicer):
    """oraculum.event.v1.EventService."""

    def __init__(
        self, database: Database, lifecycle: Lifecycle, lists: EventLists, clock: Clock, terms: Terms
    ) -> None:
        self._database = database
        self._lifecycle = lifecycle
        self._lists = lists
        self._clock = clock
        self._terms = terms

    async def CreateEvent(self, request: pb.CreateEventRequest, context: Context) -> pb.CreateEventResponse:
        """Write an event down and open it; while its market cannot be opened it stays a draft."""

        async def write(connection: Connection) -> pb.CreateEventResponse:
            event_id = await self._lifecycle.draft(connection, self._draft(request))
            return pb.CreateEventResponse(event=pb.Event(event_id=str(event_id)))

        stored = await idempotency.once(self._database, request, pb.CreateEventResponse, write)
        event_id = UUID(stored.event.event_id)
        try:
            await self._lifecycle.open(event_id)
        except ServiceError as error:
            # The draft is written and its job goes on; the answer shows it as it stands.
            _log.info("event.opens_later", event_id=str(event_id), reason=error.reason)
        return pb.CreateEventResponse(event=event_to_wire(await self._lifecycle.get(event_id)))

    async def GetEvent(self, request: pb.GetEventRequest, context: Context) -> pb.GetEventResponse:
        """One event."""
        event = await self._lifecycle.get(_id(request.event_id))
        return pb.GetEventResponse(event=event_to_wire(event))

    async def ListEvents(self, request: pb.ListEventsRequest, context: Context) -> pb.ListEventsResponse:
        """A page of events."""
        page = await self._lists.page(request)
        return pb.ListEventsResponse(
            events=[event_to_wire(event) for event in page.events],
            next_cursor=page.next_cursor,
            total=page.total,
        )

    async def BatchGetEvents(
        self, request: pb.BatchGetEventsRequest, context: Context
    ) -> pb.BatchGetEventsResponse:
        """Several events by id."""
        events = await self._lists.several(request.event_ids)
        return pb.BatchGetEventsResponse(events=[event_to_wire(event) for event in events])

    async def UpdateEvent(self, request: pb.UpdateEventRequest, context: Context) -> pb.UpdateEventResponse:
        """Change what may still be changed."""
        event_id, changes = _changes(request)

        async def write(connection: Connection) -> pb.UpdateEventResponse:
            await self._lifecycle.update(connection, event_id, changes, request.version)
            return pb.UpdateEventResponse()

        await idempotency.once(self._database, request, pb.UpdateEventResponse, write)
        return pb.UpdateEventResponse(event=event_to_wire(await self._lifecycle.get(event_id)))

    async def LockEvent(self, request: pb.LockEventRequest, context: Context) -> pb.LockEventResponse:
        """Lock an event before its time."""
        event_id = _id(request.event_id)
        await self._lifecycle.lock_now(event_id)
        return pb.LockEventResponse(event=event_to_wire(await self._lifecycle.get(event_id)))

    async def ResolveEvent(
        self, request: pb.ResolveEventRequest, context: Context
    ) -> pb.ResolveEventResponse:
        """Resolve an event."""
        check = Violations()
        event_id = check.uuid("event_id", request.event_id)
        note = check.text("note", request.note, maximum=2000)
        check.finish()
        payout = [Price(price) for price in request.payout_millionths]

        async def write(connection: Connection) -> pb.ResolveEventResponse:
            await self._lifecycle.resolve(
                connection, event_id, payout, source="admin", note=note, actor_user_id=require_user().id
            )
            return pb.ResolveEventResponse()

        await idempotency.once(self._database, request, pb.ResolveEventResponse, write)
        await self._lifecycle.settle(event_id)
        return pb.ResolveEventResponse(event=event_to_wire(await self._lifecycle.get(event_id)))

    async def CancelEvent(self, request: pb.CancelEventRequest, context: Context) -> pb.CancelEventResponse:
        """Call an event off."""
        check = Violations()
        event_id = check.uuid("event_id", request.event_id)
        reason = check.text("reason", request.reason, maximum=2000)
        check.finish()

        async def write(connection: Connection) -> pb.CancelEventResponse:
            await self._lifecycle.cancel(
                connection, event_id, source="admin", note=reason, actor_user_id=require_user().id
            )
            return pb.CancelEventResponse()

        await idempotency.once(self._database, request, pb.CancelEventResponse, write)
        await self._lifecycle.settle(event_id)
        return pb.CancelEventResponse(event=event_to_wire(await self._lifecycle.get(event_id)))

    async def ListCategories(
        self, request: pb.ListCategoriesRequest, context: Context
    ) -> pb.ListCategoriesResponse:
        """Categories and what is open in them."""
        active = await self._lists.active_by_category()
        return pb.ListCategoriesResponse(
            categories=[
                pb.Category(category=category, active_events=active.get(category, 0))
                for category in CATEGORIES
            ]
        )

    def _draft(self, request: pb.CreateEventRequest) -> Draft:
        check = Violations()
        event_type = TYPE_FROM_WIRE.get(request.event_type)
        if event_type is None:
            check.refuse("event_type", "must be binary or multiple_choice")
        draft = Draft(
            title=request.title.strip(),
            description=request.description.strip(),
            event_type=event_type or EventType.BINARY,
            category=request.category,
            tags=[tag.strip() for tag in request.tags],
            outcome_labels=_labels(event_type, request.outcome_labels),
            start_time=check.time("start_time", request),
            end_time=_required_time(check, request),
            resolution_source=request.resolution_source.strip(),
            asset=request.asset or "USDC",
            subsidy=self._subsidy(request, check),
            prior=[Price(price) for price in request.prior_millionths],
            creator_user_id=require_user().id,
            venue=None,
            image_url=request.image_url.strip(),
        )
        check_draft(draft, self._clock.now(), check)
        check.finish()
        return draft

    def _subsidy(self, request: pb.CreateEventRequest, check: Violations) -> Units:
        if not request.HasField("subsidy"):
            return self._terms.subsidy
        given: Amount = request.subsidy
        if given.asset != (request.asset or "USDC"):
            check.refuse("subsidy.asset", "must be the asset that the event trades in")
        subsidy = Units(given.units)
        check_subsidy("subsidy", subsidy, self._terms.subsidy_max, check)
        return subsidy


def _id(text: str) -> UUID:
    check = Violations()
    event_id = check.uuid("event_id", text)
    check.finish()
    return event_id


def _labels(event_type: EventType | None, given: Sequence[str]) -> list[str]:
    if not given and event_type is EventType.BINARY:
        return list(BINARY_LABELS)
    return [label.strip() for label in given]


def _required_time(check: Violations, request: pb.CreateEventRequest) -> datetime:
    end_time = check.time("end_time", request)
    if end_time is None:
        check.refuse("end_time", "is missing")
        return datetime.max.replace(tzinfo=UTC)
    return end_time


def _changes(request: pb.UpdateEventRequest) -> tuple[UUID, Changes]:
    check = Violations()
    event_id = check.uuid("event_id", request.event_id)

    changes = Changes(
        title=request.title.strip() if request.HasField("title") else None,
        description=request.description.strip() if request.HasField("description") else None,
        category=request.category if request.HasField("category") else None,
        image_url=request.image_url.strip() if request.HasField("image_url") else None,
        start_time=check.time("start_time", request),
        end_time=check.time("end_time", request),
        resolution_source=(
            request.resolution_source.strip() if request.HasField("resolution_source") else None
        ),
    )
    check.finish()
    return event_id, changes
