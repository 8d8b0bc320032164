"""Gamma's markets and events: lists inside texts, many dates, and what counts as a result."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from oraculum_market_data.decoding import Decoded, Source
from oraculum_market_data.normal import Event, Market, Quote, ResolutionKind, Status, Venue
from oraculum_market_data.venues.reading import reading

PLAIN: dict[str, Any] = {
    "id": "7",
    "question": "Rain?",
    "conditionId": "0xab",
    "slug": "rain",
    "outcomes": '["Yes", "No"]',
    "outcomePrices": '["0.105", "0.895"]',
    "clobTokenIds": '["111", "222"]',
    "active": True,
    "closed": False,
    "acceptingOrders": True,
}


def decode(value: Any) -> Decoded:
    """Decode an answer."""
    return reading(Venue.POLYMARKET).body(json.dumps(value).encode(), Source())


def market(**fields: Any) -> Market:
    """Decode one market that is PLAIN but for some fields."""
    decoded = decode({**PLAIN, **fields})
    assert [] == [str(refused) for refused in decoded.refused]
    return next(item for item in decoded.items if isinstance(item, Market))


class TestOutcomes:
    def test_no_is_number_0_and_yes_is_number_1(self) -> None:
        read = market()
        assert [(0, "No", "222", "0.895"), (1, "Yes", "111", "0.105")] == [
            (outcome.index, outcome.label, outcome.id, str(outcome.price)) for outcome in read.outcomes
        ]

    def test_other_outcomes_keep_the_venues_order(self) -> None:
        read = market(outcomes='["Up", "Down"]')
        assert ["Up", "Down"] == [outcome.label for outcome in read.outcomes]
        assert ["111", "222"] == [outcome.id for outcome in read.outcomes]

    def test_a_token_id_is_never_a_number(self) -> None:
        token = "72690798903588392269001731007662425920353908498880709179939493847828858696064"
        read = market(clobTokenIds=json.dumps([token, "222"]))
        assert token == read.outcomes[1].id

    def test_lists_that_a_recorder_unpacked(self) -> None:
        read = market(outcomes=["Yes", "No"], outcomePrices=[0.105, "0.895"], clobTokenIds=["111", "222"])
        assert market().outcomes == read.outcomes

    @pytest.mark.parametrize("field", ["outcomePrices", "clobTokenIds"])
    def test_lists_of_other_lengths_are_refused(self, field: str) -> None:
        refused = decode({**PLAIN, field: '["0.5"]'}).refused
        assert [field] == [one.field for one in refused]
        assert "for 2 outcomes" in refused[0].reason

    @pytest.mark.parametrize("text", ["[", '["a", 1', "{}", '["NaN", "1"]', '["1.5", "0"]'])
    def test_lists_that_make_no_sense_are_refused(self, text: str) -> None:
        assert ["outcomePrices"] == [one.field for one in decode({**PLAIN, "outcomePrices": text}).refused]

    def test_old_markets_have_neither_tokens_nor_prices(self) -> None:
        read = market(outcomePrices=None, clobTokenIds=None, outcomes='["Long", "Short"]')
        assert [(None, None)] * 2 == [(outcome.id, outcome.price) for outcome in read.outcomes]


class TestStatus:
    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({}, Status.OPEN),
            ({"acceptingOrders": False}, Status.PAUSED),
            ({"active": False}, Status.UPCOMING),
            ({"closed": True}, Status.CLOSED),
            ({"archived": True}, Status.CLOSED),
            ({"closed": True, "acceptingOrders": True}, Status.CLOSED),
            ({"umaResolutionStatus": "proposed"}, Status.DETERMINED),
            ({"umaResolutionStatus": "disputed"}, Status.DISPUTED),
        ],
    )
    def test_follows_the_flags(self, fields: dict[str, Any], status: Status) -> None:
        assert status == market(**fields).status

    def test_the_venues_words_are_kept(self) -> None:
        assert "active=true closed=false acceptingOrders=true" == market().original_status

    def test_an_unnamed_leg_of_an_augmented_event_is_a_placeholder(self) -> None:
        assert market(negRisk=True, active=False).is_placeholder
        assert not market(negRisk=True).is_placeholder


class TestResolution:
    def resolved(self, prices: str, **fields: Any) -> Market:
        """A closed market of which the oracle says that it is resolved."""
        told = {"closed": True, "umaResolutionStatus": "resolved", "umaEndDate": "November 02, 2020"}
        return market(**{**told, "outcomePrices": prices, **fields})

    def test_a_winner(self) -> None:
        read = self.resolved('["0", "1"]')
        assert read.resolution is not None
        assert (Status.RESOLVED, ResolutionKind.WINNER) == (read.status, read.resolution.kind)
        assert (0, "222") == (read.resolution.winner, read.resolution.winner_id)
        assert [Decimal(1), Decimal(0)] == [payout.share for payout in read.resolution.payouts]
        assert datetime(2020, 11, 2, tzinfo=UTC) == read.resolution.resolved_at

    def test_half_each(self) -> None:
        read = self.resolved('["0.5", "0.5"]')
        assert read.resolution is not None
        assert ResolutionKind.SPLIT == read.resolution.kind
        assert [Decimal("0.5")] * 2 == [payout.share for payout in read.resolution.payouts]

    def test_by_itself_without_the_oracle(self) -> None:
        read = self.resolved('["1", "0"]', umaResolutionStatus=None, automaticallyResolved=True)
        assert Status.RESOLVED == read.status

    @pytest.mark.parametrize("prices", ['["0", "0"]', '["0.0000007", "0.9999993"]', '["0.36", "0.64"]'])
    def test_residue_is_no_result(self, prices: str) -> None:
        read = self.resolved(prices)
        assert (Status.CLOSED, None) == (read.status, read.resolution)

    def test_exact_prices_without_the_oracles_word_are_no_result(self) -> None:
        read = market(closed=True, outcomePrices='["1", "0"]')
        assert (Status.CLOSED, None) == (read.status, read.resolution)

    def test_half_each_of_an_open_market_is_only_a_price(self) -> None:
        read = market(outcomePrices='["0.5", "0.5"]')
        assert (Status.OPEN, None) == (read.status, read.resolution)


class TestQuote:
    def quote(self, **fields: Any) -> Quote:
        """The quote that comes with a market."""
        return next(item for item in decode({**PLAIN, **fields}).items if isinstance(item, Quote))

    def test_is_about_the_outcome_that_gamma_lists_first(self) -> None:
        read = self.quote(bestBid=0.1, bestAsk=0.11, lastTradePrice=0.105)
        assert ("111", "0.1", "0.11", "0.105") == (
            read.outcome_id,
            str(read.bid),
            str(read.ask),
            str(read.last),
        )

    def test_a_bid_of_0_and_an_ask_of_1_are_no_quote(self) -> None:
        read = self.quote(bestBid=0, bestAsk=1, lastTradePrice=0)
        assert (None, None, None) == (read.bid, read.ask, read.last)
        assert {"bid": "0", "ask": "1", "last": "0"} == read.kept


class TestEvent:
    def test_brings_its_markets(self) -> None:
        decoded = decode(
            {
                "id": "3",
                "ticker": "weather",
                "slug": "weather",
                "title": "Weather",
                "negRisk": True,
                "tags": [{"id": "1", "label": "Sky"}],
                "markets": [PLAIN, {**PLAIN, "conditionId": ""}],
            }
        )
        event, read = decoded.items[0], decoded.items[1]
        assert isinstance(event, Event)
        assert isinstance(read, Market)
        assert (("0xab",), True) == (event.market_ids, event.mutually_exclusive)
        assert ("3", ("Sky",)) == (read.event_id, read.tags)
        assert ["body id=3.markets[1]"] == [refused.record for refused in decoded.refused]

    def test_stands_beside_the_market_that_it_is_nested_in(self) -> None:
        decoded = decode({**PLAIN, "events": [{"id": "3", "slug": "weather", "title": "Weather"}]})
        assert ["Event", "Market"] == [type(item).__name__ for item in decoded.items]


def test_dates_of_all_forms() -> None:
    read = market(
        endDate="2026-11-07T00:00:00Z",
        gameStartTime="2026-07-24 00:00:16+00",
        closedTime="2020-11-02 16:31:01+00",
        createdAt="2020-10-02T16:10:01.467Z",
    )
    assert datetime(2026, 7, 24, 0, 0, 16, tzinfo=UTC) == read.game_starts_at
    assert datetime(2020, 11, 2, 16, 31, 1, tzinfo=UTC) == read.closed_at
    assert 467_000 == (read.created_at.microsecond if read.created_at else None)


def test_the_exact_volume_is_taken_where_there_are_two() -> None:
    assert Decimal("32257.445115") == market(volume="32257.445115", volumeNum=32257.45).volume
