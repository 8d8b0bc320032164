"""The decimal context: pinned, because another digit or another rounding is another formula version."""

from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oraculum_prediction.pricing import arithmetic

FORTY_DIGITS = Context(prec=40, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999)


@st.composite
def positive(draw: st.DrawFn) -> Decimal:
    """Any number above zero of forty digits, of any size or as near to one as there is."""
    digits = Decimal(draw(st.integers(min_value=1, max_value=10**40 - 1)))
    if draw(st.booleans()):
        return FORTY_DIGITS.add(1, FORTY_DIGITS.scaleb(digits, -draw(st.integers(40, 80))))
    return FORTY_DIGITS.scaleb(digits, draw(st.integers(-60, 20)))


class TestContext:
    def test_forty_digits_rounded_half_even(self) -> None:
        assert str(arithmetic.divide(2, 3)) == "0." + "6" * 39 + "7"
        assert arithmetic.add(Decimal(10) ** 39, Decimal("0.5")) == Decimal(10) ** 39
        assert str(arithmetic.exp(Decimal(-1))) == "0.3678794411714423215955237701614608674458"
        assert str(arithmetic.ln(Decimal(2))) == "0.6931471805599453094172321214581765680755"

    def test_the_all_but_impossible_weighs_nothing(self) -> None:
        assert arithmetic.exp(Decimal(-(10**16))) == 0


class TestLogarithm:
    @given(value=positive())
    @example(value=Decimal(1))
    @example(value=Decimal(1_000_000))
    @example(value=Decimal("0.000001"))
    @example(value=Decimal("1e-99999"))
    @example(value=Decimal("1e99999"))
    @example(value=FORTY_DIGITS.subtract(2, Decimal("1e-39")))
    def test_is_correctly_rounded(self, value: Decimal) -> None:
        """No digit is another than that of the library, which rounds correctly."""
        assert str(FORTY_DIGITS.ln(value)) == str(arithmetic.ln(value))

    def test_is_correctly_rounded_around_each_point(self) -> None:
        """Where the nearest point becomes the next one."""
        edges = [FORTY_DIGITS.divide(leading, 1024) for leading in range(1024, 2049)]
        steps = (FORTY_DIGITS.plus, FORTY_DIGITS.next_minus, FORTY_DIGITS.next_plus)
        values = [step(edge) for edge in edges for step in steps]
        assert list(map(FORTY_DIGITS.ln, values)) == list(map(arithmetic.ln, values))

    def test_none_of_what_has_none(self) -> None:
        assert arithmetic.ln(Decimal(0)) == Decimal("-Infinity")
        with pytest.raises(InvalidOperation):
            arithmetic.ln(Decimal(-1))


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
