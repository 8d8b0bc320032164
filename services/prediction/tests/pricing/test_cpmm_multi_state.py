"""A market of several pools whose prices add up to one, in whole numbers."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing import (
    CpmmMultiState,
    Fill,
    FlatFee,
    Order,
    Reason,
    Refusal,
    Side,
    StateMismatch,
    cpmm_multi_state,
    quote,
    state_from_document,
    state_to_document,
    verify,
)
from oraculum_prediction.pricing.cpmm_multi import Pool, buy_yes, sell_yes
from oraculum_prediction.pricing.cpmm_multi_state import WholePool
from oraculum_prediction.pricing.search import last_within

sides = st.sampled_from(Side)


@st.composite
def markets(draw: st.DrawFn) -> CpmmMultiState:
    """A market somewhere in its life."""
    state = CpmmMultiState.opened(
        liquidity=Units(draw(st.sampled_from([1_000, 10**6, 10**9, 2**50]))),
        odds=draw(st.lists(st.integers(1, 30), min_size=2, max_size=6)),
        fee=FlatFee(draw(st.sampled_from([0, 200]))),
    )
    for _ in range(draw(st.integers(0, 5))):
        fill = quote(state, draw(orders(state)))
        if isinstance(fill, Fill):
            state = state.after(fill)
    return state


@st.composite
def orders(draw: st.DrawFn, state: CpmmMultiState) -> Order:
    """An order of a size that the pools may take."""
    outcome, side = draw(st.integers(0, state.outcomes - 1)), draw(sides)
    size = max(1, state.escrow * draw(st.integers(0, 1_000_000)) // 1_000_000)
    if side is Side.SELL:
        return Order(outcome, side, shares=Shares(max(1, min(size, state.sold[outcome]))))
    if draw(st.booleans()):
        return Order(outcome, side, amount=Units(size))
    return Order(outcome, side, shares=Shares(size))


@given(markets(), st.data())
def test_keeps_its_laws(state: CpmmMultiState, data: st.DataObject) -> None:
    fill = quote(state, data.draw(orders(state)))
    assume(isinstance(fill, Fill))
    assert isinstance(fill, Fill)
    after = state.after(fill)
    sign = 1 if fill.order.side is Side.BUY else -1
    assert after.escrow == state.escrow + sign * fill.gross >= max(after.sold)
    assert sum(after.prices) == 1_000_000
    assert after.state_hash == fill.state_after
    assert verify(state, fill)
    assert state_from_document(json.loads(json.dumps(state_to_document(after)))) == after
    for before, later in zip(state.pools, after.pools, strict=True):
        assert later.own * later.other >= before.own * before.other
    exact = sum(Fraction(pool.other, pool.own + pool.other) for pool in after.pools)
    # Off by what a share or two of every pool make, and what it was off before.
    smallest = min(pool.own + pool.other for pool in (*state.pools, *after.pools))
    assert abs(exact - 1) <= Fraction(4 * state.outcomes, smallest)


@given(markets(), st.data())
def test_is_the_real_formula_in_whole_numbers(state: CpmmMultiState, data: st.DataObject) -> None:
    """What rounding takes is a few units, however large the trade."""
    order = data.draw(orders(state))
    fill = quote(state, order)
    assume(isinstance(fill, Fill) and (order.amount or order.side is Side.SELL))
    assume(min(min(pool) for pool in state.pools) > 500)
    pools = [Pool(Decimal(pool.own), Decimal(pool.other)) for pool in state.pools]
    if order.side is Side.BUY:
        exact = buy_yes(pools, order.outcome, Decimal(order.size)).brought
        cheapest = min(state.prices[order.outcome], 999_999)
        assert abs(fill.shares - exact) <= 8 * state.outcomes * 1_000_000 // max(1, cheapest)
    else:
        exact = sell_yes(pools, order.outcome, Decimal(order.size)).brought
        assert abs(fill.gross - exact) <= 8 * state.outcomes


@given(markets(), st.data(), st.integers(1, 10**6))
def test_nobody_gains_by_going_there_and_back(state: CpmmMultiState, data: st.DataObject, size: int) -> None:
    outcome = data.draw(st.integers(0, state.outcomes - 1))
    fill = quote(state, Order(outcome, Side.BUY, amount=Units(size)))
    assume(isinstance(fill, Fill))
    assert isinstance(fill, Fill)
    back = quote(state.after(fill), Order(outcome, Side.SELL, shares=fill.shares))
    if isinstance(back, Fill):
        assert back.net <= fill.net


def test_a_trade_is_searched_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state that a quote led to is the next one; whoever has only the fill, from a receipt, computes the same again."""
    state = CpmmMultiState.opened(liquidity=Units(10**9), odds=(1, 2, 3))
    searches: list[int] = []

    def counted(guess: int, exceeds: Callable[[int], bool]) -> int:
        searches.append(guess)
        return last_within(guess, exceeds)

    monkeypatch.setattr(cpmm_multi_state, "last_within", counted)
    fill = quote(state, Order(1, Side.BUY, amount=Units(10**8)))
    assert isinstance(fill, Fill)
    after = state.after(fill)
    assert 1 == len(searches)
    again = state.after(replace(fill))
    assert 2 == len(searches)
    assert (after, after.state_hash) == (again, fill.state_after)


