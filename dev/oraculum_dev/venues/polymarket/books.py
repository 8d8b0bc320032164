"""Invented markets as the CLOB writes them: other names than gamma's, prices as text, the best level last."""

import hashlib
import json
from typing import Any

from oraculum_dev.venues import text
from oraculum_dev.venues.polymarket import shapes
from oraculum_dev.venues.sim.book import Side
from oraculum_dev.venues.sim.market import Market
from oraculum_dev.venues.sim.terms import DOLLAR, Phase, Verdict


def clob_market(seed: int, market: Market) -> dict[str, Any]:
    """Return a market as the CLOB lists it: other names, and the outcome beside each token."""
    event, plan, known = market.event, market.event.plan, shapes.names(seed, market)
    prices = [float(price) for price in shapes.outcome_prices(market)]
    won = market.verdict if shapes.is_resolved(market) else None
    winners = (won is Verdict.YES, won is Verdict.NO)
    return {
        "enable_order_book": True,
        "active": True,
        "closed": shapes.is_resolved(market),
        "archived": False,
        "accepting_orders": event.phase is Phase.OPEN,
        "accepting_order_timestamp": text.iso(plan.opens_ms),
        "minimum_order_size": 5,
        "minimum_tick_size": shapes.number(market.step, 3),
        "condition_id": known.condition,
        "question_id": known.question,
        "question": market.question.title,
        "description": plan.rules,
        "market_slug": known.slug,
        "end_date_iso": text.iso(plan.closes_ms),
        "game_start_time": None if plan.starts_ms is None else text.iso(plan.starts_ms),
        "seconds_delay": 0,
        "fpmm": "",
        "maker_base_fee": 0,
        "taker_base_fee": 0,
        "notifications_enabled": True,
        "neg_risk": plan.exclusive,
        "neg_risk_market_id": "",
        "neg_risk_request_id": "",
        "icon": shapes.IMAGE,
        "image": shapes.IMAGE,
        "rewards": {"rates": None, "min_size": 50, "max_spread": 4.5},
        "is_50_50_outcome": won is Verdict.VOID,
        "tokens": [
            {"token_id": token, "outcome": outcome, "price": price, "winner": winner}
            for token, outcome, price, winner in zip(
                known.tokens, plan.outcomes, prices, winners, strict=True
            )
        ],
        "tags": [shapes.tag(plan.topic)["label"]],
    }


def clob_brief(seed: int, market: Market) -> dict[str, Any]:
    """Return a market in the CLOB's brief form, whose names are single letters."""
    known, plan = shapes.names(seed, market), market.event.plan
    return {
        "c": known.condition,
        "t": [{"t": token, "o": outcome} for token, outcome in zip(known.tokens, plan.outcomes, strict=True)],
        "mos": 5,
        "mts": shapes.number(market.step, 3),
        "mbf": 0,
        "tbf": 0,
        "ao": market.phase is Phase.OPEN,
        "nr": plan.exclusive,
        "aot": text.iso(plan.opens_ms),
    }


def sides(market: Market, outcome: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return bids ascending and asks descending of one token: the best level is the last of each.

    The second token's book is the first one's in the mirror: who bids for YES at p offers NO at 1 - p.
    """
    bids, asks = sorted(market.book.bids.items()), sorted(market.book.asks.items(), reverse=True)
    if outcome == 0:
        return bids, asks
    return [(DOLLAR - p, s) for p, s in asks], [(DOLLAR - p, s) for p, s in bids]


def book(seed: int, market: Market, outcome: int, at_ms: int) -> dict[str, Any]:
    """Return one token's order book, as `/book` and the socket write it."""
    known = shapes.names(seed, market)
    bids, asks = sides(market, outcome)
    shown: dict[str, Any] = {
        "market": known.condition,
        "asset_id": known.tokens[outcome],
        "timestamp": str(at_ms),
        "hash": "",
        "bids": [{"price": text.price(p), "size": text.shares(s)} for p, s in bids],
        "asks": [{"price": text.price(p), "size": text.shares(s)} for p, s in asks],
        "min_order_size": "5",
        "tick_size": text.price(market.step),
        "neg_risk": market.event.plan.exclusive,
    }
    if market.last is not None:
        shown["last_trade_price"] = text.price(mirrored(market.last, outcome))
    shown["hash"] = hashlib.sha1(json.dumps(shown).encode(), usedforsecurity=False).hexdigest()
    return shown


def mirrored(price: int, outcome: int) -> int:
    """Return a price of YES as the price of one outcome."""
    return price if outcome == 0 else DOLLAR - price


def taker_side(side: Side, outcome: int) -> str:
    """Return the taker's side on one token: who buys YES sells NO."""
    return "BUY" if (side is Side.BID) == (outcome == 0) else "SELL"
