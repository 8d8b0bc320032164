"""Invented markets as gamma writes them, with the types and the quirks that were recorded.

Lists are JSON inside strings, dates come in three forms, and `active` stays true on a closed market.
"""

import json
from typing import Any

from oraculum_dev.venues import text
from oraculum_dev.venues.polymarket.identity import Identity, event_number, identity, slug
from oraculum_dev.venues.sim.chance import digest
from oraculum_dev.venues.sim.market import Event, Market
from oraculum_dev.venues.sim.terms import DOLLAR, Phase, Topic, Verdict

_CREATOR = "0x91430CaD2d3975766499717fA0D66A78D814E5c5"
_RESOLVER = "0x65070BE91477460D8A7AeEb94ef92fe056C2f2A7"
IMAGE = "https://polymarket-upload.s3.us-east-2.amazonaws.com/stand-in.png"

_TAGS = {
    Topic.SPORTS: ("1", "Sports", "sports"),
    Topic.POLITICS: ("2", "Politics", "politics"),
    Topic.CRYPTO: ("21", "Crypto", "crypto"),
    Topic.WEATHER: ("84", "Weather", "weather"),
    Topic.ECONOMICS: ("100328", "Economy", "economy"),
    Topic.ENTERTAINMENT: ("596", "Pop Culture", "pop-culture"),
}

_RATES = {Topic.SPORTS: 0.03, Topic.CRYPTO: 0.07, Topic.ECONOMICS: 0.05}


def names(seed: int, market: Market) -> Identity:
    """Return the names of a market."""
    return identity(seed, market.key, market.question.title)


def number(value: int, scale: int) -> int | float:
    """Return a JSON number, an integer where it is whole, as gamma writes it."""
    unit: int = 10**scale
    return value / unit if value % unit else value // unit


def is_resolved(market: Market) -> bool:
    """Whether the result stands for good."""
    return market.phase is Phase.FINAL


def outcome_prices(market: Market) -> tuple[str, str]:
    """Return what both outcomes are worth: the mid, or what the result pays once it stands."""
    if is_resolved(market):
        paid = {Verdict.YES: ("1", "0"), Verdict.NO: ("0", "1"), Verdict.VOID: ("0.5", "0.5")}
        return paid[market.verdict or Verdict.VOID]
    middle = (market.best_bid + market.best_ask) * 5
    return text.plain(middle, 4), text.plain(10 * DOLLAR - middle, 4)


def _resolution(market: Market) -> dict[str, Any]:
    event = market.event
    if event.phase is Phase.DETERMINED:
        return {"umaResolutionStatus": "proposed", "umaResolutionStatuses": '["proposed"]'}
    if event.phase is not Phase.FINAL:
        return {"umaResolutionStatuses": "[]"}
    ended = event.finalized_ms or 0
    return {
        "umaResolutionStatus": "resolved",
        "umaResolutionStatuses": '["proposed"]',
        "automaticallyResolved": True,
        "closedTime": text.spaced(ended),
        "umaEndDate": text.iso(ended - ended % 1000),
    }


def _quotes(market: Market) -> dict[str, Any]:
    quotes: dict[str, Any] = {
        "bestBid": number(market.best_bid, 3),
        "bestAsk": number(market.best_ask, 3),
        "spread": number(market.best_ask - market.best_bid, 3),
    }
    if market.last is not None:
        quotes["lastTradePrice"] = number(market.last, 3)
    return quotes


def _volumes(market: Market) -> dict[str, Any]:
    volume = market.volume / 100
    liquidity = sum(market.book.bids.values()) + sum(market.book.asks.values())
    return {
        "volume": str(volume),
        "volumeNum": volume,
        "volumeClob": volume,
        "volume24hr": round(volume * 0.04, 6),
        "volume24hrClob": round(volume * 0.04, 6),
        "volume1wk": round(volume * 0.2, 6),
        "liquidity": text.shares(liquidity),
        "liquidityNum": number(liquidity, 2),
        "liquidityClob": number(liquidity, 2),
    }


def _dates(event: Event) -> dict[str, Any]:
    plan = event.plan
    dates: dict[str, Any] = {
        "startDate": text.iso(plan.opens_ms),
        "startDateIso": text.day(plan.opens_ms),
        "endDate": text.iso(plan.closes_ms),
        "endDateIso": text.day(plan.closes_ms),
        "createdAt": text.iso(plan.opens_ms),
        "acceptingOrdersTimestamp": text.iso(plan.opens_ms),
    }
    if plan.starts_ms is not None:
        dates["gameStartTime"] = text.spaced(plan.starts_ms)
        dates["eventStartTime"] = text.iso(plan.starts_ms)
    return dates


