"""The counters of a batch against a real database: what is used is counted, and no limit is ever passed."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.identity import IdentityRules
from oraculum_kit.ids import uuid7
from oraculum_money import Units
from oraculum_prediction.repository import risk as repository
from oraculum_prediction.repository.risk import Override
from oraculum_prediction.risk import policy
from oraculum_prediction.risk.book import (
    LimitsMoved,
    Maker,
    Person,
    RiskBook,
    Used,
)
from oraculum_prediction.risk.errors import (
    HouseLimitReached,
    LimitReached,
    MarketProhibited,
    TradingBlocked,
)
from oraculum_prediction.risk.limits import NO_USE, Purchase, Use, bought, ended, met, sold
from oraculum_prediction.risk.policy import Policies

USDC = 1_000_000


def person(user_id: UUID | None = None) -> Person:
    return Person(user_id or uuid7(), "USDC", "basic")


def book() -> RiskBook:
    return RiskBook(Policies(), SystemClock(), IdentityRules())


async def looked_up(database: Database, *people: Person, category: str = "sports") -> Used:
    async with database.connection() as connection:
        return await book().look_up(connection, [(who.user_id, who.asset, category) for who in people])


async def used(database: Database, who: Person) -> Use:
    return (await looked_up(database, who)).used(who)


async def at_stake(database: Database, who: Person, category: str) -> int:
    return (await looked_up(database, who, category=category)).at_stake(who, category)


def buy(
    used: Used, who: Person, cost: int, *, event_id: UUID, category: str = "sports"
) -> ServiceError | None:
    order = Purchase(Units(cost), Units(0), category)
    refused = used.check(who, used.standing(who), event_id, order)
    if refused is None:
        used.count(event_id, who, category, bought(Units(cost)))
    return refused


async def write(database: Database, used: Used, *people: Person, events: list[UUID]) -> None:
    async with database.transaction() as connection:
        await used.write(connection, events, {(who.user_id, who.asset): who for who in people})


async def limit(database: Database, who: Person, **limits: int) -> None:
    async with database.transaction() as connection:
        await repository.put_override(
            connection,
            who.user_id,
            "USDC",
            Override(**limits),
            reason="test",
            set_by=None,  # type: ignore[arg-type]
        )


class TestCounting:
    async def test_what_was_bought_and_sold_is_counted_of_all_and_of_its_category(
        self, database: Database
    ) -> None:
        who, event = person(), uuid7()
        batch = await looked_up(database, who)
        assert buy(batch, who, 100, event_id=event) is None
        batch.count(event, who, "sports", sold(Units(30), Units(50)))
        await write(database, batch, who, events=[event])
        expected = Use._make(map(Units, (50, 0, 100, 100, 30, -20, -20, 2, 2)))
        assert await used(database, who) == expected
        assert await at_stake(database, who, "sports") == 50
        assert await at_stake(database, who, "politics") == 0

    async def test_an_order_sees_those_before_it_in_its_batch(self, database: Database) -> None:
        who = person()
        await limit(database, who, day_stake_units=100)
        batch = await looked_up(database, who)
        assert buy(batch, who, 60, event_id=uuid7()) is None
        refused = buy(batch, who, 60, event_id=uuid7())
        assert isinstance(refused, LimitReached)
        assert (refused.metadata["rule"], refused.metadata["left"]) == ("day_stake", "40")
        assert buy(batch, who, 40, event_id=uuid7()) is None

    async def test_a_market_that_is_priced_again_is_counted_once(self, database: Database) -> None:
        who, first, second = person(), uuid7(), uuid7()
        batch = await looked_up(database, who)
        buy(batch, who, 60, event_id=first)
        buy(batch, who, 5, event_id=second)
        batch.begin(first)
        buy(batch, who, 70, event_id=first)
        assert batch.used(who).day_stake_units == 75

    async def test_a_market_that_was_cut_out_is_not_written(self, database: Database) -> None:
        who, first, second = person(), uuid7(), uuid7()
        batch = await looked_up(database, who)
        buy(batch, who, 60, event_id=first)
        buy(batch, who, 5, event_id=second)
        await write(database, batch, who, events=[second])
        assert (await used(database, who)).day_stake_units == 5

    async def test_what_rests_is_staked_until_it_ends(self, database: Database) -> None:
        who, event = person(), uuid7()
        await limit(database, who, day_stake_units=100)
        batch = await looked_up(database, who)
        batch.count(event, who, "sports", bought(Units(10), Units(80)))
        refused = buy(batch, who, 11, event_id=event)
        assert isinstance(refused, LimitReached)
        batch.count(event, who, "sports", met(Units(19), Units(20)))
        batch.count(event, who, "sports", ended(Units(60)))
        await write(database, batch, who, events=[event])
        after = await used(database, who)
        assert (after.open_units, after.resting_units, after.day_stake_units) == (29, 0, 29)

    async def test_a_new_day_begins_with_nothing_and_what_is_open_stays(
        self, database: Database, asked: Any
    ) -> None:
        who, event = person(), uuid7()
        batch = await looked_up(database, who)
        buy(batch, who, 60, event_id=event)
        await write(database, batch, who, events=[event])
        await asked("update risk_use set day = day - 1, week = week - 7, minute = minute - interval '1 hour'")
        assert await used(database, who) == NO_USE._replace(open_units=Units(60))
        batch = await looked_up(database, who)
        buy(batch, who, 7, event_id=event)
        await write(database, batch, who, events=[event])
        after = await used(database, who)
        assert (after.day_stake_units, after.week_stake_units, after.open_units) == (7, 7, 67)
        assert (after.minute_orders, after.week_orders) == (1, 1)

    async def test_a_clock_that_is_behind_sets_no_day_back(self, database: Database, asked: Any) -> None:
        who, event = person(), uuid7()
        batch = await looked_up(database, who)
        buy(batch, who, 60, event_id=event)
        await write(database, batch, who, events=[event])
        await asked("update risk_use set day = day + 1")
        batch = await looked_up(database, who)
        buy(batch, who, 7, event_id=event)
        await write(database, batch, who, events=[event])
        assert (await used(database, who)).day_stake_units == 67


class TestRules:
    async def test_an_override_stands_for_its_person_and_rule_only(self, database: Database) -> None:
        who, other = person(), person()
        await limit(database, who, order_units=5)
        batch = await looked_up(database, who, other)
        assert isinstance(buy(batch, who, 6, event_id=uuid7()), LimitReached)
        assert buy(batch, other, 6, event_id=uuid7()) is None
        assert batch.limits(who)._replace(order_units=Units(0)) == batch.limits(other)._replace(
            order_units=Units(0)
        )

    async def test_who_is_blocked_buys_nothing(self, database: Database) -> None:
        who = person()
        await limit(database, who, blocked=True)
        batch = await looked_up(database, who)
        assert isinstance(buy(batch, who, 1, event_id=uuid7()), TradingBlocked)

    async def test_what_is_prohibited_is_not_bought(self, database: Database) -> None:
        who, event = person(), uuid7()
        async with database.transaction() as connection:
            await repository.prohibit(connection, policy.MARKET, str(event), reason="asked", set_by=None)
            await repository.prohibit(connection, policy.CATEGORY, "war", reason="taste", set_by=None)
        batch = await looked_up(database, who)
        assert isinstance(buy(batch, who, 1, event_id=event), MarketProhibited)
        assert isinstance(buy(batch, who, 1, event_id=uuid7(), category="war"), MarketProhibited)
        assert buy(batch, who, 1, event_id=uuid7()) is None

    async def test_a_change_of_the_rules_is_seen_by_the_next_batch(self, database: Database) -> None:
        who, event, ours = person(), uuid7(), book()
        keys = [(who.user_id, "USDC", "sports")]
        async with database.connection() as connection:
            assert buy(await ours.look_up(connection, keys), who, 1, event_id=event) is None
            await repository.prohibit(connection, policy.CATEGORY, "sports", reason="now", set_by=None)
            batch = await ours.look_up(connection, keys)
            assert isinstance(buy(batch, who, 1, event_id=event), MarketProhibited)
            assert await repository.allow(connection, policy.CATEGORY, "sports")
            assert buy(await ours.look_up(connection, keys), who, 1, event_id=event) is None

    async def test_an_unknown_tier_has_the_limits_of_basic(self, database: Database) -> None:
        who = person()
        batch = await looked_up(database, who)
        assert batch.limits(who._replace(tier="unheard of")) == batch.limits(who)
        assert batch.limits(who._replace(tier="premium")).order_units == 250_000 * USDC

    async def test_the_house_stops_where_it_is_told_to(self, database: Database, asked: Any) -> None:
        await asked("insert into risk_house values ('USDC', 100, 150)")
        who, first, second = person(), uuid7(), uuid7()
        batch = await looked_up(database, who)
        order = Purchase(Units(1), Units(0), "sports")
        refused = batch.check(who, batch.standing(who), first, order, Maker(Units(60), Units(101)))
        assert isinstance(refused, HouseLimitReached)
        assert (refused.metadata["limit"], refused.metadata["left"]) == ("100", "40")
        assert batch.check(who, batch.standing(who), first, order, Maker(Units(0), Units(100))) is None
        refused = batch.check(who, batch.standing(who), second, order, Maker(Units(0), Units(51)))
        assert isinstance(refused, HouseLimitReached)
        assert (refused.metadata["limit"], refused.metadata["left"]) == ("150", "50")
        batch.begin(first)
        assert batch.check(who, batch.standing(who), second, order, Maker(Units(0), Units(51))) is None
        # What makes the exposure smaller always passes.
        assert batch.check(who, batch.standing(who), first, order, Maker(Units(500), Units(400))) is None


class TestConcurrency:
    async def test_who_was_checked_on_what_is_not_so_any_more_is_decided_again(
        self, database: Database
    ) -> None:
        who, event = person(), uuid7()
        await limit(database, who, day_stake_units=100)
        one, other = await looked_up(database, who), await looked_up(database, who)
        assert buy(one, who, 60, event_id=event) is None
        assert buy(other, who, 60, event_id=event) is None
        await write(database, one, who, events=[event])
        with pytest.raises(LimitsMoved):
            await write(database, other, who, events=[event])
        assert (await used(database, who)).day_stake_units == 60

    async def test_what_fits_beside_others_stands(self, database: Database) -> None:
        who, event = person(), uuid7()
        one, other = await looked_up(database, who), await looked_up(database, who)
        buy(one, who, 60, event_id=event)
        buy(other, who, 60, event_id=event)
        await write(database, one, who, events=[event])
        await write(database, other, who, events=[event])
        assert (await used(database, who)).day_stake_units == 120

    @pytest.mark.parametrize("rule", ["day_stake_units", "week_stake_units", "category_units"])
    async def test_deciders_that_decide_for_one_person_never_pass_a_limit(
        self, database: Database, rule: str
    ) -> None:
        """Four deciders with books of their own, forty orders each, in markets of their own: the sum is the limit."""
        who = person()
        await limit(database, who, **{rule: 1_000})

        async def decide(ours: RiskBook) -> tuple[int, int]:
            spent = again = 0
            for _ in range(40):
                event = uuid7()
                while True:
                    async with database.connection() as connection:
                        batch = await ours.look_up(connection, [(who.user_id, "USDC", "sports")])
                    refused = buy(batch, who, 11, event_id=event)
                    # Let the others look, too, before anybody writes.
                    await asyncio.sleep(0)
                    if refused is not None:
                        break
                    try:
                        await write(database, batch, who, events=[event])
                    except LimitsMoved:
                        again += 1
                        continue
                    spent += 11
                    break
            return spent, again

        results = await asyncio.gather(*(decide(book()) for _ in range(4)))
        assert sum(spent for spent, _ in results) == 990
        after = await used(database, who)
        assert (after.day_stake_units, after.open_units) == (990, 990)

    async def test_batches_that_share_people_never_wait_in_a_circle(self, database: Database) -> None:
        people = [person() for _ in range(20)]

        async def decide(order: list[Person]) -> None:
            for _ in range(15):
                event = uuid7()
                batch = await looked_up(database, *order)
                for who in order:
                    assert buy(batch, who, 1, event_id=event) is None
                await write(database, batch, *order, events=[event])

        await asyncio.gather(decide(people), decide(people[::-1]), decide(people[10:] + people[:10]))
        for who in people:
            assert (await used(database, who)).day_stake_units == 45
