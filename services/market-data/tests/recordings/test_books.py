"""Books and streams of the recordings, level by level."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oraculum_market_data.book import TroubleKind
from oraculum_market_data.decoding import Source
from oraculum_market_data.normal import BookDelta, BookSnapshot, Level, Venue
from oraculum_market_data.venues.kalshi.bookkeeper import KalshiBooks
from oraculum_market_data.venues.polymarket.bookkeeper import PolymarketBooks
from oraculum_market_data.venues.reading import Reading, reading

REPLAY = "polymarket/ws/market__replay_2026-05-19.jsonl"
BURST = "polymarket/ws/market__price_change_crossing-burst_2026-09-29.jsonl"
DEMO = "kalshi/ws/orderbook__demo_session_2026-07-01.jsonl"

Pairs = list[tuple[Decimal, Decimal]]


def pairs(levels: tuple[Level, ...]) -> Pairs:
    """Levels as decimals."""
    return [(level.price.exact, level.size) for level in levels]


def snapshots(read: Reading, path: Path) -> list[BookSnapshot]:
    """All books in a file."""
    payloads = path.read_bytes().splitlines() if path.suffix == ".jsonl" else [path.read_bytes()]
    items = [item for payload in payloads for item in read.body(payload, Source()).items]
    return [item for item in items if isinstance(item, BookSnapshot)]


@pytest.mark.parametrize(
    "name",
    ["clob__book_deep.json", "clob__book_wide-spread_0.001_0.999.json", "clob__books_fed-decision-june.json"],
)
def test_polymarket_books_keep_every_level(recordings: Path, name: str) -> None:
    path = recordings / "polymarket/rest" / name
    raw = json.loads(path.read_text())
    books = raw if isinstance(raw, list) else [raw]
    read = snapshots(reading(Venue.POLYMARKET), path)
    assert len(books) == len(read)
    for expected, actual in zip(books, read, strict=True):
        assert expected["asset_id"] == actual.outcome_id
        assert expected["market"] == actual.market_id
        for side in ("bids", "asks"):
            levels = [(Decimal(level["price"]), Decimal(level["size"])) for level in expected[side]]
            assert levels == pairs(getattr(actual, side))


def test_kalshi_books_of_three_ages_keep_every_level(recordings: Path) -> None:
    folder = recordings / "kalshi/rest"
    read = snapshots(reading(Venue.KALSHI), folder / "orderbook_sdk-serialised_2024-07.json")
    dumped = json.loads((folder / "orderbook_sdk-serialised_2024-07.json").read_text())
    expected = [(ticker, book) for entry in dumped for ticker, book in entry.items()]
    assert [ticker for ticker, _ in expected] == [book.market_id for book in read[::2]]
    for (_, book), yes, no in zip(expected, read[::2], read[1::2], strict=True):
        assert in_cents(book["_yes"]) == pairs(yes.bids)
        assert in_cents(book["_no"]) == pairs(no.bids)
        assert [(1 - price, size) for price, size in pairs(no.bids)] == pairs(yes.asks)


def in_cents(levels: list[list[int]]) -> Pairs:
    """Levels of integer cents as decimals of a dollar."""
    return [(Decimal(cents) / 100, Decimal(count)) for cents, count in levels]


def test_both_forms_of_one_book_are_the_same_book(recordings: Path) -> None:
    folder = recordings / "kalshi/ws"
    in_no_prices = snapshots(reading(Venue.KALSHI), folder / "orderbook_snapshot__noleg-prices.json")
    in_yes_prices = snapshots(reading(Venue.KALSHI), folder / "orderbook_snapshot__yesleg-prices.json")
    assert in_no_prices == in_yes_prices
    assert Decimal("0.35") == min(price for price, _ in pairs(in_yes_prices[0].asks))


def test_the_top_agrees_with_the_venue_after_every_change(recordings: Path) -> None:
    """218 changes of the recorded stream each name the best bid and ask; our book shows the same each time."""
    read, books = reading(Venue.POLYMARKET), PolymarketBooks()
    checked, troubles = 0, []
    for line in (recordings / REPLAY).read_bytes().splitlines():
        decoded = read.frame(line)
        troubles += books.apply(decoded.items).troubles
        for delta in decoded.items:
            if isinstance(delta, BookDelta):
                book = books.book(delta.outcome_id or "")
                assert book is not None
                assert (delta.best_bid, delta.best_ask) == (tops(book)), delta
                checked += 1
    assert checked == 218
    assert troubles + books.flush().troubles == []


def tops(book: Any) -> tuple[Any, Any]:
    """The prices at the top of a book."""
    bid, ask = book.best_bid, book.best_ask
    return (None if bid is None else bid.price, None if ask is None else ask.price)


def test_a_burst_that_crosses_is_told_only_when_it_is_over(recordings: Path) -> None:
    """A taker's order crosses the book for two frames of one millisecond: no quote, no alarm, the right end."""
    read, books = reading(Venue.POLYMARKET), PolymarketBooks()
    lines = (recordings / BURST).read_bytes().splitlines()
    quotes, troubles = [], []
    for line in lines[:-1]:
        applied = books.apply(read.frame(line).items)
        quotes += applied.quotes
        troubles += applied.troubles
    closing = read.frame(lines[-1]).items[0]
    assert isinstance(closing, BookSnapshot)
    kept = books.book(closing.outcome_id or "")
    assert kept is not None
    assert sorted(pairs(closing.bids)) == sorted(pairs(kept.bids.rising()))
    assert sorted(pairs(closing.asks)) == sorted(pairs(kept.asks.rising()))
    assert all(
        quote.bid is None or quote.ask is None or quote.bid.exact < quote.ask.exact for quote in quotes
    )
    # The twin token was never shown, only changed: that is told once, and nothing else.
    assert [trouble.kind for trouble in troubles] == [TroubleKind.NO_SNAPSHOT]


def test_the_demo_session_has_no_gap_and_stays_sane(recordings: Path) -> None:
    """2894 numbers on one subscription over five markets, answers to commands among them."""
    read, books = reading(Venue.KALSHI), KalshiBooks()
    numbers, troubles = [], []
    for line in (recordings / DEMO).read_bytes().splitlines():
        decoded = read.frame(line)
        if decoded.stream == 1:
            numbers.append(decoded.sequence)
        troubles += books.apply(decoded).troubles
    assert list(range(1, 2895)) == numbers
    assert troubles + books.flush().troubles == []


def test_the_demo_session_begins_as_the_answers_say(recordings: Path) -> None:
    """The books that were fetched by REST meanwhile are those of the first snapshots."""
    fetched = snapshots(reading(Venue.KALSHI), recordings / "kalshi/rest/orderbook_demo_session_rest.jsonl")
    streamed = snapshots(reading(Venue.KALSHI), recordings / DEMO)
    assert {(book.market_id, book.outcome_id) for book in fetched} == {
        (book.market_id, book.outcome_id) for book in streamed
    }
    same = [
        book.market_id
        for book in fetched
        if any(book.market_id == one.market_id and book.bids == one.bids for one in streamed)
    ]
    assert len(same) >= 5


def test_an_answer_that_overtakes_is_no_gap(recordings: Path) -> None:
    read, books = reading(Venue.KALSHI), KalshiBooks()
    troubles = []
    for line in (recordings / "kalshi/ws/all-channels__prod_2026-05-20.jsonl").read_bytes().splitlines():
        troubles += books.apply(read.frame(line)).troubles
    assert troubles == []
