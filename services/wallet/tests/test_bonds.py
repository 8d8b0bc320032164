"""What people put up for events and disputes: to where its kind says, by event's word alone, once."""

from typing import Any
from uuid import uuid4

import pytest

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceStub

HOUSE = pb.AccountName(kind=pb.ACCOUNT_KIND_HOUSE)


def person(user_id: str) -> pb.AccountName:
    return pb.AccountName(kind=pb.ACCOUNT_KIND_USER, owner_id=user_id)


def bond_of(user_id: str) -> pb.AccountName:
    return pb.AccountName(kind=pb.ACCOUNT_KIND_DISPUTE_BOND, owner_id=user_id)


def transfer(
    kind: pb.TransferKind.ValueType, debit: pb.AccountName, credit: pb.AccountName, **change: Any
) -> pb.Transfer:
    given = {
        "transfer_id": str(uuid4()),
        "phase": pb.TRANSFER_PHASE_POSTED,
        "kind": kind,
        "debit": debit,
        "credit": credit,
        "amount": Amount(units=400, asset="USDC"),
        "reference_id": str(uuid4()),
    }
    return pb.Transfer(**{**given, **change})


async def result(stub: WalletServiceStub, made: pb.Transfer) -> str:
    answer = (await stub.CreateTransfers(pb.CreateTransfersRequest(transfers=[made]))).answers[0]
    return pb.TransferResult.Name(answer.result).removeprefix("TRANSFER_RESULT_")


@pytest.fixture
async def as_event(target: str, parties: Any) -> Any:
    async with parties.channel(target, service="event") as channel:
        yield WalletServiceStub(channel)


async def test_a_bond_is_held_and_goes_back_or_to_the_house(
    as_event: WalletServiceStub, servicer: Any, funded: Any
) -> None:
    """A bond leaves what is free, stands under what is held, and ends once."""
    user_id = (await funded(1_000)).owner_id
    first = transfer(pb.TRANSFER_KIND_BOND, person(user_id), bond_of(user_id))
    assert [await result(as_event, first) for _ in range(2)] == ["CREATED", "EXISTS"]
    second = transfer(pb.TRANSFER_KIND_BOND, person(user_id), bond_of(user_id))
    assert await result(as_event, second) == "CREATED"
    third = transfer(pb.TRANSFER_KIND_BOND, person(user_id), bond_of(user_id))
    assert await result(as_event, third) == "INSUFFICIENT_FUNDS"
    assert await balance(servicer, user_id) == (200, 800)
    assert (
        await result(as_event, transfer(pb.TRANSFER_KIND_BOND_RETURN, bond_of(user_id), person(user_id)))
        == "CREATED"
    )
    assert (
        await result(as_event, transfer(pb.TRANSFER_KIND_BOND_FORFEIT, bond_of(user_id), HOUSE)) == "CREATED"
    )
    assert await balance(servicer, user_id) == (600, 0)


async def balance(servicer: Any, user_id: str) -> tuple[int, int]:
    (found,), _ = await servicer._balances.of(user_id)
    return found.available_units, found.held_units


async def test_it_goes_nowhere_else(as_event: WalletServiceStub) -> None:
    """Each kind has its two sides; a person's bond is their own."""
    user_id, other_id = str(uuid4()), str(uuid4())
    wrong = [
        transfer(pb.TRANSFER_KIND_BOND, person(user_id), HOUSE),
        transfer(pb.TRANSFER_KIND_BOND, person(user_id), bond_of(other_id)),
        transfer(pb.TRANSFER_KIND_BOND_RETURN, bond_of(user_id), person(other_id)),
        transfer(pb.TRANSFER_KIND_BOND_FORFEIT, bond_of(user_id), person(other_id)),
        transfer(pb.TRANSFER_KIND_CREATION, person(user_id), person(other_id)),
        transfer(pb.TRANSFER_KIND_BOND, person(user_id), bond_of(user_id), reference_id=""),
        transfer(pb.TRANSFER_KIND_BOND, person(user_id), bond_of(user_id), phase=pb.TRANSFER_PHASE_PENDING),
    ]
    assert [await result(as_event, each) for each in wrong] == ["INVALID"] * len(wrong)


async def test_event_moves_money_for_nothing_else_and_nobody_else_for_that(
    as_event: WalletServiceStub, as_prediction: WalletServiceStub, funded: Any
) -> None:
    """A service that is confused, or taken over, pays nobody out of what is not its own."""
    user_id = (await funded(1_000)).owner_id
    payout = transfer(pb.TRANSFER_KIND_PAYOUT, HOUSE, person(user_id))
    assert await result(as_event, payout) == "INVALID"
    bond = transfer(pb.TRANSFER_KIND_BOND, person(user_id), bond_of(user_id))
    assert await result(as_prediction, bond) == "INVALID"
    other = transfer(pb.TRANSFER_KIND_ADJUSTMENT, bond_of(user_id), person(user_id))
    assert await result(as_prediction, other) == "INVALID"
