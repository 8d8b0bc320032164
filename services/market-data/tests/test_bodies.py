"""Records are found by their shape, whatever they are wrapped in."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from oraculum_market_data.decoding import Decoded, Source
from oraculum_market_data.normal import BookSnapshot, Candle, Market, PricePoint, Reference, Venue, VenueError
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


@pytest.mark.parametrize("body", [[MARKET, {"sky": "blue"}], {"markets": [{"sky": "blue"}, MARKET]}])
def test_a_stranger_among_records_is_counted_and_kept(body: Any) -> None:
    decoded = read(Venue.POLYMARKET, body)
    assert (2, ["record"]) == (decoded.records, [unknown.kind for unknown in decoded.unknown])
    assert {"sky": "blue"} == json.loads(decoded.unknown[0].raw)


def test_a_page_of_strangers_alone_is_not_an_empty_page() -> None:
    decoded = read(Venue.KALSHI, {"markets": [{"sky": "blue"}, {"sky": "grey"}], "cursor": ""})
    assert (2, 2) == (decoded.records, len(decoded.unknown))


def test_what_is_paid_beside_trades_is_handed_on() -> None:
    """The list of what a person did holds trades, redemptions and bonuses; the last name no market."""
    rows = [
        {
            "timestamp": 1,
            "conditionId": "0xab",
            "type": "REDEEM",
            "size": 10,
            "usdcSize": 0,
            "outcomeIndex": 999,
        },
        {"timestamp": 2, "type": "BONUS", "size": 5, "usdcSize": 5},
    ]
    decoded = read(Venue.POLYMARKET, rows)
    assert ["activity", "activity"] == [item.what for item in decoded.items if isinstance(item, Reference)]
    assert [] == decoded.unknown


def test_words_beside_records_are_no_page() -> None:
    """A record of a kind that nobody told us of is counted even where it has a list called as a page of ours."""
    decoded = read(Venue.POLYMARKET, {"markets": [{"sky": "blue", "tags": ["weather"]}]})
    assert (1, ["record"]) == (decoded.records, [unknown.kind for unknown in decoded.unknown])


def test_a_market_within_the_answer_to_a_look_up_is_a_market() -> None:
    market = {"ticker": "KXBOTH-1-A", "event_ticker": "KXBOTH-1", "status": "active"}
    decoded = read(
        Venue.KALSHI, {"event_ticker": "KXBOTH-1", "market_ticker": "KXBOTH-1-A", "market": market}
    )
    assert ["KXBOTH-1-A"] == [item.id for item in decoded.items if isinstance(item, Market)]


def test_what_a_leg_of_a_combination_is_is_handed_on() -> None:
    leg = {
        "id": "1",
        "condition_id": "0xab",
        "position_ids": ["1", "2"],
        "outcomes": ["Yes", "No"],
        "tags": ["a"],
    }
    (item,) = read(Venue.POLYMARKET, {"markets": [leg], "next_cursor": "NA"}).items
    assert isinstance(item, Reference)
    assert ("combo_leg", "0xab") == (item.what, item.market_id)
