"""What administrators set for everybody: limits of tiers and of the house, in force on every replica, each change noted."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from oraculum.audit.v1.audit_pb2 import AUDIT_CLASS_ADMIN, AuditFact
from oraculum.prediction.v1 import risk_service_pb2 as risk
from oraculum_kit.errors import FailedPrecondition, InvalidArgument
from oraculum_prediction.errors import RestingTooSmall

USDC = 1_000_000
WIDE = {
    "order_units": 10_000 * USDC,
    "market_units": 50_000 * USDC,
    "category_units": 200_000 * USDC,
    "day_stake_units": 100_000 * USDC,
    "week_stake_units": 500_000 * USDC,
    "day_loss_units": 50_000 * USDC,
    "week_loss_units": 200_000 * USDC,
    "minute_orders": 600,
}


@pytest.fixture
async def two(premises: Any) -> AsyncIterator[Any]:
    """Two replicas on one database."""
    async with premises.replica(), premises.replica():
        yield premises


async def set_tier(house: Any, replica: int = 0, tier: str = "basic", **limits: int) -> risk.TierLimits:
    request = risk.SetTierLimitsRequest(
        limits=risk.TierLimits(tier=tier, asset="USDC", **{**WIDE, **limits}), reason="a decision"
    )
    with house.parties.signed_in(roles={"admin"}):
        return (await house.replicas[replica].risk.SetTierLimits(request)).limits  # type: ignore[no-any-return]


async def set_house(house: Any, **limits: int) -> risk.HouseLimits:
    request = risk.SetHouseLimitsRequest(limits=risk.HouseLimits(asset="USDC", **limits), reason="a decision")
    with house.parties.signed_in(roles={"admin"}):
        return (await house.replicas[0].risk.SetHouseLimits(request)).limits  # type: ignore[no-any-return]


async def listed(house: Any) -> risk.ListRulesResponse:
    with house.parties.signed_in(roles={"admin"}):
        return await house.replicas[1].risk.ListRules(risk.ListRulesRequest())  # type: ignore[no-any-return]


def of_usdc(rules: risk.ListRulesResponse) -> risk.HouseLimits:
    return next(row for row in rules.house if row.asset == "USDC")


async def refused(house: Any, who: UUID, event: UUID, replica: int) -> tuple[str, str]:
    with pytest.raises(FailedPrecondition) as caught:
        await house.place(who, event, f"refused {replica}", replica=replica, amount_units=10 * USDC)
    return caught.value.reason, caught.value.metadata["rule"]


def noted(house: Any) -> list[AuditFact]:
    rows = house.rows("select payload from outbox where topic = 'audit' order by id")
    facts = [AuditFact.FromString(row["payload"]) for row in rows]
    return [
        fact for fact in facts if fact.action.startswith(("tier_limits.", "house_limits.", "least_resting."))
    ]


async def test_limits_of_a_tier_hold_on_every_replica_from_the_next_order_on(two: Any) -> None:
    """Whichever replica was told, and although both have decided by the old ones just now."""
    event, who = await two.open(), two.person()
    for replica in (0, 1):
        await two.place(who, event, f"before {replica}", replica=replica, amount_units=10 * USDC)
    told = await set_tier(two, order_units=5 * USDC)
    assert (5 * USDC, 600) == (told.order_units, told.minute_orders)
    for replica in (0, 1):
        assert ("LIMIT_REACHED", "order") == await refused(two, who, event, replica)
    assert told in (await listed(two)).tiers
    await set_tier(two, replica=1)
    for replica in (0, 1):
        await two.place(who, event, f"after {replica}", replica=replica, amount_units=10 * USDC)

    first, second = noted(two)
    assert ("tier_limits.set", "tier", "basic") == (first.action, first.subject_kind, first.subject_id)
    assert AUDIT_CLASS_ADMIN == first.audit_class
    assert first.actor_user_id
    assert {
        "order_units": str(5 * USDC),
        "order_units_before": str(10_000 * USDC),
        "asset": "USDC",
        "reason": "a decision",
    } == dict(first.details)
    assert str(5 * USDC) == second.details["order_units_before"]


async def test_the_same_limits_again_are_no_change(two: Any) -> None:
    await set_tier(two, tier="premium", order_units=7)
    before = two.rows("select version from risk_policy")
    await set_tier(two, tier="premium", order_units=7)
    assert before == two.rows("select version from risk_policy")
    assert 1 == len(noted(two))


async def test_who_changes_them_at_once_takes_turns(two: Any) -> None:
    """Each change is noted with what the one before it had left."""
    await asyncio.gather(*(set_tier(two, replica=n % 2, order_units=n + 1) for n in range(6)))
    left = [str(10_000 * USDC), *(fact.details["order_units"] for fact in noted(two))]
    assert left[:-1] == [fact.details["order_units_before"] for fact in noted(two)]
    (kept,) = two.rows("select order_units from risk_tier where tier = 'basic' and asset = 'USDC'")
    assert left[-1] == str(kept["order_units"])


async def test_lists_of_what_is_prohibited_that_come_at_once_take_turns(two: Any) -> None:
    """What stands afterwards is one of them whole, and each change of each was noted."""
    wishes = [
        risk.SetProhibitionsRequest(
            prohibitions=[
                risk.Prohibition(kind=risk.PROHIBITION_KIND_CATEGORY, subject=subject, reason="a decision")
                for subject in (f"{n} a", f"{n} b")
            ]
        )
        for n in range(6)
    ]

    async def wish(n: int) -> None:
        with two.parties.signed_in(roles={"admin"}):
            await two.replicas[n % 2].risk.SetProhibitions(wishes[n])

    await asyncio.gather(*map(wish, range(len(wishes))))
    stands = [row["subject"] for row in two.rows("select subject from risk_prohibition order by subject")]
    assert stands in [sorted(one.subject for one in each.prohibitions) for each in wishes]
    facts = [
        AuditFact.FromString(row["payload"])
        for row in two.rows("select payload from outbox where topic = 'audit' order by id")
    ]
    noted_so_far: set[str] = set()
    for fact in facts:
        change = noted_so_far.add if fact.action == "prohibition.set" else noted_so_far.remove
        change(fact.subject_id)
    assert set(stands) == noted_so_far


async def test_limits_of_the_house_hold_on_every_replica_until_they_are_lifted(two: Any) -> None:
    event, who = await two.open(), two.person()
    for replica in (0, 1):
        await two.place(who, event, f"before {replica}", replica=replica, amount_units=USDC)
    told = await set_house(two, market_units=USDC, total_units=50 * USDC)
    assert told == of_usdc(await listed(two))
    for replica in (0, 1):
        assert ("HOUSE_LIMIT_REACHED", "house one market") == await refused(two, who, event, replica)
    assert not (await set_house(two)).HasField("market_units")
    assert not of_usdc(await listed(two)).HasField("total_units")
    await set_house(two)
    for replica in (0, 1):
        await two.place(who, event, f"after {replica}", replica=replica, amount_units=10 * USDC)
    assert ["house_limits.set", "house_limits.lifted"] == [fact.action for fact in noted(two)]


async def test_what_rests_at_least_holds_on_every_replica_and_stays_where_nothing_is_said(two: Any) -> None:
    event, who = await two.open(), two.person()
    bid = {"price": 400_000, "shares": 5 * USDC}
    for replica in (0, 1):
        await two.limit(who, event, f"before {replica}", replica=replica, **bid)
    assert 3 * USDC == (await set_house(two, least_resting_units=3 * USDC)).least_resting_units
    assert 3 * USDC == (await set_house(two, market_units=0, total_units=0)).least_resting_units
    for replica in (0, 1):
        with pytest.raises(RestingTooSmall):
            await two.limit(who, event, f"refused {replica}", replica=replica, **bid)
    told = await set_house(two, least_resting_units=0)
    assert (0, False) == (told.least_resting_units, told.HasField("market_units"))
    assert told == of_usdc(await listed(two))
    for replica in (0, 1):
        await two.limit(who, event, f"after {replica}", replica=replica, price=400_000, shares=1)
    rested = [fact.details for fact in noted(two) if fact.action == "least_resting.set"]
    assert [("3000000", "100000"), ("0", "3000000")] == [
        (details["least_units"], details["least_units_before"]) for details in rested
    ]


@pytest.mark.parametrize(
    ("method", "request_", "fields"),
    [
        (
            "SetTierLimits",
            risk.SetTierLimitsRequest(limits=risk.TierLimits(tier="gold", asset="DOGE", order_units=1)),
            {"limits.tier", "limits.asset", "reason", *(f"limits.{name}" for name in WIDE)}
            - {"limits.order_units"},
        ),
        (
            "SetTierLimits",
            risk.SetTierLimitsRequest(
                limits=risk.TierLimits(tier="basic", asset="USDC", **{**WIDE, "day_loss_units": -1}),
                reason="why",
            ),
            {"limits.day_loss_units"},
        ),
        (
            "SetHouseLimits",
            risk.SetHouseLimitsRequest(limits=risk.HouseLimits(asset="USDC", total_units=5), reason="why"),
            {"limits.market_units"},
        ),
        (
            "SetHouseLimits",
            risk.SetHouseLimitsRequest(
                limits=risk.HouseLimits(asset="USDC", least_resting_units=-1), reason="why"
            ),
            {"limits.least_resting_units"},
        ),
        (
            "SetHouseLimits",
            risk.SetHouseLimitsRequest(limits=risk.HouseLimits(market_units=-1, total_units=-1)),
            {"limits.asset", "limits.market_units", "limits.total_units", "reason"},
        ),
    ],
)
async def test_every_bad_field_is_named_and_nothing_changes(
    house: Any, method: str, request_: Any, fields: set[str]
) -> None:
    before = house.rows("select * from risk_tier order by tier, asset")
    rests = house.rows("select * from risk_resting")
    with house.parties.signed_in(roles={"admin"}), pytest.raises(InvalidArgument) as caught:
        await getattr(house.replicas[0].risk, method)(request_)
    assert fields == {violation.field for violation in caught.value.violations}
    assert before == house.rows("select * from risk_tier order by tier, asset")
    assert [] == house.rows("select * from risk_house")
    assert rests == house.rows("select * from risk_resting")
