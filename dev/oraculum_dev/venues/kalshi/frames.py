"""The `msg` part of the socket's frames, for invented markets; the envelope belongs to each subscription."""

from typing import Any

from oraculum_dev.venues import text
from oraculum_dev.venues.kalshi import shapes
from oraculum_dev.venues.sim.book import LevelChange, Side
from oraculum_dev.venues.sim.facts import CloseMoved, PhaseChanged
from oraculum_dev.venues.sim.market import Event, Market, Trade
from oraculum_dev.venues.sim.terms import DOLLAR, SECOND, Phase
from oraculum_dev.venues.wire.rows import encode


def snapshot(seed: int, market: Market, *, yes_price: bool) -> bytes:
    """Write a whole book; the key of an empty side is absent, an empty book has neither."""
    yes, no = shapes.levels(market)
    if yes_price:
        no = [
            (text.dollars(price), text.contracts(size))
            for price, size in sorted(market.book.asks.items(), reverse=True)
        ]
    shown: dict[str, Any] = {"market_ticker": market.key, "market_id": shapes.market_id(seed, market)}
    if yes:
        shown["yes_dollars_fp"] = yes
    if no:
        shown["no_dollars_fp"] = no
    return encode(shown)


def delta(seed: int, market: Market, change: LevelChange, at_ms: int, *, yes_price: bool) -> bytes:
    """Write by how much a level changed. An offer of YES is a bid for NO, priced on the leg that was asked for."""
    on_yes = change.side is Side.BID
    price = change.price if on_yes or yes_price else DOLLAR - change.price
    return encode(
        {
            "market_ticker": market.key,
            "market_id": shapes.market_id(seed, market),
            "price_dollars": text.dollars(price),
            "delta_fp": text.contracts(change.delta),
            "side": "yes" if on_yes else "no",
            "ts": text.iso(at_ms),
            "ts_ms": at_ms,
        }
    )


def ticker(seed: int, market: Market, at_ms: int) -> bytes:
    """Write quotes, last price and volume."""
    return encode(
        {
            "market_ticker": market.key,
            "market_id": shapes.market_id(seed, market),
            "price_dollars": text.dollars(market.last or 0),
            "yes_bid_dollars": text.dollars(market.best_bid),
            "yes_ask_dollars": text.dollars(market.best_ask),
            "volume_fp": text.contracts(market.volume),
            "open_interest_fp": text.contracts(market.open_interest),
            "dollar_volume": market.volume // 200,
            "dollar_open_interest": market.open_interest // 200,
            "yes_bid_size_fp": text.contracts(market.book.bids.get(market.best_bid, 0)),
            "yes_ask_size_fp": text.contracts(market.book.asks.get(market.best_ask, 0)),
            "last_trade_size_fp": text.contracts(market.last_size),
            "ts": at_ms // SECOND,
            "ts_ms": at_ms,
            "time": text.iso(at_ms),
        }
    )


def trade(market: Market, done: Trade) -> bytes:
    """Write a trade."""
    shown = shapes.trade(market, done)
    return encode(
        {
            "trade_id": shown["trade_id"],
            "market_ticker": market.key,
            "yes_price_dollars": shown["yes_price_dollars"],
            "no_price_dollars": shown["no_price_dollars"],
            "count_fp": shown["count_fp"],
            "taker_side": shown["taker_side"],
            "taker_outcome_side": shown["taker_outcome_side"],
            "taker_book_side": shown["taker_book_side"],
            "ts": done.at_ms // SECOND,
            "ts_ms": done.at_ms,
        }
    )


def created_event(event: Event) -> bytes:
    """Write that an event was listed."""
    plan = event.plan
    return encode(
        {
            "event_ticker": plan.key,
            "title": plan.title,
            "subtitle": "",
            "collateral_return_type": "MECNET" if plan.exclusive else "",
            "series_ticker": plan.series,
        }
    )


def _created(market: Market) -> dict[str, Any]:
    plan = market.event.plan
    return {
        "event_type": "created",
        "open_ts": plan.opens_ms // SECOND,
        "close_ts": plan.closes_ms // SECOND,
        "price_level_structure": shapes.price_structure(market.step),
        "additional_metadata": {
            "name": market.question.label,
            "title": market.question.title,
            "yes_sub_title": market.question.label,
            "no_sub_title": market.question.label,
            "rules_primary": plan.rules,
            "rules_secondary": "",
            "can_close_early": True,
            "event_ticker": plan.key,
            "expected_expiration_ts": plan.closes_ms // SECOND,
            "strike_type": "custom",
        },
    }


def lifecycle(market: Market, fact: PhaseChanged | CloseMoved) -> bytes | None:
    """Write a step of a market's life.

    There is none for opening nor for closing at the announced time: clients keep those two times themselves.
    """
    at = fact.at_ms // SECOND
    if isinstance(fact, CloseMoved):
        step: dict[str, Any] = {
            "event_type": "close_date_updated",
            "close_ts": market.event.closes_ms // SECOND,
        }
    elif fact.phase is Phase.WAITING:
        step = _created(market)
    elif fact.phase is Phase.DETERMINED:
        step = {
            "event_type": "determined",
            "result": shapes.result(market),
            "determination_ts": at,
            "settlement_value": shapes.settlement_value(market),
        }
    elif fact.phase is Phase.FINAL:
        step = {"event_type": "settled", "settled_ts": at}
    else:
        return None
    return encode({"market_ticker": market.key} | step)
