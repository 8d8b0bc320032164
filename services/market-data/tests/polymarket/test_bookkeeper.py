"""Polymarket's books: absolute sizes, the venue's own top as the check, one timestamp as the unit."""

from datetime import timedelta
from decimal import Decimal

from oraculum_market_data.book import TroubleKind
from oraculum_market_data.figures import price
from oraculum_market_data.moments import EPOCH
from oraculum_market_data.normal import BookDelta, BookSnapshot, Level, Side, Venue
from oraculum_market_data.venues.polymarket.bookkeeper import PolymarketBooks


def snapshot(at: int = 0, bid: str = "0.4", ask: str = "0.6") -> BookSnapshot:
    """A book with ten on both sides."""
    return BookSnapshot(
        venue=Venue.POLYMARKET,
        market_id="m",
        outcome_id="1",
        bids=(Level(price(bid, "bid"), Decimal(10)),),
        asks=(Level(price(ask, "ask"), Decimal(10)),),
        venue_time=EPOCH + timedelta(milliseconds=at),
    )


def delta(side: Side, at_price: str, size: int, top: tuple[str, str] | None, at: int = 1) -> BookDelta:
    """A change, and the top that the venue names after it."""
    return BookDelta(
        venue=Venue.POLYMARKET,
        market_id="m",
        outcome_id="1",
        side=side,
        price=price(at_price, "price"),
        size=Decimal(size),
        best_bid=None if top is None else price(top[0], "best_bid"),
        best_ask=None if top is None else price(top[1], "best_ask"),
        venue_time=EPOCH + timedelta(milliseconds=at),
    )


def test_a_size_is_what_is_left() -> None:
    books = PolymarketBooks()
    books.apply([snapshot()])
    books.apply([delta(Side.BID, "0.4", 3, ("0.4", "0.6"))])
    book = books.book("1")
    assert book is not None
    assert book.best_bid == Level(price("0.4", "bid"), Decimal(3))


def test_only_a_changed_top_is_told() -> None:
    books = PolymarketBooks()
    assert 1 == len(books.apply([snapshot()]).quotes)
    assert [] == books.apply([delta(Side.BID, "0.3", 5, ("0.4", "0.6"))]).quotes
    assert ["0.45"] == [
        str(quote.bid) for quote in books.apply([delta(Side.BID, "0.45", 5, ("0.45", "0.6"))]).quotes
    ]


def test_a_crossing_within_one_timestamp_is_no_news() -> None:
    books = PolymarketBooks()
    books.apply([snapshot()])
    first = books.apply([delta(Side.ASK, "0.35", 5, ("0.3", "0.35"), at=7)])
    second = books.apply([delta(Side.BID, "0.4", 0, ("0", "0.35"), at=7)])
    assert [] == first.quotes + first.troubles + second.troubles
    assert [(None, "0.35")] == [(quote.bid, str(quote.ask)) for quote in second.quotes]


def test_a_crossing_of_which_old_frames_say_nothing_is_no_news_either() -> None:
    books = PolymarketBooks()
    books.apply([snapshot()])
    assert [] == books.apply([delta(Side.ASK, "0.35", 5, None, at=7)]).quotes
    settled = books.apply([delta(Side.BID, "0.4", 0, None, at=7)])
    assert [(None, "0.35")] == [(quote.bid, str(quote.ask)) for quote in settled.quotes]


def test_a_crossing_that_outlives_its_timestamp_is_a_trouble() -> None:
    books = PolymarketBooks()
    books.apply([snapshot()])
    books.apply([delta(Side.ASK, "0.35", 5, ("0.3", "0.35"), at=7)])
    later = books.apply([delta(Side.BID, "0.1", 1, ("0.3", "0.35"), at=8)])
    assert [TroubleKind.CROSSED] == [trouble.kind for trouble in later.troubles]
    assert books.book("1") is None


def test_a_top_that_the_venue_does_not_confirm_is_a_trouble() -> None:
    books = PolymarketBooks()
    books.apply([snapshot()])
    assert [] == books.apply([delta(Side.BID, "0.3", 5, ("0.45", "0.6"))]).troubles
    assert [TroubleKind.MISMATCH] == [trouble.kind for trouble in books.flush().troubles]
    assert books.book("1") is None


def test_a_snapshot_mends_a_book() -> None:
    books = PolymarketBooks()
    books.apply([snapshot()])
    books.apply([delta(Side.BID, "0.3", 5, ("0.45", "0.6"))])
    books.flush()
    books.apply([snapshot(at=9)])
    assert books.book("1") is not None


def test_a_change_from_before_the_snapshot_is_in_it_already() -> None:
    books = PolymarketBooks()
    books.apply([snapshot(at=9)])
    books.apply([delta(Side.BID, "0.5", 5, ("0.5", "0.6"), at=3)])
    book = books.book("1")
    assert book is not None
    assert 1 == len(book.bids)


def test_a_book_that_was_never_shown_is_asked_for_once() -> None:
    books = PolymarketBooks()
    one = books.apply([delta(Side.BID, "0.5", 5, None)])
    two = books.apply([delta(Side.BID, "0.5", 6, None)])
    assert [TroubleKind.NO_SNAPSHOT] == [trouble.kind for trouble in one.troubles + two.troubles]


def test_old_frames_name_no_top_and_are_believed() -> None:
    books = PolymarketBooks()
    books.apply([snapshot()])
    applied = books.apply([delta(Side.BID, "0.5", 5, None)])
    assert ["0.5"] == [str(quote.bid) for quote in applied.quotes]


def test_a_change_below_a_top_that_the_venue_denies_is_a_trouble() -> None:
    """Though our own top stands as it was told, a change of it was lost."""
    books = PolymarketBooks()
    books.apply([snapshot()])
    books.apply([delta(Side.BID, "0.3", 5, ("0.4", "0.6"), at=1)])
    assert [] == books.apply([delta(Side.BID, "0.2", 5, ("0.4", "0.55"), at=2)]).troubles
    assert [TroubleKind.MISMATCH] == [trouble.kind for trouble in books.flush().troubles]


def test_what_waited_for_the_rest_of_its_timestamp_is_over_when_the_old_top_is_back() -> None:
    books = PolymarketBooks()
    books.apply([snapshot()])
    books.apply([delta(Side.ASK, "0.35", 5, ("0.4", "0.35"), at=7)])
    books.apply([delta(Side.ASK, "0.35", 0, ("0.4", "0.6"), at=7)])
    assert ([], []) == ((later := books.flush()).quotes, later.troubles)
    assert books.book("1") is not None
