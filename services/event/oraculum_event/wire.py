"""Events in the shapes of the contract."""

from decimal import Decimal
from typing import Final

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.money.v1.amount_pb2 import Amount
from oraculum_event.records import Dispute, Event, EventType, Mechanism, Proposal, Scale, Status, Verdict
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

DISPUTE_STATUS_TO_WIRE: Final = {
    name: pb.DisputeStatus.Value(f"DISPUTE_STATUS_{name.upper()}")
    for name in ("bonding", "open", "refused", "upheld", "rejected", "moot")
}
DISPUTE_STATUS_FROM_WIRE: Final[dict[int, str]] = {
    wire: name for name, wire in DISPUTE_STATUS_TO_WIRE.items()
}

TYPE_TO_WIRE: Final = {
    EventType.BINARY: pb.EVENT_TYPE_BINARY,
    EventType.MULTIPLE_CHOICE: pb.EVENT_TYPE_MULTIPLE_CHOICE,
    EventType.SCALAR: pb.EVENT_TYPE_SCALAR,
}
MECHANISM_TO_WIRE: Final = {
    Mechanism.LMSR: pb.MECHANISM_LMSR,
    Mechanism.CPMM: pb.MECHANISM_CPMM,
    Mechanism.CPMM_MULTI: pb.MECHANISM_CPMM_MULTI,
}
MECHANISM_FROM_WIRE: Final = {wire: mechanism for mechanism, wire in MECHANISM_TO_WIRE.items()}
TYPE_FROM_WIRE: Final = {wire: event_type for event_type, wire in TYPE_TO_WIRE.items()}


def event_to_wire(event: Event, shall: Proposal | Verdict | None = None) -> pb.Event:
    """An event as others see it, with what it shall come to where that is asked for."""
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
        scale=_scale(event.scale),
        unpublished=event.unpublished,
        challenge_seconds=event.challenge_seconds,
        resolve_by=to_wire_optional(event.resolve_by),
        deadline_payout_millionths=event.deadline_payout_millionths,
        creation_fee=Amount(units=event.creation_fee_units, asset=event.asset),
        creator_pays=event.creator_pays,
        proposal=_proposal(event, shall),
        mechanism=MECHANISM_TO_WIRE[Mechanism(event.mechanism)],
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
        value=decimal_to_wire(event.value),
    )


def _proposal(event: Event, shall: Proposal | Verdict | None) -> pb.Proposal | None:
    """What is asked for and does not stand; a verdict that waits for another administrator has no number yet."""
    if isinstance(shall, Verdict):
        return pb.Proposal(
            payout_millionths=shall.payout_millionths,
            value=decimal_to_wire(shall.value),
            source=shall.source,
            note=shall.note,
            proposed_at=to_wire(shall.asked_at),
            awaits_confirmation=True,
            void_hour_ends_at=to_wire_optional(shall.void_hour_ends_at),
        )
    if shall is None or event.status != Status.RESOLVING:
        return None
    return pb.Proposal(
        number=shall.number,
        payout_millionths=shall.payout_millionths,
        value=decimal_to_wire(shall.value),
        source=shall.source,
        note=shall.note,
        proposed_at=to_wire(shall.proposed_at),
        challenge_ends_at=to_wire(shall.challenge_ends_at),
        open_disputes=shall.undecided,
        overturned=shall.overturned_at is not None,
        bond=Amount(units=shall.bond_units, asset=event.asset),
    )


def dispute_to_wire(dispute: Dispute) -> pb.Dispute:
    """A dispute as those see it who may."""
    return pb.Dispute(
        dispute_id=str(dispute.dispute_id),
        event_id=str(dispute.event_id),
        proposal_number=dispute.proposal_number,
        user_id=str(dispute.user_id),
        reason=dispute.reason,
        evidence_url=dispute.evidence_url,
        status=DISPUTE_STATUS_TO_WIRE[dispute.status],
        bond=Amount(units=dispute.bond_units, asset=dispute.asset),
        created_at=to_wire(dispute.created_at),
        decided_at=to_wire_optional(dispute.decided_at),
        decided_by=str(dispute.decided_by) if dispute.decided_by else "",
        decision_note=dispute.decision_note,
        bond_settled=dispute.bond_settled,
    )


def decimal_to_wire(number: Decimal | None) -> str:
    """An exact number as text, without an exponent."""
    return "" if number is None else format(number, "f")


def _scale(scale: Scale | None) -> pb.Scale | None:
    if scale is None:
        return None
    return pb.Scale(
        lower=decimal_to_wire(scale.lower),
        upper=decimal_to_wire(scale.upper),
        step=decimal_to_wire(scale.step),
        unit=scale.unit,
    )


def _venue_link(event: Event) -> pb.VenueLink | None:
    if event.venue is None:
        return None
    return pb.VenueLink(
        venue=event.venue, venue_market_id=event.venue_market_id or "", url=event.venue_url or ""
    )
