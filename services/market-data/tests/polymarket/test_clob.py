"""The order book service by REST."""

import json
from decimal import Decimal
from typing import Any

import pytest

from oraculum_market_data.decoding import Decoded, Source
from oraculum_market_data.normal import (
    BookSnapshot,
    Direction,
    Market,
    PricePoint,
    Quote,
    ResolutionKind,
    Status,
    Trade,
    Venue,
)
from oraculum_market_data.venues.reading import reading

TOKENS = [
    {"token_id": "1", "outcome": "Reds", "price": 0.5, "winner": False},
    {"token_id": "2", "outcome": "Blues", "price": 0.5, "winner": False},
]


def decode(value: Any, subject: str | None = None) -> Decoded:
    """Decode an answer."""
    return reading(Venue.POLYMARKET).body(json.dumps(value).encode(), Source(subject=subject))


def market(**fields: Any) -> Market:
    """Decode one market."""
    return next(
        item
        for item in decode({"condition_id": "0xcd", "tokens": TOKENS, **fields}).items
        if isinstance(item, Market)
    )


class TestMarket:
    def test_a_winner_is_a_result(self) -> None:
        read = market(closed=True, tokens=[TOKENS[0], {**TOKENS[1], "winner": True}])
        assert read.resolution is not None
        assert (Status.RESOLVED, 1, "2") == (read.status, read.resolution.winner, read.resolution.winner_id)

    def test_half_each_is_a_result(self) -> None:
        read = market(closed=True, is_50_50_outcome=True)
        assert read.resolution is not None
        assert ResolutionKind.SPLIT == read.resolution.kind

    def test_closed_without_a_winner_is_closed(self) -> None:
        read = market(closed=True, accepting_orders=True)
        assert (Status.CLOSED, None) == (read.status, read.resolution)

    def test_a_dead_entry_has_outcomes_without_tokens(self) -> None:
        read = market(
            tokens=[{"token_id": "", "outcome": "", "price": 0, "winner": False}] * 2, archived=True
        )
        assert [None, None] == [outcome.id for outcome in read.outcomes]

    def test_a_dead_entry_without_an_id_is_refused(self) -> None:
        refused = decode({"data": [{"condition_id": "", "tokens": TOKENS}]}).refused
        assert ["data[0] condition_id=: condition_id: empty: the market cannot be told from others"] == [
            str(one) for one in refused
        ]

    def test_the_short_form(self) -> None:
        short = {"c": "0xcd", "t": [{"t": "1", "o": "Yes"}, {"t": "2", "o": "No"}], "mts": 0.001, "ao": True}
        read = decode(short).items[0]
        assert isinstance(read, Market)
        assert ("2", "1", "0.001") == (read.outcomes[0].id, read.outcomes[1].id, str(read.tick_size))


class TestBook:
    BOOK = {"market": "0xcd", "asset_id": "1", "timestamp": "1729124094656", "bids": [], "asks": []}  # noqa: RUF012

    def test_levels_keep_their_order_and_their_digits(self) -> None:
        bids = [{"price": "0.001", "size": "10004567.57"}, {"price": ".48", "size": "0.000001"}]
        read = decode({**self.BOOK, "bids": bids}).items[0]
        assert isinstance(read, BookSnapshot)
        assert [("0.001", Decimal("10004567.57")), ("0.48", Decimal("0.000001"))] == [
            (str(level.price), level.size) for level in read.bids
        ]

    @pytest.mark.parametrize(
        "level", [{"price": "1.2", "size": "1"}, {"price": "0.5", "size": "-1"}, {"price": "x", "size": "1"}]
    )
    def test_a_level_beyond_the_venues_rules_is_refused(self, level: dict[str, str]) -> None:
        decoded = decode({**self.BOOK, "asks": [level]})
        assert ["asks"] == [refused.field for refused in decoded.refused]
        assert [] == decoded.items


class TestHistory:
    def test_of_the_token_that_was_asked_for(self) -> None:
        points = decode({"history": [{"t": 1770394157, "p": 0.2200000012}]}, subject="111").items
        assert ["0.2200000012"] == [str(point.price) for point in points if isinstance(point, PricePoint)]

    def test_of_many_tokens_by_key(self) -> None:
        token = "1" * 40
        points = decode({"history": {token: [{"t": 1770394157, "p": 0.5}]}}).items
        assert [token] == [point.outcome_id for point in points if isinstance(point, PricePoint)]


class TestTrade:
    TRADE = {  # noqa: RUF012
        "proxyWallet": "0x1",
        "side": "BUY",
        "asset": "1",
        "conditionId": "0xcd",
        "size": 2.3809512345,
        "price": 0.21999995306666104,
        "timestamp": 1772268541,
        "transactionHash": "0xff",
    }

    def test_keeps_the_noise_of_the_venues_floats(self) -> None:
        read = decode([self.TRADE]).items[0]
        assert isinstance(read, Trade)
        assert ("0.21999995306666104", Decimal("2.3809512345")) == (str(read.price), read.size)
        assert Direction.BUY == read.direction

    def test_the_same_row_has_the_same_id(self) -> None:
        first, again, other = decode([self.TRADE, self.TRADE, {**self.TRADE, "size": 1}]).items
        assert isinstance(first, Trade)
        assert isinstance(again, Trade)
        assert isinstance(other, Trade)
        assert first.id == again.id != other.id

    def test_the_newer_form_is_the_same_trade(self) -> None:
        names = {"proxyWallet": "proxy_wallet", "asset": "token_id", "conditionId": "condition_id"}
        names["transactionHash"] = "transaction_hash"
        newer = {names.get(name, name): value for name, value in self.TRADE.items()}
        assert decode([self.TRADE]).items == decode({"data": [newer], "pagination": {}}).items

    def test_a_side_that_is_none_is_refused(self) -> None:
        assert ["side"] == [refused.field for refused in decode([{**self.TRADE, "side": "HOLD"}]).refused]

    def test_a_redemption_among_activities_is_no_trade(self) -> None:
        activity = {**self.TRADE, "type": "REDEEM", "side": "", "usdcSize": 1}
        assert ["Reference"] == [type(item).__name__ for item in decode([activity]).items]


def test_buy_is_the_bid_and_sell_the_ask() -> None:
    token = "1" * 40
    read = decode({token: {"BUY": "0.1", "SELL": "0.12"}}).items[0]
    assert isinstance(read, Quote)
    assert (token, "0.1", "0.12") == (read.outcome_id, str(read.bid), str(read.ask))
