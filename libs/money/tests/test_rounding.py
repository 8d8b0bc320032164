"""Rounding: exact at any size, floor below and ceiling above."""

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_money import INT64_MAX, INT64_MIN, mul_div_ceil, mul_div_floor

int64s = st.integers(INT64_MIN, INT64_MAX)
divisors = st.integers(1, INT64_MAX)


class TestMulDiv:
    @given(int64s, int64s, divisors)
    def test_agrees_with_exact_fractions(self, multiplicand: int, multiplier: int, divisor: int) -> None:
        exact = Fraction(multiplicand * multiplier, divisor)
        assert floor(exact) == mul_div_floor(multiplicand, multiplier, divisor)
        assert ceil(exact) == mul_div_ceil(multiplicand, multiplier, divisor)

    def test_largest_product_does_not_overflow(self) -> None:
        assert mul_div_floor(INT64_MAX, INT64_MAX, INT64_MAX) == INT64_MAX

    @pytest.mark.parametrize("divisor", [0, -1])
    def test_divisor_must_be_positive(self, divisor: int) -> None:
        with pytest.raises(ValueError, match="divisor must be positive"):
            mul_div_floor(1, 1, divisor)
        with pytest.raises(ValueError, match="divisor must be positive"):
            mul_div_ceil(1, 1, divisor)
