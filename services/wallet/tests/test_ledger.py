"""Batches against a real database: answers, repetition, races, and what is left when something dies."""

import asyncio
import random
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from oraculum_kit.db import Database, DatabaseConfig
from oraculum_wallet.accounts import Account
from oraculum_wallet.errors import LedgerDisagrees
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.repository import ledger as repository
from oraculum_wallet.transfers import Result, Transfer

FOLD = """
with side as (
    select debit_account_id as id, case when phase in (1, 3) then units else 0 end as debits_posted,
           case when phase = 2 then units else -released_units end as debits_pending,
           0 as credits_posted, 0 as credits_pending
    from transfer
    union all
    select credit_account_id, 0, 0, case when phase in (1, 3) then units else 0 end,
           case when phase = 2 then units else -released_units end
    from transfer
)
select a.id
from account a left join side s on s.id = a.id
group by a.id
having a.debits_posted <> coalesce(sum(s.debits_posted), 0) or a.debits_pending <> coalesce(sum(s.debits_pending), 0)
    or a.credits_posted <> coalesce(sum(s.credits_posted), 0) or a.credits_pending <> coalesce(sum(s.credits_pending), 0)
"""


def results(answers: list[Any]) -> list[Result]:
    return [answer.result for answer in answers]


async def available(ledger: Ledger, database: Database, user: Account) -> int:
    async with database.transaction() as connection:
        (balance,) = await repository.lock_accounts(connection, [user.id])
    return balance.available_units


async def assert_books_balance(database: Database) -> None:
    """Counters are the fold of the transfers, pending rows are what is pending, and both sides agree."""
    async with database.connection() as connection:
        assert await (await connection.execute(FOLD)).fetchall() == []
        sums = await connection.execute(
            "select sum(debits_posted) - sum(credits_posted), sum(debits_pending) - sum(credits_pending),"
            " sum(debits_pending) from account"
        )
        row = await sums.fetchone()
        assert row is not None
        posted, pending, held = row
        assert (posted or 0, pending or 0) == (0, 0)
        waiting = await connection.execute("select coalesce(sum(units), 0) from pending_transfer")
        assert await waiting.fetchone() == (held or 0,)


class TestCreate:
    async def test_a_batch_is_answered_item_by_item(
        self, ledger: Ledger, database: Database, make: Any, funded: Any
    ) -> None:
        user, escrow = await funded(100), make.escrow()
        hold, poor = make.hold(user, escrow, 60), make.hold(user, escrow, 60)
        batch = [hold, poor, make.post(hold, 50), make.posted(user, make.fees(), 5), make.void(hold), hold]
        assert results(await ledger.create(batch)) == [
            Result.CREATED,
            Result.INSUFFICIENT_FUNDS,
            Result.CREATED,
            Result.CREATED,
            Result.ALREADY_POSTED,
            Result.EXISTS,
        ]
        assert await available(ledger, database, user) == 45
        await assert_books_balance(database)

    async def test_the_same_batch_again_moves_nothing(
        self, ledger: Ledger, database: Database, make: Any, funded: Any
    ) -> None:
        user, escrow = await funded(100), make.escrow()
        hold = make.hold(user, escrow, 60)
        batch = [hold, make.post(hold, 50), make.posted(user, make.fees(3), 5)]
        first = await ledger.create(batch)
        again = await ledger.create(batch)
        assert results(again) == [Result.EXISTS] * 3
        assert [a.units for a in again] == [a.units for a in first] == [60, 50, 5]
        other = [transfer._replace(units=transfer.units + 1) for transfer in batch]
        assert results(await ledger.create(other)) == [Result.EXISTS_DIFFERENT] * 3
        await assert_books_balance(database)

    async def test_balancing_is_remembered(self, ledger: Ledger, make: Any, funded: Any) -> None:
        user = await funded(100)
        sweep = make.posted(user, make.escrow(), 10**12, balancing=True)
        assert [(a.result, a.units) for a in await ledger.create([sweep])] == [(Result.CREATED, 100)]
        assert [(a.result, a.units) for a in await ledger.create([sweep])] == [(Result.EXISTS, 100)]

    async def test_it_waits_for_the_fills(
        self, ledger: Ledger, database: Database, make: Any, funded: Any
    ) -> None:
        user, escrow = await funded(100), make.escrow()
        payout = make.posted(user, escrow, 10, event_id=escrow.owner_id, after_sequence=2)
        assert results(await ledger.create([payout])) == [Result.BEHIND]
        async with database.connection() as connection:
            await connection.execute("insert into fill_progress values (%s, 2)", [escrow.owner_id])
        assert results(await ledger.create([payout])) == [Result.CREATED]

    async def test_an_empty_batch_is_nothing(self, ledger: Ledger) -> None:
        assert await ledger.create([]) == []

    async def test_more_rows_than_one_block_of_numbers(
        self, ledger: Ledger, database: Database, make: Any, funded: Any
    ) -> None:
        user, escrow = await funded(10**9), make.escrow()
        count = repository.NUMBERS_PER_BLOCK + 10
        answers = await ledger.create([make.posted(user, escrow, 1) for _ in range(count)])
        assert results(answers) == [Result.CREATED] * count
        async with database.connection() as connection:
            found = await connection.execute("select count(distinct number), count(*) from transfer")
            assert await found.fetchone() == (count + 1, count + 1)
        await assert_books_balance(database)

    async def test_the_books_of_an_account_never_step_back(
        self, ledger: Ledger, database: Database, make: Any
    ) -> None:
        """Even when the database's clock does: here the account was last touched in the future."""
        user, escrow = make.user(), make.escrow()
        async with database.connection() as connection:
            await connection.execute(
                "insert into account (id, kind, owner_id, asset, changed_at) values (%s, 1, %s, 'USDC', '2099-01-01')",
                [user.id, user.owner_id],
            )
        for _ in range(3):
            await ledger.create([make.deposit(user, 10), make.posted(user, escrow, 1)])
        async with database.connection() as connection:
            rows = await connection.execute("select posted_at from transfer order by number")
            times = [time for (time,) in await rows.fetchall()]
        assert times[0].year == 2099
        assert times == sorted(times)
        assert len(set(times)) == 3


