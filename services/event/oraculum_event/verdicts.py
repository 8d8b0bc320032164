"""What a venue's result means for the event that was opened from its market."""

from collections.abc import Sequence
from dataclasses import dataclass

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_event.drafting import ONE
from oraculum_event.records import Event
from oraculum_money import Price


@dataclass(frozen=True, slots=True)
class VenueVerdict:
    """Payout by our outcome index; none means that the event is called off."""

    payout: Sequence[Price] | None
    note: str


def venue_verdict(event: Event, market: pb.VenueMarket) -> VenueVerdict | None:
    """The verdict that a venue's final result brings; None while there is none.

    A result that we cannot map (an outcome that we do not know, payouts that do not sum to one) is no verdict: an
    administrator decides, nobody is paid by a guess.
    """
    resolution = market.resolution
    if not market.HasField("resolution") or not resolution.final:
        return None
    note = f"{market.venue} says: {resolution.original}" if resolution.original else f"{market.venue} says so"
    if resolution.kind == pb.VENUE_RESOLUTION_KIND_VOID and not resolution.payout_millionths:
        return VenueVerdict(None, note)
    payout = _by_our_index(event, market)
    if payout is None or sum(payout) != ONE or any(price < 0 for price in payout):
        return None
    return VenueVerdict(payout, note)


def _by_our_index(event: Event, market: pb.VenueMarket) -> list[Price] | None:
    payouts = market.resolution.payout_millionths
    if len(payouts) != len(market.outcomes) or event.venue_outcome_ids is None:
        return None
    by_id = {
        outcome.venue_outcome_id: Price(payout)
        for outcome, payout in zip(market.outcomes, payouts, strict=True)
    }
    if set(event.venue_outcome_ids) != set(by_id):
        return None
    return [by_id[outcome_id] for outcome_id in event.venue_outcome_ids]
