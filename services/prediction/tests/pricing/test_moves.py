"""Moves to a price: worked examples, and the furthest that may be gone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing import (
    NO_FEE,
    LmsrState,
    amount_to_price,
    cost,
    curve,
    even_odds,
    proceeds,
    shares_to_price,
)

B = Units(100_000_000)
YES = 1


@st.composite
def markets(draw: st.DrawFn) -> LmsrState:
    """A market with any shares out that leave every outcome below the ceiling."""
    liquidity = draw(st.integers(10, 57).map(lambda bits: Units(2**bits)))
    leaders = draw(st.integers(0, 5 * liquidity))
    others = draw(st.lists(st.integers(0, leaders), min_size=0, max_size=4))
    sold = draw(st.permutations([leaders, max(0, leaders - 9 * liquidity), *others]))
    return LmsrState(liquidity, (0,) * len(sold), tuple(map(Shares, sold)), NO_FEE)


class TestWorkedExamples:
    def test_up(self) -> None:
        """From 0.5 to 0.6 at b = 100: 100 ln 1.5 = 40.5465108108 shares for 100 ln 1.25 = 22.3143551314."""
        state = LmsrState.opened(liquidity=B, odds=even_odds(2))
        assert shares_to_price(state, YES, Price(600_000)) == 40_546_510
        assert amount_to_price(state, YES, Price(600_000)) == 22_314_355

    def test_down(self) -> None:
        """From 0.5 to 0.4: as many shares the other way, which fetch 100 ln 1.2 = 18.2321556794."""
        state = LmsrState.opened(liquidity=B, odds=even_odds(2))
        assert shares_to_price(state, YES, Price(400_000)) == -40_546_510
        assert amount_to_price(state, YES, Price(400_000)) == 18_232_155

    def test_where_it_is(self) -> None:
        state = LmsrState.opened(liquidity=B, odds=even_odds(2))
        assert shares_to_price(state, YES, Price(500_000)) == 0
        assert amount_to_price(state, YES, Price(500_000)) == 0

    @pytest.mark.parametrize("target", [0, 1_000_000])
    def test_certainty_is_out_of_reach(self, target: int) -> None:
        with pytest.raises(ValueError, match="a price to reach"):
            shares_to_price(LmsrState.opened(liquidity=B, odds=even_odds(2)), YES, Price(target))


class TestSharesToPrice:
    @given(markets(), st.data())
    def test_goes_as_far_as_it_may_and_no_further(
        self, exact: Any, state: LmsrState, data: st.DataObject
    ) -> None:
        outcome = data.draw(st.integers(0, state.outcomes - 1))
        target = Price(data.draw(st.integers(1, 999_999)))
        step = shares_to_price(state, outcome, target)
        goal = mp.mpf(target) / 1_000_000
        price = exact.prices(state.quantities, state.liquidity)[outcome]
        direction = 1 if goal > price else -1

        def at(size: int) -> list[Any]:
            prices: list[Any] = exact.prices(curve.moved(state.quantities, outcome, size), state.liquidity)
            return prices

        def allowed(prices: list[Any]) -> bool:
            return max(prices) * 10**6 <= state.price_max and direction * (goal - prices[outcome]) >= 0

        assert step * direction >= 0
        assert step == 0 or allowed(at(step))
        assert not allowed(at(step + direction))

    @given(markets(), st.data())
    def test_amount_is_that_of_the_shares(self, state: LmsrState, data: st.DataObject) -> None:
        outcome = data.draw(st.integers(0, state.outcomes - 1))
        target = Price(data.draw(st.integers(1, 999_999)))
        step = shares_to_price(state, outcome, target)
        amount = amount_to_price(state, outcome, target)
        expected = cost(state, outcome, Shares(step)) if step > 0 else proceeds(state, outcome, Shares(-step))
        assert amount == expected
