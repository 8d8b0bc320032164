"""More liquidity for several pools: the sum of their prices does not grow with them, so going there and back brings nothing."""

import json
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from oraculum_money import Shares, Units
from oraculum_prediction.pricing import CpmmMultiState, Fill, FlatFee, Order, Side, quote
from oraculum_prediction.pricing.mechanisms import Mechanism, opened
from oraculum_prediction.pricing.pool_deepening import deepened_pools
from oraculum_prediction.subsidies import receipt_of, verify_subsidy

FREE = FlatFee(0)
SUBSIDIES = [10**9, 10**12, 2**56]


def fresh(subsidy: int = 10_000, odds: tuple[int, ...] = (333_333, 333_333, 333_334)) -> CpmmMultiState:
    """A market as small as one opens."""
    state = opened(Mechanism.CPMM_MULTI, subsidy=Units(subsidy), odds=odds, fee=FREE)
    assert isinstance(state, CpmmMultiState)
    return state


def off(state: CpmmMultiState) -> Fraction:
    """By how much the prices add up to more than one, exactly."""
    return sum(Fraction(no, yes + no) for yes, no in zip(state.yes, state.no, strict=True)) - 1


def gain(state: CpmmMultiState, outcome: int, amount: int) -> int:
    """What buying for an amount and selling all of it again brings; nothing where it is refused."""
    bought = quote(state, Order(outcome, Side.BUY, amount=Units(amount)))
    if not isinstance(bought, Fill):
        return 0
    sold = quote(state.after(bought), Order(outcome, Side.SELL, shares=bought.shares))
    return sold.net - bought.net if isinstance(sold, Fill) else 0


def lifted_by(odds: tuple[int, ...], outcome: int, amount: int) -> tuple[CpmmMultiState, Fill]:
    """A market of these odds after one purchase."""
    state = fresh(10**9, odds)
    bought = quote(state, Order(outcome, Side.BUY, amount=Units(amount)))
    assert isinstance(bought, Fill)
    return state.after(bought), bought


@st.composite
def traded(draw: st.DrawFn) -> CpmmMultiState:
    """A small market in which something was bought."""
    odds = draw(st.lists(st.integers(1, 9), min_size=3, max_size=6))
    state = fresh(draw(st.sampled_from([30_000, 10**6])), tuple(odds))
    for outcome, size in draw(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 40_000)), max_size=4)):
        bought = quote(state, Order(outcome % len(odds), Side.BUY, amount=Units(size)))
        state = state.after(bought) if isinstance(bought, Fill) else state
    return state


@given(traded(), st.sampled_from(SUBSIDIES), st.integers(0, 5), st.integers(1, 10**18))
def test_nobody_gains_by_going_there_and_back(
    state: CpmmMultiState, subsidy: int, outcome: int, amount: int
) -> None:
    deeper = deepened_pools(state, Units(subsidy))
    assert gain(deeper, outcome % state.outcomes, amount) <= 0


@pytest.mark.parametrize("subsidy", SUBSIDIES)
def test_nobody_gains_by_an_amount_of_any_size(subsidy: int) -> None:
    """Of what opened as small as can be, where the prices are off the most."""
    deeper = deepened_pools(fresh(), Units(subsidy))
    assert max(gain(deeper, 1, 3**power) for power in range(38)) <= 0


@st.composite
def lifted(draw: st.DrawFn) -> tuple[CpmmMultiState, Fill]:
    """A market of uneven odds, in which somebody has lifted one outcome."""
    odds = draw(st.lists(st.integers(1, 99), min_size=3, max_size=6))
    outcome, amount = draw(st.integers(0, len(odds) - 1)), draw(st.integers(10**6, 10**10))
    return lifted_by(tuple(odds), outcome, amount)


@given(lifted(), st.integers(10**6, 10**10))
@example(lifted_by((10, 495, 495), 0, 10**9), 30 * 10**6)
@example(lifted_by((10, 45, 45), 0, 3 * 10**9), 10 * 10**6)
@example(lifted_by((10, 20, 30, 40), 0, 10**10), 3 * 10**6)
def test_nobody_gains_by_deepening_what_they_have_lifted(
    market: tuple[CpmmMultiState, Fill], subsidy: int
) -> None:
    """Whoever buys, adds liquidity and sells gets back no more than they brought: the rest is somebody else's."""
    state, bought = market
    try:
        deeper = deepened_pools(state, Units(subsidy))
    except ValueError:
        return
    sold = quote(deeper, Order(bought.order.outcome, Side.SELL, shares=bought.shares))
    assert isinstance(sold, Fill)
    assert sold.net <= bought.net + subsidy


@given(traded(), st.integers(10**4, 10**18))
def test_the_sum_is_as_close_to_one_as_shares_allow(state: CpmmMultiState, subsidy: int) -> None:
    """A subsidy pays for all of it: the escrow needs no more, and every pool has at least the product that it had."""
    assume(subsidy > state.escrow // 10)
    deeper = deepened_pools(state, Units(subsidy))
    assert deeper.escrow <= state.escrow + subsidy
    for before, after in zip(state.pools, deeper.pools, strict=True):
        assert after.own * after.other >= before.own * before.other
    smallest = min(min(pool) for pool in deeper.pools)
    assert 0 <= off(deeper) <= Fraction(2 * state.outcomes, smallest)
    # By sets alone, no further than the prices were off, and a share or two.
    moved = [
        abs(Fraction(now.other, sum(now)) - Fraction(then.other, sum(then)))
        for now, then in zip(deeper.pools, state.pools, strict=True)
    ]
    least = min(min(pool) for pool in state.pools)
    assert max(moved) <= abs(off(state)) + Fraction(4, min(least, smallest))


def test_a_receipt_is_computed_again() -> None:
    state, units = fresh(), Units(10**12)
    paper = json.loads(json.dumps(receipt_of(state, deepened_pools(state, units), units)))
    assert [] == verify_subsidy(paper)
    paper["gross"] = str(units + 10**6)
    assert ["after", "state_after"] == verify_subsidy(paper)


def test_shares_that_people_hold_are_covered_as_before() -> None:
    state = fresh(10**6)
    bought = quote(state, Order(2, Side.BUY, shares=Shares(10**6)))
    assert isinstance(bought, Fill)
    deeper = deepened_pools(state.after(bought), Units(10**9))
    assert deeper.sold == (0, 0, 10**6)
    assert deeper.escrow >= 10**6
