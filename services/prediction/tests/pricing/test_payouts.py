"""Payout vectors and what they pay."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_money import AmountOutOfRange, Price, Shares
from oraculum_prediction.pricing import payout, payout_vector, scalar_payout, winner_takes_all


class TestWinnerTakesAll:
    def test_pays_the_winner_alone(self) -> None:
        assert winner_takes_all(3, 1) == (0, 1_000_000, 0)

    @pytest.mark.parametrize("winner", [-1, 3])
    def test_winner_is_an_outcome(self, winner: int) -> None:
        with pytest.raises(ValueError, match="outcomes 0 to 2"):
            winner_takes_all(3, winner)


class TestScalarPayout:
    @pytest.mark.parametrize(
        ("value", "no", "yes"),
        [
            (Decimal(15), 500_000, 500_000),
            (Decimal("12.5"), 750_000, 250_000),
            (10, 1_000_000, 0),
            (20, 0, 1_000_000),
            (Decimal(-5), 1_000_000, 0),
            (Decimal("1E+999999"), 0, 1_000_000),
            (Decimal("10.00001"), 999_999, 1),
            (Decimal("10.000005"), 1_000_000, 0),
        ],
    )
    def test_between_ten_and_twenty(self, value: Decimal | int, no: int, yes: int) -> None:
        assert scalar_payout(value, 10, 20) == (no, yes)

    def test_bounds_may_be_negative_and_fractional(self) -> None:
        assert scalar_payout(Decimal(0), Decimal("-0.5"), Decimal("1.0")) == (666_667, 333_333)

    @pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1)])
    def test_bounds_out_of_order(self, low: int, high: int) -> None:
        with pytest.raises(ValueError, match="lower bound"):
            scalar_payout(1, low, high)

    @pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
    def test_no_number(self, value: Decimal) -> None:
        with pytest.raises(ValueError, match="finite"):
            scalar_payout(value, 0, 1)

    @given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6))
    def test_adds_up_to_one(self, value: Decimal) -> None:
        assert sum(scalar_payout(value, -1_000, 1_000)) == 1_000_000


class TestPayout:
    def test_a_winning_share_pays_one_unit_without_rounding(self) -> None:
        assert payout((Shares(12_345_678), Shares(7)), winner_takes_all(2, 1)) == 7

    def test_is_rounded_down_once(self) -> None:
        """Half a unit for each of the two outcomes is one unit together."""
        assert payout((Shares(1), Shares(1)), payout_vector([500_000, 500_000])) == 1
        assert payout((Shares(1), Shares(0)), payout_vector([500_000, 500_000])) == 0

    def test_partial_result(self) -> None:
        """YES at 0.35: 30 YES pay 10.5, 44 NO pay 28.6."""
        vector = payout_vector([650_000, 350_000])
        assert payout((Shares(0), Shares(30_000_000)), vector) == 10_500_000
        assert payout((Shares(44_000_000), Shares(0)), vector) == 28_600_000

    def test_beyond_an_int64_is_said(self) -> None:
        with pytest.raises(AmountOutOfRange):
            payout((Shares(2**63), Shares(2**63)), payout_vector([500_000, 500_000]))


class TestPayoutVector:
    @pytest.mark.parametrize("millionths", [(500_000, 500_001), (-1, 5), (1_000_001, 0)])
    def test_pays_one_at_most(self, millionths: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match="adds up to one at most"):
            payout_vector(millionths)

    def test_may_pay_less(self) -> None:
        assert payout_vector((0, 0)) == (Price(0), Price(0))
