"""The demo's own formula against known answers, computed with sixty digits."""

from decimal import Decimal

import pytest

from oraculum_dev.demo import fills, lmsr

HUNDRED, HALF = Decimal(100), Decimal("0.5")


def near(value: Decimal, expected: str) -> bool:
    return abs(value - Decimal(expected)) < Decimal("0.0000000001")


class TestCost:
    @pytest.mark.parametrize(
        ("price", "shares", "expected"),
        [
            (HALF, "10", "5.1249479514"),
            (HALF, "19.0902828926", "10"),
            (Decimal(1) / 3, "50", "19.5764480750"),
        ],
    )
    def test_agrees_with_known_answers(self, price: Decimal, shares: str, expected: str) -> None:
        assert near(lmsr.cost(HUNDRED, price, Decimal(shares)), expected)

    def test_of_a_sale_is_what_the_purchase_cost(self) -> None:
        """From where a purchase led, selling as much brings back what it took."""
        shares = Decimal("37.5")
        after = lmsr.price_after(HUNDRED, HALF, shares)
        assert near(lmsr.cost(HUNDRED, HALF, shares) + lmsr.cost(HUNDRED, after, -shares), "0")


class TestPrice:
    def test_agrees_with_known_answers(self) -> None:
        assert near(lmsr.price_after(HUNDRED, HALF, Decimal(10)), "0.5249791875")

    def test_lowers_the_others_alike(self) -> None:
        third = Decimal(1) / 3
        prices = lmsr.prices_after(HUNDRED, [third] * 3, 1, Decimal(50))
        expected = ("0.2740686191", "0.4518627619", "0.2740686191")
        assert all(map(near, prices, expected))


class TestRange:
    def test_is_narrow(self) -> None:
        """Wide enough for a price shown to a millionth, and for nothing else."""
        allowed = lmsr.cost_range(HUNDRED, HALF, Decimal(10))
        assert Decimal("5.124948") in allowed
        assert Decimal("5.125") not in allowed
        assert Decimal("5.1249") not in allowed


class TestTrades:
    def trade(self, shares: str, amount: str, price: str) -> fills.Fill:
        yes = Decimal(price)
        return fills.Fill(1, Decimal(shares), Decimal(amount), (1 - yes, yes), 1)

    def test_finds_nothing_wrong_with_a_right_one(self) -> None:
        right = [self.trade("10", "5.124948", "0.524979")]
        assert not fills.wrong_costs(HUNDRED, [HALF, HALF], right)
        assert not fills.wrong_prices(HUNDRED, [HALF, HALF], right)

    def test_finds_a_wrong_cost_and_a_wrong_price(self) -> None:
        wrong = [self.trade("10", "5.124960", "0.524990")]
        assert 1 == len(fills.wrong_costs(HUNDRED, [HALF, HALF], wrong))
        assert 1 == len(fills.wrong_prices(HUNDRED, [HALF, HALF], wrong))
