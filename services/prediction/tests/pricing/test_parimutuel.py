"""Parimutuel pools: stakes in, prices, refusals, and a settlement that pays out no more than the pot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_money import INT64_MAX, Price, Shares, Units
from oraculum_prediction.pricing import (
    Fill,
    FlatFee,
    Order,
    ParimutuelState,
    Reason,
    Refusal,
    Side,
    StateMismatch,
    parimutuel_payout,
    parimutuel_refund,
    quote,
    verify,
)


def stake(state: ParimutuelState, outcome: int, amount: int, limit: int | None = None) -> Fill | Refusal:
    order = Order(outcome, Side.BUY, amount=Units(amount), limit=None if limit is None else Price(limit))
    return quote(state, order)


class TestStake:
    def test_is_a_share_each_with_the_fee_on_top(self) -> None:
        state = ParimutuelState.opened(outcomes=2, fee=FlatFee(100))
        fill = stake(state, 1, 10_000_001)
        assert isinstance(fill, Fill)
        assert (fill.shares, fill.gross, fill.fee, fill.net) == (10_000_001, 10_000_001, 100_001, 10_100_002)
        assert (fill.price_before, fill.price_after) == (500_000, 1_000_000)
        after = state.after(fill)
        assert after.pools == (0, 10_000_001)
        assert after.state_hash == fill.state_after
        assert verify(state, fill)
        with pytest.raises(StateMismatch):
            after.after(fill)

    def test_limit_bounds_the_price_after_it(self) -> None:
        state = ParimutuelState((Units(60), Units(40)), FlatFee(0))
        assert isinstance(stake(state, 1, 20, limit=500_000), Fill)
        answer = stake(state, 1, 21, limit=500_000)
        assert isinstance(answer, Refusal)
        assert answer.reason is Reason.PRICE_LIMIT


class TestRefusal:
    @pytest.mark.parametrize(
        ("order", "reason"),
        [
            (Order(2, Side.BUY, amount=Units(1)), Reason.UNKNOWN_OUTCOME),
            (Order(0, Side.SELL, amount=Units(1)), Reason.NOT_OFFERED),
            (Order(0, Side.BUY, shares=Shares(1)), Reason.NOT_OFFERED),
            (Order(0, Side.BUY, amount=Units(INT64_MAX)), Reason.TOO_LARGE),
        ],
    )
    def test_names_its_reason(self, order: Order, reason: Reason) -> None:
        answer = quote(ParimutuelState((Units(5), Units(7)), FlatFee(0)), order)
        assert isinstance(answer, Refusal)
        assert answer.reason is reason

    def test_the_largest_stake_leaves_room_for_its_fee(self) -> None:
        """What the person pays fits an int64 too, not only the pot."""
        pool = ParimutuelState.opened(outcomes=2, fee=FlatFee(10_000))
        assert isinstance(stake(pool, 0, INT64_MAX // 2), Fill)
        answer = stake(pool, 0, INT64_MAX // 2 + 1)
        assert isinstance(answer, Refusal)
        assert answer.reason is Reason.TOO_LARGE


class TestState:
    def test_prices_are_parts_of_the_pot(self) -> None:
        assert ParimutuelState((Units(1), Units(2)), FlatFee(0)).prices == (333_333, 666_667)

    @pytest.mark.parametrize("pools", [(1,), (0,) * 201, (-1, 1), (INT64_MAX, 1)])
    def test_that_no_market_can_have(self, pools: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match=r"outcomes|negative"):
            ParimutuelState(tuple(map(Units, pools)), FlatFee(0))


people = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 2**50)), min_size=1, max_size=30)


class TestSettlement:
    @given(people, st.integers(0, 3))
    def test_pays_the_pot_but_for_dust(self, bets: list[tuple[int, int]], winner: int) -> None:
        """Never more than the pot, and less by fewer units than there are winners; nobody gets less than the stake."""
        pools = [Units(sum(amount for outcome, amount in bets if outcome == each)) for each in range(4)]
        stakes = [[Units(amount if outcome == each else 0) for each in range(4)] for outcome, amount in bets]
        payouts = [parimutuel_payout(own, pools, winner) for own in stakes]
        winners = sum(1 for outcome, _ in bets if outcome == winner)
        assert 0 <= sum(pools) - sum(payouts) < max(winners, 1)
        if not winners:
            assert payouts == [parimutuel_refund(own) for own in stakes]
        for own, paid in zip(stakes, payouts, strict=True):
            assert paid >= own[winner]

    def test_largest_stakes(self) -> None:
        """Two stakes of an int64 each: the product needs 127 bits and the payout 64."""
        assert parimutuel_payout([Units(INT64_MAX), Units(0)], [Units(INT64_MAX)] * 2, 0) == 2 * INT64_MAX
