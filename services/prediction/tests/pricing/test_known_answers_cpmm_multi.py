"""Published answers for several answers whose prices add up to one: Manifold's code, run on these cases."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from oraculum_prediction.pricing.cpmm_multi import (
    Pool,
    buy_basket,
    buy_no,
    buy_yes,
    sell_no,
    sell_yes,
    total_price,
)

Vectors = Callable[[str], list[dict[str, Any]]]


def number(value: float) -> Decimal:
    return Decimal(repr(value))


def pools_of(case: dict[str, Any]) -> tuple[Pool, ...]:
    return tuple(Pool(number(yes), number(no)) for yes, no in case["answer_pools"])


def test_buy(vectors: Vectors) -> None:
    for case in vectors("cpmm_multi_buy"):
        buy = buy_yes if case["outcome"] == "YES" else buy_no
        traded = buy(pools_of(case), case["buy_index"], number(case["amount"]))
        assert float(traded.brought) == pytest.approx(case["shares"], abs=1e-6), case
        for pool, expected in zip(traded.pools, case["new_pools"], strict=True):
            assert tuple(map(float, pool)) == pytest.approx(expected, abs=1e-6), case
        prices = [float(pool.price) for pool in traded.pools]
        assert prices == pytest.approx(case["new_probs"], abs=1e-6), case
        assert abs(total_price(traded.pools) - 1) < Decimal("1E-10"), case


def test_sell(vectors: Vectors) -> None:
    for case in vectors("cpmm_multi_sell"):
        sell = sell_yes if case["outcome"] == "YES" else sell_no
        traded = sell(pools_of(case), case["sell_index"], number(case["shares"]))
        assert float(traded.brought) == pytest.approx(case["sale_value"], abs=1e-6), case
        prices = [float(pool.price) for pool in traded.pools]
        assert prices == pytest.approx(case["new_probs"], abs=1e-6), case


def test_buy_a_basket(vectors: Vectors) -> None:
    """The peer leaves up to 0.01 unspent, which here is spent too."""
    for case in vectors("cpmm_multi_basket_buy"):
        traded = buy_basket(pools_of(case), case["buy_indices"], number(case["amount"]))
        for expected in case["shares_per_answer"]:
            assert float(traded.brought) == pytest.approx(expected, abs=0.02), case
        prices = [float(pool.price) for pool in traded.pools]
        assert prices == pytest.approx(case["final_probs"], abs=0.02), case
        assert abs(total_price(traded.pools) - 1) < Decimal("1E-10"), case


def test_worked_example() -> None:
    """MATH: 1 on YES of the first of three buys 1.9471905844 shares, of which 1.0816066659 come from its own pool."""
    pools = (
        Pool(Decimal(10), Decimal(10)),
        Pool(number(15.275252316519467), number(6.546536707079771)),
        Pool(Decimal(20), Decimal(5)),
    )
    assert float(buy_yes(pools, 0, Decimal(1)).brought) == pytest.approx(1.9471905844, abs=1e-9)
    assert float(sell_yes(pools, 0, Decimal(1)).brought) == pytest.approx(0.4929512572, abs=1e-9)


@pytest.mark.parametrize(("buy", "sell"), [(buy_yes, sell_yes), (buy_no, sell_no)])
def test_what_was_bought_sells_for_what_it_cost(buy: Any, sell: Any) -> None:
    """The inverse of each other, to the digits that halving gives."""
    pools = (Pool(Decimal(10), Decimal(10)), Pool(Decimal(21), Decimal(9)), Pool(Decimal(20), Decimal(5)))
    bought = buy(pools, 1, Decimal(3))
    back = sell(bought.pools, 1, bought.brought)
    assert abs(back.brought - 3) < Decimal("1E-25")
