"""Who may buy: nobody who is barred or lives where it is closed, and no more than is free before a check is approved."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from oraculum.auth.v1 import users_fact_pb2 as facts
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum_kit.errors import PermissionDenied, ServiceError
from oraculum_kit.identity import IdentityRules
from oraculum_kit.records import Record
from oraculum_prediction import statuses
from oraculum_prediction.expiry import Expiry
from oraculum_prediction.repository import resting
from oraculum_prediction.risk.play import hear
from oraculum_prediction.turns import Turns

USDC = 1_000_000
ONE = 1_000_000
RULES = IdentityRules(20, frozenset({"FR"}))
APPROVED = {"kyc": "approved", "jurisdiction": "US-CA"}


async def told(house: Any, sequence: int, **fact: Any) -> None:
    record = Record(
        topic="users", partition=0, offset=0, key=None, message=facts.UsersFact(**fact),
        source="auth", sequence=sequence, time=datetime.now(UTC), headers={},
    )  # fmt: skip
    async with house.replicas[0].database.transaction() as connection:
        await hear(connection, [record])


async def bar(house: Any, user_id: UUID, sequence: int = 1) -> None:
    await told(house, sequence, user_banned=facts.UserBanned(user_id=str(user_id)))


async def check(
    house: Any, user_id: UUID, kyc: str, jurisdiction: str = "US-CA", *, sequence: int = 1
) -> None:
    fact = facts.UserKycChanged(user_id=str(user_id), kyc=kyc, jurisdiction=jurisdiction)
    await told(house, sequence, user_kyc_changed=fact)


async def refused(house: Any, *arguments: Any, **order: Any) -> str:
    with pytest.raises(PermissionDenied) as caught:
        await house.place(*arguments, **order)
    return caught.value.reason


async def test_a_little_is_free_before_anybody_has_looked(premises: Any) -> None:
    async with premises.replica(identity=RULES):
        event, who = await premises.open(), premises.person()
        bought = (await premises.place(who, event, "a", amount_units=15 * USDC)).order
        assert "IDENTITY_CHECK_REQUIRED" == await refused(premises, who, event, "b", amount_units=6 * USDC)
        # What is sold is at stake no more.
        await premises.place(who, event, "s", side=pb.SIDE_SELL, shares=bought.shares)
        await premises.place(who, event, "c", amount_units=15 * USDC)
        # Whoever is approved may at once, and whoever is rejected may not, whatever was told of them before.
        await check(premises, who, "pending", "")
        await premises.place(who, event, "d", amount_units=30 * USDC, says=APPROVED)
        await check(premises, who, "approved", sequence=2)
        rejected = {"kyc": "rejected", "jurisdiction": "US-CA"}
        assert "IDENTITY_CHECK_REQUIRED" == await refused(premises, who, event, "e", says=rejected)


async def test_dollars_of_either_kind_count_together(premises: Any) -> None:
    """As wallet counts what is deposited."""
    for kind, sign in ((wallet.ACCOUNT_KIND_HOUSE, 1), (wallet.ACCOUNT_KIND_CAPITAL, -1)):
        premises.books.balances[kind, "", "USD"] += sign * 1_000 * USDC
    async with premises.replica(identity=RULES):
        who = premises.person()
        premises.books.deposit(who, 100 * USDC, "USD")
        usdc = await premises.open()
        usd = await premises.open(subsidy=Amount(units=100 * USDC, asset="USD"))
        await premises.place(who, usdc, "a", amount_units=15 * USDC)
        assert "IDENTITY_CHECK_REQUIRED" == await refused(premises, who, usd, "b", amount_units=6 * USDC)
        await premises.place(who, usd, "c", amount_units=4 * USDC)
        assert "IDENTITY_CHECK_REQUIRED" == await refused(premises, who, usdc, "d", amount_units=2 * USDC)


async def test_what_rests_counts_and_a_closed_state_is_closed(premises: Any) -> None:
    async with premises.replica(identity=RULES):
        event, who = await premises.open(), premises.person()
        await premises.limit(who, event, "rest", ONE // 10, 150 * USDC)
        assert "IDENTITY_CHECK_REQUIRED" == await refused(premises, who, event, "b", amount_units=6 * USDC)
        other = premises.person()
        await check(premises, other, "approved", "US-CA")
        moved = {"kyc": "approved", "jurisdiction": "FR"}
        assert "JURISDICTION_CLOSED" == await refused(premises, other, event, "c", says=moved)


async def test_who_is_barred_only_sells_and_what_rests_of_theirs_is_taken_back(house: Any) -> None:
    event, who = await house.open(), house.person()
    held = (await house.place(who, event, "a", amount_units=10 * USDC)).order
    resting = await house.limit(who, event, "rest", ONE // 10)
    others = await house.limit(house.person(), event, "others", ONE // 10)
    await bar(house, who)
    assert "PERSON_BARRED" == await refused(house, who, event, "b")
    await house.place(who, event, "s", side=pb.SIDE_SELL, shares=held.shares)
    expiry = Expiry(house.replicas[0].database, house.replicas[0].commands)
    assert (1, 0) == (await expiry.look(), await expiry.look())
    rows = house.rows("select order_id, status from trade_order")
    states = {str(row["order_id"]): row["status"] for row in rows}
    assert (statuses.CANCELLED, statuses.OPEN) == (states[resting.order_id], states[others.order_id])
    await told(house, 2, user_unbanned=facts.UserUnbanned(user_id=str(who)))
    await bar(house, who, 1)
    await house.place(who, event, "c", amount_units=USDC)


def postponed(why: str) -> float:
    return REGISTRY.get_sample_value("oraculum_prediction_endings_postponed_total", {"why": why}) or 0.0


async def test_one_whose_orders_cannot_be_taken_back_keeps_nobody_from_their_end(house: Any) -> None:
    """Neither who is barred, too, nor whose dead man's switch is due; and it is tried again."""
    broken, event = await house.open(), await house.open()
    people = barred, second, dead, silent = [house.person() for _ in range(4)]
    orders = [
        await house.limit(who, where, "rest", ONE // 10)
        for who, where in zip(people, (broken, event, event, broken), strict=True)
    ]
    for who in (barred, second):
        await bar(house, who)
    house.rows(
        "insert into dead_man (user_id, fires_at) select unnest(%(who)s), clock_timestamp()",
        who=[silent, dead],
    )
    # What never happens: orders rest on a market that is closed, and cannot be taken back.
    house.rows("alter table market disable trigger user")
    closed = "update market set status = 2, closed_at = now(), version = version + 1 where event_id = %(e)s"
    house.rows(closed, e=broken)
    expiry = Expiry(house.replicas[0].database, house.replicas[0].commands)
    before = postponed("barred"), postponed("dead_man")
    assert 2 == await expiry.look()
    assert (before[0] + 1, before[1] + 1) == (postponed("barred"), postponed("dead_man"))
    states = {
        str(row["order_id"]): row["status"] for row in house.rows("select order_id, status from trade_order")
    }
    expected = [statuses.OPEN, statuses.CANCELLED, statuses.CANCELLED, statuses.OPEN]
    assert expected == [states[order.order_id] for order in orders]
    assert [{"user_id": silent}] == house.rows("select user_id from dead_man")
    opened = "update market set status = 1, closed_at = null, version = version + 1 where event_id = %(e)s"
    house.rows(opened, e=broken)
    assert (2, 0) == (await expiry.look(), await expiry.look())


async def test_everybody_who_is_barred_has_their_turn(house: Any) -> None:
    """Also behind more of them than one look takes."""
    event = await house.open()
    for who in (house.person() for _ in range(3)):
        await house.limit(who, event, "rest", ONE // 10)
        await bar(house, who)
    seen: list[UUID] = []
    turn, none = Turns(2), Turns(0)
    async with house.replicas[0].database.connection() as connection:
        while page := (
            await resting.to_end(connection, dead=none, due=none, barred=turn, excluded=none)
        ).barred:
            seen += page
            turn.after = page[-1]
    assert sorted(seen) == seen
    assert 3 == len(set(seen))


async def test_who_may_not_buy_gives_no_subsidy_either(premises: Any) -> None:
    """It is money that comes into a market, for good: a free amount is not used up by it, so nobody unknown gives any."""
    async with premises.replica(identity=RULES):
        event, barred, unknown, excluded = await premises.open(), *(premises.person() for _ in range(3))
        await bar(premises, barred)
        until = datetime.now(UTC) + timedelta(days=1)
        rules = facts.PlayRulesChanged(user_id=str(excluded), revision=1, exclusion="cooling_off")
        rules.excluded_until.FromDatetime(until)
        await told(premises, 1, play_rules_changed=rules)
        for who, reason in (
            (barred, "PERSON_BARRED"),
            (unknown, "IDENTITY_CHECK_REQUIRED"),
            (excluded, "SELF_EXCLUDED"),
        ):
            says = {"kyc": "approved"} if who == excluded else {}
            with pytest.raises(ServiceError) as caught:
                await premises.subsidise(who, event, "s", USDC, says=says)
            assert reason == caught.value.reason
