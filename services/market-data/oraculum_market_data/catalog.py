"""What is known of the markets of the venues: the latest normal form of each, put together from what comes in pieces.

A listing may leave out what another one says (Manifold's has no answers, Kalshi's no category), a live frame says only
what changed. What is left out is kept as it was; an older state never replaces a newer one, it only brings the outcomes that
were never told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Final

from msgspec.structs import replace

from oraculum_market_data.board import QuoteKey
from oraculum_market_data.documents import fingerprint
from oraculum_market_data.normal import (
    Market,
    MarketChange,
    Outcome,
    Resolution,
    ResolutionKind,
    Status,
    Venue,
)

MarketKey = tuple[Venue, str]

ENDED: Final = frozenset({Status.RESOLVED, Status.VOID})


@dataclass(slots=True)
class Known:
    """A market, and the fingerprint under which it was last told."""

    market: Market
    fingerprint: bytes
    # By the venue's id of an outcome: under what its quotes are kept.
    keys: Mapping[str | None, QuoteKey]
    # By the monotonic clock: when a listing last had it.
    listed_at: float


class Catalog:
    """The markets of all venues."""

    def __init__(self) -> None:
        self._known: dict[MarketKey, Known] = {}

    def __len__(self) -> int:
        return len(self._known)

    def get(self, venue: Venue, market_id: str) -> Market | None:
        """A market."""
        known = self._known.get((venue, market_id))
        return None if known is None else known.market

    def outcome(self, venue: Venue, market_id: str, outcome_id: str | None) -> int | None:
        """The number of an outcome; None where we do not know the market or the outcome."""
        key = self.quote_key(venue, market_id, outcome_id)
        return None if key is None else key[2]

    def quote_key(self, venue: Venue, market_id: str, outcome_id: str | None) -> QuoteKey | None:
        """Under what the quotes of an outcome are kept; None where we do not know the market or the outcome."""
        known = self._known.get((venue, market_id))
        return None if known is None else known.keys.get(outcome_id)

    def of_venue(self, venue: Venue) -> Iterator[Market]:
        """All markets of a venue."""
        return (known.market for key, known in list(self._known.items()) if key[0] is venue)

    def put(self, market: Market) -> bool:
        """Take a market as a listing has it; True when somebody wants to hear of it."""
        known = self._known.get((market.venue, market.id))
        if known is not None:
            before = known.market
            if _is_older(market, before):
                known.listed_at = monotonic()
                if before.outcomes or not market.outcomes:
                    return False
                return self._keep(replace(before, outcomes=market.outcomes), known)
            market = completed(market, before)
        return self._keep(market, known)

    def change(self, change: MarketChange) -> bool:
        """Take what a live feed says has changed; True when somebody wants to hear of it."""
        known = self._known.get((change.venue, change.market_id))
        if known is None:
            return False
        return self._keep(changed(known.market, change), known)

    def seen_before(self, market: Market, moment: float) -> bool:
        """Whether nobody has said anything of a market since a moment of the monotonic clock."""
        known = self._known.get((market.venue, market.id))
        return known is not None and known.listed_at < moment

    def forget(self, venue: Venue, market_id: str) -> None:
        """Follow a market no more."""
        self._known.pop((venue, market_id), None)

    def _keep(self, market: Market, known: Known | None) -> bool:
        mark = fingerprint(market)
        keys = {outcome.id: (market.venue, market.id, outcome.index) for outcome in market.outcomes}
        self._known[market.venue, market.id] = Known(market, mark, keys, monotonic())
        return known is None or known.fingerprint != mark


def _is_older(market: Market, before: Market) -> bool:
    """Whether a listing shows a state that has passed: a venue's caches lag behind each other."""
    if market.updated_at is not None and before.updated_at is not None:
        return market.updated_at < before.updated_at
    return before.status in ENDED and market.status not in ENDED


def completed(market: Market, before: Market) -> Market:
    """A market with what this listing leaves out and an earlier one said."""
    return replace(
        market,
        event_id=market.event_id or before.event_id,
        description=market.description or before.description,
        group_title=market.group_title or before.group_title,
        category=market.category or before.category,
        tags=market.tags or before.tags,
        outcomes=market.outcomes or before.outcomes,
        image_url=market.image_url or before.image_url,
        url=market.url or before.url,
        aliases={**before.aliases, **market.aliases},
        mutually_exclusive=before.mutually_exclusive
        if market.mutually_exclusive is None
        else market.mutually_exclusive,
        resolution=_resolution(market.resolution, before.resolution),
    )


def changed(market: Market, change: MarketChange) -> Market:
    """A market after a change. A status that is taken back (a venue may undo a result) takes the result with it."""
    status = change.status or market.status
    reopened = market.resolution is not None and status is Status.OPEN and market.status in ENDED
    return replace(
        market,
        status=status,
        title=change.title or market.title,
        opens_at=change.opens_at or market.opens_at,
        closes_at=change.closes_at or market.closes_at,
        expires_at=change.expires_at or market.expires_at,
        tick_size=change.tick_size or market.tick_size,
        tick_ranges=change.tick_ranges or market.tick_ranges,
        strike=change.strike or market.strike,
        outcomes=_outcomes(market, change),
        resolution=None if reopened else _resolution(_by_id(change.resolution, market), market.resolution),
        volume=market.volume if change.volume is None else change.volume,
        pool=change.pool or market.pool,
        received_at=change.received_at or market.received_at,
    )


def _outcomes(market: Market, change: MarketChange) -> tuple[Outcome, ...]:
    """Outcomes with the prices and labels that changed, matched by the venue's id; unknown ones are left out."""
    told = {outcome.id: outcome for outcome in change.outcomes if outcome.id is not None}
    if not told:
        return market.outcomes
    return tuple(
        outcome
        if outcome.id is None or (new := told.get(outcome.id)) is None
        else replace(
            outcome,
            label=new.label or outcome.label,
            price=new.price or outcome.price,
            resolution=new.resolution or outcome.resolution,
        )
        for outcome in market.outcomes
    )


def _by_id(resolution: Resolution | None, market: Market) -> Resolution | None:
    """A result whose winner is named by the venue's id gets the winner's number."""
    if resolution is None or resolution.winner is not None or resolution.winner_id is None:
        return resolution
    found = next((outcome.index for outcome in market.outcomes if outcome.id == resolution.winner_id), None)
    return replace(resolution, winner=found)


def _resolution(new: Resolution | None, before: Resolution | None) -> Resolution | None:
    """A frame may say only that the result stands, not which it is: that was said before."""
    if new is None or before is None or new.kind is not ResolutionKind.NONE or not new.final:
        return new
    if before.kind in {ResolutionKind.NONE, ResolutionKind.DISPUTED}:
        return new
    return replace(before, final=True, resolved_at=new.resolved_at or before.resolved_at)
