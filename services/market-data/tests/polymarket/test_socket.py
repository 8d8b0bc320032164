"""Frames of the market channel, in all their ages."""

import json
from typing import Any

import pytest

from oraculum_market_data.normal import (
    BookDelta,
    BookSnapshot,
    Control,
    MarketChange,
    ReferencePrice,
    ResolutionKind,
    Side,
    Status,
    Trade,
)
from oraculum_market_data.venues.polymarket.socket import PolymarketSocket

ENTRY = {
    "asset_id": "1",
    "price": "0.5",
    "size": "81.07",
    "side": "BUY",
    "hash": "h",
    "best_bid": "0.52",
    "best_ask": "0.54",
}
CHANGE = {
    "event_type": "price_change",
    "market": "0xcd",
    "timestamp": "1779223899159",
    "price_changes": [ENTRY],
}
OLD = {
    "event_type": "price_change",
    "market": "0xcd",
    "asset_id": "1",
    "timestamp": "1729084877448",
    "hash": "h",
}
LEVEL = {"price": "0.5", "size": "81.07", "side": "BUY"}


def decode(value: Any) -> Any:
    """Decode a frame."""
    return PolymarketSocket().decode(json.dumps(value))


class TestPriceChange:
    def test_all_three_ages_say_the_same(self) -> None:
        frames = [CHANGE, {**OLD, "changes": [LEVEL]}, {**OLD, **LEVEL}]
        deltas = [decode(frame).items for frame in frames]
        assert [1, 1, 1] == [len(items) for items in deltas]
        for (delta,) in deltas:
            assert isinstance(delta, BookDelta)
            assert ("0xcd", "1", Side.BID, "0.5", "81.07") == (
                delta.market_id,
                delta.outcome_id,
                delta.side,
                str(delta.price),
                str(delta.size),
            )

    def test_a_bad_entry_leaves_the_others(self) -> None:
        decoded = decode({**CHANGE, "price_changes": [ENTRY, {**ENTRY, "size": "-3"}, {**ENTRY, "price": 1}]})
        assert 1 == len(decoded.items)
        assert 3 == decoded.records
        assert [
            ("frame.price_changes[1]", "size", "cannot be negative, is -3"),
            ("frame.price_changes[2]", "price", "Expected `str`, got `int`"),
        ] == [(refused.record, refused.field, refused.reason) for refused in decoded.refused]

    def test_one_that_changes_nothing_is_refused(self) -> None:
        assert [("frame", "price_changes")] == [(one.record, one.field) for one in decode(OLD).refused]

    @pytest.mark.parametrize("side", ["buy", "", "BID"])
    def test_an_unknown_side_is_refused(self, side: str) -> None:
        assert ["side"] == [
            one.field for one in decode({**CHANGE, "price_changes": [{**ENTRY, "side": side}]}).refused
        ]


class TestFrames:
    def test_the_first_one_is_an_array_of_books(self) -> None:
        books = [
            {
                "event_type": "book",
                "market": "0xcd",
                "asset_id": token,
                "timestamp": "1",
                "bids": [],
                "asks": [],
            }
            for token in ("1", "2")
        ]
        items = decode(books).items
        assert ["1", "2"] == [book.outcome_id for book in items if isinstance(book, BookSnapshot)]

    def test_the_oldest_books_name_their_sides_otherwise(self) -> None:
        frame = {
            "event_type": "book", "market": "0xcd", "asset_id": "1", "timestamp": "1",
            "buys": [{"price": ".48", "size": "30"}], "sells": [],
        }  # fmt: skip
        (book,) = decode(frame).items
        assert isinstance(book, BookSnapshot)
        assert ["0.48"] == [str(level.price) for level in book.bids]

    def test_a_heartbeat_is_text(self) -> None:
        (pong,) = PolymarketSocket().decode("PONG").items
        assert isinstance(pong, Control)
        assert "pong" == pong.word

    def test_an_unknown_kind_is_counted_and_kept(self) -> None:
        frame = {"event_type": "market_merged", "market": "0xcd"}
        decoded = decode(frame)
        assert [("market_merged", json.dumps(frame).encode())] == [
            (one.kind, one.raw) for one in decoded.unknown
        ]
        assert [] == decoded.refused

    def test_a_trade(self) -> None:
        frame = {
            "event_type": "last_trade_price", "market": "0xcd", "asset_id": "1", "price": "0.491", "size": "85.36",
            "side": "SELL", "fee_rate_bps": "0", "timestamp": "1724564136087",
        }  # fmt: skip
        (trade,) = decode(frame).items
        assert isinstance(trade, Trade)
        assert ("0.491", "85.36", None) == (str(trade.price), str(trade.size), trade.transaction)

    def test_a_smaller_tick(self) -> None:
        frame = {
            "event_type": "tick_size_change", "market": "0xcd", "asset_id": "1", "old_tick_size": "0.01",
            "new_tick_size": "0.001", "timestamp": "1739068041853",
        }  # fmt: skip
        (change,) = decode(frame).items
        assert isinstance(change, MarketChange)
        assert ("0.01", "0.001") == (str(change.tick_size_before), str(change.tick_size))

    def test_a_resolution(self) -> None:
        frame = {
            "event_type": "market_resolved", "id": "7", "market": "0xcd", "assets_ids": ["1", "2"],
            "winning_asset_id": "2", "winning_outcome": "No", "timestamp": "1766790415550",
        }  # fmt: skip
        (change,) = decode(frame).items
        assert isinstance(change, MarketChange)
        assert change.resolution is not None
        assert (Status.RESOLVED, ResolutionKind.WINNER, "2", "No") == (
            change.status,
            change.resolution.kind,
            change.resolution.winner_id,
            change.resolution.original,
        )


class TestReferencePrices:
    def test_a_subscription_is_answered_with_the_last_minutes(self) -> None:
        points = [
            {"timestamp": 1779223781000, "value": 403.67061},
            {"timestamp": 1779223782000, "value": 403.6702},
        ]
        items = decode(
            {"topic": "equity_prices", "type": "subscribe", "payload": {"symbol": "tsla", "data": points}}
        ).items
        assert ["403.67061", "403.6702"] == [
            str(item.value) for item in items if isinstance(item, ReferencePrice)
        ]

    def test_an_unknown_topic_is_counted_and_kept(self) -> None:
        decoded = decode({"topic": "weather", "type": "update", "payload": {}})
        assert ["weather/update"] == [one.kind for one in decoded.unknown]
