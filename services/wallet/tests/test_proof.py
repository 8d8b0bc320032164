"""The proof: silent while the laws hold, and loud about each of them once somebody gets past the database's guard.

Tampering needs a superuser who switches the triggers off; that is what these tests do.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from oraculum_kit.db import Database
from oraculum_money import INT64_MAX
from oraculum_wallet import told
from oraculum_wallet.accounts import Account
from oraculum_wallet.incidents import Incidents
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.monitor import Monitor
from oraculum_wallet.proof import Prover
from oraculum_wallet.transfers import Transfer

Tamper = Callable[[str], Awaitable[None]]


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


@pytest.mark.usefixtures("hold")
async def test_books_may_move_more_than_64_bits_hold(
    database: Database, prover: Prover, tamper: Tamper
) -> None:
    """Every unit is counted again with each account that it passes: the sums of an asset grow with its turnover."""
    await tamper("update account set debits_posted = 9e18, credits_posted = 9e18 where kind in (1, 3, 4)")
    proof = await prover.check()
    (sums,) = proof.sums
    assert sums.debits_posted_units > 2**64
    assert "fold" in {law for law, sentences in proof.broken.items() if sentences}
    assert INT64_MAX == told.sums(sums).debits_posted_units
    # The monitor looks at the same sums, and freezes what somebody tampered with.
    assert await Monitor(database, Incidents(database)).look()


@pytest.mark.parametrize(
    ("statement", "laws"),
    [
        ("update order_reserve set units_left = units_left - 1", {"reserves"}),
        ("delete from order_reserve", {"reserves"}),
        (
            "update account set debits_posted = debits_posted + 1 where kind = 2",
            {"balance", "reserves", "fold"},
        ),
    ],
)
async def test_reserves_are_what_lies_behind_orders(
    prover: Prover, tamper: Tamper, ledger: Ledger, make: Any, user: Account, statement: str, laws: set[str]
) -> None:
    """Two orders of one person; then somebody gets past the guard."""
    reserved = [make.reserve(user, 20), make.reserve(user, 30)]
    assert all(answer.succeeded for answer in await ledger.create(reserved))
    assert (await prover.check()).violations == []
    await tamper(statement)
    for proof in (await prover.check(), await prover.prove(anew=True)):
        assert {law for law, sentences in proof.broken.items() if sentences} == laws
