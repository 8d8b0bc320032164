"""Pending transfers that end by themselves: by the database's clock, once, and never those of an order."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from oraculum_kit.db import Database
from oraculum_wallet.accounts import Account
from oraculum_wallet.errors import LedgerDisagrees
from oraculum_wallet.expiry import Expiry
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.transfers import Result, Transfer


@pytest.fixture
def expiry(database: Database, ledger: Ledger) -> Expiry:
    return Expiry(database, ledger)


@pytest.fixture
async def waiting(world: Any, make: Any, escrow: Account) -> Transfer:
    """Half of somebody's 1,000 units, pending for an hour."""
    user = make.user()
    pending: Transfer = make.hold(user, escrow, 500, reference_id=None, timeout_seconds=3600)
    answers = await world.ledger.create([make.deposit(user, 1_000), pending])
    assert [answer.result for answer in answers] == [Result.CREATED] * 2
    return pending


@pytest.fixture
def time_passes(tamper: Any) -> Any:
    """A function that lets the hour pass."""
    return lambda: tamper("update pending_transfer set expires_at = clock_timestamp() - interval '1 second'")


async def results(ledger: Ledger, *transfers: Transfer) -> list[Result]:
    return [answer.result for answer in await ledger.create(transfers)]


async def test_until_then_it_is_as_any_other(
    ledger: Ledger, expiry: Expiry, make: Any, waiting: Transfer
) -> None:
    assert await expiry.void_expired() == 0
    assert await results(ledger, make.post(waiting, 400)) == [Result.CREATED]


async def test_a_post_after_its_time_is_refused_and_the_money_comes_back(
    world: Any, expiry: Expiry, make: Any, waiting: Transfer, time_passes: Any
) -> None:
    await time_passes()
    both = (make.post(waiting, 400), make.void(waiting))
    assert await results(world.ledger, *both) == [Result.PENDING_EXPIRED] * 2
    assert await world.units(waiting.debit) == 500
    assert await expiry.void_expired() == 1
    assert await world.units(waiting.debit) == 1_000
    assert await expiry.void_expired() == 0
    # The answer does not depend on whether the void has come.
    assert await results(world.ledger, *both) == [Result.PENDING_EXPIRED] * 2


async def test_what_was_posted_in_time_stays_posted(
    world: Any, expiry: Expiry, make: Any, waiting: Transfer, time_passes: Any
) -> None:
    post = make.post(waiting, 400)
    assert await results(world.ledger, post) == [Result.CREATED]
    await time_passes()
    assert await expiry.void_expired() == 0
    assert await results(world.ledger, post, make.void(waiting)) == [Result.EXISTS, Result.ALREADY_POSTED]


async def test_a_hold_of_an_order_stays_however_old(
    world: Any, expiry: Expiry, tamper: Any, escrow: Account
) -> None:
    hold = await world.hold(300, escrow=escrow)
    await tamper("update pending_transfer set posted_at = posted_at - interval '1 year'")
    assert await expiry.void_expired() == 0
    assert await world.units(hold.debit) == 700


async def test_the_same_with_another_time_is_another_transfer(ledger: Ledger, waiting: Transfer) -> None:
    again = [waiting, waiting._replace(timeout_seconds=7200), waiting._replace(timeout_seconds=None)]
    assert await results(ledger, *again) == [Result.EXISTS, Result.EXISTS_DIFFERENT, Result.EXISTS_DIFFERENT]


async def test_the_database_itself_refuses_a_post_that_is_late(
    database: Database,
    ledger: Ledger,
    make: Any,
    waiting: Transfer,
    time_passes: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Even of a service that thinks otherwise."""
    await time_passes()
    monkeypatch.setattr("oraculum_wallet.book.Book._expired", lambda *_: False)
    with pytest.raises(LedgerDisagrees):
        await ledger.create([make.post(waiting, 400)])


async def test_the_database_itself_refuses_a_time_for_an_orders_hold(
    database: Database, ledger: Ledger, make: Any, waiting: Transfer
) -> None:
    order = waiting._replace(id=str(uuid4()), reference_id=str(uuid4()))
    async with database.transaction() as connection:
        book = await ledger.load(connection, [order])
        book.apply(order)
        with pytest.raises(LedgerDisagrees) as refused:
            async with connection.transaction():
                await ledger.write(connection, book)
    assert isinstance(refused.value.__cause__, psycopg.errors.CheckViolation)
