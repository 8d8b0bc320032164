"""What people set themselves, where orders are decided: through the service, against real PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from oraculum.auth.v1.users_fact_pb2 import PlayRulesChanged, UsersFact
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import FailedPrecondition, ServiceError
from oraculum_kit.records import Record
from oraculum_kit.timestamps import to_wire
from oraculum_money import Units
from oraculum_prediction.expiry import Expiry
from oraculum_prediction.repository.risk import OwnRules
from oraculum_prediction.risk.limits import Limits
from oraculum_prediction.risk.play import hear

USDC = 1_000_000
TIER = Limits(*(Units(100),) * 7, 60)


async def told(
    house: Any, user_id: UUID, revision: int, *, until: datetime | None = None, **rules: Any
) -> None:
    said = PlayRulesChanged(user_id=str(user_id), revision=revision, **rules)
    if until is not None:
        said.excluded_until.FromDatetime(until)
    record = Record(
        topic="users", partition=0, offset=0, key=None, message=UsersFact(play_rules_changed=said),
        source="auth", sequence=None, time=datetime.now(UTC), headers={},
    )  # fmt: skip
    async with house.replicas[0].database.transaction() as connection:
        await hear(connection, [record])


async def refused(house: Any, *arguments: Any, **order: Any) -> ServiceError:
    with pytest.raises(FailedPrecondition) as caught:
        await house.place(*arguments, **order)
    return caught.value


async def test_whoever_excluded_themselves_only_sells(house: Any) -> None:
    event, who = await house.open(), house.person()
    held = (await house.place(who, event, "b", amount_units=10 * USDC)).order
    until = datetime.now(UTC) + timedelta(days=180)
    await told(house, who, 1, until=until, exclusion="self_exclusion")
    error = await refused(house, who, event, "more")
    assert ("SELF_EXCLUDED", "self_exclusion") == (error.reason, error.metadata["because"])
    await house.place(who, event, "s", side=pb.SIDE_SELL, shares=held.shares)
    # Others go on.
    await house.place(house.person(), event, "other", amount_units=USDC)


async def test_what_buys_for_who_plays_no_more_is_taken_back_and_what_sells_rests_on(house: Any) -> None:
    event, who, other = await house.open(), house.person(), house.person()
    held = (await house.place(who, event, "b", amount_units=10 * USDC)).order
    await house.limit(who, event, "k", 300_000)
    sale = await house.limit(who, event, "s", 900_000, held.shares, side=pb.SIDE_SELL)
    others = await house.limit(other, event, "k", 300_000)
    await told(house, other, 1, until=datetime.now(UTC) - timedelta(seconds=1), exclusion="cooling_off")
    expiry = Expiry(house.replicas[0].database, house.replicas[0].commands)
    assert 0 == await expiry.look()
    await told(house, who, 1, until=datetime.now(UTC) + timedelta(days=180), exclusion="self_exclusion")
    assert (1, 0) == (await expiry.look(), await expiry.look())
    rows = house.rows("select order_id, status from trade_order where status in (7, 8)")
    assert {sale.order_id, others.order_id} == {str(row["order_id"]) for row in rows}
    house.check_reserves()


async def test_a_purchase_that_shall_rest_longer_is_held_to_the_rules(house: Any) -> None:
    """It is one more: whoever may buy no more would prolong what they have for ever. A shorter time asks nobody."""
    event, who = await house.open(), house.person()
    now = datetime.now(UTC)
    times = {"time_in_force": pb.TIME_IN_FORCE_GTD, "expires_at": to_wire(now + timedelta(hours=2))}
    purchase = await house.limit(who, event, "k", 300_000, **times)
    await told(house, who, 1, until=now + timedelta(days=180), exclusion="self_exclusion")

    async def prolong(key: str, until: datetime) -> pb.Order:
        request = pb.EditOrderRequest(
            order_id=purchase.order_id, expires_at=to_wire(until), idempotency_key=key
        )
        with house.parties.signed_in(who):
            return (await house.stub.EditOrder(request)).order

    with pytest.raises(FailedPrecondition) as caught:
        await prolong("longer", now + timedelta(hours=3))
    assert "SELF_EXCLUDED" == caught.value.reason
    shorter = await prolong("shorter", now + timedelta(hours=1))
    assert (purchase.order_id, to_wire(now + timedelta(hours=1))) == (shorter.order_id, shorter.expires_at)
    await told(house, who, 2)
    longer = await prolong("again", now + timedelta(hours=3))
    assert to_wire(now + timedelta(hours=3)) == longer.expires_at
    house.check_reserves()


async def test_a_time_that_has_ended_excludes_nobody(house: Any) -> None:
    event, who = await house.open(), house.person()
    await told(house, who, 1, until=datetime.now(UTC) - timedelta(seconds=1), exclusion="cooling_off")
    await house.place(who, event, "b", amount_units=USDC)


async def test_who_has_lost_what_they_wanted_to_lose_only_sells(house: Any) -> None:
    event, who = await house.open(), house.person()
    await told(house, who, 1, loss_day_units=1)
    bought = (await house.place(who, event, "b", amount_units=10 * USDC)).order
    await house.place(who, event, "s", side=pb.SIDE_SELL, shares=bought.shares // 2)
    error = await refused(house, who, event, "more")
    assert ("LIMIT_REACHED", "day_loss") == (error.reason, error.metadata["rule"])
    await house.place(who, event, "rest", side=pb.SIDE_SELL, shares=bought.shares // 4)


async def test_a_lifted_limit_holds_no_more_and_an_earlier_word_changes_nothing(house: Any) -> None:
    event, who = await house.open(), house.person()
    await told(house, who, 1, loss_day_units=0)
    await refused(house, who, event, "b")
    await told(house, who, 3)
    await told(house, who, 2, loss_day_units=0)
    await house.place(who, event, "c", amount_units=USDC)


def test_own_limits_make_those_of_the_tier_narrower_and_never_wider() -> None:
    own = OwnRules(Units(10), Units(1000), None, "")
    assert (10, 100) == own.over(TIER, "USDC")[5:7]
    assert (10, 100) == own.over(TIER, "USD")[5:7]
    # What cannot be counted in dollars would be the way around.
    assert (0, 0) == own.over(TIER, "ETH")[5:7]
    assert TIER == OwnRules(None, None, None, "cooling_off").over(TIER, "ETH")
