"""Every rule by itself: it lets the last unit pass and names itself, its limit and what is left for the next one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_money import Units
from oraculum_prediction.risk.limits import (
    NO_USE,
    Breach,
    Limits,
    Purchase,
    Rule,
    Use,
    check,
    keeps,
    too_fast,
)

LIMITS = Limits(
    *map(Units, (1_000, 5_000, 20_000, 10_000, 50_000, 3_000, 6_000)),  # type: ignore[arg-type]
    10,
)


def use(**change: int) -> Use:
    return NO_USE._replace(**change)  # type: ignore[arg-type]


def purchase(cost: int, market: int = 0) -> Purchase:
    return Purchase(Units(cost), Units(market), "sports")


@pytest.mark.parametrize(
    ("rule", "person", "category", "market", "left"),
    [
        (Rule.ORDER, use(), use(), 0, 1_000),
        (Rule.MARKET, use(), use(), 4_500, 500),
        (Rule.CATEGORY, use(), use(open_units=19_000, resting_units=100), 0, 900),
        (Rule.DAY_STAKE, use(day_stake_units=9_000, resting_units=300), use(), 0, 700),
        (Rule.WEEK_STAKE, use(week_stake_units=49_990, resting_units=5), use(), 0, 5),
    ],
)
def test_the_last_unit_passes_and_the_next_does_not(
    rule: Rule, person: Use, category: Use, market: int, left: int
) -> None:
    assert check(purchase(left, market), person, category.at_stake_units, LIMITS, "USDC") is None
    breach = check(purchase(left + 1, market), person, category.at_stake_units, LIMITS, "USDC")
    assert breach is not None
    assert (breach.rule, breach.left) == (rule, left)


@pytest.mark.parametrize(
    ("rule", "field", "limit"),
    [(Rule.DAY_LOSS, "day_result_units", 3_000), (Rule.WEEK_LOSS, "week_result_units", 6_000)],
)
def test_who_has_lost_as_much_as_the_limit_buys_nothing(rule: Rule, field: str, limit: int) -> None:
    assert check(purchase(1), use(**{field: -limit + 1}), Units(0), LIMITS, "USDC") is None
    breach = check(purchase(1), use(**{field: -limit}), Units(0), LIMITS, "USDC")
    assert breach is not None
    assert (breach.rule, breach.limit, breach.left) == (rule, limit, 0)


def test_what_was_won_makes_good_what_was_lost() -> None:
    assert use(day_result_units=5_000).day_loss_units == 0
    assert use(week_result_units=-7).week_loss_units == 7


def test_speed_is_refused_only_beyond_twice_what_a_minute_allows() -> None:
    assert too_fast(use(minute_orders=19), LIMITS, "USDC") is None
    breach = too_fast(use(minute_orders=20), LIMITS, "USDC")
    assert breach == Breach(Rule.ORDERS_PER_MINUTE, 20, 0, "USDC")


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_says_its_limit_and_what_to_do(rule: Rule) -> None:
    sentence = Breach(rule, 12_500_000, 2_500_000, "USDC").sentence
    if rule is Rule.ORDERS_PER_MINUTE:
        assert "12500000" in sentence
    else:
        assert "12.50 USDC" in sentence
        assert "2.50 USDC is left" in sentence
    assert sentence.count(".") >= 2
    assert sentence.endswith(".")


def test_what_only_gets_smaller_may_stand_above_a_limit() -> None:
    over = use(open_units=99_999, day_stake_units=99_999, week_stake_units=99_999)
    sale = use(open_units=-10, day_result_units=-5_000, week_result_units=-5_000, minute_orders=1)
    assert keeps(sale, over.plus(sale), LIMITS, scope="")
    assert keeps(sale, over.plus(sale), LIMITS, scope="sports")


amounts = st.integers(0, 60_000).map(Units)


@given(amounts, amounts, amounts, st.integers(-8_000, 8_000), amounts)
def test_what_stands_after_the_fact_is_what_would_have_been_allowed(
    staked: Units, resting: Units, opened: Units, result: int, cost: Units
) -> None:
    """`keeps` and `check` are the same rule, seen from after and from before."""
    before = use(
        open_units=opened,
        resting_units=resting,
        day_stake_units=staked,
        week_stake_units=staked,
        day_result_units=result,
        week_result_units=result,
    )
    change = use(open_units=cost, day_stake_units=cost, week_stake_units=cost)
    after = before.plus(change)
    free = LIMITS._replace(order_units=Units(10**9), market_units=Units(10**9))
    allowed = check(purchase(cost), before, before.at_stake_units, free, "USDC") is None
    stands = keeps(change, after, free, scope="") and keeps(change, after, free, scope="sports")
    if cost:
        assert stands == allowed
