"""Fences: nothing is begun for whoever leaves, all that was promised is carried out, and the highest number stands."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_kit.db import Database
from oraculum_kit.errors import FailedPrecondition, InvalidArgument
from oraculum_kit.testing import Parties
from oraculum_kit.testing.locks import lock_waiters
from oraculum_wallet.errors import FenceOutdated
from oraculum_wallet.leaving import Fences
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.transfers import Answer, Result, Transfer, TransferKind


@pytest.fixture
def fences(database: Database) -> Fences:
    return Fences(database)


async def results(ledger: Ledger, *transfers: Transfer) -> list[Result]:
    return [answer.result for answer in await ledger.create(transfers)]


async def test_nothing_is_begun_and_what_was_promised_is_carried_out(
    ledger: Ledger, fences: Fences, make: Any
) -> None:
    user, escrow = make.user(), make.escrow()
    promised = make.hold(user, escrow, 40)
    assert [Result.CREATED] * 2 == await results(ledger, make.deposit(user, 100), promised)
    await fences.put(UUID(user.owner_id), 1)
    begun = [
        make.deposit(user, 5),
        make.hold(user, escrow, 5),
        make.reserve(user, 5),
        make.posted(user, escrow, 5, kind=TransferKind.CREATION),
    ]
    assert [Result.FROZEN] * len(begun) == await results(ledger, *begun)
    home = make.posted(escrow, user, 30, kind=TransferKind.SALE, event_id=escrow.owner_id)
    assert [Result.CREATED] * 2 == await results(ledger, make.post(promised, 40), home)
    other = make.user()
    assert [Result.CREATED] == await results(ledger, make.deposit(other, 5))
    await fences.lift(UUID(user.owner_id), 1)
    assert [Result.CREATED] * len(begun) == await results(ledger, *begun)


async def test_an_account_that_was_never_opened_is_fenced_too(
    ledger: Ledger, fences: Fences, make: Any
) -> None:
    """The first deposit of somebody who never had anything would be behind the last question."""
    user = make.user(asset="ETH")
    await fences.put(UUID(user.owner_id), 1)
    assert [Result.FROZEN] == await results(ledger, make.deposit(user, 5))


async def test_the_highest_number_stands_whatever_comes_late(
    ledger: Ledger, fences: Fences, make: Any
) -> None:
    user = make.user()
    user_id = UUID(user.owner_id)

    async def is_fenced() -> bool:
        (result,) = await results(ledger, make.deposit(user, 1))
        return result is Result.FROZEN

    await fences.put(user_id, 2)
    await fences.put(user_id, 2)
    with pytest.raises(FenceOutdated):
        await fences.put(user_id, 1)
    await fences.lift(user_id, 1)
    assert await is_fenced()
    await fences.lift(user_id, 2)
    await fences.lift(user_id, 2)
    assert not await is_fenced()
    with pytest.raises(FenceOutdated):
        await fences.put(user_id, 2)
    # One that is lifted before it comes never comes.
    await fences.lift(user_id, 4)
    for late in (3, 4):
        with pytest.raises(FenceOutdated):
            await fences.put(user_id, late)
    assert not await is_fenced()
    await fences.put(user_id, 5)
    assert await is_fenced()


async def test_a_fence_waits_for_what_is_being_begun(
    database: Database, ledger: Ledger, fences: Fences, make: Any
) -> None:
    """A hold that was decided before is in the books when the fence stands, so the next question finds it."""
    user, escrow = make.user(), make.escrow()
    await ledger.create([make.deposit(user, 100)])
    async with database.transaction() as connection:
        (held,) = await ledger.apply(connection, [make.hold(user, escrow, 60)])
        raising = asyncio.create_task(fences.put(UUID(user.owner_id), 1))
        await lock_waiters(database)
        assert not raising.done()
    await raising
    assert Answer(held.transfer_id, Result.CREATED, held.units) == held
    assert [Result.FROZEN] == await results(ledger, make.hold(user, escrow, 10))


async def test_a_deposit_is_told_why(as_gateway: Any, as_auth: Any, parties: Parties) -> None:
    user_id = uuid4()
    await as_auth.FenceAccounts(pb.FenceAccountsRequest(user_id=str(user_id), fence=1))
    request = pb.CreateDepositRequest(
        rail="demo", amount=Amount(units=5, asset="USDC"), idempotency_key="one"
    )
    with parties.signed_in(user_id):
        with pytest.raises(FailedPrecondition) as refused:
            await as_gateway.CreateDeposit(request)
        assert "ACCOUNT_LEAVING" == refused.value.reason
        await as_auth.LiftFence(pb.LiftFenceRequest(user_id=str(user_id), fence=1))
        request.idempotency_key = "two"
        assert pb.DEPOSIT_STATUS_CREDITED == (await as_gateway.CreateDeposit(request)).deposit.status


@pytest.mark.parametrize(
    ("user_id", "fence", "field"),
    [("me", 1, "user_id"), ("01890000-0000-7000-8000-00000000000d", 0, "fence")],
)
async def test_what_is_wrong_is_named(as_auth: Any, user_id: str, fence: int, field: str) -> None:
    for call, request in (
        (as_auth.FenceAccounts, pb.FenceAccountsRequest(user_id=user_id, fence=fence)),
        (as_auth.LiftFence, pb.LiftFenceRequest(user_id=user_id, fence=fence)),
    ):
        with pytest.raises(InvalidArgument) as refused:
            await call(request)
        assert [field] == [violation.field for violation in refused.value.violations]
