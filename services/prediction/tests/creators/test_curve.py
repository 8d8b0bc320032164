"""The price of a creator's shares, against the published answers and against its own laws."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_money import INT64_MAX, Units
from oraculum_prediction.creators.curve import (
    Fault,
    FeeRates,
    ShareTrade,
    buy,
    reserve_least,
    sell,
    worth,
)

VECTORS = Path(__file__).resolve().parents[5] / "shared" / "data" / "vectors"
ETHER = 10**18
MOST = Units(INT64_MAX)
NO_FEES = FeeRates(0, 0)

wholes = st.sampled_from([10**6, 10**9])
supplies = st.integers(1, 3_000)
counts = st.integers(1, 500)


def bought(supply: int, count: int, whole: int, rates: FeeRates = NO_FEES) -> ShareTrade:
    trade = buy(supply, count, whole, rates, most=MOST, by_creator=True)
    assert isinstance(trade, ShareTrade)
    return trade


def test_friend_tech() -> None:
    path = VECTORS / "creator_shares_price.json"
    if not path.exists():
        pytest.skip("the known answers of creator_shares_price are not beside this repository")
    for case in json.loads(path.read_text())["cases"]:
        numerator, denominator = worth(case["supply"], case["amount"], ETHER)
        assert int(case["price_wei"]) == numerator // denominator, case


def test_worked_example() -> None:
    """Five on top of ten: 0.045625 and 5 % to each; three back from thirteen: 0.0228125 less 5 % to each."""
    whole = 10**9
    trade = bought(10, 5, whole, FeeRates())
    assert (45_625_000, 2_281_250, 2_281_250, 50_187_500) == (
        trade.gross,
        trade.house_fee,
        trade.creator_fee,
        trade.paid,
    )
    back = sell(13, 3, whole, FeeRates(), least=Units(0))
    assert isinstance(back, ShareTrade)
    assert (22_812_500, 20_531_250) == (back.gross, back.fetched)


@given(supplies, counts, wholes)
def test_is_the_sum_of_squares(supply: int, count: int, whole: int) -> None:
    exact = Fraction(sum(number**2 for number in range(supply, supply + count)) * whole, 16_000)
    assert exact == Fraction(*worth(supply, count, whole))
    assert 0 <= bought(supply, count, whole).gross - exact < 1


@given(st.lists(st.tuples(st.booleans(), counts), min_size=1, max_size=30), wholes)
def test_the_reserve_pays_whatever_is_sold(steps: list[tuple[bool, int]], whole: int) -> None:
    first = bought(0, 1, whole)
    supply, reserve = first.supply_after, first.gross
    for buying, count in steps:
        if buying:
            trade: ShareTrade | Fault = bought(supply, count, whole)
        else:
            trade = sell(supply, count, whole, NO_FEES, least=Units(0))
        if isinstance(trade, ShareTrade):
            reserve += trade.gross if buying else -trade.gross
            supply = trade.supply_after
        assert reserve >= reserve_least(supply, whole)
        assert supply >= 1


@given(supplies, counts, wholes, st.integers(0, 5_000), st.integers(0, 5_000))
def test_nobody_gains_by_going_there_and_back(
    supply: int, count: int, whole: int, one: int, two: int
) -> None:
    rates = FeeRates(one, two)
    there = bought(supply, count, whole, rates)
    back = sell(there.supply_after, count, whole, rates, least=Units(0))
    assert isinstance(back, ShareTrade)
    assert back.supply_after == supply
    assert back.fetched <= there.paid


class TestRefusals:
    def test_the_first_purchase_is_the_creators(self) -> None:
        assert buy(0, 1, ETHER, FeeRates(), most=MOST) is Fault.CREATOR_FIRST

    def test_and_of_any_size(self) -> None:
        """The first contract had an underflow here."""
        assert bought(0, 3, 16_000).gross == 0 + 1 + 4

    def test_the_last_share_stays(self) -> None:
        assert sell(5, 5, ETHER, FeeRates(), least=Units(0)) is Fault.LAST_SHARE

    def test_the_price_that_was_agreed_to_holds(self) -> None:
        exact = bought(10, 5, 10**9, FeeRates()).paid
        assert isinstance(buy(10, 5, 10**9, FeeRates(), most=exact), ShareTrade)
        assert buy(10, 5, 10**9, FeeRates(), most=Units(exact - 1)) is Fault.PRICE
        assert sell(13, 3, 10**9, FeeRates(), least=Units(20_531_251)) is Fault.PRICE

    def test_what_no_account_could_hold(self) -> None:
        assert buy(10**9, 10**9, 10**9, FeeRates(), most=MOST) is Fault.TOO_LARGE

    def test_sizes_and_rates_that_make_no_sense(self) -> None:
        with pytest.raises(ValueError, match="from one on"):
            buy(1, 0, ETHER, FeeRates(), most=MOST)
        with pytest.raises(ValueError, match="more than the whole"):
            FeeRates(9_000, 1_001)
