"""Void prices: averages over time that pay a complete set exactly one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_money import Price
from oraculum_prediction.pricing import PricePoint, void_prices

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def at(minutes: float, yes: int) -> PricePoint:
    return PricePoint(NOON + timedelta(minutes=minutes), (Price(1_000_000 - yes), Price(yes)))


def average(*points: PricePoint, start: int = 0, end: int = 60) -> tuple[int, ...]:
    return void_prices(points, NOON + timedelta(minutes=start), NOON + timedelta(minutes=end))


class TestVoidPrices:
    def test_each_price_counts_for_its_time(self) -> None:
        """Half an hour at 0.5, twenty minutes at 0.6, ten at 0.9: 0.6 together."""
        assert average(at(0, 500_000), at(30, 600_000), at(50, 900_000)) == (400_000, 600_000)

    def test_the_price_at_the_start_is_the_last_before_it(self) -> None:
        assert average(at(-90, 100_000), at(-30, 500_000), at(30, 700_000)) == (400_000, 600_000)

    def test_what_comes_after_the_end_does_not_count(self) -> None:
        assert average(at(-1, 500_000), at(60, 900_000), at(61, 900_000)) == (500_000, 500_000)

    def test_before_the_first_price_the_first_holds(self) -> None:
        assert average(at(30, 700_000)) == (300_000, 700_000)

    def test_of_several_at_one_moment_the_last_holds(self) -> None:
        assert average(at(0, 100_000), at(0, 200_000), at(30, 300_000), at(30, 400_000)) == (700_000, 300_000)

    def test_a_pump_of_a_second_moves_it_by_its_second(self) -> None:
        assert average(at(0, 500_000), at(59, 999_900), at(59 + 1 / 60, 500_000)) == (499_861, 500_139)

    def test_an_interval_without_length_has_the_price_of_its_moment(self) -> None:
        points = (at(-10, 200_000), at(0, 300_000), at(10, 400_000))
        assert average(*points, start=0, end=0) == (700_000, 300_000)
        assert average(*points, start=-20, end=-20) == (800_000, 200_000)

    @pytest.mark.parametrize(
        ("points", "start", "message"),
        [((), 0, "no price"), ((at(0, 1),), 61, "ends before"), ((at(1, 1), at(0, 1)), 0, "order of time")],
    )
    def test_what_cannot_be_averaged(self, points: tuple[PricePoint, ...], start: int, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            average(*points, start=start)

    @given(st.lists(st.tuples(st.integers(-100, 160), st.integers(0, 1_000_000)), min_size=1, max_size=20))
    def test_adds_up_to_one_and_lies_between(self, drawn: list[tuple[int, int]]) -> None:
        vector = average(*(at(minutes, yes) for minutes, yes in sorted(drawn)))
        assert sum(vector) == 1_000_000
        yes = [price for _, price in drawn]
        assert min(yes) <= vector[1] <= max(yes)
