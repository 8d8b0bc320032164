"""The proof: silent while the laws hold, and loud about each of them once somebody gets past the database's guard.

Tampering needs a superuser who switches the triggers off; that is what these tests do.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from oraculum_kit.db import Database
from oraculum_wallet.accounts import Account
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.proof import Prover
from oraculum_wallet.transfers import Transfer

Tamper = Callable[[str], Awaitable[None]]


@pytest.fixture
def tamper(postgres: str, wallet_url: str) -> Tamper:
    """A function that changes what nobody may change."""
    dsn = make_conninfo(
        postgres, dbname=conninfo_to_dict(wallet_url)["dbname"], options="-c search_path=wallet"
    )

    async def change(statement: str) -> None:
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
            await connection.execute("set session_replication_role = replica")
            await connection.execute("alter table account drop constraint if exists account_not_overdrawn")
            await connection.execute(statement.encode())

    return change


@pytest.fixture
async def user(funded: Any) -> Account:
    return await funded(100)


@pytest.fixture
async def hold(ledger: Ledger, make: Any, user: Account) -> Transfer:
    """Some of everything: a post, a void, a fee, and a hold that is open."""
    escrow = make.escrow()
    posted, voided, opened = (make.hold(user, escrow, 20) for _ in range(3))
    batch = [
        posted,
        voided,
        opened,
        make.post(posted, 15),
        make.void(voided),
        make.posted(user, make.fees(), 5),
    ]
    assert all(answer.succeeded for answer in await ledger.create(batch))
    return opened


@pytest.fixture
def prover(database: Database) -> Prover:
    return Prover(database)


@pytest.mark.usefixtures("hold")
class TestLaws:
    async def test_honest_books_break_none(self, prover: Prover) -> None:
        for _ in range(3):
            assert (await prover.check()).violations == []
            assert (await prover.prove()).violations == []
        assert (await prover.prove(anew=True)).violations == []
        (sums,) = (await prover.check()).sums
        assert sums == ("USDC", 100 + 15 + 5, 100 + 15 + 5, 20, 20)

    @pytest.mark.parametrize(
        ("statement", "laws"),
        [
            ("update account set debits_posted = debits_posted + 1 where kind = 3", {"balance", "fold"}),
            (
                "update account set credits_posted = credits_posted + 1 where kind = 1",
                {"balance", "statement", "fold"},
            ),
            (
                "update account set debits_posted = debits_posted + 1, credits_posted = credits_posted + 1 where kind = 3",
                {"fold"},
            ),
            (
                "update account set credits_posted = 0 where kind = 4",
                {"balance", "fold"},
            ),
            (
                "update account set debits_posted = debits_posted + 500 where kind = 1",
                {"balance", "overdraft", "statement", "fold"},
            ),
            ("delete from pending_transfer", {"pending"}),
            ("update account set debits_pending = 0, credits_pending = 0", {"pending", "fold"}),
            ("delete from transfer where phase = 3", {"fold"}),
            ("update transfer set units = units + 1 where phase = 1 and debit_kind = 1", {"fold"}),
            ("update transfer set debit_balance_units = 1 where phase = 1 and debit_kind = 1", {"statement"}),
            ("delete from account where kind = 4", {"balance", "fold"}),
        ],
    )
    async def test_each_law_is_watched(
        self, prover: Prover, tamper: Tamper, statement: str, laws: set[str]
    ) -> None:
        await tamper(statement)
        for proof in (await prover.check(), await prover.prove(), await prover.prove(anew=True)):
            assert {law for law, sentences in proof.broken.items() if sentences} == laws
            assert not proof.balanced
            assert all(sentence for sentence in proof.violations)


class TestRemembering:
    async def test_a_proof_goes_on_where_the_last_one_ended(
        self, prover: Prover, tamper: Tamper, ledger: Ledger, make: Any, user: Account
    ) -> None:
        """What two runs agree is settled is not read again; so only the daily proof finds old rows changed."""
        await prover.prove()
        await tamper("update proof_run set ran_at = ran_at - interval '3 minutes'")
        await prover.prove()
        await ledger.create([make.posted(user, make.escrow(), 1)])
        assert (await prover.check()).balanced
        await tamper("update transfer set units = units + 7 where kind = 1")
        assert (await prover.prove()).balanced
        assert not (await prover.prove(anew=True)).balanced

    async def test_what_was_in_flight_during_a_proof_is_counted_by_the_next(
        self,
        prover: Prover,
        database: Database,
        ledger: Ledger,
        make: Any,
        user: Account,
        funded: Any,
        tamper: Tamper,
    ) -> None:
        """A batch draws its numbers, two proofs run, later batches commit, and only then does it commit itself."""
        other = await funded(100)
        async with database.transaction() as connection:
            await ledger.apply(connection, [make.posted(user, make.escrow(), 5)])
            await prover.prove()
            await ledger.create([make.posted(other, make.escrow(), 5)])
            await prover.prove()
        assert (await prover.prove()).violations == []
        # Long after, when the numbers of those runs are settled.
        await tamper("update proof_run set ran_at = ran_at - interval '3 minutes'")
        await prover.prove()
        assert (await prover.prove()).violations == []
        assert (await prover.prove(anew=True)).violations == []
        assert (await prover.prove()).violations == []

    async def test_what_one_proof_missed_the_first_run_after_it_settled_still_counts(
        self,
        prover: Prover,
        database: Database,
        ledger: Ledger,
        make: Any,
        user: Account,
        tamper: Tamper,
    ) -> None:
        """Numbers are drawn, a proof runs, the batch commits, and the next proof runs when the numbers are old."""
        async with database.transaction() as connection:
            await ledger.apply(connection, [make.posted(user, make.escrow(), 5)])
            await prover.prove()
        await tamper("update proof_run set ran_at = ran_at - interval '3 minutes'")
        assert (await prover.prove()).violations == []
        assert (await prover.check()).violations == []
