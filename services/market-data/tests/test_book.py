"""The two sides of a book."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from oraculum_market_data.book import Ladder, OrderBook
from oraculum_market_data.figures import Price, price
from oraculum_market_data.normal import Level, Venue

changes = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), max_size=60)


def level(at: str, size: str) -> Level:
    """A level."""
    return Level(price(at, "price"), Decimal(size))


@given(changes)
def test_a_ladder_is_what_was_put_last_at_each_price(puts: list[tuple[int, int]]) -> None:
    ladder, expected = Ladder(), dict[Decimal, Decimal]()
    for twentieth, size in puts:
        at = Decimal(twentieth) / 20
        ladder.put(Price(at), Decimal(size))
        expected[at] = Decimal(size)
    standing = sorted((at, size) for at, size in expected.items() if size)
    assert standing == [(one.price.exact, one.size) for one in ladder.rising()]
    assert (standing[-1][0] if standing else None) == (ladder.highest.price.exact if ladder.highest else None)
    assert (standing[0][0] if standing else None) == (ladder.lowest.price.exact if ladder.lowest else None)
    assert len(standing) == len(ladder)


@given(changes)
def test_growing_and_shrinking_adds_up(steps: list[tuple[int, int]]) -> None:
    ladder, at = Ladder(), price("0.5", "price")
    total = Decimal(0)
    for sign, size in steps:
        change = Decimal(size) if sign % 2 else -Decimal(size)
        left = ladder.grow(at, change)
        assert left == max(total, Decimal(0)) + change
        total = max(left, Decimal(0))
    assert (total or None) == (ladder.highest.size if ladder.highest else None)


def test_one_price_written_two_ways_is_one_level() -> None:
    ladder = Ladder([level("0.50", "3")])
    ladder.put(price("0.5", "price"), Decimal(0))
    assert 0 == len(ladder)


def test_venues_list_levels_in_any_order() -> None:
    book = OrderBook(
        bids=[level("0.3", "1"), level("0.1", "1"), level("0.2", "1")],
        asks=[level("0.6", "1"), level("0.4", "2"), level("0.5", "1")],
    )
    quote = book.quote(Venue.KALSHI, "m", "yes", venue_time=None, received_at=None)
    assert (price("0.3", "bid"), price("0.4", "ask"), Decimal(2)) == (quote.bid, quote.ask, quote.ask_size)


def test_a_book_is_crossed_when_a_bid_meets_an_ask() -> None:
    assert OrderBook([level("0.4", "1")], [level("0.4", "1")]).is_crossed
    assert not OrderBook([level("0.3", "1")], [level("0.4", "1")]).is_crossed
    assert not OrderBook([level("0.4", "1")], []).is_crossed
