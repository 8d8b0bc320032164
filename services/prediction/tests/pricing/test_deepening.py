"""More liquidity for a market that trades: prices stay, what was sold stays covered, and nobody can gain by it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from trading_floor import Floor, market_taker

from oraculum_money import Shares, Units
from oraculum_prediction.pricing import (
    Fill,
    LmsrState,
    Match,
    Order,
    Side,
    even_odds,
    least_escrow,
    liquidity_for,
    quote,
    subsidy_for,
)
from oraculum_prediction.pricing.deepening import deepened

USDC = 1_000_000


@st.composite
def traded(draw: st.DrawFn) -> LmsrState:
    """A market in which something was bought and sold."""
    liquidity = draw(st.sampled_from([2_000, 100_000, 10**8, 10**12]))
    odds = draw(st.lists(st.integers(1, 50), min_size=2, max_size=5))
    state = LmsrState.opened(liquidity=Units(liquidity), odds=odds)
    for outcome, thousandths in draw(
        st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3_000)), max_size=6)
    ):
        shares = Shares(max(1, liquidity * thousandths // 1_000))
        fill = quote(state, Order(outcome % len(odds), Side.BUY, shares=shares))
        state = state.after(fill) if isinstance(fill, Fill) else state
    return state


def test_even_odds_are_doubled_by_as_much_again() -> None:
    state = LmsrState.opened(liquidity=Units(100 * USDC), odds=even_odds(2))
    subsidy = subsidy_for(state.liquidity, even_odds(2))
    deeper = deepened(state, subsidy)
    assert (0, 0) == deeper.prior
    # Rounded down once for each.
    assert deeper.liquidity == liquidity_for(Units(2 * subsidy), even_odds(2)) - 1


@given(traded(), st.integers(1, 4_000))
def test_prices_stay_and_the_escrow_covers_it_as_before(state: LmsrState, thousandths: int) -> None:
    subsidy = Units(max(100, state.liquidity * thousandths // 1_000))
    deeper = deepened(state, subsidy)
    assert deeper.liquidity > state.liquidity
    assert deeper.sold == state.sold
    # Quantities are whole shares: half a share off moves a price by less than 1 / 4b.
    off = 1 + 1_000_000 // (2 * deeper.liquidity)
    assert all(abs(now - then) <= off for now, then in zip(deeper.prices, state.prices, strict=True))
    assert least_escrow(deeper) <= least_escrow(state) + subsidy


@given(traded(), st.integers(1, 3_000), st.integers(1, 2_000), st.data())
def test_nobody_gains_by_trading_around_it(
    state: LmsrState, deeper_by: int, bought: int, data: st.DataObject
) -> None:
    """Buying before it and selling after it brings no more than the subsidy, whoever gave it."""
    floor = Floor.opened(state)
    subsidy = Units(max(100, state.liquidity * deeper_by // 1_000))
    outcome = data.draw(st.integers(0, state.outcomes - 1))
    shares = max(1, state.liquidity * bought // 1_000)
    came = floor.trade(market_taker(outcome, Side.BUY, 1, 1, shares=shares))
    assume(isinstance(came, Match))
    floor.state = deepened(floor.state, subsidy)
    floor.escrow += subsidy
    sold = floor.trade(market_taker(outcome, Side.SELL, 3, 1, shares=shares))
    if isinstance(sold, Match):
        # Half a share for each outcome is what whole numbers are off by.
        assert sold.taker.net <= came.taker.net + subsidy + state.outcomes
    assert floor.escrow >= least_escrow(floor.state)


@pytest.mark.parametrize("units", [0, -1])
def test_nothing_is_no_subsidy(units: int) -> None:
    state = LmsrState.opened(liquidity=Units(100 * USDC), odds=even_odds(2))
    with pytest.raises(ValueError, match="positive"):
        deepened(state, Units(units))


def test_too_little_pays_for_nothing() -> None:
    """Where one outcome is all but certain, a unit of liquidity costs more than a unit of money."""
    state = LmsrState.opened(liquidity=Units(100 * USDC), odds=(1, 999))
    with pytest.raises(ValueError, match="no more liquidity"):
        deepened(state, Units(1))
