"""Kalshi's books by REST: bids of both outcomes, in every form of their age, and candles."""

import json
from decimal import Decimal
from typing import Any

import pytest

from oraculum_market_data.decoding import Source
from oraculum_market_data.figures import price
from oraculum_market_data.normal import BookSnapshot, Candle, Venue
from oraculum_market_data.venues.kalshi.legs import are_yes_prices
from oraculum_market_data.venues.reading import reading

DOLLARS = {"yes_dollars": [["0.0500", "100.00"]], "no_dollars": [["0.8600", "3.25"], ["0.8700", "7.00"]]}
CENTS = {"yes": [[5, 100]], "no": [[86, 3], [87, 7]]}


def decode(value: Any) -> list[Any]:
    """Decode an answer."""
    decoded = reading(Venue.KALSHI).body(json.dumps(value).encode(), Source(subject="K-1"))
    assert [] == [str(refused) for refused in decoded.refused]
    return decoded.items


def levels(book: BookSnapshot) -> tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]:
    """Bids and asks as decimals."""
    bids, asks = ([(level.price.exact, level.size) for level in side] for side in (book.bids, book.asks))
    return bids, asks


class TestBook:
    @pytest.mark.parametrize(
        "body",
        [
            {"orderbook_fp": DOLLARS},
            {"orderbook": {**CENTS, **DOLLARS}},
            {"orderbook": CENTS, "orderbook_fp": DOLLARS},
            {"ticker": "K-1", "orderbook_fp": DOLLARS},
            DOLLARS,
        ],
    )
    def test_a_no_bid_is_a_yes_ask_at_one_less(self, body: Any) -> None:
        yes, no = decode(body)
        assert ("K-1", "yes", "no") == (yes.market_id, yes.outcome_id, no.outcome_id)
        bids, asks = levels(yes)
        assert [(Decimal("0.05"), Decimal(100))] == bids
        assert [(Decimal("0.14"), Decimal("3.25")), (Decimal("0.13"), Decimal(7))] == asks
        assert [(Decimal("0.86"), Decimal("3.25")), (Decimal("0.87"), Decimal(7))] == levels(no)[0]

    @pytest.mark.parametrize(
        "body",
        [{"orderbook": CENTS}, CENTS, {"_yes": CENTS["yes"], "_no": CENTS["no"], "discriminator": None}],
    )
    def test_in_cents(self, body: Any) -> None:
        yes, no = decode(body)
        assert [(Decimal("0.05"), Decimal(100))] == levels(yes)[0]
        assert [(Decimal("0.86"), Decimal(3)), (Decimal("0.87"), Decimal(7))] == levels(no)[0]

    @pytest.mark.parametrize(
        "body",
        [
            {"orderbook": {"yes": None, "no": None, "yes_dollars": None, "no_dollars": None}},
            {"orderbook_fp": {"yes_dollars": [], "no_dollars": []}},
            {"orderbook_fp": {}},
            {"orderbook": None},
        ],
    )
    def test_an_empty_book_is_a_book(self, body: Any) -> None:
        assert [([], []), ([], [])] == [levels(book) for book in decode(body)]

    def test_a_level_beyond_the_venues_rules_is_refused(self) -> None:
        body = {"orderbook_fp": {"yes_dollars": [["1.5000", "1.00"]], "no_dollars": []}}
        decoded = reading(Venue.KALSHI).body(json.dumps(body).encode(), Source())
        assert ["yes_dollars"] == [refused.field for refused in decoded.refused]


class TestLegs:
    """The same book can be written in prices of NO and in prices of YES; what came back is read from the book."""

    @pytest.mark.parametrize(
        ("yes", "no_side", "expected"),
        [
            (["0.01", "0.16"], ["0.01", "0.65"], False),
            (["0.01", "0.16"], ["0.99", "0.35"], True),
            (["0.16"], ["0.35"], None),
            (["0.40"], ["0.35"], False),
            (["0.40"], ["0.65"], True),
            ([], ["0.01", "0.65"], False),
            ([], ["0.99", "0.35"], True),
            ([], ["0.35"], None),
            (["0.16"], [], None),
        ],
    )
    def test_are_told_by_crossing_and_by_order(
        self, yes: list[str], no_side: list[str], expected: object
    ) -> None:
        told = are_yes_prices([price(one, "yes") for one in yes], [price(one, "no") for one in no_side])
        assert expected is told


class TestCandles:
    CANDLE = {"end_period_ts": 1786137900, "volume_fp": "28.74", "open_interest": 12432}  # noqa: RUF012

    def candle(self, **fields: Any) -> Candle:
        """Decode one candle."""
        (candle,) = decode({"ticker": "K-1", "candlesticks": [{**self.CANDLE, **fields}]})
        assert isinstance(candle, Candle)
        return candle

    def test_integers_are_cents_and_texts_are_dollars(self) -> None:
        candle = self.candle(yes_bid={"open": 33, "close": "0.3450", "high_dollars": "0.3500", "high": 34})
        told = (candle.bids.open, candle.bids.close, candle.bids.high)
        assert (Decimal("0.33"), Decimal("0.345"), Decimal("0.35")) == tuple(one.exact for one in told if one)

    def test_nothing_traded_is_nothing(self) -> None:
        assert (
            self.candle(price={"close": None, "previous": 11}).trades
            == self.candle(price={"previous_dollars": "0.11"}).trades
        )
        assert self.candle(price={}).trades == self.candle().trades

    def test_an_event_has_one_list_for_each_market(self) -> None:
        candles = decode(
            {
                "market_tickers": ["A-1", "A-2"],
                "market_candlesticks": [[self.CANDLE], [self.CANDLE, self.CANDLE]],
            }
        )
        assert ["A-1", "A-2", "A-2"] == [candle.market_id for candle in candles]

    def test_lists_that_do_not_match_their_markets_are_refused(self) -> None:
        body = {"market_tickers": ["A-1"], "market_candlesticks": []}
        decoded = reading(Venue.KALSHI).body(json.dumps(body).encode(), Source())
        assert ["market_candlesticks"] == [refused.field for refused in decoded.refused]
