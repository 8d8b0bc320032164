"""The largest remainder: exact sums, fair parts, ties to the lower index."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_prediction.pricing.apportionment import apportion


class TestApportion:
    @pytest.mark.parametrize(
        ("weights", "parts"),
        [((1, 1, 1), (34, 33, 33)), ((1, 1), (50, 50)), ((0, 5), (0, 100)), ((2, 3, 1), (33, 50, 17)), ((1,) * 8, (13,) * 4 + (12,) * 4)],
    )  # fmt: skip
    def test_of_a_hundred(self, weights: tuple[int, ...], parts: tuple[int, ...]) -> None:
        assert apportion(weights, 100) == parts

    @given(st.lists(st.integers(0, 2**70), min_size=1, max_size=20).filter(any), st.integers(0, 2**63))
    def test_adds_up_and_is_never_one_away(self, weights: list[int], whole: int) -> None:
        parts = apportion(weights, whole)
        assert sum(parts) == whole
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - Fraction(weight * whole, sum(weights))) < 1
