"""Events: lists, one by one, made, changed, resolved."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.money.v1.amount_pb2 import Amount
from oraculum_gateway.caching import keeping
from oraculum_gateway.caching.news import EVENTS
from oraculum_gateway.money import amount_in, asset_in, price_in, refuse
from oraculum_gateway.route import Call, Created, Limit, Route, Who
from oraculum_gateway.shapes import events as shapes
from oraculum_gateway.shapes.base import Listed, listed_by_cursor, listed_by_page
from oraculum_gateway.views import MECHANISMS_FROM_NAME, STATUSES_FROM_NAME, TYPES_FROM_NAME, describe_events
from oraculum_kit.timestamps import to_wire_optional
from oraculum_money import PRICE_ONE, Price


async def listing(call: Call) -> Listed[shapes.EventOut]:
    """A page of events; all but drafts where no state is asked for."""
    return await _page(call, ())


async def admin_listing(call: Call) -> Listed[shapes.EventOut]:
    """A page of events in every state, those too whose market is not open yet."""
    return await _page(call, tuple(STATUSES_FROM_NAME.values()))


async def _page(call: Call, statuses: Sequence[pb.EventStatus.ValueType]) -> Listed[shapes.EventOut]:
    query: shapes.EventsQuery = call.query
    response = await call.services.event.ListEvents(
        pb.ListEventsRequest(
            statuses=[STATUSES_FROM_NAME[query.status]] if query.status else statuses,
            category=query.category,
            event_type=TYPES_FROM_NAME[query.type] if query.type else pb.EVENT_TYPE_UNSPECIFIED,
            query=query.q,
            creator_user_id=query.creator,
            sort=query.sort,
            limit=query.limit,
            cursor=query.cursor,
            page=query.page,
            venue=query.venue,
            venue_market_id=query.market_id,
        )
    )
    events = await describe_events(call.services, response.events)
    if query.page:
        return listed_by_page(
            events,
            limit=query.limit,
            page=query.page,
            total=response.total,
            next_cursor=response.next_cursor,
        )
    return listed_by_cursor(events, query, response.next_cursor)


async def one(call: Call) -> shapes.EventOut:
    """One event."""
    response = await call.services.event.GetEvent(pb.GetEventRequest(event_id=str(call.id("id"))))
    return await _described(call, response.event)


async def create(call: Call) -> Created:
    """Create an event."""
    body: shapes.EventIn = call.body
    asset = asset_in("asset", body.asset)
    request = pb.CreateEventRequest(
        title=body.title,
        description=body.description,
        event_type=TYPES_FROM_NAME[body.type],
        category=body.category,
        tags=body.tags,
        outcome_labels=body.outcomes,
        start_time=to_wire_optional(body.start_time),
        end_time=to_wire_optional(body.end_time),
        resolution_source=body.resolution_source,
        asset=asset.code,
        prior_millionths=[price_in(f"prices[{index}]", price) for index, price in enumerate(body.prices)],
        image_url=body.image_url,
        scale=_scale(body.scale),
        unpublished=body.draft,
        challenge_seconds=body.challenge_seconds,
        resolve_by=to_wire_optional(body.resolve_by),
        deadline_payout_millionths=[
            price_in(f"deadline_payouts[{index}]", price) for index, price in enumerate(body.deadline_payouts)
        ],
        mechanism=MECHANISMS_FROM_NAME[body.mechanism],
    )
    if body.subsidy is not None:
        request.subsidy.MergeFrom(Amount(units=amount_in("subsidy", body.subsidy, asset), asset=asset.code))
    response = await call.services.event.CreateEvent(request)
    event = await _described(call, response.event)
    return Created(event, f"/api/v1/{'drafts' if event.unpublished else 'events'}/{event.id}")


async def change(call: Call) -> shapes.EventOut:
    """Change an event."""
    body: shapes.EventChangesIn = call.body
    request = pb.UpdateEventRequest(
        event_id=str(call.id("id")),
        title=body.title,
        description=body.description,
        category=body.category,
        image_url=body.image_url,
        start_time=to_wire_optional(body.start_time),
        end_time=to_wire_optional(body.end_time),
        resolution_source=body.resolution_source,
        version=body.version,
        tags=None if body.tags is None else pb.Words(words=body.tags),
        outcome_labels=None if body.outcomes is None else pb.Words(words=body.outcomes),
        scale=_scale(body.scale),
        mechanism=MECHANISMS_FROM_NAME[body.mechanism] if body.mechanism else pb.MECHANISM_UNSPECIFIED,
    )
    if body.prices is not None:
        prices = [price_in(f"prices[{index}]", price) for index, price in enumerate(body.prices)]
        request.prior_millionths.MergeFrom(pb.Prices(millionths=prices))
    if body.subsidy is not None:
        request.subsidy.MergeFrom(await _subsidy_in(call, request.event_id, body.subsidy))
    response = await call.services.event.UpdateEvent(request)
    return await _described(call, response.event)


async def cancel(call: Call) -> shapes.EventOut:
    """Call an event off."""
    response = await call.services.event.CancelEvent(
        pb.CancelEventRequest(
            event_id=str(call.id("id")),
            reason=call.query.reason,
            void_hour_ends_at=to_wire_optional(call.query.void_hour_ends_at),
        )
    )
    return await _described(call, response.event)


async def resolve(call: Call) -> shapes.EventOut:
    """Resolve an event."""
    body: shapes.ResolveIn = call.body
    event_id = str(call.id("id"))
    response = await call.services.event.ResolveEvent(
        pb.ResolveEventRequest(
            event_id=event_id,
            payout_millionths=await _payout(call, event_id, body),
            note=body.note,
            value="" if body.value is None else format(body.value, "f"),
            correct=body.correct,
        )
    )
    return await _described(call, response.event)


async def lock(call: Call) -> shapes.EventOut:
    """Lock an event before its time."""
    response = await call.services.event.LockEvent(
        pb.LockEventRequest(event_id=str(call.id("id")), reason=call.body.reason)
    )
    return await _described(call, response.event)


async def categories(call: Call) -> shapes.CategoriesOut:
    """The categories."""
    response = await call.services.event.ListCategories(pb.ListCategoriesRequest())
    return shapes.CategoriesOut(
        data=[
            shapes.CategoryOut(category=entry.category, label=entry.label, active_events=entry.active_events)
            for entry in response.categories
        ]
    )


async def _described(call: Call, event: pb.Event) -> shapes.EventOut:
    (described,) = await describe_events(call.services, [event])
    return described


async def _payout(call: Call, event_id: str, body: shapes.ResolveIn) -> Sequence[Price]:
    if sum((body.outcome is not None, bool(body.payouts), body.value is not None)) != 1:
        raise refuse("outcome", "send one of the outcome that won, payouts, and the value of a scalar event")
    if body.outcome is None:
        return [price_in(f"payouts[{index}]", price) for index, price in enumerate(body.payouts)]
    event = (await call.services.event.GetEvent(pb.GetEventRequest(event_id=event_id))).event
    if body.outcome >= len(event.outcomes):
        raise refuse("outcome", "is not an outcome of this event")
    return [Price(PRICE_ONE if outcome.index == body.outcome else 0) for outcome in event.outcomes]


def _scale(scale: shapes.ScaleIn | None) -> pb.Scale | None:
    if scale is None:
        return None
    return pb.Scale(
        lower=format(scale.lower, "f"),
        upper=format(scale.upper, "f"),
        step=format(scale.step, "f"),
        unit=scale.unit,
    )


async def _subsidy_in(call: Call, event_id: str, subsidy: Decimal) -> Amount:
    """An amount in the asset of a draft, which the event alone knows."""
    found = await call.services.event.GetEvent(
        pb.GetEventRequest(event_id=event_id, include_unpublished=True)
    )
    of = asset_in("asset", found.event.asset)
    return Amount(units=amount_in("subsidy", subsidy, of), asset=of.code)


_EXAMPLE: Final = {
    "title": "Will it rain in Oslo on New Year's Day?",
    "category": "weather",
    "end_time": "2030-01-01T00:00:00Z",
    "resolution_source": "The Norwegian Meteorological Institute",
}

ROUTES: Final = (
    Route(
        method="GET", path="/events", name="listEvents", tag="events", handler=listing,
        summary="Events by filters and full-text search", query=shapes.EventsQuery,
        answer=Listed[shapes.EventOut], shared_seconds=1, keep=keeping.list_of_events(60),
    ),
    Route(
        method="POST", path="/events", name="createEvent", tag="events", handler=create, command=True,
        summary="Create an event and open its market, or keep it a draft", who=Who.CREATOR, limit=Limit.CREATE_EVENT,
        body=shapes.EventIn, answer=shapes.EventOut, status=201, example=_EXAMPLE,
        refusals={
            403: "creation_not_allowed; of who pays identity_check_required, jurisdiction_closed or person_barred",
            409: "author_excluded: whoever asked not to play pays for no event",
        },
    ),
    Route(
        method="GET", path="/events/{id}", name="getEvent", tag="events", handler=one,
        summary="One event with its prices", answer=shapes.EventOut, shared_seconds=1, keep=keeping.an_event(60),
        refusals={404: "event_not_found"},
    ),
    Route(
        method="PUT", path="/events/{id}", name="updateEvent", tag="events", handler=change, command=True,
        summary="Change what may still be changed; a draft is its author's to change", who=Who.SIGNED_IN, limit=Limit.COMMAND,
        body=shapes.EventChangesIn, answer=shapes.EventOut, example={"description": "More rules"},
        refusals={404: "event_not_found", 409: "event_not_editable or event_changed"},
    ),
    Route(
        method="DELETE", path="/events/{id}", name="cancelEvent", tag="events", handler=cancel, command=True,
        summary="Call an event off, whose shares are paid their void prices; or throw a draft of mine away",
        who=Who.SIGNED_IN, limit=Limit.COMMAND,
        query=shapes.CancelQuery, answer=shapes.EventOut,
        refusals={404: "event_not_found", 409: "event_already_resolved or event_not_opened"},
    ),
    Route(
        method="POST", path="/events/{id}/resolve", name="resolveEvent", tag="events", handler=resolve,
        summary="Resolve an event, or propose its result where it may be challenged", who=Who.ADMIN, limit=Limit.COMMAND, command=True, body=shapes.ResolveIn,
        answer=shapes.EventOut, example={"outcome": 1, "note": "It rained"},
        refusals={404: "event_not_found", 409: "event_already_resolved or event_not_opened"},
    ),
    Route(
        method="GET", path="/admin/events", name="adminListEvents", tag="admin", handler=admin_listing,
        summary="Events in every state, with the results that wait to be confirmed", who=Who.ADMIN,
        query=shapes.EventsQuery, answer=Listed[shapes.EventOut],
    ),
    Route(
        method="POST", path="/admin/events/{id}/lock", name="adminLockEvent", tag="admin", handler=lock,
        summary="Lock an event before its time", who=Who.ADMIN, limit=Limit.COMMAND, command=True,
        body=shapes.ReasonIn, answer=shapes.EventOut, example={"reason": "The game began early"},
        refusals={404: "event_not_found", 409: "event_not_active"},
    ),
    Route(
        method="GET", path="/categories", name="listCategories", tag="events", handler=categories,
        summary="Categories with what is open in each", answer=shapes.CategoriesOut, shared_seconds=60,
        keep=keeping.for_seconds(60, EVENTS),
    ),
)  # fmt: skip
