"""The book: who stands where, what a fork may do, and what an order's fills cost together."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trading_floor import order_id, resting

from oraculum_money import PRICE_ONE, Shares, mul_div_ceil, mul_div_floor
from oraculum_prediction.pricing import Book, Resting, Side

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

prices = st.integers(1, 999_999)


def numbers(book: Book, outcome: int, side: Side) -> list[int]:
    return [each.priority for each in book.ladder(outcome, side)]


class TestLadders:
    def test_the_best_price_goes_first_and_the_earlier_of_two(self) -> None:
        book = Book(
            [
                resting(3, 0, Side.BUY, 400_000, 1),
                resting(1, 0, Side.BUY, 400_000, 1),
                resting(2, 0, Side.BUY, 500_000, 1),
                resting(4, 0, Side.SELL, 600_000, 1),
                resting(5, 0, Side.SELL, 550_000, 1),
                resting(6, 1, Side.SELL, 10_000, 1),
            ]
        )
        assert [2, 1, 3] == numbers(book, 0, Side.BUY)
        assert [5, 4] == numbers(book, 0, Side.SELL)
        assert [] == numbers(book, 1, Side.BUY)
        assert 6 == len(book)

    @given(st.lists(st.tuples(prices, st.booleans()), max_size=30), st.randoms())
    def test_are_sorted_whatever_comes_and_goes(self, orders: list[tuple[int, bool]], random) -> None:
        book, present = Book(), {}
        for number, (price, leaves) in enumerate(orders, start=1):
            present[number] = resting(number, 0, Side.SELL, price, 1)
            book.add(present[number])
            if leaves:
                gone = random.choice(sorted(present))
                assert present.pop(gone) == book.remove(order_id(gone))
        assert sorted(present.values(), key=lambda each: each.rank) == list(book.ladder(0, Side.SELL))
        assert {order_id(number) for number in present} == {each.order_id for each in book}

    def test_an_order_rests_once(self) -> None:
        book = Book([resting(1, 0, Side.BUY, 400_000, 1)])
        with pytest.raises(ValueError, match="rests already"):
            book.add(resting(1, 1, Side.SELL, 600_000, 1))

    def test_what_does_not_rest_cannot_leave(self) -> None:
        with pytest.raises(KeyError):
            Book().remove(order_id(1))

    def test_a_replaced_order_stands_where_its_price_and_priority_say(self) -> None:
        book = Book([resting(number, 0, Side.BUY, 400_000, 5) for number in (1, 2, 3)])
        book.replace(
            Resting(order_id(1), order_id(1), 0, Side.BUY, resting(1, 0, Side.BUY, 1, 1).price, Shares(5), 9)
        )
        assert [2, 3, 9] == numbers(book, 0, Side.BUY)


class TestForks:
    def test_leave_the_older_book_as_it_was(self) -> None:
        book = Book([resting(number, number % 2, Side.BUY, 400_000, 5) for number in range(1, 7)])
        before = {(outcome, side): numbers(book, outcome, side) for outcome in (0, 1) for side in Side}
        fork = book.fork()
        fork.remove(order_id(2))
        fork.add(resting(9, 1, Side.SELL, 700_000, 1))
        twice = fork.fork()
        twice.remove(order_id(1))
        assert before == {
            (outcome, side): numbers(book, outcome, side) for outcome in (0, 1) for side in Side
        }
        assert ([4, 6], [1, 3, 5]) == (numbers(fork, 0, Side.BUY), numbers(fork, 1, Side.BUY))
        assert [3, 5] == numbers(twice, 1, Side.BUY)
        assert (6, 6, 5) == (len(book), len(fork), len(twice))
        assert order_id(2) in book
        assert book.get(order_id(9)) is None


class TestMoney:
    @given(
        prices,
        st.lists(st.integers(1, 10**6), min_size=1, max_size=20),
        st.integers(0, 99),
        st.sampled_from(Side),
    )
    def test_fills_cost_together_what_one_fill_costs(
        self, price: int, parts: list[int], before: int, side: Side
    ) -> None:
        """A bid never takes more than its reserve, a sale is never paid less than the floor of all of it."""
        now = first = resting(1, 0, side, price, sum(parts), filled=before)
        gross = 0
        for part in parts:
            assert now is not None
            gross += now.gross_of(Shares(part))
            exact = mul_div_ceil if side is Side.BUY else mul_div_floor
            done = now.filled + part
            assert gross == exact(done, price, PRICE_ONE) - exact(before, price, PRICE_ONE)
            now = now.after(Shares(part))
        assert now is None
        if side is Side.BUY:
            assert gross == first.reserve <= mul_div_ceil(sum(parts), price, PRICE_ONE)
        else:
            assert gross >= mul_div_floor(sum(parts), price, PRICE_ONE)

    @pytest.mark.parametrize(("price", "left"), [(0, 1), (1_000_000, 1), (500_000, 0)])
    def test_what_cannot_rest(self, price: int, left: int) -> None:
        with pytest.raises(ValueError, match="rests"):
            resting(1, 0, Side.BUY, price, left)

    def test_time_runs_out_at_the_moment_itself(self) -> None:
        order = Resting(
            order_id(1),
            order_id(2),
            0,
            Side.BUY,
            resting(1, 0, Side.BUY, 5, 1).price,
            Shares(1),
            1,
            expires_at=NOON,
        )
        second = timedelta(seconds=1)
        assert [False, True, True, False] == [
            order.expired(moment) for moment in (NOON - second, NOON, NOON + second, None)
        ]
