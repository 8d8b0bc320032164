"""What the market channel says about markets themselves: opened, resolved, ticks changed."""

from datetime import datetime

from oraculum_market_data import moments
from oraculum_market_data.figures import price
from oraculum_market_data.normal import (
    Event,
    Market,
    MarketChange,
    Outcome,
    Resolution,
    ResolutionKind,
    Status,
    Venue,
)
from oraculum_market_data.refusals import Refused
from oraculum_market_data.translation import Kept, numbered, words
from oraculum_market_data.venues.polymarket import frames


def tick_size_change(wire: frames.TickSizeChange, received_at: datetime | None) -> MarketChange:
    """Translate a change of the smallest price step; it is said of one token and holds for the market."""
    return MarketChange(
        venue=Venue.POLYMARKET,
        market_id=wire.market,
        word="tick_size_change",
        tick_size=price(wire.new_tick_size, "new_tick_size"),
        tick_size_before=price(wire.old_tick_size, "old_tick_size"),
        outcomes=(Outcome(index=0, label="", id=wire.asset_id),),
        venue_time=moments.from_epoch_text(wire.timestamp, "timestamp"),
        received_at=received_at,
    )


def new_market(wire: frames.NewMarket, received_at: datetime | None) -> Market:
    """Translate the opening of a market."""
    tokens = wire.clob_token_ids or wire.assets_ids or wire.asset_ids
    if tokens and len(tokens) != len(wire.outcomes):
        raise Refused("assets_ids", f"{len(tokens)} tokens for {len(wire.outcomes)} outcomes")
    kept = Kept()
    tick = wire.order_price_min_tick_size
    return Market(
        venue=Venue.POLYMARKET,
        id=wire.market,
        event_id=None if wire.event_message is None else str(wire.event_message.id),
        aliases={"gamma": str(wire.id)} if wire.id else {},
        slug=wire.slug,
        title=wire.question,
        group_title=wire.group_item_title or "",
        description=wire.description,
        outcomes=_outcomes(wire.outcomes, tokens),
        original_type=wire.sports_market_type or "",
        status=Status.UPCOMING if wire.active is False else Status.OPEN,
        original_status=words(active=wire.active),
        tags=tuple(wire.tags or ()),
        tick_size=price(tick, "order_price_min_tick_size") if tick else None,
        game_starts_at=kept.time("game_starts_at", wire.game_start_time),
        updated_at=moments.from_epoch_text(wire.timestamp, "timestamp"),
        unit="USDC",
        mutually_exclusive=True,
        kept=kept.texts,
        received_at=received_at,
    )


def market_resolved(wire: frames.MarketResolved, received_at: datetime | None) -> MarketChange:
    """Translate a resolution; without a winner it is half each, which the frame does not spell out."""
    venue_time = moments.from_epoch_text(wire.timestamp, "timestamp")
    won = bool(wire.winning_asset_id)
    return MarketChange(
        venue=Venue.POLYMARKET,
        market_id=wire.market,
        word="market_resolved",
        aliases={"gamma": str(wire.id)} if wire.id else {},
        event_id=None if wire.event_message is None else str(wire.event_message.id),
        status=Status.RESOLVED,
        outcomes=_outcomes([""] * len(wire.assets_ids), wire.assets_ids),
        resolution=Resolution(
            kind=ResolutionKind.WINNER if won else ResolutionKind.NONE,
            winner_id=wire.winning_asset_id or None,
            final=won,
            resolved_at=venue_time,
            original=wire.winning_outcome,
        ),
        venue_time=venue_time,
        received_at=received_at,
    )


def event(message: frames.EventMessage, received_at: datetime | None) -> Event:
    """Translate the event that a new or a resolved market belongs to."""
    return Event(
        venue=Venue.POLYMARKET,
        id=str(message.id),
        slug=message.slug or message.ticker or "",
        title=message.title or "",
        description=message.description or "",
        received_at=received_at,
    )


def _outcomes(labels: list[str], tokens: list[str]) -> tuple[Outcome, ...]:
    ids = tokens or [""] * len(labels)
    outcomes = [
        Outcome(index=index, label=label, id=token or None)
        for index, label, token in zip(numbered(labels), labels, ids, strict=True)
    ]
    return tuple(sorted(outcomes, key=lambda outcome: outcome.index))
