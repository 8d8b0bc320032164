"""Prices: millionths in and out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_money import (
    PRICE_ONE,
    AmountOutOfRange,
    MalformedAmount,
    Price,
    TooManyDecimals,
    format_price,
    parse_price,
)


class TestParsePrice:
    @pytest.mark.parametrize(
        ("value", "millionths"),
        [
            ("0.525", 525_000),
            ("0", 0),
            ("1", 1_000_000),
            ("1.000", 1_000_000),
            (Decimal("0.000001"), 1),
            (1, 1_000_000),
        ],
    )
    def test_exact_values_are_read(self, value: str | int | Decimal, millionths: int) -> None:
        assert millionths == parse_price(value)

    @pytest.mark.parametrize("value", ["1.000001", "-0.1", 2, Decimal("1E+40")])
    def test_outside_zero_to_one_is_refused(self, value: str | int | Decimal) -> None:
        with pytest.raises(AmountOutOfRange):
            parse_price(value)

    def test_finer_than_a_millionth_is_refused(self) -> None:
        with pytest.raises(TooManyDecimals):
            parse_price("0.1234567")

    @pytest.mark.parametrize("value", ["50%", "1e-1", "½", "", 0.5])
    def test_what_is_no_plain_decimal_is_refused(self, value: object) -> None:
        with pytest.raises(MalformedAmount):
            parse_price(value)  # type: ignore[arg-type]


class TestFormatPrice:
    @pytest.mark.parametrize(
        ("millionths", "text"),
        [(525_000, "0.525"), (500_000, "0.50"), (1, "0.000001"), (1_000_000, "1.00"), (0, "0.00")],
    )
    def test_is_exact_with_two_decimals_at_least(self, millionths: int, text: str) -> None:
        assert text == format_price(Price(millionths))

    @given(st.integers(0, PRICE_ONE).map(Price))
    def test_parsing_undoes_it(self, price: Price) -> None:
        assert price == parse_price(format_price(price))
