"""Records are found by their shape, whatever they are wrapped in."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from oraculum_market_data.decoding import Decoded, Source
from oraculum_market_data.normal import BookSnapshot, Candle, Market, PricePoint, Venue, VenueError
from oraculum_market_data.venues.reading import reading

MARKET = {"id": "7", "question": "Rain?", "conditionId": "0xab", "outcomes": '["Yes", "No"]'}
BOOK = {"orderbook_fp": {"yes_dollars": [["0.0100", "9.54"]], "no_dollars": []}}


def read(venue: Venue, value: Any) -> Decoded:
    """Decode a body."""
    return reading(venue).body(json.dumps(value).encode(), Source())


@pytest.mark.parametrize(
    "body",
    [
        MARKET,
        [MARKET],
        {"fetched_at": "2026-02-13T19:26:13+00:00", "markets": [MARKET], "summary": {"total": 1}},
        {"0": MARKET},
        {"slug": "rain", "raw": MARKET},
        {"request": {"url": "..."}, "response": {"status": 200, "body": json.dumps([MARKET])}},
        {"a": {"b": [{"c": [[MARKET]]}]}},
    ],
)
def test_a_market_is_found_in_any_wrapper(body: Any) -> None:
    decoded = read(Venue.POLYMARKET, body)
    assert ["0xab"] == [item.id for item in decoded.items if isinstance(item, Market)]
    assert ([], []) == (decoded.refused, decoded.unknown)


@pytest.mark.parametrize(
    "body",
    [
        {"ticker": "KXRAIN-26-T1", **BOOK},
        {"_metadata": {"ticker": "KXRAIN-26-T1", "recorded_at": "2026-01-12T22:08:10Z"}, "response": BOOK},
        {"KXRAIN-26-T1": BOOK},
        {
            "url": "https://x/trade-api/v2/markets/KXRAIN-26-T1/orderbook?depth=0",
            "response_body": json.dumps(BOOK),
        },
        {"orderbooks": [{"ticker": "KXRAIN-26-T1", **BOOK}]},
    ],
)
def test_a_book_gets_its_market_from_what_stands_around_it(body: Any) -> None:
    books = [item for item in read(Venue.KALSHI, body).items if isinstance(item, BookSnapshot)]
    assert ["KXRAIN-26-T1"] * 2 == [book.market_id for book in books]


def test_the_request_says_what_the_answer_does_not() -> None:
    body = json.dumps({"history": [{"t": 1770394157, "p": 0.23}]}).encode()
    decoded = reading(Venue.POLYMARKET).body(body, Source(subject="111"))
    assert ["111"] == [item.outcome_id for item in decoded.items if isinstance(item, PricePoint)]


def test_a_recorder_tells_when_and_over_which_span() -> None:
    body = {
        "_metadata": {"recorded_at": "2026-01-12T22:08:10Z", "period_interval": 1440},
        "response": {"ticker": "A-1", "candlesticks": [{"end_period_ts": 1760500800}]},
    }
    candles = [item for item in read(Venue.KALSHI, body).items if isinstance(item, Candle)]
    assert [86_400] == [candle.period_seconds for candle in candles]
    markets = read(Venue.POLYMARKET, {"fetched_at": "2026-02-13T19:26:13+00:00", "markets": [MARKET]}).items
    assert datetime(2026, 2, 13, 19, 26, 13, tzinfo=UTC) == markets[0].received_at  # type: ignore[attr-defined]


def test_a_bad_record_is_named_and_its_neighbours_are_kept() -> None:
    bad = {**MARKET, "conditionId": "0xcd", "bestBid": "high"}
    decoded = read(Venue.POLYMARKET, {"data": [MARKET, bad, {**MARKET, "conditionId": "0xef"}]})
    assert ["0xab", "0xef"] == [item.id for item in decoded.items if isinstance(item, Market)]
    assert ["data[1] id=7: bestBid: Invalid decimal string"] == [str(refused) for refused in decoded.refused]
    assert 3 == decoded.records


@pytest.mark.parametrize("body", [{"foo": 1}, [{"foo": 1}], [1, 2], "text", {"a": "{not json"}])
def test_a_body_of_no_known_shape_is_counted_and_kept(body: Any) -> None:
    decoded = read(Venue.KALSHI, body)
    assert ["body"] == [unknown.kind for unknown in decoded.unknown]
    assert json.dumps(body).encode() == decoded.unknown[0].raw
    assert [] == decoded.refused


@pytest.mark.parametrize(
    ("venue", "body"),
    [
        (Venue.POLYMARKET, {"history": []}),
        (Venue.POLYMARKET, []),
        (Venue.POLYMARKET, {"data": [], "next_cursor": "LTE="}),
        (Venue.KALSHI, {"announcements": []}),
        (Venue.KALSHI, {"markets": [], "cursor": ""}),
        (Venue.MANIFOLD, []),
    ],
)
def test_an_empty_answer_is_an_answer(venue: Venue, body: Any) -> None:
    assert Decoded() == read(venue, body)


class TestErrors:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("404 page not found\n", "404"),
            ("Redirecting to https://x/v0 (308)", "308"),
            ("<html>502 Bad Gateway</html>", "502"),
        ],
    )
    def test_plain_text(self, text: str, code: str) -> None:
        decoded = reading(Venue.POLYMARKET).body(text.encode(), Source())
        errors = [item for item in decoded.items if isinstance(item, VenueError)]
        assert [(code, text.strip())] == [(error.code, error.message) for error in errors]

    @pytest.mark.parametrize(
        "body",
        [
            {"message": "No."},
            {"error": "No."},
            {"error": "No.", "status": 429},
            {"code": "no", "message": "No.", "service": "x"},
        ],
    )
    def test_json(self, body: Any) -> None:
        errors = [item for item in read(Venue.MANIFOLD, body).items if isinstance(item, VenueError)]
        assert ["No."] == [error.message for error in errors]

    def test_malformed_json_is_refused(self) -> None:
        decoded = reading(Venue.KALSHI).body(b'{"markets": [{"ticker": ', Source())
        assert ["body"] == [refused.record for refused in decoded.refused]
