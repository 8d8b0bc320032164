"""Drafts: read by their author, published, and the categories that they name."""

from typing import Final

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_gateway.route import Call, Created, Limit, Route, Who
from oraculum_gateway.shapes import events as shapes
from oraculum_gateway.shapes.base import Listed, listed_by_cursor
from oraculum_gateway.views import describe_event, describe_events


async def listing(call: Call) -> Listed[shapes.EventOut]:
    """My drafts, or everybody's for an administrator."""
    query: shapes.DraftsQuery = call.query
    response = await call.services.event.ListEvents(
        pb.ListEventsRequest(
            unpublished=True, creator_user_id=query.creator, limit=query.limit, cursor=query.cursor
        )
    )
    # Nothing of a draft is on the market yet.
    drafts = [describe_event(event, None) for event in response.events]
    return listed_by_cursor(drafts, query, response.next_cursor)


async def one(call: Call) -> shapes.EventOut:
    """One draft."""
    response = await call.services.event.GetEvent(
        pb.GetEventRequest(event_id=str(call.id("id")), include_unpublished=True)
    )
    return describe_event(response.event, None)


async def publish(call: Call) -> shapes.EventOut:
    """Publish a draft."""
    response = await call.services.event.PublishEvent(
        pb.PublishEventRequest(event_id=str(call.id("id")), version=call.body.version)
    )
    (described,) = await describe_events(call.services, [response.event])
    return described


async def create_category(call: Call) -> Created:
    """Add a category."""
    body: shapes.CategoryIn = call.body
    response = await call.services.event.CreateCategory(
        pb.CreateCategoryRequest(category=body.category, label=body.label)
    )
    category = response.category
    told = shapes.CategoryOut(
        category=category.category, label=category.label, active_events=category.active_events
    )
    return Created(told, f"/api/v1/events?category={category.category}")


ROUTES: Final = (
    Route(
        method="GET", path="/drafts", name="listDrafts", tag="events", handler=listing,
        summary="My drafts that are not published", who=Who.SIGNED_IN, query=shapes.DraftsQuery,
        answer=Listed[shapes.EventOut],
    ),
    Route(
        method="GET", path="/drafts/{id}", name="getDraft", tag="events", handler=one,
        summary="One of my drafts", who=Who.SIGNED_IN, answer=shapes.EventOut,
        refusals={404: "event_not_found"},
    ),
    Route(
        method="POST", path="/events/{id}/publish", name="publishEvent", tag="events", handler=publish,
        summary="Publish a draft: pay what it costs and open its market", who=Who.SIGNED_IN,
        limit=Limit.CREATE_EVENT, command=True, body=shapes.PublishIn, answer=shapes.EventOut,
        example={"version": 1},
        refusals={
            403: "of its author, who pays: identity_check_required, jurisdiction_closed or person_barred",
            404: "event_not_found",
            409: "event_not_a_draft, creation_not_paid, event_changed, author_barred or author_excluded",
        },
    ),
    Route(
        method="POST", path="/admin/categories", name="adminCreateCategory", tag="admin",
        handler=create_category, summary="Add a category", who=Who.ADMIN, limit=Limit.COMMAND, command=True,
        body=shapes.CategoryIn, answer=shapes.CategoryOut, status=201,
        example={"category": "chess", "label": "Chess"}, refusals={409: "category_exists"},
    ),
)  # fmt: skip
