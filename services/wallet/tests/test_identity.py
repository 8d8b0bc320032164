"""Who may deposit: nobody who is barred or lives where it is closed, and no more than is free before a check is approved."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from oraculum.auth.v1 import users_fact_pb2 as facts
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_kit.db import Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.identity import (
    IdentityCheckRequired,
    IdentityRules,
    JurisdictionClosed,
    PersonBarred,
)
from oraculum_kit.records import Record
from oraculum_kit.testing import Parties
from oraculum_wallet.people import hear

DOLLAR = 1_000_000


@pytest.fixture
def identity_rules() -> IdentityRules:
    return IdentityRules(5, frozenset({"FR", "US-NY"}))


@pytest.fixture
def told(database: Database) -> Callable[..., Any]:
    """What auth says, with the number of its fact."""

    async def hear_it(sequence: int, **fact: Any) -> None:
        record = Record(
            topic="users", partition=0, offset=0, key=None, message=facts.UsersFact(**fact),
            source="auth", sequence=sequence, time=datetime.now(UTC), headers={},
        )  # fmt: skip
        async with database.transaction() as connection:
            await hear(connection, [record])

    return hear_it


def barred(user_id: UUID) -> dict[str, Any]:
    return {"user_banned": facts.UserBanned(user_id=str(user_id))}


def checked(user_id: UUID, kyc: str, jurisdiction: str = "US-CA") -> dict[str, Any]:
    return {
        "user_kyc_changed": facts.UserKycChanged(user_id=str(user_id), kyc=kyc, jurisdiction=jurisdiction)
    }


async def deposit(stub: Any, dollars: int, *, key: str | None = None, asset: str = "USDC") -> None:
    amount = Amount(units=dollars * DOLLAR, asset=asset)
    await stub.CreateDeposit(
        pb.CreateDepositRequest(rail="demo", amount=amount, idempotency_key=key or str(uuid4()))
    )


async def available(stub: Any) -> int:
    response = await stub.GetBalances(pb.GetBalancesRequest())
    return sum(balance.available.units for balance in response.balances)


async def test_a_little_is_free_and_all_of_it_counts(as_gateway: Any, parties: Parties) -> None:
    with parties.signed_in():
        await deposit(as_gateway, 3, asset="USD")
        with pytest.raises(IdentityCheckRequired) as refused:
            await deposit(as_gateway, 3)
        assert ("kyc", "5") == (refused.value.metadata["rule"], refused.value.metadata["limit"])
        with pytest.raises(IdentityCheckRequired):
            await deposit(as_gateway, 1, asset="ETH")
        await deposit(as_gateway, 2)
        assert 5 * DOLLAR == await available(as_gateway)


async def test_many_at_once_do_not_pass_it(as_gateway: Any, parties: Parties) -> None:
    with parties.signed_in():
        answers = await asyncio.gather(*(deposit(as_gateway, 1) for _ in range(8)), return_exceptions=True)
        assert 3 == sum(isinstance(answer, IdentityCheckRequired) for answer in answers)
        assert 5 * DOLLAR == await available(as_gateway)


async def test_whose_check_was_approved_is_free_whatever_was_told_before(
    as_gateway: Any, parties: Parties, told: Callable[..., Any]
) -> None:
    """Kafka is away, or behind: that the check was begun is the last that was heard."""
    user_id = uuid4()
    await told(1, **checked(user_id, "pending", ""))
    with parties.signed_in(user_id, kyc="approved", jurisdiction="US-CA"):
        await deposit(as_gateway, 100, asset="ETH")


@pytest.mark.parametrize(
    ("kyc", "jurisdiction", "refused"),
    [("rejected", "US-CA", IdentityCheckRequired), ("approved", "FR", JurisdictionClosed)],
)
async def test_a_token_counts_more_than_what_was_told_before_it(
    as_gateway: Any,
    parties: Parties,
    told: Callable[..., Any],
    kyc: str,
    jurisdiction: str,
    refused: type[ServiceError],
) -> None:
    user_id = uuid4()
    await told(1, **checked(user_id, "approved"))
    with parties.signed_in(user_id, kyc=kyc, jurisdiction=jurisdiction), pytest.raises(refused):
        await deposit(as_gateway, 100)


@pytest.mark.parametrize("state", ["FR", "FR-75", "US-NY"])
async def test_nobody_deposits_from_a_closed_state(as_gateway: Any, parties: Parties, state: str) -> None:
    with parties.signed_in(kyc="approved", jurisdiction=state), pytest.raises(JurisdictionClosed):
        await deposit(as_gateway, 1)


async def test_who_is_barred_deposits_nothing_finds_what_was_made_and_may_come_back(
    as_gateway: Any, parties: Parties, told: Callable[..., Any]
) -> None:
    user_id = uuid4()
    with parties.signed_in(user_id, kyc="approved"):
        await deposit(as_gateway, 1, key="before")
        await told(4, **barred(user_id))
        with pytest.raises(PersonBarred):
            await deposit(as_gateway, 1)
        await deposit(as_gateway, 1, key="before")
        # Of a check nothing was told: what the token says of it still counts.
        await told(5, user_unbanned=facts.UserUnbanned(user_id=str(user_id)))
        await deposit(as_gateway, 9)
        assert 10 * DOLLAR == await available(as_gateway)
        # Told once more, as Kafka may.
        await told(4, **barred(user_id))
        await deposit(as_gateway, 1)


async def test_a_refusal_moves_nothing(as_gateway: Any, parties: Parties, told: Callable[..., Any]) -> None:
    user_id = uuid4()
    await told(1, **barred(user_id))
    with parties.signed_in(user_id):
        with pytest.raises(ServiceError):
            await deposit(as_gateway, 1)
        assert 0 == await available(as_gateway)
