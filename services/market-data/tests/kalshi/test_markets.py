"""Kalshi's markets in cents and in dollars, its words, and what it means by a bid of nothing."""

import json
from decimal import Decimal
from typing import Any

import pytest

from oraculum_market_data.decoding import Decoded, Source
from oraculum_market_data.normal import Direction, Event, Market, Quote, ResolutionKind, Status, Trade, Venue
from oraculum_market_data.venues.reading import reading

PLAIN: dict[str, Any] = {
    "ticker": "KXRAIN-26AUG-T1",
    "event_ticker": "KXRAIN-26AUG",
    "status": "active",
    "title": "Rain?",
    "yes_bid_dollars": "0.3300",
    "yes_ask_dollars": "0.3400",
    "no_bid_dollars": "0.6600",
    "no_ask_dollars": "0.6700",
    "yes_bid_size_fp": "593.00",
    "yes_ask_size_fp": "445.25",
    "last_price_dollars": "0.3350",
    "result": "",
}


def decode(value: Any) -> Decoded:
    """Decode an answer."""
    return reading(Venue.KALSHI).body(json.dumps(value).encode(), Source())


def read(**fields: Any) -> tuple[Market, Quote, Quote]:
    """Decode one market that is PLAIN but for some fields: the market and what YES and NO are quoted at."""
    market, yes, no = decode({"market": {**PLAIN, **fields}}).items
    assert isinstance(market, Market)
    assert isinstance(yes, Quote)
    assert isinstance(no, Quote)
    return market, yes, no


class TestQuotes:
    def test_in_dollars(self) -> None:
        _, yes, no = read()
        assert ("0.3300", "0.3400", "0.3350") == (str(yes.bid), str(yes.ask), str(yes.last))
        assert ("0.6600", "0.6700", None) == (str(no.bid), str(no.ask), no.last)
        assert (Decimal("593.00"), Decimal("445.25")) == (yes.bid_size, yes.ask_size)
        assert (yes.ask_size, yes.bid_size) == (no.bid_size, no.ask_size)

    def test_in_cents(self) -> None:
        cents = {
            "ticker": "K-1",
            "event_ticker": "K",
            "status": "active",
            "yes_bid": 7,
            "yes_ask": 9,
            "last_price": 8,
        }
        market, yes = decode({"market": cents}).items
        assert isinstance(market, Market)
        assert isinstance(yes, Quote)
        assert (Decimal("0.07"), Decimal("0.09"), Decimal("0.08")) == tuple(
            one.exact for one in (yes.bid, yes.ask, yes.last) if one is not None
        )

    def test_dollars_are_more_exact_than_the_cents_beside_them(self) -> None:
        _, yes, _ = read(yes_bid=5, yes_bid_dollars="0.0510")
        assert "0.0510" == str(yes.bid)

    @pytest.mark.parametrize(("bid", "ask"), [("0.0000", "1.0000"), ("0.0000", "0.0000")])
    def test_nobody_quotes_at_nothing(self, bid: str, ask: str) -> None:
        _, yes, _ = read(yes_bid_dollars=bid, yes_ask_dollars=ask, last_price_dollars="0.0000")
        assert (None, None, None, None, None) == (yes.bid, yes.ask, yes.last, yes.bid_size, yes.ask_size)
        assert {"bid": bid, "ask": ask, "last": "0.0000"} == yes.kept


class TestMarket:
    @pytest.mark.parametrize(
        ("word", "status"),
        [
            ("initialized", Status.UPCOMING),
            ("active", Status.OPEN),
            ("inactive", Status.PAUSED),
            ("closed", Status.CLOSED),
            ("determined", Status.DETERMINED),
            ("amended", Status.DETERMINED),
            ("disputed", Status.DISPUTED),
            ("finalized", Status.RESOLVED),
            ("postponed", Status.UNKNOWN),
        ],
    )
    def test_words(self, word: str, status: Status) -> None:
        market, _, _ = read(status=word)
        assert (status, word) == (market.status, market.original_status)

    def test_no_is_number_0_and_yes_is_number_1(self) -> None:
        market, _, _ = read(yes_sub_title="Rain", no_sub_title="Dry")
        assert [(0, "no", "Dry"), (1, "yes", "Rain")] == [
            (outcome.index, outcome.id, outcome.label) for outcome in market.outcomes
        ]

    def test_the_price_grid_is_read_and_not_its_name(self) -> None:
        ranges = [
            {"start": "0.0000", "end": "0.1000", "step": "0.0010"},
            {"start": "0.1000", "end": "1.0000", "step": "0.0100"},
        ]
        market, _, _ = read(price_ranges=ranges, price_level_structure="a_name_of_2027")
        assert ["0.0010", "0.0100"] == [str(span.step) for span in market.tick_ranges]
        assert market.tick_size is None
        market, _, _ = read(price_ranges=ranges[:1])
        assert "0.0010" == str(market.tick_size)

    def test_the_year_one_is_unknown(self) -> None:
        market, _, _ = read(created_time="0001-01-01T00:00:00Z")
        assert market.created_at is None

    def test_the_parent_is_a_field_and_not_a_part_of_the_name(self) -> None:
        market, _, _ = read(event_ticker="SOMETHING-ELSE")
        assert "SOMETHING-ELSE" == market.event_id

    def test_a_market_without_a_ticker_is_refused(self) -> None:
        assert ["ticker"] == [one.field for one in decode({"markets": [{**PLAIN, "ticker": ""}]}).refused]

    def test_legs_of_a_combination(self) -> None:
        market, _, _ = read(
            mve_collection_ticker="KXMVE-R",
            mve_selected_legs=[{"event_ticker": "E", "market_ticker": "M", "side": "no"}],
        )
        assert {"collection": "KXMVE-R"} == market.aliases
        assert [("E", "M", "no")] == [(leg.event_id, leg.market_id, leg.side) for leg in market.legs]


