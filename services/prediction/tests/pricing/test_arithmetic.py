"""The decimal context: pinned, because another digit or another rounding is another formula version."""

from decimal import Decimal

import pytest

from oraculum_prediction.pricing import arithmetic


class TestContext:
    def test_forty_digits_rounded_half_even(self) -> None:
        assert str(arithmetic.divide(2, 3)) == "0." + "6" * 39 + "7"
        assert arithmetic.add(Decimal(10) ** 39, Decimal("0.5")) == Decimal(10) ** 39
        assert str(arithmetic.exp(Decimal(-1))) == "0.3678794411714423215955237701614608674458"
        assert str(arithmetic.ln(Decimal(2))) == "0.6931471805599453094172321214581765680755"

    def test_the_all_but_impossible_weighs_nothing(self) -> None:
        assert arithmetic.exp(Decimal(-(10**16))) == 0


class TestRounding:
    @pytest.mark.parametrize(
        ("value", "floor", "nearest"),
        [
            ("2.5", 2, 2),
            ("3.5", 3, 4),
            ("-2.5", -3, -2),
            ("-0.1", -1, 0),
            ("7", 7, 7),
            ("1e30", 10**30, 10**30),
        ],
    )
    def test_to_integers(self, value: str, floor: int, nearest: int) -> None:
        assert arithmetic.floor(Decimal(value)) == floor
        assert arithmetic.nearest(Decimal(value)) == nearest
