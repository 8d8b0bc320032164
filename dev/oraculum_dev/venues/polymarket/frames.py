"""The frames of the market socket, for invented markets."""

from hashlib import blake2b
from typing import Any

from oraculum_dev.venues import text
from oraculum_dev.venues.polymarket import books, shapes
from oraculum_dev.venues.polymarket.invented import transaction
from oraculum_dev.venues.sim.book import LevelChange, Side
from oraculum_dev.venues.sim.facts import BookMoved, StepChanged, Traded
from oraculum_dev.venues.sim.market import Market
from oraculum_dev.venues.sim.terms import DOLLAR, Verdict
from oraculum_dev.venues.wire.rows import encode


def _top(market: Market, outcome: int) -> tuple[int, int]:
    """Return best bid and ask of one token; 0 and one dollar where a side is empty."""
    if outcome == 0:
        return market.best_bid, market.best_ask
    return DOLLAR - market.best_ask, DOLLAR - market.best_bid


def _hash(*words: object) -> str:
    return blake2b(repr(words).encode(), digest_size=20).hexdigest()


def _change(
    known: tuple[str, str], tops: list[tuple[str, str]], change: LevelChange, at_ms: int
) -> list[dict[str, str]]:
    """Return a change as both tokens show it: the size is the level's new one, the mirror has the other side."""
    size, entries = text.shares(change.size), []
    for outcome in (0, 1):
        price = text.price(books.mirrored(change.price, outcome))
        entries.append(
            {
                "asset_id": known[outcome],
                "price": price,
                "size": size,
                "side": "BUY" if (change.side is Side.BID) == (outcome == 0) else "SELL",
                "hash": _hash(known[outcome], price, size, at_ms),
                "best_bid": tops[outcome][0],
                "best_ask": tops[outcome][1],
            }
        )
    return entries


def price_change(seed: int, fact: BookMoved) -> bytes:
    """Write a batch of changes in the form that is sent since September 2025."""
    known = shapes.names(seed, fact.market)
    tops = [_written(_top(fact.market, outcome)) for outcome in (0, 1)]
    entries = [entry for change in fact.changes for entry in _change(known.tokens, tops, change, fact.at_ms)]
    return encode(
        {
            "market": known.condition,
            "price_changes": entries,
            "timestamp": str(fact.at_ms),
            "event_type": "price_change",
        }
    )


def _written(top: tuple[int, int]) -> tuple[str, str]:
    return text.price(top[0]), text.price(top[1])


def best_bid_ask(seed: int, market: Market, outcome: int, at_ms: int) -> bytes:
    """Write the top of one token's book."""
    known = shapes.names(seed, market)
    bid, ask = _top(market, outcome)
    return encode(
        {
            "market": known.condition,
            "asset_id": known.tokens[outcome],
            "best_bid": text.price(bid),
            "best_ask": text.price(ask),
            "spread": text.price(ask - bid),
            "timestamp": str(at_ms),
            "event_type": "best_bid_ask",
        }
    )


def book(seed: int, market: Market, outcome: int, at_ms: int) -> bytes:
    """Write a whole book, which on the socket carries its event type."""
    return encode(books.book(seed, market, outcome, at_ms) | {"event_type": "book"})


def last_trade_price(seed: int, fact: Traded) -> bytes:
    """Write a trade, on the token that the taker dealt in."""
    known, trade = shapes.names(seed, fact.market), fact.trade
    outcome = trade.serial % 2
    return encode(
        {
            "market": known.condition,
            "asset_id": known.tokens[outcome],
            "price": text.price(books.mirrored(trade.price, outcome)),
            "size": text.shares(trade.size),
            "fee_rate_bps": "0",
            "side": books.taker_side(trade.side, outcome),
            "timestamp": str(fact.at_ms),
            "transaction_hash": transaction(fact.market, trade),
            "event_type": "last_trade_price",
        }
    )


def tick_size_change(seed: int, fact: StepChanged, outcome: int) -> bytes:
    """Write that the grid of prices changed."""
    known = shapes.names(seed, fact.market)
    return encode(
        {
            "market": known.condition,
            "asset_id": known.tokens[outcome],
            "old_tick_size": text.price(fact.old),
            "new_tick_size": text.price(fact.market.step),
            "timestamp": str(fact.at_ms),
            "event_type": "tick_size_change",
        }
    )


def _tags(market: Market) -> list[str]:
    return [shapes.tag(market.event.plan.topic)["slug"]]


def new_market(seed: int, market: Market, at_ms: int) -> bytes:
    """Write that a market was listed."""
    known, plan = shapes.names(seed, market), market.event.plan
    head = shapes.gamma_event_head(seed, market.event)
    start = "" if plan.starts_ms is None else text.spaced(plan.starts_ms)
    return encode(
        {
            "id": known.number,
            "question": market.question.title,
            "market": known.condition,
            "slug": known.slug,
            "description": plan.rules,
            "assets_ids": known.tokens,
            "outcomes": plan.outcomes,
            "event_message": {name: head[name] for name in ("id", "ticker", "slug", "title", "description")},
            "timestamp": str(at_ms),
            "tags": _tags(market),
            "condition_id": known.condition,
            "active": True,
            "clob_token_ids": known.tokens,
            "sports_market_type": "",
            "line": "",
            "game_start_time": start,
            "order_price_min_tick_size": text.price(market.step),
            "group_item_title": market.question.label if plan.exclusive else "",
            "event_type": "new_market",
        }
    )


def market_resolved(seed: int, market: Market, at_ms: int) -> bytes | None:
    """Write the result of a market; a void has no winner and so no frame."""
    if market.verdict not in (Verdict.YES, Verdict.NO):
        return None
    known = shapes.names(seed, market)
    winner = 0 if market.verdict is Verdict.YES else 1
    shown: dict[str, Any] = {
        "id": known.number,
        "market": known.condition,
        "assets_ids": known.tokens,
        "winning_asset_id": known.tokens[winner],
        "winning_outcome": market.event.plan.outcomes[winner],
        "timestamp": str(at_ms),
        "tags": _tags(market),
        "event_type": "market_resolved",
    }
    return encode(shown)
