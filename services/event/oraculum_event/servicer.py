"""gRPC in, domain out: translates, never decides."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NoReturn
from uuid import UUID

import structlog

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.event.v1 import event_service_pb2_grpc
from oraculum_event.config import Terms
from oraculum_event.crawling import Crawling
from oraculum_event.drafting import check_link
from oraculum_event.errors import (
    BondNotHeld,
    CategoryExists,
    CreationNotAllowed,
    EventNotFound,
)
from oraculum_event.events import audit
from oraculum_event.forms import may_create, read_category, read_changes, read_draft, read_result, winner
from oraculum_event.listing import EventLists
from oraculum_event.records import Event
from oraculum_event.repository import Categories
from oraculum_event.results import ADMIN
from oraculum_event.steps import Steps
from oraculum_event.transitions import State
from oraculum_event.wire import dispute_to_wire
from oraculum_kit import idempotency
from oraculum_kit.authorization import ANYONE, SIGNED_IN, Access, require_owner, require_user
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import InvalidArgument, PermissionDenied, ServiceError, Violation
from oraculum_kit.rpc import Context
from oraculum_kit.validation import Violations
from oraculum_money import Price

_log = structlog.stdlib.get_logger(__name__)

_SERVICE = "/oraculum.event.v1.EventService/"
_ADMINS = frozenset({"admin"})

ACCESS = {
    # Who of those who are signed in may create, and whose drafts are whose, is decided below.
    _SERVICE + "CreateEvent": Access(users=SIGNED_IN),
    _SERVICE + "PublishEvent": Access(users=SIGNED_IN),
    _SERVICE + "UpdateEvent": Access(users=SIGNED_IN),
    _SERVICE + "CancelEvent": Access(users=SIGNED_IN),
    _SERVICE + "GetEvent": Access(users=ANYONE),
    _SERVICE + "ListEvents": Access(users=ANYONE),
    _SERVICE + "BatchGetEvents": Access(users=ANYONE),
    _SERVICE + "LockEvent": Access(users=_ADMINS),
    _SERVICE + "ResolveEvent": Access(users=_ADMINS),
    _SERVICE + "ConfirmResolution": Access(users=_ADMINS),
    _SERVICE + "OpenDispute": Access(users=SIGNED_IN),
    _SERVICE + "ListDisputes": Access(users=SIGNED_IN),
    _SERVICE + "DecideDispute": Access(users=_ADMINS),
    _SERVICE + "ListCategories": Access(users=ANYONE),
    _SERVICE + "GetCrawlerRules": Access(users=_ADMINS),
    _SERVICE + "SetCrawlerRules": Access(users=_ADMINS),
    _SERVICE + "DryRunCrawlerRules": Access(users=_ADMINS),
    _SERVICE + "CreateCategory": Access(users=_ADMINS),
}


class EventServicer(event_service_pb2_grpc.EventServiceServicer):
    """oraculum.event.v1.EventService."""

    def __init__(
        self,
        database: Database,
        steps: Steps,
        lists: EventLists,
        clock: Clock,
        terms: Terms,
        crawling: Crawling,
    ) -> None:
        self._database = database
        self._steps = steps
        self._lists = lists
        self._clock = clock
        self._terms = terms
        self._crawling = crawling

    async def CreateEvent(self, request: pb.CreateEventRequest, context: Context) -> pb.CreateEventResponse:
        """Write an event down and open it; while its market cannot be opened it stays a draft."""
        user = require_user()
        if not may_create(user):
            raise CreationNotAllowed

        async def write(connection: Connection) -> pb.CreateEventResponse:
            categories = await self._lists.category_words(connection)
            draft = read_draft(request, user, self._terms, self._clock.now(), categories)
            event_id = await self._steps.opening.draft(connection, draft)
            return pb.CreateEventResponse(event=pb.Event(event_id=str(event_id)))

        stored = await idempotency.once(self._database, request, pb.CreateEventResponse, write)
        event_id = UUID(stored.event.event_id)
        await self._try_to_open(event_id)
        return pb.CreateEventResponse(event=await self._lists.one(event_id))

    async def PublishEvent(
        self, request: pb.PublishEventRequest, context: Context
    ) -> pb.PublishEventResponse:
        """Publish a draft and open it."""
        event_id = _id(request.event_id)

        async def write(connection: Connection) -> pb.PublishEventResponse:
            await self._own_draft(connection, event_id, published=True)
            await self._steps.opening.publish(connection, event_id, request.version)
            return pb.PublishEventResponse()

        await idempotency.once(self._database, request, pb.PublishEventResponse, write)
        await self._try_to_open(event_id)
        event = await self._lists.one(event_id)
        if event.unpublished:
            raise await self._steps.opening.refusal(event_id)
        return pb.PublishEventResponse(event=event)

    async def _try_to_open(self, event_id: UUID) -> None:
        try:
            await self._steps.opening.open(event_id)
        except ServiceError as error:
            # It is written down and its job goes on; the answer shows it as it stands.
            _log.info("event.opens_later", event_id=str(event_id), reason=error.reason)

    async def _own_draft(self, connection: Connection, event_id: UUID, *, published: bool = False) -> Event:
        """A draft of the caller's, or with `published` an event of theirs; to others there is no such draft."""
        event = await self._steps.lifecycle.held(connection, event_id)
        if published and event.creator_user_id == require_user().id:
            return event
        if event.unpublished and event.creator_user_id is not None:
            require_owner(event.creator_user_id, missing=EventNotFound(event_id=event_id), roles=_ADMINS)
        elif "admin" not in require_user().roles:
            raise PermissionDenied("Administrators change what is published.")
        return event

    async def GetEvent(self, request: pb.GetEventRequest, context: Context) -> pb.GetEventResponse:
        """One event."""
        event_id = _id(request.event_id)
        event = await self._lists.one(event_id)
        if event.unpublished:
            if not request.include_unpublished:
                raise EventNotFound(event_id=event_id)
            require_owner(
                UUID(event.creator_user_id), missing=EventNotFound(event_id=event_id), roles=_ADMINS
            )
        return pb.GetEventResponse(event=event)

    async def ListEvents(self, request: pb.ListEventsRequest, context: Context) -> pb.ListEventsResponse:
        """A page of events."""
        page = await self._lists.page(request)
        return pb.ListEventsResponse(
            events=page.events,
            next_cursor=page.next_cursor,
            total=page.total,
        )

    async def BatchGetEvents(
        self, request: pb.BatchGetEventsRequest, context: Context
    ) -> pb.BatchGetEventsResponse:
        """Several events by id."""
        return pb.BatchGetEventsResponse(events=await self._lists.several(request.event_ids))

    async def UpdateEvent(self, request: pb.UpdateEventRequest, context: Context) -> pb.UpdateEventResponse:
        """Change what may still be changed."""
        event_id, changes = read_changes(request)

        async def write(connection: Connection) -> pb.UpdateEventResponse:
            event = await self._own_draft(connection, event_id)
            if request.HasField("subsidy") and request.subsidy.asset != event.asset:
                _refuse("subsidy.asset", "must be the asset that the event trades in")
            await self._steps.editing.update(connection, event_id, changes, request.version)
            return pb.UpdateEventResponse()

        await idempotency.once(self._database, request, pb.UpdateEventResponse, write)
        return pb.UpdateEventResponse(event=await self._lists.one(event_id))

    async def LockEvent(self, request: pb.LockEventRequest, context: Context) -> pb.LockEventResponse:
        """Lock an event before its time."""
        event_id = _id(request.event_id)
        await self._steps.lifecycle.lock_now(event_id)
        return pb.LockEventResponse(event=await self._lists.one(event_id))

    async def ResolveEvent(
        self, request: pb.ResolveEventRequest, context: Context
    ) -> pb.ResolveEventResponse:
        """Resolve an event."""
        check = Violations()
        event_id = check.uuid("event_id", request.event_id)
        note = check.text("note", request.note, maximum=2000)
        check.finish()
        actor = require_user().id

        async def write(connection: Connection) -> pb.ResolveEventResponse:
            payout, value = await self._result(connection, event_id, request.payout_millionths, request.value)
            await self._steps.results.resolve(
                connection,
                event_id,
                payout,
                source=ADMIN,
                note=note,
                actor_user_id=actor,
                value=value,
                correct=request.correct,
            )
            return pb.ResolveEventResponse()

        await idempotency.once(self._database, request, pb.ResolveEventResponse, write)
        await self._steps.results.settle(event_id)
        return pb.ResolveEventResponse(event=await self._lists.one(event_id))

    async def CancelEvent(self, request: pb.CancelEventRequest, context: Context) -> pb.CancelEventResponse:
        """Call an event off."""
        check = Violations()
        event_id = check.uuid("event_id", request.event_id)
        reason = check.text("reason", request.reason, maximum=2000)
        void_hour_ends_at = check.time("void_hour_ends_at", request)
        check.finish()

        async def write(connection: Connection) -> pb.CancelEventResponse:
            event = await self._own_draft(connection, event_id)
            if event.state is State.DRAFT:
                await self._steps.opening.discard(connection, event)
            else:
                await self._steps.results.cancel(
                    connection,
                    event_id,
                    source=ADMIN,
                    note=reason,
                    actor_user_id=require_user().id,
                    void_hour_ends_at=void_hour_ends_at,
                )
            return pb.CancelEventResponse()

        await idempotency.once(self._database, request, pb.CancelEventResponse, write)
        await self._steps.results.settle(event_id)
        return pb.CancelEventResponse(event=await self._lists.one(event_id))

    async def ConfirmResolution(
        self, request: pb.ConfirmResolutionRequest, context: Context
    ) -> pb.ConfirmResolutionResponse:
        """Confirm a result that waits for a second administrator, or withdraw one that is not committed."""
        check = Violations()
        event_id = check.uuid("event_id", request.event_id)
        check.text("note", request.note, maximum=2000)
        check.finish()
        actor = require_user().id

        async def write(connection: Connection) -> pb.ConfirmResolutionResponse:
            await self._steps.confirmations.decide(connection, event_id, actor, confirm=request.confirm)
            return pb.ConfirmResolutionResponse()

        await idempotency.once(self._database, request, pb.ConfirmResolutionResponse, write)
        await self._steps.results.settle(event_id)
        return pb.ConfirmResolutionResponse(event=await self._lists.one(event_id))

    async def OpenDispute(self, request: pb.OpenDisputeRequest, context: Context) -> pb.OpenDisputeResponse:
        """Dispute a proposed result."""
        check = Violations()
        event_id = check.uuid("event_id", request.event_id)
        reason = check.text("reason", request.reason, minimum=10, maximum=2000)
        evidence_url = request.evidence_url.strip()
        check_link("evidence_url", evidence_url, check)
        check.finish()
        user = require_user()

        async def write(connection: Connection) -> pb.OpenDisputeResponse:
            dispute_id = await self._steps.disputes.begin(connection, event_id, user.id, reason, evidence_url)
            return pb.OpenDisputeResponse(dispute=pb.Dispute(dispute_id=str(dispute_id)))

        stored = await idempotency.once(self._database, request, pb.OpenDisputeResponse, write)
        dispute = await self._steps.disputes.hold(UUID(stored.dispute.dispute_id))
        if dispute.status == "refused":
            raise BondNotHeld(dispute_id=dispute.dispute_id)
        return pb.OpenDisputeResponse(dispute=dispute_to_wire(dispute))

    async def ListDisputes(
        self, request: pb.ListDisputesRequest, context: Context
    ) -> pb.ListDisputesResponse:
        """Disputes: all for administrators, else the caller's own."""
        page = await self._lists.disputes(request, require_user())
        return pb.ListDisputesResponse(disputes=map(dispute_to_wire, page.rows), next_cursor=page.next_cursor)

    async def DecideDispute(
        self, request: pb.DecideDisputeRequest, context: Context
    ) -> pb.DecideDisputeResponse:
        """Decide a dispute."""
        check = Violations()
        dispute_id = check.uuid("dispute_id", request.dispute_id)
        note = check.text("note", request.note, minimum=1, maximum=2000)
        if not request.uphold and (request.payout_millionths or request.value or request.HasField("outcome")):
            check.refuse("payout_millionths", "belongs to a dispute that is upheld")
        check.finish()
        disputes = self._steps.disputes
        event_id = (await disputes.get(dispute_id)).event_id
        actor = require_user().id

        async def write(connection: Connection) -> pb.DecideDisputeResponse:
            payout: Sequence[Price] = []
            value: Decimal | None = None
            if request.uphold:
                payout, value = await self._result(
                    connection,
                    event_id,
                    request.payout_millionths,
                    request.value,
                    request.outcome if request.HasField("outcome") else None,
                )
            await disputes.decide(
                connection,
                dispute_id,
                actor,
                uphold=request.uphold,
                note=note,
                payout=payout,
                value=value,
            )
            return pb.DecideDisputeResponse()

        await idempotency.once(self._database, request, pb.DecideDisputeResponse, write)
        if request.uphold:
            await self._steps.results.settle(event_id)
        return pb.DecideDisputeResponse(dispute=dispute_to_wire(await disputes.get(dispute_id)))

    async def _result(
        self,
        connection: Connection,
        event_id: UUID,
        given: Sequence[int],
        value: str,
        outcome: int | None = None,
    ) -> tuple[list[Price], Decimal | None]:
        """A result as payouts and, where one was given, as the number that a scalar event came to."""
        event = await self._steps.lifecycle.held(connection, event_id)
        check = Violations()
        if outcome is not None:
            given = winner(event, outcome, check)
        prices, number = read_result(event, given, value, check)
        check.finish()
        return prices, number

    async def ListCategories(
        self, request: pb.ListCategoriesRequest, context: Context
    ) -> pb.ListCategoriesResponse:
        """Categories and what is open in them."""
        return pb.ListCategoriesResponse(
            categories=[
                pb.Category(category=each.category, active_events=each.active_events, label=each.label)
                for each in await self._lists.categories()
            ]
        )

    async def CreateCategory(
        self, request: pb.CreateCategoryRequest, context: Context
    ) -> pb.CreateCategoryResponse:
        """Add a category of the operator's own."""
        label, user = read_category(request), require_user()

        async def write(connection: Connection) -> pb.CreateCategoryResponse:
            now = self._clock.now()
            if not await Categories().insert(
                connection, request.category, label, created_by=user.id, now=now
            ):
                raise CategoryExists(category=request.category)
            await audit(connection, "category.created", request.category, now, subject_kind="category")
            return pb.CreateCategoryResponse(category=pb.Category(category=request.category, label=label))

        return await idempotency.once(self._database, request, pb.CreateCategoryResponse, write)

    async def GetCrawlerRules(
        self, request: pb.GetCrawlerRulesRequest, context: Context
    ) -> pb.GetCrawlerRulesResponse:
        """The rules of the crawler."""
        return await self._crawling.rules()

    async def SetCrawlerRules(
        self, request: pb.SetCrawlerRulesRequest, context: Context
    ) -> pb.SetCrawlerRulesResponse:
        """Replace the rules of the crawler."""
        return await self._crawling.replace(request, require_user().id)

    async def DryRunCrawlerRules(
        self, request: pb.DryRunCrawlerRulesRequest, context: Context
    ) -> pb.DryRunCrawlerRulesResponse:
        """Try rules out."""
        return await self._crawling.dry_run(request)


def _id(text: str) -> UUID:
    check = Violations()
    event_id = check.uuid("event_id", text)
    check.finish()
    return event_id


def _refuse(field: str, message: str) -> NoReturn:
    raise InvalidArgument(violations=[Violation(field, message)])
