"""What a person has: free, held, and on its way, each unit counted once."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1.prediction_service_pb2 import Proceeds
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_kit.db import Database
from oraculum_kit.testing import Parties
from oraculum_wallet.accounts import Account
from oraculum_wallet.ledger import Ledger


async def balances(stub: Any, parties: Parties, user: Account) -> dict[str, tuple[int, int, int]]:
    with parties.signed_in(UUID(user.owner_id)):
        response = await stub.GetBalances(pb.GetBalancesRequest())
    for balance in response.balances:
        assert balance.available.asset == balance.held.asset == balance.arriving.asset
    return {b.available.asset: (b.available.units, b.held.units, b.arriving.units) for b in response.balances}


def proceeds(event_id: str, sequence: int, units: int, asset: str = "USDC") -> Proceeds:
    return Proceeds(event_id=event_id, sequence=sequence, net=Amount(units=units, asset=asset))


@pytest.fixture
async def user(funded: Any) -> Account:
    return await funded(100)


async def test_a_stranger_has_nothing(as_gateway: Any, parties: Parties, make: Any) -> None:
    assert await balances(as_gateway, parties, make.user()) == {}


async def test_holds_are_shown_apart(
    as_gateway: Any, parties: Parties, ledger: Ledger, make: Any, user: Account
) -> None:
    held = make.hold(user, make.escrow(), 30)
    await ledger.create([held, make.reserve(user, 20)])
    assert await balances(as_gateway, parties, user) == {"USDC": (50, 50, 0)}
    await ledger.create([make.post(held, 30)])
    assert await balances(as_gateway, parties, user) == {"USDC": (50, 20, 0)}


async def test_every_asset_ever_had_is_shown(
    as_gateway: Any, parties: Parties, ledger: Ledger, make: Any, user: Account
) -> None:
    sol, eth = make.user(user.owner_id, asset="SOL"), make.user(user.owner_id, asset="ETH")
    spent = make.posted(sol, make.escrow(asset="SOL"), 7)
    # An account that only a refused attempt opened says nothing.
    refused = make.posted(eth, make.escrow(asset="ETH"), 7)
    await ledger.create([make.deposit(sol, 7), spent, refused])
    assert await balances(as_gateway, parties, user) == {"SOL": (0, 0, 0), "USDC": (100, 0, 0)}


async def test_what_is_not_applied_yet_is_arriving(
    as_gateway: Any, parties: Parties, prediction: Any, database: Database, user: Account
) -> None:
    known, unknown = str(uuid4()), str(uuid4())
    async with database.connection() as connection:
        await connection.execute("insert into fill_progress values (%s, 5)", [known])
    prediction.proceeds = [
        proceeds(known, 6, 11),
        proceeds(known, 5, 1_000),
        proceeds(unknown, 1, 7),
        proceeds(unknown, 2, 3, asset="SOL"),
        proceeds("not an id", 1, 1_000),
    ]
    assert await balances(as_gateway, parties, user) == {"SOL": (0, 0, 3), "USDC": (100, 0, 18)}


async def test_what_is_applied_between_the_questions_is_counted_once(
    as_gateway: Any,
    parties: Parties,
    prediction: Any,
    ledger: Ledger,
    database: Database,
    make: Any,
    user: Account,
) -> None:
    """Prediction has answered that 40 are on their way when they arrive."""
    escrow = make.escrow()
    await ledger.create([make.deposit(make.user(), 1), make.posted(make.rail(), escrow, 40)])
    prediction.proceeds = [proceeds(escrow.owner_id, 1, 40)]

    async def arrive() -> None:
        await ledger.create([make.posted(escrow, user, 40)])
        async with database.connection() as connection:
            await connection.execute("insert into fill_progress values (%s, 1)", [escrow.owner_id])

    prediction.meanwhile = arrive
    assert await balances(as_gateway, parties, user) == {"USDC": (140, 0, 0)}


async def test_prediction_away_the_rest_is_answered(
    as_gateway: Any, parties: Parties, prediction: Any, user: Account
) -> None:
    prediction.proceeds = [proceeds(str(uuid4()), 1, 40)]
    prediction.away = True
    assert await balances(as_gateway, parties, user) == {"USDC": (100, 0, 0)}
    with parties.signed_in(UUID(user.owner_id)):
        # What nobody could say is not told as nothing.
        assert (await as_gateway.GetBalances(pb.GetBalancesRequest())).arriving_unknown
        prediction.away = False
        assert not (await as_gateway.GetBalances(pb.GetBalancesRequest())).arriving_unknown
