"""Several outcomes in one order."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf
from trading_floor import limit_taker, market_taker, resting

from oraculum_money import Shares, Units
from oraculum_prediction.pricing import Book, LmsrState, Reason, Refusal, Side
from oraculum_prediction.pricing.baskets import Basket, basket_shares, match_basket

Vectors = Callable[[str], list[dict[str, Any]]]

ONE = 1_000_000
STATE = LmsrState.opened(liquidity=Units(100 * ONE), odds=(5, 3, 2, 2))


def legs(outcomes: tuple[int, ...], shares: int) -> list:
    return [market_taker(outcome, Side.BUY, 900 + outcome, shares=shares) for outcome in outcomes]


def test_known_answers(vectors: Vectors) -> None:
    """A pool of reserves r is a market whose quantities are -r; what is kept besides is bought by the money itself."""
    scale = 10**5
    for case in vectors("lmsr_combo_buy_swap_out"):
        if case.get("keep"):
            continue
        reserves = case["buy"] + case["sell"]
        odds = [int(mp.exp(-mpf(each) / case["liquidity"]) * 10**15) for each in reserves]
        state = LmsrState.opened(liquidity=Units(case["liquidity"] * scale), odds=odds)
        bought = basket_shares(state, range(len(case["buy"])), Units(case["amount_in"] * scale))
        assert isinstance(bought, int)
        expected = case["amount_in"] + case["expected"]
        # The peer rounds every reserve, and odds of fifteen digits round again.
        assert abs(bought / mpf(scale) - expected) <= 3, case


@given(st.lists(st.integers(1, 40), min_size=3, max_size=6), st.data(), st.integers(1, 10**9))
def test_the_shares_are_the_most_that_the_amount_buys(
    exact: Any, odds: list[int], data: st.DataObject, amount: int
) -> None:
    state = LmsrState.opened(liquidity=Units(10**9), odds=odds)
    chosen = data.draw(st.sets(st.integers(0, len(odds) - 1), min_size=1, max_size=len(odds) - 1))
    bought = basket_shares(state, chosen, Units(amount))
    assert isinstance(bought, int)

    def cost(shares: int) -> mpf:
        trade = [shares if outcome in chosen else 0 for outcome in range(len(odds))]
        return exact.cost(state.quantities, state.liquidity, trade)

    assert cost(bought) <= amount + mpf(10) ** -11
    assert cost(bought + 1) > amount - mpf(10) ** -11


@given(st.permutations([0, 2, 3]), st.integers(ONE, 50 * ONE))
def test_costs_the_same_in_any_order(order: list[int], shares: int) -> None:
    """To a unit of rounding per leg; and what the prices say together."""
    first = match_basket(STATE, Book(), legs((0, 2, 3), shares))
    other = match_basket(STATE, Book(), legs(tuple(order), shares))
    assert isinstance(first, Basket)
    assert isinstance(other, Basket)
    assert abs(first.net - other.net) <= 2
    assert first.state == other.state


def test_meets_the_book_leg_by_leg() -> None:
    book = Book([resting(1, 1, Side.BUY, 230_000, 3 * ONE)])
    found = match_basket(STATE, book, legs((0, 2), 20 * ONE))
    assert isinstance(found, Basket)
    assert 3 * ONE == sum(
        fill.shares for each in found.matches for fill in each.fills if fill.order_id.int == 1
    )
    assert 1 == len(book)


def test_all_or_nothing() -> None:
    cost = match_basket(STATE, Book(), legs((0, 2), 20 * ONE)).net
    assert isinstance(match_basket(STATE, Book(), legs((0, 2), 20 * ONE), most=cost), Basket)
    refused = match_basket(STATE, Book(), legs((0, 2), 20 * ONE), most=Units(cost - 1))
    assert isinstance(refused, Refusal)
    assert Reason.PRICE_LIMIT is refused.reason
    unfilled = [*legs((0,), ONE), market_taker(1, Side.SELL, shares=ONE)]
    assert Reason.NOT_ENOUGH_SHARES is match_basket(STATE, Book(), unfilled).reason


def test_baskets_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="market order or more"):
        match_basket(STATE, Book(), [])
    with pytest.raises(ValueError, match="market order or more"):
        match_basket(STATE, Book(), [limit_taker(0, Side.BUY, shares=1, limit=5)])
    with pytest.raises(ValueError, match="every outcome once"):
        match_basket(STATE, Book(), legs((1, 1), ONE))
    with pytest.raises(ValueError, match="not all of them"):
        basket_shares(STATE, range(4), Units(1))
    assert Reason.PRICE_CEILING is basket_shares(STATE, [0], Units(1_401 * ONE)).reason
    assert Shares(1) <= basket_shares(STATE, [0], Units(1))
