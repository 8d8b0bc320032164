"""Events that end while people bet on them, and people who would gain by ending one."""

import asyncio
from decimal import Decimal

import pytest

from oraculum_dev.demo.api import Api
from oraculum_dev.demo.person import Person, until
from oraculum_dev.demo.wallets import EvmWallet
from oraculum_dev.faults.inside import at_rest
from oraculum_dev.faults.processes import BACK_SECONDS, killed
from oraculum_dev.faults.proof import ledger_balances, paid_out, prove
from oraculum_dev.faults.scene import Scene
from oraculum_dev.fixtures.crowd import ASSET, Crowd

pytestmark = pytest.mark.end_to_end

YES = 1
PAID_SECONDS = 60.0
SUBSIDY = Decimal(100)
TOP = Decimal("0.99")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "victim",
    [
        None,
        *(
            pytest.param(name, marks=pytest.mark.faults)
            for name in ("prediction", "event", "wallet", "kafka")
        ),
    ],
)
async def test_resolved_while_bets_arrive(scene: Scene, victim: str | None) -> None:
    """Nobody bets on a known result, and whoever bet before is paid one for each share, whoever dies meanwhile."""
    event_id = await scene.open_event()
    async with Crowd(scene.api, [event_id]) as crowd:
        await crowd.until_accepted(60, 60)
        if victim is None:
            await scene.resolve(event_id, YES)
        else:
            async with killed(scene.suite, victim):
                await scene.resolve(event_id, YES)
        known = {bettor.person.name: set(bettor.accepted) for bettor in crowd.bettors}
        unknown = {bettor.person.name: set(bettor.unknown) for bettor in crowd.bettors}
        await asyncio.sleep(1)
    await crowd.settle()
    for bettor in crowd.bettors:
        # What was on its way when the answer came was asked before it; nothing that was asked after it is there.
        late = set(bettor.accepted) - known[bettor.person.name] - unknown[bettor.person.name]
        assert len(late) <= 1
        assert "market_not_open" in {refusal.code for refusal in bettor.refused.values()}
        bettor.paid = {YES: Decimal(1)}
    await paid_out(scene.suite, crowd)
    await prove(scene.suite, crowd)


async def newcomer(api: Api, name: str, amount: Decimal) -> Person:
    """Somebody with money."""
    person = Person(name, EvmWallet(), api)
    await person.sign_in()
    await person.command("/wallet/deposits", {"rail": "demo", "amount": str(amount), "asset": ASSET})
    await person.until("the deposit", lambda: person.balance(ASSET), lambda b: b.available == amount, 60)
    return person


async def bet(person: Person, event_id: str, side: str, **size: str) -> Decimal:
    """Bet on YES; the shares."""
    body = {"event_id": event_id, "outcome": YES, "side": side, **size}
    return Decimal((await person.command("/predictions", body)).body["shares"])


async def buy_it_up(person: Person, event_id: str) -> None:
    """Buy until the market sells no more: YES costs as good as one."""
    while Decimal((await person.get(f"/events/{event_id}"))["outcomes"][YES]["price"]) < TOP:
        await bet(person, event_id, "buy", amount="50")


@pytest.mark.parametrize("sells", [False, True], ids=["hold", "sell at the top"])
async def test_two_pump_and_cancel(scene: Scene, *, sells: bool) -> None:
    """One buys low, the other buys the price up, and the event is called off: they gain no more than the subsidy."""
    event_id = await scene.open_event(str(SUBSIDY))
    deposit = Decimal(20_000)
    low, high = [await newcomer(scene.api, name, deposit) for name in ("Low", "High")]
    shares = await bet(low, event_id, "buy", amount="200")
    await buy_it_up(high, event_id)
    # The price stays up here for as long as anybody would wait for a cancellation that they see coming.
    await asyncio.sleep(3)
    if sells:
        await bet(low, event_id, "sell", shares=str(shares))
    await scene.cancel(event_id)
    for person in (low, high):

        async def unpaid(person: Person = person) -> int:
            return len((await person.get("/predictions", status="confirmed"))["data"])

        await until(f"{person.name} to be paid", unpaid, lambda count: not count, PAID_SECONDS)
    await at_rest(scene.suite)
    after = [(await person.settled_balance(ASSET)).available for person in (low, high)]
    assert sum(after) - 2 * deposit <= SUBSIDY
    await ledger_balances(scene.api)


@pytest.mark.faults
async def test_cancelled_while_bets_arrive_and_settlement_dies(scene: Scene) -> None:
    """Every share is paid its void price once, though prediction and wallet die while they pay."""
    event_id = await scene.open_event()
    async with Crowd(scene.api, [event_id]) as crowd:
        await crowd.until_accepted(60, 60)
        async with killed(scene.suite, "wallet"), killed(scene.suite, scene.leader_of(event_id)):
            await scene.cancel(event_id)
    await crowd.settle()
    resolution = (
        await until(
            "the void prices",
            lambda: scene.event(event_id),
            lambda seen: seen["resolution"] is not None,
            BACK_SECONDS,
        )
    )["resolution"]
    for bettor in crowd.bettors:
        bettor.paid = {outcome: Decimal(price) for outcome, price in enumerate(resolution["payouts"])}
    await paid_out(scene.suite, crowd)
    await prove(scene.suite, crowd)
