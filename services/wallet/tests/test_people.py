"""Limits that people set themselves: a deposit is held to them, whoever asks and however often; money may leave."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from oraculum.auth.v1.users_fact_pb2 import PlayRulesChanged, UsersFact
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_kit.db import Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.records import Record
from oraculum_kit.testing import Parties
from oraculum_wallet.errors import DepositLimitReached, DepositorExcluded
from oraculum_wallet.people import hear


async def told(database: Database, record_of: Any, user_id: UUID, revision: int, **rules: Any) -> None:
    until = rules.pop("until", None)
    said = PlayRulesChanged(user_id=str(user_id), revision=revision, **rules)
    if until is not None:
        said.excluded_until.FromDatetime(until)
    async with database.transaction() as connection:
        await hear(connection, [record_of(UsersFact(play_rules_changed=said))])


@pytest.fixture
def record_of() -> Any:
    def record(message: UsersFact) -> Record[UsersFact]:
        return Record(
            topic="users", partition=0, offset=0, key=None, message=message, source="auth",
            sequence=None, time=datetime.now(UTC), headers={},
        )  # fmt: skip

    return record


async def deposit(stub: Any, units: int, *, key: str | None = None, asset: str = "USDC") -> None:
    amount = Amount(units=units, asset=asset)
    await stub.CreateDeposit(
        pb.CreateDepositRequest(rail="demo", amount=amount, idempotency_key=key or str(uuid4()))
    )


async def available(stub: Any) -> int:
    response = await stub.GetBalances(pb.GetBalancesRequest())
    return sum(balance.available.units for balance in response.balances)


async def test_a_limit_counts_all_dollars_and_names_what_is_left(
    as_gateway: Any, parties: Parties, database: Database, record_of: Any
) -> None:
    user_id = uuid4()
    await told(database, record_of, user_id, 1, deposit_day_units=10_000_000)
    with parties.signed_in(user_id):
        await deposit(as_gateway, 6_000_000)
        with pytest.raises(DepositLimitReached) as refused:
            await deposit(as_gateway, 4_000_001, asset="USD")
        assert ("deposit_day", "4000000") == (refused.value.metadata["rule"], refused.value.metadata["left"])
        with pytest.raises(DepositLimitReached):
            await deposit(as_gateway, 1, asset="ETH")
        await deposit(as_gateway, 4_000_000, asset="USD")
        assert 10_000_000 == await available(as_gateway)


@pytest.mark.parametrize("period", ["day", "week", "month"])
async def test_many_at_once_do_not_pass_it(
    as_gateway: Any, parties: Parties, database: Database, record_of: Any, period: str
) -> None:
    user_id = uuid4()
    await told(database, record_of, user_id, 1, **{f"deposit_{period}_units": 3_000_000})
    with parties.signed_in(user_id):
        answers = await asyncio.gather(
            *(deposit(as_gateway, 1_000_000) for _ in range(8)), return_exceptions=True
        )
        assert 5 == sum(isinstance(answer, DepositLimitReached) for answer in answers)
        assert 3_000_000 == await available(as_gateway)


async def test_whoever_excluded_themselves_deposits_nothing_and_finds_what_was_made(
    as_gateway: Any, parties: Parties, database: Database, record_of: Any
) -> None:
    user_id = uuid4()
    with parties.signed_in(user_id):
        await deposit(as_gateway, 1_000_000, key="before")
        until = datetime.now(UTC) + timedelta(days=180)
        await told(database, record_of, user_id, 1, until=until, exclusion="self_exclusion")
        with pytest.raises(DepositorExcluded):
            await deposit(as_gateway, 1_000_000)
        await deposit(as_gateway, 1_000_000, key="before")
        assert 1_000_000 == await available(as_gateway)


async def test_a_time_that_has_ended_excludes_nobody(
    as_gateway: Any, parties: Parties, database: Database, record_of: Any
) -> None:
    user_id = uuid4()
    await told(
        database,
        record_of,
        user_id,
        1,
        until=datetime.now(UTC) - timedelta(seconds=1),
        exclusion="cooling_off",
    )
    with parties.signed_in(user_id):
        await deposit(as_gateway, 1)


async def test_an_earlier_word_that_comes_later_changes_nothing(
    as_gateway: Any, parties: Parties, database: Database, record_of: Any
) -> None:
    user_id = uuid4()
    await told(database, record_of, user_id, 2, deposit_day_units=0)
    await told(database, record_of, user_id, 1)
    with parties.signed_in(user_id), pytest.raises(ServiceError):
        await deposit(as_gateway, 1)
