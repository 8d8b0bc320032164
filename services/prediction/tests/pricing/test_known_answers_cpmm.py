"""Published answers for the weighted constant product: Manifold's code, run on these cases."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from oraculum_prediction.pricing.cpmm import (
    Side,
    depth,
    sale,
    with_liquidity,
    with_liquidity_at_weight,
)

Vectors = Callable[[str], list[dict[str, Any]]]


def side_of(case: dict[str, Any], outcome: str | None = None) -> Side:
    """The pool of a case from the side that it asks about."""
    yes, no = Decimal(repr(case["pool_yes"])), Decimal(repr(case["pool_no"]))
    yes_side = Side(yes, no, Decimal(repr(case.get("p", 0.5))))
    return yes_side if (outcome or case.get("outcome", "YES")) == "YES" else yes_side.opposite


def number(value: float) -> Decimal:
    return Decimal(repr(value))


def test_buy(vectors: Vectors) -> None:
    for case in vectors("cpmm_binary_buy"):
        side = side_of(case)
        amount = number(case["amount"])
        shares = side.shares(amount)
        after = side.bought(amount, shares)
        yes = after if case["outcome"] == "YES" else after.opposite
        # Some bets are so small beside their pool that the last digits of the peer's doubles show.
        noise = 1e-15 * max(case["pool_yes"], case["pool_no"])
        assert float(shares) == pytest.approx(case["shares"], rel=1e-9, abs=noise), case
        assert float(side_of(case, "YES").price) == pytest.approx(case["prob_before"], rel=1e-9), case
        found = (yes.own, yes.other, yes.price)
        expected = (case["new_pool_yes"], case["new_pool_no"], case["prob_after"])
        assert tuple(map(float, found)) == pytest.approx(expected, rel=1e-9), case


def test_amount_to_probability(vectors: Vectors) -> None:
    for case in vectors("cpmm_amount_to_prob"):
        target = number(case["target_prob_yes"])
        price = target if case["outcome"] == "YES" else 1 - target
        amount = side_of(case).amount_to_price(price)
        assert float(amount) == pytest.approx(case["amount"], rel=1e-9, abs=1e-9), case


def test_amount_for_shares(vectors: Vectors) -> None:
    for case in vectors("cpmm_amount_to_buy_shares"):
        assert float(side_of(case).amount(number(case["shares"]))) == pytest.approx(
            case["amount"], rel=1e-9
        ), case


def test_sell(vectors: Vectors) -> None:
    for case in vectors("cpmm_sell"):
        sold = sale(side_of(case), number(case["shares"]))
        yes = sold.after if case["outcome"] == "YES" else sold.after.opposite
        found = (sold.proceeds, sold.spent, yes.own, yes.other)
        names = ("sale_value", "opposite_buy_amount", "new_pool_yes", "new_pool_no")
        assert tuple(map(float, found)) == pytest.approx([case[name] for name in names], abs=1e-6), case


def test_add_liquidity(vectors: Vectors) -> None:
    for case in vectors("cpmm_add_liquidity"):
        before = side_of(case)
        after = with_liquidity(before, number(case["amount"]))
        delta = depth(after) - depth(before._replace(weight=after.weight))
        found = (after.own, after.other, after.weight, delta)
        names = ("new_pool_yes", "new_pool_no", "new_p", "liquidity_delta")
        assert tuple(map(float, found)) == pytest.approx([case[name] for name in names], rel=1e-9), case


def test_add_liquidity_at_a_fixed_weight(vectors: Vectors) -> None:
    for case in vectors("cpmm_add_liquidity_fixed_p"):
        before = side_of(case)
        after, yes_back, no_back = with_liquidity_at_weight(before, number(case["amount"]))
        found = (after.own, after.other, yes_back, no_back, depth(after) - depth(before))
        names = ("new_pool_yes", "new_pool_no", "thrown_away_yes", "thrown_away_no", "liquidity_delta")
        assert tuple(map(float, found)) == pytest.approx(
            [case[name] for name in names], rel=1e-9, abs=1e-9
        ), case


sizes = st.integers(1, 10**15).map(Decimal)
weights = st.integers(1, 99).map(lambda number: Decimal(number) / 100)


@given(sizes, sizes, weights, sizes)
def test_is_the_definition(own: Decimal, other: Decimal, weight: Decimal, amount: Decimal) -> None:
    """Against k = y^p n^(1-p) in arithmetic of another make."""
    shares = Side(own, other, weight).shares(amount)
    y, n, p, a = (mpf(str(each)) for each in (own, other, weight, amount))
    k = y**p * n ** (1 - p)
    expected = y + a - (k * (a + n) ** (p - 1)) ** (1 / p)
    assert abs(mpf(str(shares)) - expected) <= mpf(10) ** -30 * (y + a) + abs(mp.eps * y)


@given(sizes, sizes, weights, sizes)
def test_an_amount_buys_the_shares_that_it_is_for(
    own: Decimal, other: Decimal, weight: Decimal, shares: Decimal
) -> None:
    side = Side(own, other, weight)
    amount = side.amount(shares)
    assert 0 <= amount <= shares
    assert abs(side.shares(amount) - shares) <= Decimal("1E-24") * (own + other + shares)


@given(sizes, sizes, weights, sizes)
def test_nobody_gains_by_going_there_and_back(
    own: Decimal, other: Decimal, weight: Decimal, amount: Decimal
) -> None:
    # Larger ones may leave so little of a side that the digits end.
    amount = min(amount, other / 20)
    side = Side(own, other, weight)
    shares = side.shares(amount)
    back = sale(side.bought(amount, shares), shares)
    assert abs(back.proceeds - amount) <= Decimal("1E-24") * (own + other + shares)
