"""Events in the shapes of the contract."""

from typing import Final

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.money.v1.amount_pb2 import Amount
from oraculum_event.records import Event, EventType, Status
from oraculum_kit.timestamps import to_wire, to_wire_optional

STATUS_TO_WIRE: Final = {
    Status.DRAFT: pb.EVENT_STATUS_DRAFT,
    Status.ACTIVE: pb.EVENT_STATUS_ACTIVE,
    Status.LOCKED: pb.EVENT_STATUS_LOCKED,
    Status.RESOLVING: pb.EVENT_STATUS_RESOLVING,
    Status.RESOLVED: pb.EVENT_STATUS_RESOLVED,
    Status.CANCELLED: pb.EVENT_STATUS_CANCELLED,
}
STATUS_FROM_WIRE: Final = {wire: status for status, wire in STATUS_TO_WIRE.items()}

TYPE_TO_WIRE: Final = {
    EventType.BINARY: pb.EVENT_TYPE_BINARY,
    EventType.MULTIPLE_CHOICE: pb.EVENT_TYPE_MULTIPLE_CHOICE,
}
TYPE_FROM_WIRE: Final = {wire: event_type for event_type, wire in TYPE_TO_WIRE.items()}


def event_to_wire(event: Event) -> pb.Event:
    """An event as others see it."""
    return pb.Event(
        event_id=str(event.event_id),
        title=event.title,
        description=event.description,
        event_type=TYPE_TO_WIRE[EventType(event.event_type)],
        category=event.category,
        tags=event.tags,
        outcomes=[pb.Outcome(index=index, label=label) for index, label in enumerate(event.outcome_labels)],
        status=STATUS_TO_WIRE[Status(event.status)],
        start_time=to_wire_optional(event.start_time),
        end_time=to_wire(event.end_time),
        locks_at=to_wire(event.locks_at),
        resolution_source=event.resolution_source,
        resolution=resolution_to_wire(event),
        asset=event.asset,
        subsidy=Amount(units=event.subsidy_units, asset=event.asset),
        creator_user_id=str(event.creator_user_id) if event.creator_user_id else "",
        venue_link=_venue_link(event),
        image_url=event.image_url,
        created_at=to_wire(event.created_at),
        updated_at=to_wire(event.updated_at),
        version=event.version,
    )


def resolution_to_wire(event: Event) -> pb.Resolution | None:
    """The result of an event, once there is one."""
    if event.revision is None or event.resolved_at is None:
        return None
    return pb.Resolution(
        revision=event.revision,
        payout_millionths=event.payout_millionths,
        source=event.source or "",
        note=event.note or "",
        resolved_at=to_wire(event.resolved_at),
        closing_sequence=event.closing_sequence or 0,
    )


def _venue_link(event: Event) -> pb.VenueLink | None:
    if event.venue is None:
        return None
    return pb.VenueLink(
        venue=event.venue, venue_market_id=event.venue_market_id or "", url=event.venue_url or ""
    )
