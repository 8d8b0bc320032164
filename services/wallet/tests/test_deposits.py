"""Deposits: credited once per key, told to the person and to the audit log, refused by the field that is wrong."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from oraculum.audit.v1.audit_pb2 import AuditClass, AuditFact
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum.wallet.v1.wallet_fact_pb2 import WalletFact
from oraculum_kit.db import Database
from oraculum_kit.errors import Aborted, InvalidArgument, NotFound
from oraculum_kit.testing import Parties
from oraculum_money import INT64_MAX
from oraculum_wallet.deposits import WHOLE_UNITS_MAX


def request_of(
    units: int = 5_000_000, *, key: str = "k1", rail: str = "demo", asset: str = "USDC"
) -> pb.CreateDepositRequest:
    return pb.CreateDepositRequest(rail=rail, amount=Amount(units=units, asset=asset), idempotency_key=key)


async def available(stub: Any) -> int:
    response = await stub.GetBalances(pb.GetBalancesRequest())
    return sum(balance.available.units for balance in response.balances)


async def test_it_is_credited_at_once(as_gateway: Any, parties: Parties) -> None:
    with parties.signed_in():
        response = await as_gateway.CreateDeposit(request_of())
        assert not response.replayed
        deposit = response.deposit
        assert (deposit.rail, deposit.amount.units, deposit.amount.asset) == ("demo", 5_000_000, "USDC")
        assert deposit.status == pb.DEPOSIT_STATUS_CREDITED
        assert deposit.HasField("credited_at")
        assert await available(as_gateway) == 5_000_000
        found = await as_gateway.GetDeposit(pb.GetDepositRequest(deposit_id=deposit.deposit_id))
        assert found.deposit == deposit


async def test_the_same_key_gives_the_same_answer(as_gateway: Any, parties: Parties) -> None:
    with parties.signed_in():
        first = await as_gateway.CreateDeposit(request_of())
        again = await as_gateway.CreateDeposit(request_of())
        assert again.replayed
        assert again.deposit == first.deposit
        assert await available(as_gateway) == 5_000_000


async def test_the_same_key_for_something_else_is_a_conflict(as_gateway: Any, parties: Parties) -> None:
    with parties.signed_in():
        await as_gateway.CreateDeposit(request_of())
        with pytest.raises(Aborted) as conflict:
            await as_gateway.CreateDeposit(request_of(6_000_000))
        assert conflict.value.reason == "IDEMPOTENCY_CONFLICT"
        assert await available(as_gateway) == 5_000_000


async def test_a_key_is_remembered_longer_than_its_answer(
    as_gateway: Any, parties: Parties, database: Database
) -> None:
    """Stored answers go after a day; the same key then still finds the deposit, and moves nothing."""
    with parties.signed_in():
        first = await as_gateway.CreateDeposit(request_of())
        async with database.connection() as connection:
            await connection.execute("delete from idempotency")
        again = await as_gateway.CreateDeposit(request_of())
        assert again.deposit == first.deposit
        async with database.connection() as connection:
            await connection.execute("delete from idempotency")
            told = await connection.execute("select count(*) from outbox")
            assert await told.fetchone() == (3,)
        with pytest.raises(Aborted) as conflict:
            await as_gateway.CreateDeposit(request_of(6_000_000))
        assert conflict.value.reason == "IDEMPOTENCY_CONFLICT"
        assert await available(as_gateway) == 5_000_000


async def test_many_at_once_with_one_key_credit_once(as_gateway: Any, parties: Parties) -> None:
    with parties.signed_in():
        answers = await asyncio.gather(*(as_gateway.CreateDeposit(request_of()) for _ in range(6)))
        assert sorted(answer.replayed for answer in answers) == [False] + [True] * 5
        assert len({answer.deposit.deposit_id for answer in answers}) == 1
        assert await available(as_gateway) == 5_000_000


async def test_two_people_may_choose_the_same_key(as_gateway: Any, parties: Parties) -> None:
    for _ in range(2):
        with parties.signed_in():
            assert not (await as_gateway.CreateDeposit(request_of())).replayed
            assert await available(as_gateway) == 5_000_000


async def test_somebody_elses_deposit_does_not_exist(as_gateway: Any, parties: Parties) -> None:
    with parties.signed_in():
        deposit_id = (await as_gateway.CreateDeposit(request_of())).deposit.deposit_id
    for wanted in (deposit_id, str(uuid4())):
        with parties.signed_in(), pytest.raises(NotFound) as missing:
            await as_gateway.GetDeposit(pb.GetDepositRequest(deposit_id=wanted))
        assert missing.value.reason == "DEPOSIT_NOT_FOUND"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"rail": "card"}, ["rail"]),
        ({"rail": ""}, ["rail"]),
        ({"asset": "DOGE"}, ["asset"]),
        ({"units": 0}, ["amount"]),
        ({"units": -5}, ["amount"]),
        ({"units": WHOLE_UNITS_MAX * 10**6 + 1}, ["amount"]),
        ({"units": INT64_MAX}, ["amount"]),
        ({"rail": "card", "asset": "", "units": -1}, ["rail", "asset"]),
    ],
)
async def test_bad_fields_are_named(
    as_gateway: Any, parties: Parties, change: Any, fields: list[str]
) -> None:
    with parties.signed_in():
        with pytest.raises(InvalidArgument) as refusal:
            await as_gateway.CreateDeposit(request_of(**change))
        assert [violation.field for violation in refusal.value.violations] == fields
        assert await available(as_gateway) == 0


@pytest.mark.parametrize("key", ["", "x" * 129])
async def test_a_key_has_a_length(as_gateway: Any, parties: Parties, key: str) -> None:
    with parties.signed_in(), pytest.raises(InvalidArgument) as refusal:
        await as_gateway.CreateDeposit(request_of(key=key))
    assert refusal.value.reason == "IDEMPOTENCY_KEY_REQUIRED"


async def test_the_person_and_the_audit_log_hear_of_it_once(
    as_gateway: Any, parties: Parties, database: Database
) -> None:
    with parties.signed_in() as user:
        for _ in range(2):
            deposit = (await as_gateway.CreateDeposit(request_of())).deposit
    async with database.connection() as connection:
        rows = await (
            await connection.execute("select topic, key, payload from outbox order by id")
        ).fetchall()
    assert [(topic, UUID(key)) for topic, key, _ in rows] == [
        (topic, user.id) for topic in ("wallet", "wallet", "audit")
    ]
    changed, credited, act = (payload for _, _, payload in rows)
    assert WalletFact.FromString(changed).balance_changed.change.units == 5_000_000
    assert WalletFact.FromString(credited).deposit_credited.deposit == deposit
    audit = AuditFact.FromString(act)
    assert (audit.audit_class, audit.action) == (AuditClass.AUDIT_CLASS_MONEY, "deposit.credited")
    assert (audit.actor_user_id, audit.subject_id) == (str(user.id), deposit.deposit_id)
    assert dict(audit.details) == {"rail": "demo", "asset": "USDC", "units": "5000000"}