class TestRaces:
    async def test_one_id_in_many_batches_moves_once(
        self, database: Database, make: Any, funded: Any
    ) -> None:
        ledger = Ledger(database)
        user, escrow = await funded(100), make.escrow()
        transfer = make.posted(user, escrow, 10)
        answers = await asyncio.gather(*(ledger.create([transfer]) for _ in range(8)))
        assert sorted(results([a for (a,) in answers])) == [Result.CREATED] + [Result.EXISTS] * 7
        assert await available(ledger, database, user) == 90

    async def test_one_id_between_different_accounts_moves_once(
        self, database: Database, ledger: Ledger, make: Any, funded: Any
    ) -> None:
        """These batches share no row to wait at: only the id tells them apart, and the loser sees who won."""
        users = [await funded(100) for _ in range(8)]
        id_ = str(uuid4())
        batches = [[make.posted(user, make.escrow(), 10, id=id_)] for user in users]
        answers = await asyncio.gather(*(ledger.create(batch) for batch in batches))
        expected = [Result.CREATED] + [Result.EXISTS_DIFFERENT] * 7
        assert sorted(results([a for (a,) in answers])) == expected
        assert sum([await available(ledger, database, user) for user in users]) == 790

    async def test_one_hold_ends_once(
        self, database: Database, ledger: Ledger, make: Any, funded: Any
    ) -> None:
        user, escrow = await funded(100), make.escrow()
        hold = make.hold(user, escrow, 60)
        await ledger.create([hold])
        ends = [make.post(hold, 50) if number % 2 else make.void(hold) for number in range(8)]
        answers = await asyncio.gather(*(ledger.create([end]) for end in ends))
        assert results([a for (a,) in answers]).count(Result.CREATED) == 1
        assert await available(ledger, database, user) in {50, 100}
        await assert_books_balance(database)

    async def test_two_people_never_share_the_same_unit(
        self, database: Database, ledger: Ledger, make: Any, funded: Any
    ) -> None:
        user = await funded(100)
        answers = await asyncio.gather(
            *(ledger.create([make.posted(user, make.escrow(), 30)]) for _ in range(8))
        )
        assert results([a for (a,) in answers]).count(Result.CREATED) == 3
        assert await available(ledger, database, user) == 10

    async def test_a_new_account_is_opened_once(self, database: Database, make: Any) -> None:
        user, ledgers = make.user(), [Ledger(database) for _ in range(8)]
        answers = await asyncio.gather(*(ledger.create([make.deposit(user, 1)]) for ledger in ledgers))
        assert results([a for (a,) in answers]) == [Result.CREATED] * 8

    async def test_random_batches_from_two_pools(self, wallet_url: str, make: Any) -> None:
        """Everything at once: shared accounts, repeated ids, chains, endings that race; the books balance, nothing fails."""
        dice = random.Random(20261121)  # noqa: S311  a test that can be repeated
        users, escrows = [make.user() for _ in range(6)], [make.escrow() for _ in range(3)]
        made: list[Transfer] = [make.deposit(user, 2_000) for user in users]

        def one() -> Transfer:
            holds = [t for t in made if t.phase.name == "PENDING"]
            roll = dice.random()
            if roll < 0.15:
                return dice.choice(made)
            if roll < 0.55 and holds:
                hold = dice.choice(holds)
                return make.post(hold, dice.randint(1, 60)) if roll < 0.4 else make.void(hold)
            if roll < 0.85:
                return make.hold(dice.choice(users), dice.choice(escrows), dice.randint(1, 60))
            debit, credit = dice.sample([*users, *escrows, make.fees(dice.randint(0, 2))], 2)
            return make.posted(debit, credit, dice.randint(1, 60), balancing=dice.random() < 0.2)

        def batch() -> list[Transfer]:
            chained = [one()._replace(linked=dice.random() < 0.2) for _ in range(dice.randint(1, 40))]
            transfers = [*chained[:-1], chained[-1]._replace(linked=False)]
            made.extend(transfers)
            return transfers

        config = DatabaseConfig(wallet_url, wallet_url, application_name="wallet-test", pool_max=5)
        async with Database(config) as first, Database(config) as second:
            await Ledger(first).create(made)
            ledgers = [Ledger(pool) for pool in (first, second) for _ in range(4)]

            async def work(ledger: Ledger) -> list[Result]:
                return [result for _ in range(12) for result in results(await ledger.create(batch()))]

            seen = {result for each in await asyncio.gather(*map(work, ledgers)) for result in each}
            await assert_books_balance(first)
        expected = {Result.CREATED, Result.EXISTS, Result.ALREADY_POSTED, Result.ALREADY_VOIDED}
        assert expected | {Result.LINKED_EVENT_FAILED} <= seen


