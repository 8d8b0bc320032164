"""What is free before anybody has looked: one sum for a person, whichever of several deciders their orders come to."""

import asyncio
from uuid import UUID

import pytest

from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.identity import Identity, IdentityCheckRequired, IdentityRules
from oraculum_kit.ids import uuid7
from oraculum_money import Units
from oraculum_prediction.repository.risk import put_kyc
from oraculum_prediction.risk.book import LimitsMoved, Person, RiskBook, Used
from oraculum_prediction.risk.limits import Purchase, bought, sold
from oraculum_prediction.risk.policy import Policies

DOLLAR = 1_000_000
FREE = IdentityRules(20)
UNKNOWN = Identity("none", by_token=True)
APPROVED = Identity("approved", "US-CA", by_token=True)


class Decider:
    """One of several replicas, with what it has looked up of one person."""

    def __init__(self, database: Database, who: Person) -> None:
        self.database = database
        self.who = who
        self.book = RiskBook(Policies(), SystemClock(), FREE)
        self.event = uuid7()
        self.used: Used

    async def look(self) -> None:
        self.event = uuid7()
        async with self.database.connection() as connection:
            people = [(self.who.user_id, self.who.asset, "sports")]
            self.used = await self.book.look_up(connection, people, [self.who])

    def buy(self, dollars: int) -> ServiceError | None:
        cost = Units(dollars * DOLLAR)
        standing = self.used.standing(self.who)
        refused = self.used.check(self.who, standing, self.event, Purchase(cost, Units(0), "sports"))
        if refused is None:
            self.used.count(self.event, self.who, "sports", bought(cost))
        return refused

    def sell(self, dollars: int) -> None:
        cost = Units(dollars * DOLLAR)
        self.used.count(self.event, self.who, "sports", sold(cost, cost))

    async def write(self) -> None:
        async with self.database.transaction() as connection:
            await self.used.write(connection, [self.event], {(self.who.user_id, self.who.asset): self.who})

    async def buy_all(self, dollars: int) -> None:
        """Buy again and again, until it is refused."""
        while True:
            await self.look()
            # Let the others look, too, before anybody writes.
            await asyncio.sleep(0)
            if self.buy(dollars) is not None:
                return
            try:
                await self.write()
            except LimitsMoved:
                continue


async def at_stake(database: Database, user_id: UUID) -> int:
    """In dollars."""
    async with database.connection() as connection:
        cursor = await connection.execute(
            "select sum(open_units + resting_units)::bigint from risk_use where user_id = %s and scope = ''",
            [user_id],
        )
        ((units,),) = await cursor.fetchall()
    return int(units) // DOLLAR


async def looked(database: Database, count: int, who: Person) -> list[Decider]:
    deciders = [Decider(database, who) for _ in range(count)]
    for decider in deciders:
        await decider.look()
    return deciders


async def test_one_purchase_at_each_of_several_deciders_is_not_as_often_the_free_amount(
    database: Database,
) -> None:
    who = Person(uuid7(), "USDC", "basic", UNKNOWN)
    first, *others = await looked(database, 3, who)
    for decider in (first, *others):
        assert decider.buy(15) is None
    await first.write()
    for other in others:
        with pytest.raises(LimitsMoved):
            await other.write()
        await other.look()
        assert isinstance(other.buy(15), IdentityCheckRequired)
    # What is sold meanwhile, and what fits beside it, stands.
    seller, buyer = await looked(database, 2, who)
    seller.sell(5)
    assert buyer.buy(5) is None
    await seller.write()
    await buyer.write()
    assert 15 == await at_stake(database, who.user_id)


async def test_dollars_of_either_kind_are_dollars(database: Database) -> None:
    """As wallet counts them. What two deciders check at once, each in a kind of its own, is one sum, too."""
    usdc = Person(uuid7(), "USDC", "basic", UNKNOWN)
    ours, theirs = Decider(database, usdc), Decider(database, usdc._replace(asset="USD"))
    for decider in (ours, theirs):
        await decider.look()
        assert decider.buy(15) is None
    await ours.write()
    with pytest.raises(LimitsMoved):
        await theirs.write()
    await theirs.look()
    assert isinstance(theirs.buy(6), IdentityCheckRequired)
    assert theirs.buy(5) is None
    await theirs.write()
    await ours.look()
    assert isinstance(ours.buy(1), IdentityCheckRequired)
    assert 20 == await at_stake(database, usdc.user_id)


async def test_who_was_looked_at_is_held_to_nothing_here(database: Database) -> None:
    """By a token, or by what was told where nobody is signed in."""
    told = Person(uuid7(), "USDC", "basic")
    async with database.transaction() as connection:
        await put_kyc(connection, told.user_id, Identity("approved", "US-CA"), sequence=1)
    for who in (Person(uuid7(), "USDC", "basic", APPROVED), told):
        for decider in await looked(database, 3, who):
            assert decider.buy(15) is None
            await decider.write()
        assert 45 == await at_stake(database, who.user_id)


async def test_deciders_that_decide_at_once_never_pass_it(database: Database) -> None:
    user_id = uuid7()
    people = [Person(user_id, asset, "basic", UNKNOWN) for asset in ("USDC", "USD")]
    deciders = [Decider(database, who) for who in people for _ in range(2)]
    await asyncio.gather(*(decider.buy_all(3) for decider in deciders))
    assert 18 == await at_stake(database, user_id)
