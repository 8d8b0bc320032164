"""Published fees: Kalshi's table and the tests of a client of Polymarket's order book."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from oraculum_money import Price, Shares, Units, mul_div_ceil, parse_price
from oraculum_prediction.pricing import QuadraticFee, uncertainty_at

Vectors = Callable[[str], list[dict[str, Any]]]


def fee_at(rate: str, price: str, shares: int) -> int:
    """Give the quadratic fee of a trade at one price, in the unit in which shares are counted."""
    millionths = parse_price(price)
    gross = Units(mul_div_ceil(shares, millionths, 1_000_000))
    schedule = QuadraticFee(int(Decimal(rate) * 1_000_000))
    return schedule.charge(gross, uncertainty_at(Price(millionths), Shares(shares)))


class TestKalshi:
    def test_table(self, vectors: Vectors) -> None:
        """Rounded up to the cent, so a cent is the unit here."""
        for case in vectors("quadratic_fee_kalshi"):
            cents = case["contracts"] * 100
            assert fee_at("0.07", case["price"], cents) == Decimal(case["taker_fee"]) * 100, case
            if "maker_fee" in case:
                assert fee_at("0.0175", case["price"], cents) == Decimal(case["maker_fee"]) * 100, case

    def test_worked_example(self) -> None:
        """100 contracts at .35: 1.5925, charged 1.60; as a maker .398125, charged 0.40."""
        assert fee_at("0.07", "0.35", 100_00) == 1_60
        assert fee_at("0.0175", "0.35", 100_00) == 40
        assert fee_at("0.07", "0.35", 100_000000) == 1_592500


class TestPolymarketBook:
    def test_published_fees(self, vectors: Vectors) -> None:
        """The venue keeps five decimals; a fee rounded up at six may differ by the tolerance that a case names."""
        for case in vectors("quadratic_fee_polymarket_clob"):
            if "fee" in case:
                fee = Decimal(fee_at(case["rate"], case["price"], int(Decimal(case["qty"]) * 10**6))) / 10**6
                assert abs(fee - Decimal(case["fee"])) <= Decimal(case.get("abs_tol", 0)), case

    def test_worked_example(self) -> None:
        """Crypto, 100 at .35: 1.638."""
        assert fee_at("0.072", "0.35", 100_000000) == 1_638000
