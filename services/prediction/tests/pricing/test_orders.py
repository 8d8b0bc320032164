"""Orders: what may be written down, and what an order can take at most."""

import pytest

from oraculum_money import INT64_MAX, AmountOutOfRange, Price, Shares, Units
from oraculum_prediction.pricing import (
    NO_FEE,
    FeeSchedule,
    FlatFee,
    LmsrState,
    Order,
    ParimutuelState,
    QuadraticFee,
    Side,
    even_odds,
    hold_for,
)


class TestOrder:
    @pytest.mark.parametrize(
        "size",
        [{}, {"amount": 1, "shares": 1}, {"amount": 0}, {"shares": 0}, {"amount": -1}, {"shares": -1}, {"amount": 0, "shares": 1}],
    )  # fmt: skip
    def test_has_one_positive_size(self, size: dict[str, int]) -> None:
        with pytest.raises(ValueError, match="either an amount or a number of shares"):
            Order(0, Side.BUY, **size)  # type: ignore[arg-type]

    @pytest.mark.parametrize("limit", [0, -1, 1_000_001])
    def test_limit_is_a_price(self, limit: int) -> None:
        with pytest.raises(ValueError, match="a limit lies above 0"):
            Order(0, Side.BUY, amount=Units(1), limit=Price(limit))


class TestWithinLimit:
    """Three shares at 0.50 are worth one and a half units, so one or two keep a limit of 0.50."""

    @pytest.mark.parametrize(("gross", "kept"), [(1, True), (2, True), (3, False)])
    def test_of_a_purchase(self, gross: int, kept: bool) -> None:  # noqa: FBT001  a column of the table
        order = Order(0, Side.BUY, shares=Shares(3), limit=Price(500_000))
        assert order.within_limit(Shares(3), Units(gross)) is kept

    @pytest.mark.parametrize(("gross", "kept"), [(0, False), (1, True), (2, True)])
    def test_of_a_sale(self, gross: int, kept: bool) -> None:  # noqa: FBT001  a column of the table
        order = Order(0, Side.SELL, shares=Shares(3), limit=Price(500_000))
        assert order.within_limit(Shares(3), Units(gross)) is kept


def hold(order: Order, fee: FeeSchedule = NO_FEE) -> int:
    """The hold on a market of liquidity 100, even odds."""
    return hold_for(LmsrState.opened(liquidity=Units(100_000_000), odds=even_odds(2), fee=fee), order)


class TestHoldFor:
    def test_amount_and_flat_fee(self) -> None:
        assert hold(Order(0, Side.BUY, amount=Units(10_000_001)), FlatFee(100)) == 10_100_002

    def test_shares_at_the_limit(self) -> None:
        assert hold(Order(0, Side.BUY, shares=Shares(10_000_001), limit=Price(250_000))) == 2_500_001

    def test_shares_without_a_limit_cost_one_each_at_most(self) -> None:
        assert hold(Order(0, Side.BUY, shares=Shares(7))) == 7

    def test_quadratic_fee_is_at_most_the_rate(self) -> None:
        assert hold(Order(0, Side.BUY, amount=Units(10_000_000)), QuadraticFee(70_000)) == 10_700_000

    def test_a_sale_takes_no_money(self) -> None:
        assert hold(Order(0, Side.SELL, amount=Units(5)), FlatFee(100)) == 0

    def test_no_purchase_costs_more_than_fourteen_liquidities(self) -> None:
        """However many shares were ordered: their number alone would not fit an amount with its fee."""
        assert hold(Order(0, Side.BUY, shares=Shares(INT64_MAX)), FlatFee(10_000)) == 2 * 1_400_000_000

    def test_of_a_stake_in_a_pool(self) -> None:
        pool = ParimutuelState.opened(outcomes=2, fee=FlatFee(100))
        assert hold_for(pool, Order(0, Side.BUY, amount=Units(10_000_001))) == 10_100_002

    def test_beyond_an_int64_is_said(self) -> None:
        """No pool takes such a stake, so a quote refuses it before anybody holds."""
        with pytest.raises(AmountOutOfRange):
            hold_for(
                ParimutuelState.opened(outcomes=2, fee=FlatFee(1)),
                Order(0, Side.BUY, amount=Units(INT64_MAX)),
            )