class TestDeath:
    async def test_killed_before_commit_nothing_moved(
        self, database: Database, ledger: Ledger, make: Any, funded: Any
    ) -> None:
        user, escrow = await funded(100), make.escrow()
        batch = [make.posted(user, escrow, 10)]

        async def die() -> None:
            async with database.transaction() as connection:
                await ledger.apply(connection, batch)
                await kill(database, connection)
                await connection.execute("select 1")

        with pytest.raises(psycopg.OperationalError):
            await die()
        assert await available(ledger, database, user) == 100
        assert results(await ledger.create(batch)) == [Result.CREATED]

    async def test_killed_between_commit_and_answer_the_same_ids_tell(
        self, database: Database, ledger: Ledger, make: Any, funded: Any
    ) -> None:
        user, escrow = await funded(100), make.escrow()
        batch = [make.posted(user, escrow, 10)]
        async with database.transaction() as connection:
            await ledger.apply(connection, batch)
        # The answer is lost with the process; its successor knows nothing but the database.
        assert results(await Ledger(database).create(batch)) == [Result.EXISTS]
        assert await available(ledger, database, user) == 90

    async def test_cancelled_midway_the_books_balance(
        self, database: Database, ledger: Ledger, make: Any, funded: Any
    ) -> None:
        user, escrow = await funded(10**6), make.escrow()
        for delay in (0.0, 0.002, 0.004, 0.008, 0.016):
            batch = [make.posted(user, escrow, 1) for _ in range(300)]
            task = asyncio.create_task(ledger.create(batch))
            await asyncio.sleep(delay)
            task.cancel()
            await asyncio.wait([task])
            again = set(results(await ledger.create(batch)))
            assert again in ({Result.CREATED}, {Result.EXISTS})
        assert await available(ledger, database, user) == 10**6 - 5 * 300
        await assert_books_balance(database)

    async def test_a_database_that_forgot_its_accounts_gets_them_again(
        self, database: Database, make: Any, database_for: Any
    ) -> None:
        ledger = Ledger(database)
        user = make.user()
        await ledger.create([make.deposit(user, 1)])
        await ledger.create([make.deposit(user, 1)])
        other_url = await database_for("wallet")
        async with Database(other_url) as restored:
            ledger._database = restored
            assert results(await ledger.create([make.deposit(user, 1)])) == [Result.CREATED]


class TestDisagreement:
    async def test_a_decision_that_the_database_refuses_is_told_and_moves_nothing(
        self, database: Database, ledger: Ledger, make: Any, funded: Any
    ) -> None:
        user, escrow = await funded(100), make.escrow()
        await ledger.create([make.posted(user, escrow, 1)])

        async def decide_wrongly() -> None:
            async with database.transaction() as connection:
                book = await ledger.load(connection, [make.posted(user, escrow, 500)])
                book.balances[user.id].credits_posted += 1_000
                book.apply(make.posted(user, escrow, 500))
                await ledger.write(connection, book)

        with pytest.raises(LedgerDisagrees):
            await decide_wrongly()
        assert await available(ledger, database, user) == 99


async def kill(database: Database, connection: psycopg.AsyncConnection[Any]) -> None:
    async with database.connection() as other:
        await other.execute("select pg_terminate_backend(%s)", [connection.info.backend_pid])
