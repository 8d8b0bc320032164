"""Kelly's stakes: the published answers, and that no other stake would grow faster."""

from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from mpmath import mp, mpf

from oraculum_money import PRICE_ONE, Price, Shares, Units
from oraculum_prediction.pricing.kelly import (
    MARGINAL_ONE,
    Position,
    bet_at_price,
    fraction_at_odds,
    fractions,
    stake_with_impact,
)

Vectors = Callable[[str], list[dict[str, Any]]]
parts = st.integers(1, 999).map(lambda number: Decimal(number) / 1000)


# Bankrolls of the published answers are small numbers: a fine unit makes integers of them.
UNIT = 10**12


def pool(yes: str, no: str, fee: str = "0") -> Callable[[Units], Position]:
    """A pool of two sides with a constant product, which keeps part of each stake as its fee."""
    y, n, kept = mpf(yes), mpf(no), 1 - mpf(fee)

    def position(stake: Units) -> Position:
        paid = mpf(stake) / UNIT * kept
        shares = y + paid - y * n / (n + paid)
        price = (n + paid) / (n + paid + y * n / (n + paid)) / kept
        return Position(stake, Shares(int(shares * UNIT)), int(price * MARGINAL_ONE))

    return position


def test_known_answers(vectors: Vectors) -> None:
    for case in vectors("kelly"):
        probability = Decimal(case["p"])
        if case["op"] == "odds":
            assert Decimal(case["fraction"]) == fraction_at_odds(probability, Decimal(case["b"])), case
            continue
        bet = bet_at_price(probability, Decimal(case["price"]))
        assert bet is not None
        assert ("YES" if bet.yes else "NO") == case["side"], case
        assert abs(bet.fraction - Decimal(case["fraction"])) < Decimal("1E-18"), case
        assert abs(bet.fraction / 2 - Decimal(case["half_kelly"])) < Decimal("1E-18"), case


@pytest.mark.parametrize(
    ("pools", "probability", "bankroll", "expected"),
    [
        (("100", "100"), "0.6", "5000", "21.9852720456"),
        (("3.598", "13.618"), "0.9", "1", "0.4919"),
        (("3.598", "13.618", "0.02"), "0.9", "100", "5.129"),
    ],
)
def test_with_price_impact(pools: tuple[str, ...], probability: str, bankroll: str, expected: str) -> None:
    money, odds = Units(int(bankroll) * UNIT), Price(int(mpf(probability) * PRICE_ONE))
    stake = stake_with_impact(odds, money, pool(*pools))
    # As good as the price is measured.
    assert abs(growth_rate(mpf(probability), money, pool(*pools)(stake))) < mpf(10) ** -8
    assert abs(Decimal(stake) / UNIT - Decimal(expected)) < Decimal("0.001")


def growth_rate(p: mpf, bankroll: Units, there: Position) -> mpf:
    """By how much of itself a bankroll would grow with one more of it staked, as the expected logarithm has it."""
    price, left = mpf(there.marginal) / MARGINAL_ONE, mpf(bankroll - there.paid)
    return bankroll * (p * (1 / price - 1) / (left + there.shares) - (1 - p) / left)


def test_a_fair_price_is_no_bet() -> None:
    assert bet_at_price(Decimal("0.4"), Decimal("0.4")) is None
    assert stake_with_impact(Price(500_000), Units(100 * UNIT), pool("100", "100")) == 0


@given(st.lists(st.tuples(parts, parts), min_size=2, max_size=6))
def test_several_outcomes(pairs: list[tuple[Decimal, Decimal]]) -> None:
    """No small change of the stakes makes the expected logarithm grow (the conditions of Karush, Kuhn and Tucker)."""
    total = sum(weight for weight, _ in pairs)
    # Rounded down, for together they are one at most.
    beliefs = [(weight / total).quantize(Decimal("1E-25"), ROUND_DOWN) for weight, _ in pairs]
    prices = [price for _, price in pairs]
    assume(sum(prices) > 1)
    stakes = fractions(beliefs, prices)
    assert all(0 <= each < 1 for each in stakes)
    kept = 1 - sum(map(mpf, map(str, stakes)))
    wealth = [kept + mpf(str(f)) / mpf(str(c)) for f, c in zip(stakes, prices, strict=True)]
    costs = mp.fsum(mpf(str(p)) / w for p, w in zip(beliefs, wealth, strict=True))
    for p, c, f, w in zip(beliefs, prices, stakes, wealth, strict=True):
        slope = mpf(str(p)) / mpf(str(c)) / w - costs
        assert slope < mpf(10) ** -15
        if f:
            assert abs(slope) < mpf(10) ** -15


def test_a_sure_profit_takes_everything() -> None:
    half, cheap = Decimal("0.5"), Decimal("0.4")
    assert (half, half) == fractions([half, half], [cheap, cheap])


def test_probabilities_that_are_none() -> None:
    with pytest.raises(ValueError, match="at most"):
        fractions([Decimal("0.5"), Decimal("0.6")], [Decimal("0.4"), Decimal("0.4")])


def test_certainty_is_no_probability() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        bet_at_price(Decimal(1), Decimal("0.4"))
    with pytest.raises(ValueError, match="between 0 and 1000000"):
        stake_with_impact(Price(PRICE_ONE), Units(100), pool("100", "100"))
