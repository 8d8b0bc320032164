"""From the normal form to the contracts. Prices and sizes travel as the decimal text that the venue wrote."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_kit.timestamps import to_wire_optional
from oraculum_market_data.figures import EXACT, Price
from oraculum_market_data.normal import Market, Outcome, Payout, Resolution, ResolutionKind, Status
from oraculum_market_data.quality import Kind
from oraculum_market_data.repository.incidents import IncidentRow

MILLION: Final = 1_000_000
# What a person reads is bounded, because a fact must fit into a message.
_DESCRIPTION_LENGTH_MAX: Final = 50_000
_TITLE_LENGTH_MAX: Final = 2_000
_BINARY_LABELS: Final = ("No", "Yes")

STATUS_TO_WIRE: Final = {
    Status.UPCOMING: pb.VENUE_MARKET_STATUS_UPCOMING,
    Status.OPEN: pb.VENUE_MARKET_STATUS_OPEN,
    Status.PAUSED: pb.VENUE_MARKET_STATUS_PAUSED,
    Status.CLOSED: pb.VENUE_MARKET_STATUS_CLOSED,
    Status.DETERMINED: pb.VENUE_MARKET_STATUS_DETERMINED,
    Status.DISPUTED: pb.VENUE_MARKET_STATUS_DISPUTED,
    Status.RESOLVED: pb.VENUE_MARKET_STATUS_RESOLVED,
    Status.VOID: pb.VENUE_MARKET_STATUS_VOID,
    Status.UNKNOWN: pb.VENUE_MARKET_STATUS_UNSPECIFIED,
}
QUALITY_TO_WIRE: Final[Mapping[Kind, pb.QualityKind.ValueType]] = {
    kind: pb.QualityKind.Value(f"QUALITY_KIND_{kind.value.upper()}") for kind in Kind
}
STATUS_FROM_WIRE: Final = {wire: status for status, wire in STATUS_TO_WIRE.items()}
_KIND_TO_WIRE: Final = {
    ResolutionKind.WINNER: pb.VENUE_RESOLUTION_KIND_WINNER,
    ResolutionKind.SPLIT: pb.VENUE_RESOLUTION_KIND_SPLIT,
    ResolutionKind.VOID: pb.VENUE_RESOLUTION_KIND_VOID,
    ResolutionKind.NONE: pb.VENUE_RESOLUTION_KIND_UNSPECIFIED,
    ResolutionKind.DISPUTED: pb.VENUE_RESOLUTION_KIND_UNSPECIFIED,
}


def incident_to_wire(row: IncidentRow) -> pb.Incident:
    """An incident in the contract's words."""
    return pb.Incident(
        incident_id=str(row.id),
        kind=QUALITY_TO_WIRE[Kind(row.kind)],
        venue=row.venue,
        venue_market_id=row.venue_market_id,
        outcome=row.outcome,
        started_at=to_wire_optional(row.started_at),
        ended_at=to_wire_optional(row.ended_at),
        occurrences=row.occurrences,
        detail=row.detail,
    )


def text_of(value: Decimal | Price | None) -> str:
    """A figure as plain decimal text; empty where there is none."""
    if value is None:
        return ""
    return str(value) if isinstance(value, Price) else format(value, "f")


def market_to_wire(market: Market) -> pb.VenueMarket:
    """A market in the contract's words."""
    return pb.VenueMarket(
        venue=market.venue.value,
        venue_market_id=market.id,
        venue_event_id=market.event_id or "",
        title=title_of(market)[:_TITLE_LENGTH_MAX],
        description=market.description[:_DESCRIPTION_LENGTH_MAX],
        outcomes=[
            pb.VenueOutcome(index=outcome.index, label=label, venue_outcome_id=outcome.id or "")
            for outcome, label in zip(market.outcomes, _labels(market.outcomes), strict=True)
        ],
        status=STATUS_TO_WIRE[market.status],
        original_status=market.original_status,
        categories=_categories(market),
        open_time=to_wire_optional(market.opens_at or market.starts_at or market.created_at),
        start_time=to_wire_optional(market.game_starts_at),
        close_time=to_wire_optional(market.closes_at or market.ends_at),
        tick_size_millionths=market.tick_size.millionths if market.tick_size else 0,
        volume=text_of(market.volume),
        liquidity=text_of(market.liquidity),
        resolution=resolution_to_wire(market),
        url=market.url,
        mutually_exclusive=bool(market.mutually_exclusive),
        received_at=to_wire_optional(market.received_at),
        image_url=market.image_url,
        original_type=market.original_type,
    )


def title_of(market: Market) -> str:
    """The question. One of several under a common title says which it is, unless the title does."""
    group = market.group_title.strip()
    if not group or group.casefold() in market.title.casefold() or group.casefold() in {"yes", "no"}:
        return market.title
    return f"{group}: {market.title}"


def _labels(outcomes: Sequence[Outcome]) -> Sequence[str]:
    """What a person reads. Kalshi writes the same words on both sides of a yes-or-no market."""
    labels = [outcome.label for outcome in outcomes]
    if len(labels) == len(_BINARY_LABELS) and labels[0].casefold() == labels[1].casefold():
        return _BINARY_LABELS
    return labels


def _categories(market: Market) -> list[str]:
    words = [word for word in (market.category, *market.tags) if word]
    return list(dict.fromkeys(words))


def resolution_to_wire(market: Market) -> pb.VenueResolution | None:
    """How a market came out; none as long as nobody says anything about it."""
    resolution = market.resolution
    if resolution is None or (resolution.kind is ResolutionKind.NONE and not resolution.final):
        return None
    return pb.VenueResolution(
        kind=_KIND_TO_WIRE[resolution.kind],
        payout_millionths=_paid_by_index(market, resolution),
        original=resolution.original,
        resolved_at=to_wire_optional(resolution.resolved_at),
        final=resolution.final,
    )


def _paid_by_index(market: Market, resolution: Resolution) -> list[int]:
    """What each outcome pays; empty where the venue does not say it of any that we know."""
    indexes = [outcome.index for outcome in market.outcomes]
    payouts: Sequence[Payout] = resolution.payouts
    if not payouts and resolution.kind is ResolutionKind.WINNER and resolution.winner in indexes:
        payouts = (Payout(resolution.winner, Decimal(1)),)
    if not payouts:
        return []
    shares = {payout.outcome: EXACT.divide(payout.share, Decimal(payout.of)) for payout in payouts}
    exact = [shares.get(index, Decimal(0)) for index in indexes]
    return _summing_to_one(exact) if market.mutually_exclusive else [_millionths(share) for share in exact]


def _summing_to_one(exact: Sequence[Decimal]) -> list[int]:
    """Weights that add up to a hundred nearly, add up exactly; what rounding leaves goes to the largest."""
    total = sum(exact, Decimal(0))
    if total <= 0:
        return []
    paid = [_millionths(EXACT.divide(share, total)) for share in exact]
    largest = max(range(len(paid)), key=paid.__getitem__)
    paid[largest] += MILLION - sum(paid)
    return paid


def _millionths(share: Decimal) -> int:
    return int(share.scaleb(6, EXACT).to_integral_value(ROUND_HALF_EVEN, EXACT))