def gamma_market(seed: int, market: Market) -> dict[str, Any]:
    """Return a market as gamma lists it inside its event."""
    event, plan, known = market.event, market.event.plan, names(seed, market)
    trading = event.phase is Phase.OPEN
    shown: dict[str, Any] = {
        "id": known.number,
        "question": market.question.title,
        "conditionId": known.condition,
        "slug": known.slug,
        "resolutionSource": "",
        "image": IMAGE,
        "icon": IMAGE,
        "description": plan.rules,
        "outcomes": json.dumps(plan.outcomes, ensure_ascii=False),
        "outcomePrices": json.dumps(outcome_prices(market)),
        "clobTokenIds": json.dumps(known.tokens),
        "active": event.phase is not Phase.WAITING,
        "closed": is_resolved(market),
        "archived": False,
        "new": False,
        "featured": False,
        "restricted": True,
        "marketMakerAddress": "",
        "submitted_by": _CREATOR,
        "resolvedBy": _RESOLVER,
        "questionID": known.question,
        "enableOrderBook": True,
        "orderPriceMinTickSize": number(market.step, 3),
        "orderMinSize": 5,
        "acceptingOrders": trading,
        "negRisk": plan.exclusive,
        "automaticallyActive": True,
        "approved": True,
        "ready": False,
        "funded": False,
        "cyom": False,
        "updatedAt": text.iso(market.updated_ms),
        "feesEnabled": plan.topic in _RATES,
        "feeType": f"{plan.topic}_fees" if plan.topic in _RATES else None,
    }
    if plan.topic in _RATES:
        shown["feeSchedule"] = {"exponent": 1, "rate": _RATES[plan.topic], "takerOnly": True}
    if plan.exclusive:
        shown |= {
            "groupItemTitle": market.question.label,
            "groupItemThreshold": str(market.index),
            "negRiskMarketID": f"0x{digest(seed, 'neg-risk', event.key).hex()[:62]}00",
            "negRiskRequestID": f"0x{digest(seed, 'request', market.key).hex()}",
        }
    return shown | _dates(event) | _quotes(market) | _volumes(market) | _resolution(market)


def gamma_event_head(seed: int, event: Event) -> dict[str, Any]:
    """Return an event as gamma writes it beside a market, without its markets."""
    plan = event.plan
    volume = sum(market.volume for market in event.markets) / 100
    named = slug(plan.title)
    head: dict[str, Any] = {
        "id": event_number(seed, event.key),
        "ticker": named,
        "slug": f"{named}-{event_number(seed, event.key)}",
        "title": plan.title,
        "description": plan.rules,
        "resolutionSource": "",
        "startDate": text.iso(plan.opens_ms),
        "creationDate": text.iso(plan.opens_ms),
        "endDate": text.iso(plan.closes_ms),
        "image": IMAGE,
        "icon": IMAGE,
        "active": event.phase is not Phase.WAITING,
        "closed": event.phase is Phase.FINAL,
        "archived": False,
        "new": False,
        "featured": False,
        "restricted": True,
        "volume": volume,
        "volume24hr": round(volume * 0.04, 6),
        "enableOrderBook": True,
        "negRisk": plan.exclusive,
        "enableNegRisk": plan.exclusive,
        "negRiskAugmented": False,
        "commentCount": 0,
        "createdAt": text.iso(plan.opens_ms),
        "updatedAt": text.iso(max(market.updated_ms for market in event.markets)),
        "cyom": False,
        "showAllOutcomes": True,
        "showMarketImages": False,
    }
    if plan.starts_ms is not None:
        head["startTime"] = text.iso(plan.starts_ms)
    if event.finalized_ms is not None:
        head["closedTime"] = text.iso(event.finalized_ms)
    return head


def gamma_event(seed: int, event: Event) -> dict[str, Any]:
    """Return an event as the listing of events has it, with markets and tags."""
    return gamma_event_head(seed, event) | {
        "markets": [gamma_market(seed, market) for market in event.markets],
        "tags": [tag(event.plan.topic)],
    }


def tags() -> list[dict[str, Any]]:
    """Return the tags that exist."""
    return [tag(topic) for topic in Topic]


def tag(topic: Topic) -> dict[str, Any]:
    """Return the tag of a topic."""
    number, label, named = _TAGS[topic]
    return {"id": number, "label": label, "slug": named}
