"""Numbers are what the venue wrote, digit for digit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_market_data.figures import (
    Price,
    amount,
    complement,
    price,
    price_of,
    price_of_cents,
    size,
)
from oraculum_market_data.refusals import Refused

decimals = st.decimals(min_value=0, max_value=1, allow_nan=False, allow_infinity=False, places=18)


class TestPrice:
    def test_keeps_every_digit_beside_the_nearest_millionth(self) -> None:
        noisy = price("0.21999995306666104", "price")
        assert "0.21999995306666104" == str(noisy)
        assert 220_000 == noisy.millionths
        assert not noisy.is_whole

    def test_is_whole_where_millionths_say_all(self) -> None:
        plain = price("0.5300", "price")
        assert 530_000 == plain.millionths
        assert plain.is_whole
        assert "0.5300" == str(plain)

    def test_equal_prices_are_one_level_however_they_are_written(self) -> None:
        assert price("0.53", "price").key == price("0.530", "price").key
        assert hash(price("0.53", "price")) == hash(price(".53", "price"))

    def test_a_price_finer_than_a_millionth_is_a_level_of_its_own(self) -> None:
        assert price("0.1234567", "price").key != price("0.123457", "price").key

    def test_cents_are_exact(self) -> None:
        assert Decimal("0.07") == price_of_cents(7, "yes_bid").exact
        assert Decimal("0.005") == price_of_cents(Decimal("0.5"), "yes_bid").exact

    @pytest.mark.parametrize("text", ["1.01", "-0.01", "2", "1.0000001"])
    def test_lies_between_nothing_and_one(self, text: str) -> None:
        with pytest.raises(Refused) as refused:
            price(text, "best_bid")
        assert "best_bid" == refused.value.field
        assert "between 0 and 1" in refused.value.reason

    @given(decimals)
    def test_the_other_side_and_back_is_the_same_price(self, value: Decimal) -> None:
        one = Price(value)
        assert one == complement(complement(one))
        assert 1 == one.exact + complement(one).exact

    @given(decimals)
    def test_text_and_back_is_the_same_price(self, value: Decimal) -> None:
        assert value == Decimal(str(price(format(value, "f"), "price")))


class TestAmount:
    @pytest.mark.parametrize(
        "text", ["10004567.57", ".48", "48.", "-1.84", "1e3", "0", "1802127659574.468085106382978725"]
    )
    def test_reads_what_venues_write(self, text: str) -> None:
        assert Decimal(text) == amount(text, "size")

    @pytest.mark.parametrize(
        "text",
        ["", " 1", "1_0", "NaN", "Infinity", "0x10", "\u0661", "1,5", "1e9999", "--1", "1" * 65, "1e-50"],
    )
    def test_refuses_what_is_no_number_of_a_market(self, text: str) -> None:
        with pytest.raises(Refused, match="size"):
            amount(text, "size")

    def test_a_size_is_not_negative(self) -> None:
        with pytest.raises(Refused, match="cannot be negative"):
            size("-5", "size")

    @pytest.mark.parametrize(
        "value", [Decimal("NaN"), Decimal("Infinity"), Decimal("0E-999999"), Decimal("1E+99")]
    )
    def test_a_decimal_read_by_the_decoder_is_checked_as_well(self, value: Decimal) -> None:
        with pytest.raises(Refused):
            price_of(value, "p")
