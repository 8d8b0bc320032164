"""A market by all the names that it has on its venue, for those who steer a test or a demo."""

from typing import Any

from oraculum_dev.venues import text
from oraculum_dev.venues.kalshi import shapes as kalshi
from oraculum_dev.venues.manifold import shapes as manifold
from oraculum_dev.venues.polymarket import shapes as polymarket
from oraculum_dev.venues.polymarket.identity import event_number
from oraculum_dev.venues.sim.market import Event
from oraculum_dev.venues.sim.terms import Venue


def names(seed: int, event: Event) -> dict[str, Any]:
    """Return the identifiers of an event's first market."""
    market = event.markets[0]
    if event.venue is Venue.POLYMARKET:
        known = polymarket.names(seed, market)
        return {
            "event_id": event_number(seed, event.key),
            "id": known.number,
            "condition_id": known.condition,
            "slug": known.slug,
            "token_ids": list(known.tokens),
        }
    if event.venue is Venue.KALSHI:
        ids = {"event_ticker": event.key, "ticker": market.key}
        return ids | {"market_id": kalshi.market_id(seed, market)}
    return {"id": manifold.contract_id(seed, event), "slug": manifold.lite(seed, event)["slug"]}


def answers_to(seed: int, event: Event, name: str) -> bool:
    """Whether an event goes by a name: its key, or any identifier of its market."""
    known = names(seed, event)
    return name == event.key or name in known.values() or name in known.get("token_ids", [])


def event(seed: int, shown: Event) -> dict[str, Any]:
    """Return an event with its names, its times and, once it is determined, its result."""
    plan, market = shown.plan, shown.markets[0]
    return {
        "venue": shown.venue,
        "key": shown.key,
        "title": plan.title,
        "scripted": plan.scripted,
        "phase": shown.phase,
        "ids": names(seed, shown),
        "opens_at": text.iso(plan.opens_ms),
        "starts_at": text.iso(plan.closes_ms if plan.starts_ms is None else plan.starts_ms),
        "closes_at": text.iso(shown.closes_ms),
        "determines_at": text.iso(plan.determines_ms),
        "finalizes_at": text.iso(plan.finalizes_ms),
        "result": None if market.verdict is None else str(market.verdict),
    }