class TestResolution:
    def test_finalized_is_final(self) -> None:
        market, _, _ = read(status="finalized", result="no", settlement_value_dollars="0.0000")
        assert market.resolution is not None
        assert (ResolutionKind.WINNER, 0, True) == (
            market.resolution.kind,
            market.resolution.winner,
            market.resolution.final,
        )

    def test_determined_may_still_change(self) -> None:
        market, _, _ = read(status="determined", result="yes")
        assert market.resolution is not None
        assert (1, False) == (market.resolution.winner, market.resolution.final)

    def test_disputed(self) -> None:
        market, _, _ = read(status="disputed", result="yes")
        assert market.resolution is not None
        assert ResolutionKind.DISPUTED == market.resolution.kind

    def test_a_scalar_pays_parts(self) -> None:
        market, _, _ = read(status="finalized", result="scalar", settlement_value_dollars="0.6400")
        assert market.resolution is not None
        assert ResolutionKind.SPLIT == market.resolution.kind
        assert [Decimal("0.36"), Decimal("0.64")] == [payout.share for payout in market.resolution.payouts]

    def test_no_result_is_none(self) -> None:
        market, _, _ = read(status="closed")
        assert market.resolution is None

    def test_of_the_old_api_in_hundredths_of_a_cent(self) -> None:
        old = {
            "ticker_name": "RAIN-1",
            "status": "finalized",
            "result": "scalar",
            "settlement_value_centicents": 6400,
        }
        event = {
            "ticker": "RAIN",
            "title": "Rain",
            "markets": [{**old, "last_price": 64, "yes_bid": 0, "yes_ask": 100}],
        }
        _, market, quote = decode({"events": [event]}).items
        assert isinstance(market, Market)
        assert isinstance(quote, Quote)
        assert market.resolution is not None
        assert [Decimal("0.36"), Decimal("0.64")] == [payout.share for payout in market.resolution.payouts]
        assert (None, None, Decimal("0.64")) == (
            quote.bid,
            quote.ask,
            quote.last.exact if quote.last else None,
        )


class TestTrade:
    TRADE = {  # noqa: RUF012
        "trade_id": "t1",
        "ticker": "K-1",
        "count_fp": "12.61",
        "yes_price_dollars": "0.3800",
        "no_price_dollars": "0.6200",
        "created_time": "2026-07-25T05:51:39.54467Z",
    }

    @pytest.mark.parametrize(
        ("taker", "direction"),
        [
            ({"taker_book_side": "bid", "taker_outcome_side": "yes"}, Direction.BUY),
            ({"taker_outcome_side": "no"}, Direction.SELL),
            ({"taker_side": "no"}, Direction.SELL),
            ({}, None),
        ],
    )
    def test_is_told_as_yes_sees_it(self, taker: dict[str, str], direction: Direction | None) -> None:
        (trade,) = decode({"trades": [{**self.TRADE, **taker}], "cursor": ""}).items
        assert isinstance(trade, Trade)
        assert ("0.3800", "0.6200", Decimal("12.61")) == (
            str(trade.price),
            str(trade.other_price),
            trade.size,
        )
        assert direction is trade.direction

    @pytest.mark.parametrize("field", ["count_fp", "yes_price_dollars"])
    def test_without_price_or_count_it_is_refused(self, field: str) -> None:
        row = {name: value for name, value in self.TRADE.items() if name != field}
        assert [field] == [one.field for one in decode({"trades": [row]}).refused]


def test_an_event_brings_its_markets() -> None:
    event = {
        "event_ticker": "KXRAIN-26AUG",
        "title": "Rain",
        "category": "Weather",
        "mutually_exclusive": True,
    }
    decoded = decode({"events": [{**event, "markets": [PLAIN, {"ticker": "K"}]}], "cursor": "c"})
    assert isinstance(decoded.items[0], Event)
    assert isinstance(decoded.items[1], Market)
    assert ("Weather", True) == (decoded.items[1].category, decoded.items[0].mutually_exclusive)
    assert ["events[0] event_ticker=KXRAIN-26AUG.markets[1]: status: missing"] == [
        str(refused) for refused in decoded.refused
    ]
