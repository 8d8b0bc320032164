"""Fee schedules as data."""

import pytest

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing import FlatFee, QuadraticFee, fee_schedule, uncertainty_at


class TestFlatFee:
    @pytest.mark.parametrize(
        ("gross", "fee"), [(10_000, 1), (10_001, 2), (1, 1), (0, 0), (2**63 - 1, 922_337_203_685_478)]
    )
    def test_is_rounded_up(self, gross: int, fee: int) -> None:
        assert FlatFee(1).charge(Units(gross), 0) == fee


class TestQuadraticFee:
    def test_is_dearest_at_even_odds(self) -> None:
        schedule = QuadraticFee(100_000)
        fees = [
            schedule.charge(Units(0), uncertainty_at(Price(price), Shares(10**9)))
            for price in (0, 100_000, 500_000, 900_000)
        ]
        assert fees == [0, 9_000_000, 25_000_000, 9_000_000]

    def test_is_rounded_up(self) -> None:
        assert QuadraticFee(1).charge(Units(0), 1) == 1


class TestFeeSchedule:
    @pytest.mark.parametrize("fee", [FlatFee(0), FlatFee(250), QuadraticFee(70_000)])
    def test_is_rebuilt_from_kind_and_rate(self, fee: FlatFee | QuadraticFee) -> None:
        assert fee_schedule(fee.kind, fee.rate) == fee

    @pytest.mark.parametrize(
        ("kind", "rate"), [("flat", -1), ("flat", 10_001), ("quadratic", -1), ("quadratic", 1_000_001)]
    )
    def test_rate_out_of_range(self, kind: str, rate: int) -> None:
        with pytest.raises(ValueError, match="a fee rate lies between"):
            fee_schedule(kind, rate)

    def test_unknown_kind(self) -> None:
        with pytest.raises(ValueError, match="'cubic'"):
            fee_schedule("cubic", 1)
