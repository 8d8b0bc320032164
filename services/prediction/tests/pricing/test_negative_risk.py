"""NO shares of exclusive questions into cash and YES shares."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_money import Shares
from oraculum_prediction.pricing.negative_risk import convert

Vectors = Callable[[str], list[dict[str, Any]]]


def test_known_answers(vectors: Vectors) -> None:
    for case in vectors("neg_risk_convert"):
        out = convert(Shares(case["amount"]), case["questions"], case["no_held"], case["fee_bips"])
        assert case["collateral_out"] == out.cash, case
        assert {int(each): size for each, size in case["yes_out"].items()} == dict.fromkeys(
            out.others, out.yes_shares
        ), case


@given(st.integers(2, 12), st.data(), st.integers(1, 10**15))
def test_is_worth_the_same_whichever_question_comes_true(
    questions: int, data: st.DataObject, shares: int
) -> None:
    held = data.draw(st.sets(st.integers(0, questions - 1), min_size=1))
    out = convert(Shares(shares), questions, held)
    for true in range(questions):
        before = shares * (len(held) - (true in held))
        assert before == out.cash + (out.yes_shares if true in out.others else 0)


@pytest.mark.parametrize("held", [[], [0, 0], [3], [-1]])
def test_questions_that_are_none(held: list[int]) -> None:
    with pytest.raises(ValueError, match="different ones of 0 to 2"):
        convert(Shares(1), 3, held)


def test_a_fee_is_kept_of_every_leg() -> None:
    out = convert(Shares(299), 4, [0, 1, 2], 100)
    assert (2 * 297, 297, 2) == (out.cash, out.yes_shares, out.fee)
