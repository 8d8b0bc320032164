"""Invented markets as Kalshi writes them since the cents fields went: dollars and counts in fixed strings."""

import uuid
from typing import Any

from oraculum_dev.venues import text
from oraculum_dev.venues.sim.book import Side
from oraculum_dev.venues.sim.chance import digest
from oraculum_dev.venues.sim.market import Candle, Event, Market, Trade
from oraculum_dev.venues.sim.terms import DOLLAR, MINUTE, SECOND, EventPlan, Phase, Topic, Verdict

CATEGORIES = {
    Topic.SPORTS: "Sports",
    Topic.POLITICS: "Politics",
    Topic.CRYPTO: "Crypto",
    Topic.WEATHER: "Climate and Weather",
    Topic.ECONOMICS: "Economics",
    Topic.ENTERTAINMENT: "Entertainment",
}

_STATUSES = {
    Phase.WAITING: "initialized",
    Phase.OPEN: "active",
    Phase.CLOSED: "closed",
    Phase.DETERMINED: "determined",
    Phase.FINAL: "finalized",
}

_STRUCTURES = {10: "linear_cent", 1: "deci_cent"}
_RESULTS = {Verdict.YES: "yes", Verdict.NO: "no", Verdict.VOID: "scalar"}
_PAID = {Verdict.YES: DOLLAR, Verdict.NO: 0, Verdict.VOID: DOLLAR // 2}

Level = tuple[str, str]


def market_id(seed: int, market: Market) -> str:
    """Return the UUID that the socket uses beside the ticker."""
    return str(uuid.UUID(bytes=digest(seed, "kalshi", market.key)[:16], version=4))


def status(event: Event) -> str:
    """Return the status word of an event's markets."""
    return _STATUSES[event.phase]


def settlement_timer(plan: EventPlan) -> int:
    """Return the seconds between determination and settlement."""
    return (plan.finalizes_ms - plan.determines_ms) // SECOND


def _sizes(market: Market) -> tuple[int, int]:
    book = market.book
    return book.bids.get(market.best_bid, 0), book.asks.get(market.best_ask, 0)


def _quotes(market: Market) -> dict[str, Any]:
    """Return the quotes; bid 0 and ask 1 are the venue's way to say that there is none."""
    bid, ask = market.best_bid, market.best_ask
    bid_size, ask_size = _sizes(market)
    return {
        "yes_bid_dollars": text.dollars(bid),
        "yes_bid_size_fp": text.contracts(bid_size),
        "yes_ask_dollars": text.dollars(ask),
        "yes_ask_size_fp": text.contracts(ask_size),
        "no_bid_dollars": text.dollars(DOLLAR - ask),
        "no_ask_dollars": text.dollars(DOLLAR - bid),
        "last_price_dollars": text.dollars(market.last or 0),
        "previous_yes_bid_dollars": text.dollars(0),
        "previous_yes_ask_dollars": text.dollars(0),
        "previous_price_dollars": text.dollars(0),
        "volume_fp": text.contracts(market.volume),
        "volume_24h_fp": text.contracts(market.volume // 20),
        "open_interest_fp": text.contracts(market.open_interest),
        "liquidity_dollars": text.dollars(0),
    }


def result(market: Market) -> str:
    """Return the result, which is an empty string until it is determined."""
    return "" if market.verdict is None else _RESULTS[market.verdict]


def settlement_value(market: Market) -> str | None:
    """Return what a YES contract pays."""
    return None if market.verdict is None else text.dollars(_PAID[market.verdict])


def _settlement(market: Market) -> dict[str, Any]:
    shown: dict[str, Any] = {"result": result(market), "expiration_value": ""}
    if market.verdict is not None:
        shown["settlement_value_dollars"] = settlement_value(market)
        shown["expiration_value"] = market.question.label if market.verdict is Verdict.YES else ""
    if market.event.finalized_ms is not None:
        shown["settlement_ts"] = text.iso(market.event.finalized_ms)
    return shown


def price_ranges(step: int) -> list[dict[str, str]]:
    """Return the grid of prices."""
    return [{"start": "0.0000", "end": "1.0000", "step": text.dollars(step)}]


def price_structure(step: int) -> str:
    """Return the name of the grid."""
    return _STRUCTURES[step]


def market(shown: Market) -> dict[str, Any]:
    """Return a market as `/markets` lists it."""
    event, plan, question = shown.event, shown.event.plan, shown.question
    return (
        {
            "ticker": question.key,
            "event_ticker": plan.key,
            "market_type": "binary",
            "title": question.title,
            "subtitle": "",
            "yes_sub_title": question.label,
            "no_sub_title": question.label,
            "status": status(event),
            "created_time": text.iso(plan.opens_ms),
            "updated_time": text.iso(shown.updated_ms),
            "open_time": text.iso(plan.opens_ms),
            "close_time": text.iso(event.closes_ms),
            "expected_expiration_time": text.iso(plan.determines_ms if not plan.scripted else plan.closes_ms),
            "expiration_time": text.iso(plan.closes_ms + 7 * 24 * 60 * MINUTE),
            "latest_expiration_time": text.iso(plan.closes_ms + 7 * 24 * 60 * MINUTE),
            "can_close_early": True,
            "early_close_condition": "This market will close and expire early if the event occurs.",
            "settlement_timer_seconds": settlement_timer(plan),
            "notional_value_dollars": text.dollars(DOLLAR),
            "rules_primary": plan.rules,
            "rules_secondary": "",
            "strike_type": "custom",
            "custom_strike": {"Word": question.label},
            "price_level_structure": price_structure(shown.step),
            "price_ranges": price_ranges(shown.step),
            "exchange_index": 0,
        }
        | _quotes(shown)
        | _settlement(shown)
    )


def event(shown: Event) -> dict[str, Any]:
    """Return an event as `/events` lists it, without its markets."""
    plan = shown.plan
    return {
        "event_ticker": plan.key,
        "series_ticker": plan.series,
        "title": plan.title,
        "sub_title": "",
        "category": CATEGORIES[plan.topic],
        "collateral_return_type": "MECNET" if plan.exclusive else "",
        "mutually_exclusive": plan.exclusive,
        "available_on_brokers": True,
        "strike_period": "",
        "settlement_sources": [{"name": "The stand-in", "url": "https://example.com"}],
        "product_metadata": {},
        "last_updated_ts": text.iso(max(market.updated_ms for market in shown.markets)),
        "exchange_index": 0,
    }


def series(plan: EventPlan) -> dict[str, Any]:
    """Return the series that an event belongs to."""
    return {
        "ticker": plan.series,
        "title": plan.title,
        "category": CATEGORIES[plan.topic],
        "frequency": "custom",
        "tags": [CATEGORIES[plan.topic]],
        "settlement_sources": [{"name": "The stand-in", "url": "https://example.com"}],
        "contract_url": "",
        "contract_terms_url": "",
        "fee_type": "quadratic",
        "fee_multiplier": 1,
        "additional_prohibitions": [],
        "last_updated_ts": text.iso(plan.opens_ms),
    }


def levels(shown: Market, depth: int = 0) -> tuple[list[Level], list[Level]]:
    """Return the YES bids and the NO bids, best level last; an offer of YES at p is a NO bid at 1 - p."""
    yes = sorted(shown.book.bids.items())[-depth:]
    no = sorted((DOLLAR - price, size) for price, size in shown.book.asks.items())[-depth:]
    return _written(yes), _written(no)


def _written(found: list[tuple[int, int]]) -> list[Level]:
    return [(text.dollars(price), text.contracts(size)) for price, size in found]


def trade_id(shown: Market, done: Trade) -> str:
    """Return the UUID of a trade."""
    return str(uuid.UUID(bytes=digest(shown.key, done.serial)[:16], version=5))


def trade(shown: Market, done: Trade) -> dict[str, Any]:
    """Return a trade as `/markets/trades` lists it, with the old and the new words for its direction."""
    taker = "yes" if done.side is Side.BID else "no"
    return {
        "trade_id": trade_id(shown, done),
        "ticker": shown.key,
        "count_fp": text.contracts(done.size),
        "yes_price_dollars": text.dollars(done.price),
        "no_price_dollars": text.dollars(DOLLAR - done.price),
        "taker_side": taker,
        "taker_outcome_side": taker,
        "taker_book_side": str(done.side),
        "created_time": text.iso(done.at_ms),
        "is_block_trade": False,
    }


def _distribution(prices: list[int]) -> dict[str, str]:
    names = ("open_dollars", "high_dollars", "low_dollars", "close_dollars")
    return {name: text.dollars(price) for name, price in zip(names, prices, strict=True)}


def candlestick(candle: Candle, end_ms: int, open_interest: int) -> dict[str, Any]:
    """Return a candle; the prices are left out where nothing was traded."""
    shown: dict[str, Any] = {
        "end_period_ts": end_ms // SECOND,
        "yes_bid": _distribution(candle.bid),
        "yes_ask": _distribution(candle.ask),
        "price": {},
        "volume_fp": text.contracts(candle.volume),
        "open_interest_fp": text.contracts(open_interest),
    }
    if candle.price is not None:
        mean = sum(candle.price) // len(candle.price)
        shown["price"] = _distribution(candle.price) | {"mean_dollars": text.dollars(mean)}
    return shown
