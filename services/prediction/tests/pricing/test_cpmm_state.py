"""A market on the weighted constant product, in whole numbers."""

import json
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing import (
    CpmmState,
    Fill,
    FlatFee,
    Order,
    Reason,
    Refusal,
    Side,
    StateMismatch,
    quote,
    state_from_document,
    state_to_document,
    verify,
)

sides = st.sampled_from(Side)
outcomes = st.integers(0, 1)


@st.composite
def markets(draw: st.DrawFn) -> CpmmState:
    """A market somewhere in its life."""
    state = CpmmState.opened(
        subsidy=Units(draw(st.sampled_from([1_000, 10**6, 10**9, 2**57]))),
        probability=Price(draw(st.integers(20_000, 980_000))),
        fee=FlatFee(draw(st.sampled_from([0, 200]))),
    )
    for _ in range(draw(st.integers(0, 6))):
        fill = quote(state, draw(orders(state)))
        if isinstance(fill, Fill):
            state = state.after(fill)
    return state


@st.composite
def orders(draw: st.DrawFn, state: CpmmState) -> Order:
    """An order of a size that the pool may take."""
    outcome, side = draw(outcomes), draw(sides)
    size = max(1, state.escrow * draw(st.integers(0, 1_500_000)) // 1_000_000)
    if side is Side.SELL:
        size = max(1, min(size, state.sold[outcome]))
    if draw(st.booleans()):
        return Order(outcome, side, amount=Units(size))
    return Order(outcome, side, shares=Shares(size))


def product(state: CpmmState) -> Fraction:
    """K to the power of a million, which is a whole number times one: exact."""
    no, yes = state.pools
    return Fraction(yes) ** (state.weight // 20_000) * Fraction(no) ** ((1_000_000 - state.weight) // 20_000)


def test_opens_at_the_prior() -> None:
    state = CpmmState.opened(subsidy=Units(10**9), probability=Price(300_000))
    assert ((700_000, 300_000), 10**9) == (state.prices, state.escrow)


def test_worked_examples() -> None:
    """100/100/.5: 10 on YES are 19.090909 shares; twenty shares cost 10.498756."""
    state = CpmmState.opened(subsidy=Units(100_000_000), probability=Price(500_000))
    fill = quote(state, Order(1, Side.BUY, amount=Units(10_000_000)))
    assert isinstance(fill, Fill)
    assert (19_090_909, 10_000_000, 547_511) == (fill.shares, fill.gross, fill.price_after)
    fill = quote(state, Order(1, Side.BUY, shares=Shares(20_000_000)))
    assert isinstance(fill, Fill)
    assert 10_498_757 == fill.gross


@given(markets(), st.data())
def test_keeps_its_laws(state: CpmmState, data: st.DataObject) -> None:
    fill = quote(state, data.draw(orders(state)))
    assume(isinstance(fill, Fill))
    assert isinstance(fill, Fill)
    after = state.after(fill)
    sign = 1 if fill.order.side is Side.BUY else -1
    assert after.escrow == state.escrow + sign * fill.gross >= max(after.sold)
    assert sum(after.prices) == 1_000_000
    assert after.state_hash == fill.state_after
    assert verify(state, fill)
    assert fill.gross <= fill.shares
    assert state_from_document(json.loads(json.dumps(state_to_document(after)))) == after
    size = fill.gross if fill.order.amount else fill.shares
    assert size == fill.order.size


@given(
    st.integers(1, 49).map(lambda number: 20_000 * number),
    st.lists(st.tuples(outcomes, sides, st.integers(1, 1_000_000)), max_size=8),
)
def test_the_pool_never_loses_by_rounding(weight: int, steps: list[tuple[int, Side, int]]) -> None:
    state = CpmmState.opened(subsidy=Units(50_000), probability=Price(weight))
    for outcome, side, millionths in steps:
        most = state.escrow if side is Side.BUY else state.sold[outcome]
        shares = max(1, most * millionths // 1_000_000)
        fill = quote(state, Order(outcome, side, shares=Shares(shares)))
        if isinstance(fill, Fill):
            after = state.after(fill)
            assert product(after) >= product(state)
            state = after


@given(markets(), outcomes, st.integers(1, 10**6))
def test_nobody_gains_by_going_there_and_back(state: CpmmState, outcome: int, size: int) -> None:
    fill = quote(state, Order(outcome, Side.BUY, amount=Units(size)))
    assume(isinstance(fill, Fill))
    assert isinstance(fill, Fill)
    back = quote(state.after(fill), Order(outcome, Side.SELL, shares=fill.shares))
    if isinstance(back, Fill):
        assert back.net <= fill.net


@given(markets(), outcomes, st.integers(1, 10**6))
def test_the_fewest_shares_fetch_an_amount(state: CpmmState, outcome: int, amount: int) -> None:
    fill = quote(state, Order(outcome, Side.SELL, amount=Units(amount)))
    assume(isinstance(fill, Fill))
    assert isinstance(fill, Fill)
    assert amount == fill.gross
    one_less = quote(state, Order(outcome, Side.SELL, shares=Shares(fill.shares - 1)))
    assert isinstance(one_less, Refusal) or one_less.gross < amount


class TestRefusals:
    state = CpmmState.opened(subsidy=Units(10**6), probability=Price(500_000))

    @pytest.mark.parametrize(
        ("order", "reason"),
        [
            (Order(2, Side.BUY, amount=Units(1)), Reason.UNKNOWN_OUTCOME),
            (Order(1, Side.SELL, shares=Shares(1)), Reason.NOT_ENOUGH_SHARES),
            (Order(1, Side.SELL, amount=Units(1)), Reason.NOT_ENOUGH_SHARES),
            (Order(1, Side.BUY, amount=Units(2**62)), Reason.PRICE_CEILING),
            (Order(1, Side.BUY, amount=Units(2**63 - 1)), Reason.TOO_LARGE),
            (Order(1, Side.BUY, amount=Units(10**9)), Reason.PRICE_CEILING),
            (Order(1, Side.BUY, amount=Units(10**5), limit=Price(510_000)), Reason.PRICE_LIMIT),
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

    @pytest.mark.parametrize(
        ("weight", "pools", "sold"),
        [
            (0, (1_000, 1_000), (0, 0)),
            (500_000, (1_000, 1_001), (0, 0)),
            (500_000, (0, 1), (1, 0)),
            (500_000, (1_000, 999), (-1, 0)),
            (500_000, (2**63, 2**63), (0, 0)),
        ],
    )
    def test_a_state_that_no_market_can_have(
        self, weight: int, pools: tuple[int, int], sold: tuple[int, int]
    ) -> None:
        with pytest.raises(ValueError, match=r"weight|pool|as many|escrow"):
            CpmmState(Price(weight), tuple(map(Shares, pools)), tuple(map(Shares, sold)), FlatFee(0))
