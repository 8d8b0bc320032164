"""Each sign by itself, and that only signs that come together hold an order."""

import pytest

from oraculum_kit.ids import uuid7
from oraculum_money import Units
from oraculum_prediction.pricing import Side
from oraculum_prediction.repository.risk_reviews import ADDRESS, DEVICE
from oraculum_prediction.risk.abuse import ALONE, Company, suspicion
from oraculum_prediction.risk.company import Asked, Companies
from oraculum_prediction.risk.limits import NO_USE, Limits, Use
from oraculum_prediction.risk.origin import Origin

LIMITS = Limits(*[Units(10**12)] * 7, 100)
THRESHOLD = 100


def use(**change: int) -> Use:
    return NO_USE._replace(**change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sign", "cost", "person", "company"),
    [
        ("speed", 0, use(minute_orders=100), ALONE),
        ("size", 201, use(week_orders=20, week_stake_units=200), ALONE),
        (
            "round_trips",
            0,
            use(week_orders=50, week_stake_units=1000, day_stake_units=1000, day_sold_units=900),
            ALONE,
        ),
        ("shared_device", 0, NO_USE, Company(device_people=3)),
        ("shared_address", 0, NO_USE, Company(address_people=20)),
        ("linked_counterparty", 0, NO_USE, Company(address_people=2, address_opposed=True)),
    ],
)
def test_no_sign_alone_holds_an_order(sign: str, cost: int, person: Use, company: Company) -> None:
    found = suspicion(Units(cost), person, LIMITS, company)
    assert list(found.signals) == [sign]
    assert found.score < THRESHOLD


def test_trading_with_oneself_by_two_accounts_on_a_device_does() -> None:
    company = Company(device_people=2, device_opposed=True)
    assert suspicion(Units(1), NO_USE, LIMITS, company).score >= THRESHOLD


def test_signs_that_come_together_do() -> None:
    robot = use(
        minute_orders=150,
        week_orders=5_000,
        week_stake_units=10**9,
        day_stake_units=10**9,
        day_sold_units=10**9,
    )
    found = suspicion(Units(1), robot, LIMITS)
    assert found.signals == {"speed": 60, "round_trips": 40}
    assert found.score >= THRESHOLD


@pytest.mark.parametrize(
    ("person", "cost"),
    [
        (use(minute_orders=99, week_orders=99, week_stake_units=99), 20),
        (use(week_orders=19, week_stake_units=19), 10**9),
        (use(week_orders=49, day_stake_units=1000, day_sold_units=1000), 0),
        (use(week_orders=500, week_stake_units=1000, day_stake_units=1000, day_sold_units=700), 0),
    ],
)
def test_what_is_usual_scores_nothing(person: Use, cost: int) -> None:
    assert suspicion(Units(cost), person, LIMITS).signals == {}


class TestCompany:
    def test_who_sells_what_the_other_buys_or_both_sides_of_it_is_a_counterparty(self) -> None:
        me, other, stranger, event = uuid7(), uuid7(), uuid7(), uuid7()
        device, address = (DEVICE, "aa"), (ADDRESS, "bb")
        origin = Origin(device="aa", address="bb")

        def company(outcome: int, side: Side, *trades: tuple[object, int, int]) -> Company:
            known = {event: {(who, where, way) for who, where, way in trades}}
            groups = {device: frozenset({me, other}), address: frozenset({me, stranger})}
            return Companies(groups, known).of(  # type: ignore[arg-type]
                Asked(me, event, outcome, side, origin)
            )

        assert company(1, Side.BUY, (other, 1, 2)).device_opposed
        assert company(1, Side.SELL, (other, 1, 1)).device_opposed
        assert company(1, Side.BUY, (other, 0, 1)).device_opposed
        assert not company(1, Side.BUY, (other, 1, 1)).device_opposed
        assert not company(1, Side.SELL, (other, 0, 2)).device_opposed
        assert not company(1, Side.BUY, (me, 1, 2)).device_opposed
        found = company(1, Side.BUY, (stranger, 1, 2))
        assert (found.device_opposed, found.address_opposed) == (False, True)
        assert (found.device_people, found.address_people) == (2, 2)

    def test_who_tells_neither_device_nor_address_is_alone(self) -> None:
        assert Companies({}, {}).of(Asked(uuid7(), uuid7(), 1, Side.BUY, Origin())) == ALONE
