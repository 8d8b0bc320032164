"""What becomes of Kalshi's markets, as its socket tells.

Nothing is said when a market opens or closes by time alone; both follow from the times given here.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from oraculum_market_data.figures import price_of
from oraculum_market_data.normal import Event, MarketChange, Resolution, ResolutionKind, Status, Venue
from oraculum_market_data.translation import Kept, optional_figure, words
from oraculum_market_data.venues.kalshi.frames import EventLifecycleMessage, LifecycleMessage, Metadata
from oraculum_market_data.venues.kalshi.markets import strike_of, tick_ranges
from oraculum_market_data.venues.kalshi.vocabulary import resolution_of, yes_and_no

_STATUSES: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "created": Status.UPCOMING,
        "activated": Status.OPEN,
        "deactivated": Status.PAUSED,
        "determined": Status.DETERMINED,
        "settled": Status.RESOLVED,
    }
)


def market_change(wire: LifecycleMessage, received_at: datetime | None) -> MarketChange:
    """Translate a step of a market's life."""
    word = wire.event_type or ("deactivated" if wire.is_deactivated else "")
    about = wire.additional_metadata or Metadata()
    kept = Kept()
    status = _STATUSES.get(word)
    yes = wire.yes_sub_title or about.yes_sub_title
    return MarketChange(
        venue=Venue.KALSHI,
        market_id=wire.market_ticker,
        word=word,
        event_id=about.event_ticker or None,
        status=status,
        title=about.title or about.name or None,
        opens_at=kept.epoch("opens_at", wire.open_ts),
        closes_at=kept.epoch("closes_at", wire.close_ts),
        expires_at=kept.epoch("expires_at", about.expected_expiration_ts),
        tick_ranges=tick_ranges(wire.price_ranges),
        strike=strike_of(
            wire.custom_strike,
            type=wire.strike_type,
            floor=optional_figure(wire.floor_strike, "msg.floor_strike"),
            cap=optional_figure(wire.cap_strike, "msg.cap_strike"),
        ),
        outcomes=yes_and_no(yes, about.no_sub_title) if yes else (),
        resolution=_resolution(wire, status, kept),
        kept=kept.texts,
        venue_time=kept.epoch("venue_time", wire.ts_ms or _decided(wire, status)),
        received_at=received_at,
    )


def event(wire: EventLifecycleMessage, received_at: datetime | None) -> Event:
    """Translate the coming of an event."""
    kept = Kept()
    return Event(
        venue=Venue.KALSHI,
        id=wire.event_ticker,
        title=wire.title or "",
        subtitle=wire.subtitle or wire.sub_title or "",
        original_status=words(strike_period=wire.strike_period, collateral=wire.collateral_return_type),
        series_id=wire.series_ticker or None,
        ends_at=kept.epoch("ends_at", wire.strike_date),
        kept=kept.texts,
        received_at=received_at,
    )


def _resolution(wire: LifecycleMessage, status: Status | None, kept: Kept) -> Resolution | None:
    if status not in {Status.DETERMINED, Status.RESOLVED}:
        return None
    at = kept.epoch("resolved_at", _decided(wire, status))
    value = None if wire.settlement_value is None else price_of(wire.settlement_value, "msg.settlement_value")
    said = resolution_of(
        wire.result or "", None if value is None else value.exact, status, words(result=wire.result), at
    )
    if said is not None or status is Status.DETERMINED:
        return said
    # "settled" says that it is final, not how it came out: that was said when it was determined.
    return Resolution(kind=ResolutionKind.NONE, final=True, resolved_at=at, original="settled")


def _decided(wire: LifecycleMessage, status: Status | None) -> int | None:
    """When the step was taken: a determined market may name the time at which it is to be settled as well."""
    if status is Status.RESOLVED:
        return wire.settled_ts or wire.determination_ts
    return wire.determination_ts or wire.settled_ts
