"""Searching beside a guess: the answer never depends on how good the guess was."""

from hypothesis import given
from hypothesis import strategies as st

from oraculum_prediction.pricing.search import last_within

integers = st.integers(-(2**70), 2**70)


class TestLastWithin:
    @given(integers, integers)
    def test_finds_the_last_from_any_guess(self, last: int, guess: int) -> None:
        assert last_within(guess, lambda number: number > last) == last

    def test_a_right_guess_takes_two_looks(self) -> None:
        looks: list[int] = []

        def exceeds(number: int) -> bool:
            looks.append(number)
            return number > 7

        assert last_within(7, exceeds) == 7
        assert looks == [7, 8]
