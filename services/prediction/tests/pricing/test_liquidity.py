"""Opening a market: what it can lose, and what a subsidy pays for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from oraculum_money import Units
from oraculum_prediction.pricing import LIQUIDITY_MAX, LIQUIDITY_MIN, even_odds, liquidity_for, subsidy_for
from oraculum_prediction.pricing.liquidity import prior_for

B = Units(100_000_000)

odds_lists = st.lists(st.integers(1, 10_000), min_size=2, max_size=12)


class TestSubsidy:
    def test_even_odds_of_two(self) -> None:
        """100 ln 2 = 69.3147180560, rounded up."""
        assert subsidy_for(B, even_odds(2)) == 69_314_719

    @pytest.mark.parametrize(
        ("outcomes", "subsidy"), [(3, 109_861_229), (10, 230_258_510), (200, 529_831_737)]
    )
    def test_even_odds_of_many(self, outcomes: int, subsidy: int) -> None:
        """100 ln n, rounded up."""
        assert subsidy_for(B, even_odds(outcomes)) == subsidy

    def test_prior(self) -> None:
        """100 ln(1 / 0.3) = 120.3972804326, rounded up."""
        assert subsidy_for(B, (300_000, 700_000)) == 120_397_281

    @given(st.integers(LIQUIDITY_MIN, LIQUIDITY_MAX).map(Units), odds_lists)
    def test_is_b_ln_of_the_smallest_odds(self, liquidity: Units, odds: list[int]) -> None:
        """Whole-share offsets move the result by less than a unit, rounding up by another."""
        exact = liquidity * mp.log(mp.mpf(sum(odds)) / min(odds))
        assert -1 < subsidy_for(liquidity, odds) - exact < 2


class TestLiquidity:
    def test_even_odds_of_two(self) -> None:
        """A subsidy of 100 at even odds of two: b = 100 / ln 2 = 144.2695040889."""
        assert liquidity_for(Units(100_000_000), even_odds(2)) == 144_269_504

    @given(st.integers(10**6, 2**60).map(Units), odds_lists)
    def test_is_paid_for_and_hardly_less_than_possible(self, subsidy: Units, odds: list[int]) -> None:
        liquidity = liquidity_for(subsidy, odds)
        assert subsidy_for(liquidity, odds) <= subsidy
        exact = subsidy / mp.log(mp.mpf(sum(odds)) / min(odds))
        assert liquidity == LIQUIDITY_MAX or exact - liquidity <= 1 + 2 / mp.log(
            mp.mpf(sum(odds)) / min(odds)
        )

    def test_too_small_a_subsidy(self) -> None:
        with pytest.raises(ValueError, match="too small"):
            liquidity_for(Units(600), even_odds(2))


class TestPrior:
    def test_even_odds_have_no_offset(self) -> None:
        assert prior_for(B, even_odds(3)) == (0, 0, 0)

    def test_only_proportions_count(self) -> None:
        assert prior_for(B, (3, 7)) == prior_for(B, (300_000, 700_000)) == (-84_729_786, 0)

    @pytest.mark.parametrize("odds", [(), (1,), (1, 0), (1, -1), (1,) * 201])
    def test_odds_that_are_none(self, odds: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match=r"outcomes|positive"):
            prior_for(B, odds)

    @pytest.mark.parametrize("liquidity", [0, -1, LIQUIDITY_MIN - 1, LIQUIDITY_MAX + 1])
    def test_liquidity_out_of_range(self, liquidity: int) -> None:
        with pytest.raises(ValueError, match="liquidity lies between"):
            subsidy_for(Units(liquidity), even_odds(2))