@given(st.integers(1, 10**18), st.integers(1, 10**18), st.integers(0, 10**18))
def test_a_pool_takes_the_least_that_keeps_its_product(own: int, other: int, size: int) -> None:
    pool = WholePool(own, other)
    amount = pool.amount(size)
    assert (other + amount) * (own + amount - size) >= own * other
    assert amount == 0 or (other + amount - 1) * (own + amount - 1 - size) < own * other
    shares = pool.shares(size)
    assert (other + size) * (own + size - shares) >= own * other
    assert (other + size) * (own + size - shares - 1) < own * other


class TestRefusals:
    state = CpmmMultiState.opened(liquidity=Units(10**6), odds=(1, 1, 2))

    @pytest.mark.parametrize(
        ("order", "reason"),
        [
            (Order(3, Side.BUY, amount=Units(1)), Reason.UNKNOWN_OUTCOME),
            (Order(1, Side.SELL, shares=Shares(1)), Reason.NOT_ENOUGH_SHARES),
            (Order(1, Side.SELL, amount=Units(1)), Reason.NOT_OFFERED),
            (Order(1, Side.BUY, amount=Units(2**63 - 1)), Reason.TOO_LARGE),
            (Order(1, Side.BUY, amount=Units(10**12)), Reason.PRICE_CEILING),
            (Order(1, Side.BUY, amount=Units(10**5), limit=Price(251_000)), Reason.PRICE_LIMIT),
        ],
    )
    def test_have_a_reason(self, order: Order, reason: Reason) -> None:
        refused = quote(self.state, order)
        assert isinstance(refused, Refusal)
        assert reason is refused.reason

    def test_a_fill_of_another_state(self) -> None:
        fill = quote(self.state, Order(1, Side.BUY, amount=Units(1_000)))
        assert isinstance(fill, Fill)
        with pytest.raises(StateMismatch):
            self.state.after(fill).after(fill)

    def test_opens_at_its_odds(self) -> None:
        assert (250_000, 250_000, 500_000) == self.state.prices

    @pytest.mark.parametrize(
        ("yes", "no", "sold"),
        [((1, 0), (1, 1), (0, 0)), ((1, 1), (1, 1), (-1, 0)), ((1, 1), (1,), (0, 0)), ((1,), (1,), (0,))],
    )
    def test_a_state_that_no_market_can_have(self, yes: tuple, no: tuple, sold: tuple) -> None:
        with pytest.raises(ValueError, match=r"pool|outcomes"):
            CpmmMultiState(yes, no, sold, FlatFee(0))
