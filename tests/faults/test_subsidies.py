"""Liquidity that somebody adds while everybody bets, and while those who write it down die."""

from decimal import Decimal

import pytest

from oraculum_dev.demo.api import RefusedError, new_key
from oraculum_dev.demo.person import Person
from oraculum_dev.demo.wallets import EvmWallet
from oraculum_dev.faults.inside import at_rest
from oraculum_dev.faults.processes import BACK_SECONDS, killed
from oraculum_dev.faults.proof import agree, ledger_balances
from oraculum_dev.faults.scene import Scene
from oraculum_dev.fixtures.crowd import ASSET, Crowd

pytestmark = pytest.mark.end_to_end

DEPOSIT = Decimal(100)
GIVEN = Decimal(60)


async def giver(scene: Scene) -> Person:
    """Somebody with money to give."""
    person = Person("the giver", EvmWallet(), scene.api)
    await person.sign_in()
    await person.command("/wallet/deposits", {"rail": "demo", "amount": str(DEPOSIT), "asset": ASSET})
    await person.until("the deposit", lambda: person.balance(ASSET), lambda b: b.available == DEPOSIT, 60)
    return person


@pytest.mark.parametrize(
    "victim", [None, *(pytest.param(name, marks=pytest.mark.faults) for name in ("prediction", "wallet"))]
)
async def test_it_is_given_once(scene: Scene, victim: str | None) -> None:
    """Asked with one key before and after a death, it is paid once, and the market is deeper by it once."""
    event_id, person, key = await scene.open_event(), await giver(scene), new_key()
    path, body = f"/events/{event_id}/subsidy", {"amount": str(GIVEN)}
    before = Decimal((await scene.event(event_id))["liquidity_parameter"])
    async with Crowd(scene.api, [event_id]) as crowd:
        await crowd.until_accepted(10, 60)
        with pytest.raises(RefusedError, match="insufficient_funds"):
            await person.command(path, {"amount": str(DEPOSIT + 1)})
        with pytest.raises(RefusedError, match="422"):
            await person.command(path, {"amount": "0"})
        if victim is None:
            first = (await person.command(path, body, key)).body
        else:
            async with killed(scene.suite, victim):
                first = (await person.command(path, body, key)).body
        await crowd.until_accepted(10, BACK_SECONDS)
        again = (await person.command(path, body, key)).body
    agree("the answer to the same key", first["id"], again["id"])
    assert Decimal(first["liquidity_parameter"]) > before
    await crowd.settle()
    await at_rest(scene.suite)
    await ledger_balances(scene.api)
    balance = await person.settled_balance(ASSET)
    agree("what is left to the giver", DEPOSIT - GIVEN, balance.available)
    (listed,) = (await person.get("/predictions"))["data"]
    agree(
        "what is remembered of it",
        ("subsidy", "confirmed", GIVEN, Decimal(0)),
        (listed["type"], listed["status"], Decimal(listed["amount"]), Decimal(listed["shares"])),
    )
