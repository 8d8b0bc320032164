"""Kalshi's books: signed increments, numbers that count every frame, NO bids as YES asks."""

import json
from decimal import Decimal
from typing import Any

from oraculum_market_data.book import Applied, TroubleKind
from oraculum_market_data.venues.kalshi.bookkeeper import KalshiBooks
from oraculum_market_data.venues.kalshi.socket import KalshiSocket


class Connection:
    """A connection whose frames are numbered by hand."""

    def __init__(self, window: int = 3) -> None:
        self.socket = KalshiSocket()
        self.books = KalshiBooks(window)

    def frame(self, kind: str, number: int | None, message: Any, stream: int = 1) -> Applied:
        """Receive a frame."""
        head = {"type": kind, "sid": stream, **({} if number is None else {"seq": number})}
        return self.books.apply(self.socket.decode(json.dumps({**head, "msg": message})))

    def snapshot(self, number: int, market: str = "K-1", stream: int = 1) -> Applied:
        """Receive a book: YES is bid at 0.40 and asked at 0.45."""
        message = {
            "market_ticker": market,
            "yes_dollars_fp": [["0.3900", "1.00"], ["0.4000", "10.00"]],
            "no_dollars_fp": [["0.5400", "1.00"], ["0.5500", "5.00"]],
        }
        return self.frame("orderbook_snapshot", number, message, stream)

    def delta(self, number: int, side: str, at: str, change: str, market: str = "K-1") -> Applied:
        """Receive a change."""
        return self.frame(
            "orderbook_delta",
            number,
            {"market_ticker": market, "price_dollars": at, "delta_fp": change, "side": side},
        )


def top(connection: Connection, market: str = "K-1") -> tuple[Decimal | None, Decimal | None] | None:
    """Bid and ask of YES; None when the book is not trusted."""
    book = connection.books.book(market)
    if book is None:
        return None
    bid, ask = book.best_bid, book.best_ask
    return (bid.price.exact if bid else None, ask.price.exact if ask else None)


def test_no_bids_are_asks_of_yes() -> None:
    connection = Connection()
    quotes = connection.snapshot(1).quotes
    assert (Decimal("0.40"), Decimal("0.45")) == top(connection)
    assert [("yes", "0.4000", "0.4500"), ("no", "0.5500", "0.6000")] == [
        (quote.outcome_id, str(quote.bid), str(quote.ask)) for quote in quotes
    ]


def test_changes_add_up_and_nothing_left_is_no_level() -> None:
    connection = Connection()
    connection.snapshot(1)
    connection.delta(2, "no", "0.5500", "-2.50")
    connection.delta(3, "no", "0.5500", "-2.50")
    connection.delta(4, "yes", "0.4200", "7.00")
    assert (Decimal("0.42"), Decimal("0.46")) == top(connection)


def test_an_answer_that_overtakes_is_waited_for() -> None:
    connection = Connection()
    assert [] == connection.frame("ok", 2, {"market_tickers": ["K-1"]}).troubles
    assert [] == connection.snapshot(1).troubles
    assert [] == connection.delta(3, "yes", "0.4100", "1.00").troubles
    assert (Decimal("0.41"), Decimal("0.45")) == top(connection)


def test_numbers_count_frames_of_every_kind() -> None:
    connection = Connection(window=0)
    connection.snapshot(1)
    troubles = connection.frame("ok", 2, {}).troubles
    troubles += connection.frame("a_kind_of_2027", 3, {}).troubles
    troubles += connection.delta(4, "yes", "0.4100", "1.00").troubles
    assert [] == troubles


def test_a_gap_spoils_every_book_of_its_stream_and_no_other() -> None:
    connection = Connection(window=1)
    connection.snapshot(1, "K-1")
    connection.snapshot(2, "K-2")
    connection.snapshot(1, "K-3", stream=2)
    troubles = connection.delta(4, "yes", "0.4100", "1.00").troubles
    troubles += connection.delta(5, "yes", "0.4100", "1.00").troubles
    assert [("K-1", TroubleKind.GAP), ("K-2", TroubleKind.GAP)] == [
        (one.market_id, one.kind) for one in troubles
    ]
    assert (None, None) == (top(connection, "K-1"), top(connection, "K-2"))
    assert top(connection, "K-3") is not None


def test_changes_are_dropped_until_the_next_snapshot() -> None:
    connection = Connection(window=0)
    connection.snapshot(1)
    connection.delta(3, "yes", "0.4300", "1.00")
    connection.delta(4, "yes", "0.4200", "1.00")
    connection.snapshot(5)
    assert (Decimal("0.40"), Decimal("0.45")) == top(connection)


def test_silence_gives_up_what_is_missing() -> None:
    connection = Connection()
    connection.snapshot(1)
    assert [] == connection.delta(3, "yes", "0.4100", "1.00").troubles
    assert [TroubleKind.GAP] == [one.kind for one in connection.books.flush().troubles]


def test_a_refused_frame_is_a_gap() -> None:
    connection = Connection()
    connection.snapshot(1)
    troubles = connection.frame("orderbook_delta", 2, {"market_ticker": "K-1", "side": "no"}).troubles
    assert [TroubleKind.GAP] == [one.kind for one in troubles]


def test_less_than_nothing_is_a_trouble() -> None:
    connection = Connection()
    connection.snapshot(1)
    troubles = connection.delta(2, "yes", "0.4000", "-10.01").troubles
    assert [TroubleKind.NEGATIVE] == [one.kind for one in troubles]
    assert top(connection) is None


def test_bids_that_meet_asks_are_a_trouble() -> None:
    connection = Connection()
    connection.snapshot(1)
    assert [TroubleKind.CROSSED] == [
        one.kind for one in connection.delta(2, "yes", "0.4500", "1.00").troubles
    ]


def test_a_repeated_frame_is_applied_once() -> None:
    connection = Connection()
    connection.snapshot(1)
    connection.delta(2, "yes", "0.4000", "-4.00")
    connection.delta(2, "yes", "0.4000", "-4.00")
    book = connection.books.book("K-1")
    assert book is not None
    assert Decimal(6) == (book.best_bid.size if book.best_bid else None)


def test_a_book_that_was_never_shown_is_asked_for_once() -> None:
    connection = Connection()
    troubles = (
        connection.delta(1, "yes", "0.4000", "1.00").troubles
        + connection.delta(2, "yes", "0.4000", "1.00").troubles
    )
    assert [TroubleKind.NO_SNAPSHOT] == [one.kind for one in troubles]
