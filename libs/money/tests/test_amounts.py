"""Amounts: what is read, what is refused and why, and that writing undoes reading."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_money import (
    ASSETS,
    INT64_MAX,
    INT64_MIN,
    AmountOutOfRange,
    Asset,
    MalformedAmount,
    MoneyError,
    TooManyDecimals,
    Units,
    UnknownAsset,
    asset,
    format_units,
    parse_shares,
    parse_units,
)

USDC = asset("USDC")
ETH = asset("ETH")

assets = st.sampled_from(sorted(ASSETS.values(), key=lambda each: each.code))
int64s = st.integers(INT64_MIN, INT64_MAX)


class TestAsset:
    def test_decimals_are_those_of_the_platform(self) -> None:
        assert {code: each.decimals for code, each in ASSETS.items()} == {
            "USD": 6,
            "USDC": 6,
            "SOL": 9,
            "ETH": 9,
        }

    def test_one_is_a_whole_unit(self) -> None:
        assert (USDC.one, ETH.one) == (1_000_000, 1_000_000_000)

    def test_unknown_code_names_itself_and_the_known(self) -> None:
        with pytest.raises(UnknownAsset, match=r"'DOGE'.*USD, USDC, SOL, ETH"):
            asset("DOGE")

    @pytest.mark.parametrize("code", ["usdc", "", " USDC", "USDC\n"])
    def test_code_is_matched_as_written(self, code: str) -> None:
        with pytest.raises(UnknownAsset):
            asset(code)


class TestParseUnits:
    @pytest.mark.parametrize(
        ("value", "units"),
        [
            ("12.50", 12_500_000),
            ("12", 12_000_000),
            ("0", 0),
            ("-0", 0),
            ("0.000001", 1),
            ("-3.25", -3_250_000),
            ("1.5000000000", 1_500_000),
            (7, 7_000_000),
            (Decimal("0.1"), 100_000),
            (Decimal("1E+5"), 100_000_000_000),
            (Decimal("0E-500000"), 0),
            ("9223372036854.775807", INT64_MAX),
            ("-9223372036854.775808", INT64_MIN),
        ],
    )
    def test_exact_values_are_read(self, value: str | int | Decimal, units: int) -> None:
        assert units == parse_units(value, USDC)

    @pytest.mark.parametrize(
        "text",
        ["", " ", "1e5", "1E5", "NaN", "inf", "-inf", "Infinity", "+1", "1.", ".5", "1.2.3", "007", "--1", "1_000",
         "1,000", " 1", "1 ", "1\n", "\u0661\u0662", "\uff11", "0x10", "1" * 65, "0." + "0" * 100, "\x00", "-", "½"],
    )  # fmt: skip
    def test_what_is_no_plain_decimal_is_refused(self, text: str) -> None:
        with pytest.raises(MalformedAmount):
            parse_units(text, USDC)

    @pytest.mark.parametrize(
        "value", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-Infinity")]
    )
    def test_decimals_that_are_no_number_are_refused(self, value: Decimal) -> None:
        with pytest.raises(MalformedAmount):
            parse_units(value, USDC)

    @pytest.mark.parametrize("value", [0.5, 1.0, True, None, b"1"])
    def test_other_types_are_refused(self, value: object) -> None:
        with pytest.raises(MalformedAmount):
            parse_units(value, USDC)  # type: ignore[arg-type]

    @pytest.mark.parametrize("value", ["0.0000001", Decimal("0.0000001"), "1.2345678", Decimal("1E-999999")])
    def test_too_many_decimals_are_refused(self, value: str | Decimal) -> None:
        with pytest.raises(TooManyDecimals, match="at most 6 decimals"):
            parse_units(value, USDC)

    @pytest.mark.parametrize(
        "value",
        ["9223372036854.775808", "-9223372036854.775809", 10**30, Decimal("1E+30"), Decimal("1E+999999")],
    )
    def test_beyond_an_int64_is_refused(self, value: str | int | Decimal) -> None:
        with pytest.raises(AmountOutOfRange):
            parse_units(value, USDC)

    def test_decimals_are_the_assets_own(self) -> None:
        assert parse_units("0.000000001", ETH) == 1
        assert parse_shares("0.25", ETH) == 250_000_000

    @given(st.text(max_size=70), assets)
    def test_any_text_is_read_or_refused_by_name(self, text: str, of: Asset) -> None:
        """Nothing but a MoneyError comes out, and what is read equals what Decimal reads."""
        try:
            units = parse_units(text, of)
        except MoneyError:
            return
        assert Decimal(units) == Decimal(text).scaleb(of.decimals)

    @given(st.decimals(), assets)
    def test_any_decimal_is_read_exactly_or_refused_by_name(self, value: Decimal, of: Asset) -> None:
        try:
            units = parse_units(value, of)
        except MoneyError:
            return
        assert Decimal(units).scaleb(-of.decimals) == value


class TestFormatUnits:
    @pytest.mark.parametrize(
        ("units", "text"),
        [
            (12_500_000, "12.50"),
            (0, "0.00"),
            (1, "0.000001"),
            (-1, "-0.000001"),
            (1_000_000, "1.00"),
            (1_230_000, "1.23"),
            (1_234_000, "1.234"),
            (INT64_MAX, "9223372036854.775807"),
            (INT64_MIN, "-9223372036854.775808"),
        ],
    )
    def test_is_exact_with_two_decimals_at_least(self, units: int, text: str) -> None:
        assert text == format_units(Units(units), USDC)

    @given(int64s.map(Units), assets)
    def test_parsing_undoes_it(self, units: Units, of: Asset) -> None:
        assert units == parse_units(format_units(units, of), of)
