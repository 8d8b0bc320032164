"""Events as people see them: what event says of the question, with what prediction says of its market."""

from collections.abc import Iterable, Sequence
from typing import Final

import structlog

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum_gateway.money import amount_out, odds_out, price_out, prices_out, units_out
from oraculum_gateway.services import Services
from oraculum_gateway.shapes import events as shapes
from oraculum_gateway.shapes.base import AmountOut
from oraculum_gateway.shapes.judging import ProposalOut
from oraculum_kit.errors import ServiceError
from oraculum_kit.timestamps import from_wire

_log = structlog.stdlib.get_logger(__name__)

STATUSES: Final[dict[int, shapes.EventStatus]] = {
    pb.EVENT_STATUS_DRAFT: "draft",
    pb.EVENT_STATUS_ACTIVE: "active",
    pb.EVENT_STATUS_LOCKED: "locked",
    pb.EVENT_STATUS_RESOLVING: "resolving",
    pb.EVENT_STATUS_RESOLVED: "resolved",
    pb.EVENT_STATUS_CANCELLED: "cancelled",
}
STATUSES_FROM_NAME: Final = {
    name: pb.EventStatus.Value(f"EVENT_STATUS_{name.upper()}") for name in STATUSES.values()
}
TYPES: Final[dict[int, shapes.EventKind]] = {
    pb.EVENT_TYPE_BINARY: "binary",
    pb.EVENT_TYPE_MULTIPLE_CHOICE: "multiple_choice",
    pb.EVENT_TYPE_SCALAR: "scalar",
}
MECHANISMS: Final[dict[int, shapes.Mechanism]] = {
    # From an event service that knows no other.
    pb.MECHANISM_UNSPECIFIED: "lmsr",
    pb.MECHANISM_LMSR: "lmsr",
    pb.MECHANISM_CPMM: "cpmm",
    pb.MECHANISM_CPMM_MULTI: "cpmm_multi",
}
MECHANISMS_FROM_NAME: Final = {
    name: pb.Mechanism.Value(f"MECHANISM_{name.upper()}") for name in MECHANISMS.values()
}
TYPES_FROM_NAME: Final = {name: pb.EventType.Value(f"EVENT_TYPE_{name.upper()}") for name in TYPES.values()}


async def describe_events(services: Services, events: Sequence[pb.Event]) -> list[shapes.EventOut]:
    """Events with their markets; while prediction is away, without prices."""
    markets = await markets_of(services, [event.event_id for event in events])
    return [describe_event(event, markets.get(event.event_id)) for event in events]


async def markets_of(services: Services, event_ids: Iterable[str]) -> dict[str, prediction_pb.Market]:
    """Markets by event id; none of them while prediction is away, since reads go on without it."""
    wanted = list(event_ids)
    if not wanted:
        return {}
    try:
        response = await services.prediction.BatchGetMarkets(
            prediction_pb.BatchGetMarketsRequest(event_ids=wanted)
        )
    except ServiceError as error:
        _log.warning("markets.unknown", reason=error.reason)
        return {}
    return {market.event_id: market for market in response.markets}


def describe_event(event: pb.Event, market: prediction_pb.Market | None) -> shapes.EventOut:
    """One event with its market, if that is known."""
    return shapes.EventOut(
        id=event.event_id,
        title=event.title,
        description=event.description,
        type=TYPES[event.event_type],
        category=event.category,
        tags=list(event.tags),
        status=STATUSES[event.status],
        outcomes=[_outcome(outcome, event.asset, market) for outcome in event.outcomes],
        asset=event.asset,
        total_volume=amount_out(market.volume) if market else None,
        total_liquidity=amount_out(market.liquidity) if market else None,
        liquidity_parameter=_parameter(event, market),
        participant_count=market.participant_count if market else None,
        sequence=market.sequence if market else None,
        start_time=from_wire(event.start_time) if event.HasField("start_time") else None,
        end_time=from_wire(event.end_time),
        locks_at=from_wire(event.locks_at),
        resolution_time=from_wire(event.resolution.resolved_at) if event.HasField("resolution") else None,
        resolution_source=event.resolution_source,
        resolution=_resolution(event),
        proposal=_proposal(event),
        challenge_seconds=event.challenge_seconds if event.HasField("challenge_seconds") else None,
        resolve_by=from_wire(event.resolve_by) if event.HasField("resolve_by") else None,
        deadline_payouts=prices_out(event.deadline_payout_millionths),
        scale=_scale(event),
        mechanism=MECHANISMS[event.mechanism],
        unpublished=event.unpublished,
        subsidy=units_out(event.subsidy.units, event.asset),
        creation_fee=units_out(event.creation_fee.units, event.asset),
        creator_pays=event.creator_pays,
        settlement="internal",
        contract_address=None,
        creator=event.creator_user_id or None,
        venue=_venue(event),
        image_url=event.image_url or None,
        created_at=from_wire(event.created_at),
        updated_at=from_wire(event.updated_at),
        version=event.version,
    )


def _parameter(event: pb.Event, market: prediction_pb.Market | None) -> AmountOut | None:
    """The parameter b; nothing where the market trades on pools, which have none."""
    if market is None or not market.liquidity_parameter_units:
        return None
    return units_out(market.liquidity_parameter_units, event.asset)


def _outcome(outcome: pb.Outcome, asset: str, market: prediction_pb.Market | None) -> shapes.OutcomeOut:
    if market is None:
        return shapes.OutcomeOut(id=outcome.index, label=outcome.label, price=None, odds=None, volume=None)
    price = market.price_millionths[outcome.index]
    return shapes.OutcomeOut(
        id=outcome.index,
        label=outcome.label,
        price=price_out(price),
        odds=odds_out(price),
        volume=units_out(market.outcome_volume_units[outcome.index], asset),
    )


def _resolution(event: pb.Event) -> shapes.ResolutionOut | None:
    if not event.HasField("resolution"):
        return None
    resolution = event.resolution
    return shapes.ResolutionOut(
        revision=resolution.revision,
        payouts=prices_out(resolution.payout_millionths),
        source=resolution.source,
        note=resolution.note,
        value=resolution.value or None,
    )


def _proposal(event: pb.Event) -> ProposalOut | None:
    if not event.HasField("proposal"):
        return None
    proposal = event.proposal
    return ProposalOut(
        number=proposal.number or None,
        payouts=prices_out(proposal.payout_millionths),
        value=proposal.value or None,
        source=proposal.source,
        note=proposal.note,
        proposed_at=from_wire(proposal.proposed_at),
        challenge_ends_at=(
            from_wire(proposal.challenge_ends_at) if proposal.HasField("challenge_ends_at") else None
        ),
        open_disputes=proposal.open_disputes,
        awaits_confirmation=proposal.awaits_confirmation,
        overturned=proposal.overturned,
        bond=amount_out(proposal.bond) if proposal.HasField("bond") else None,
        void_hour_ends_at=(
            from_wire(proposal.void_hour_ends_at) if proposal.HasField("void_hour_ends_at") else None
        ),
    )


def _scale(event: pb.Event) -> shapes.ScaleOut | None:
    if not event.HasField("scale"):
        return None
    scale = event.scale
    return shapes.ScaleOut(lower=scale.lower, upper=scale.upper, step=scale.step, unit=scale.unit)


def _venue(event: pb.Event) -> shapes.VenueOut | None:
    if not event.HasField("venue_link"):
        return None
    link = event.venue_link
    return shapes.VenueOut(venue=link.venue, market_id=link.venue_market_id, url=link.url)
