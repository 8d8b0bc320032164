"""The watch as it runs beside the server: whoever breaks a law is frozen within moments, while others trade on."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from oraculum_kit.db import Database
from oraculum_kit.testing.messaging import eventually, running
from oraculum_wallet import watch as watch_module
from oraculum_wallet.accounts import Account
from oraculum_wallet.expiry import Expiry
from oraculum_wallet.incidents import Incidents
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.monitor import Monitor
from oraculum_wallet.repository.monitor import Finding
from oraculum_wallet.transfers import Result
from oraculum_wallet.watch import Watch


@pytest.fixture
async def watching(database: Database, ledger: Ledger) -> AsyncIterator[None]:
    """Two replicas that watch, of which one leads."""
    watches = [
        Watch(
            database=database,
            monitor=Monitor(database, Incidents(database)),
            expiry=Expiry(database, ledger),
            every_seconds=0.05,
        )
        for _ in range(2)
    ]
    tasks = [asyncio.create_task(watch.run()) for watch in watches]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.usefixtures("watching")
async def test_a_market_is_frozen_while_the_others_trade(world: Any, make: Any, tamper: Any) -> None:
    markets = [make.escrow() for _ in range(3)]
    sequences = dict.fromkeys(markets, 0)

    async def trade(market: Account) -> Result:
        user = make.user()
        hold = make.hold(user, market, 50)
        _, answer = await world.ledger.create([make.deposit(user, 100), hold])
        if answer.result is Result.CREATED:
            sequences[market] += 1
            await world.deliver(make.bought(hold=hold, gross=40, fee=1, sequence=sequences[market]))
        return answer.result

    for market in markets * 3:
        assert await trade(market) is Result.CREATED
    broken, *sound = markets
    await tamper("update account set credits_posted = credits_posted + 1 where id = %s", broken.id)

    async def stands_still() -> bool:
        for market in sound:
            assert await trade(market) is Result.CREATED
        return await trade(broken) is Result.FROZEN

    await eventually(stands_still)
    for market in sound * 3:
        assert await trade(market) is Result.CREATED
    frozen = await world.rows("select id::text from account where frozen_at is not null")
    assert frozen == [(broken.id,)]
    # A fill whose hold was taken just before the freeze is refused and waits; its turn comes with the thaw.
    assert set(await world.incidents()) - {"fill_refused"} == {"account_counters"}


@pytest.mark.usefixtures("watching")
async def test_what_has_expired_comes_back(world: Any, make: Any, escrow: Account, funded: Any) -> None:
    user = await funded(100)
    (answer,) = await world.ledger.create([make.hold(user, escrow, 60, reference_id=None, timeout_seconds=1)])
    assert answer.result is Result.CREATED

    async def is_back() -> bool:
        return bool(await world.units(user) == 100)

    await eventually(is_back)


class Blind(Monitor):
    """Fails whenever it is to look."""

    async def look(self) -> list[Finding]:
        raise ArithmeticError


class Lost(Monitor):
    """Never comes back from a look."""

    async def look(self) -> list[Finding]:
        await asyncio.Event().wait()
        return []


@pytest.mark.parametrize("who", [Blind, Lost])
async def test_what_has_expired_comes_back_though_nobody_can_look(
    database: Database,
    world: Any,
    make: Any,
    escrow: Account,
    funded: Any,
    who: type[Monitor],
    monkeypatch: Any,
) -> None:
    """A look that fails each time is told of, and one that hangs is not waited for: neither keeps anybody's money."""
    monkeypatch.setattr(watch_module, "GRACE_SECONDS", 0.1)
    user = await funded(100)
    await world.ledger.create([make.hold(user, escrow, 60, reference_id=None, timeout_seconds=1)])
    watch = Watch(
        database=database,
        monitor=who(database, Incidents(database)),
        expiry=Expiry(database, world.ledger),
        every_seconds=0.05,
    )

    async def is_back() -> bool:
        return bool(await world.units(user) == 100)

    async with running(watch.run):
        await eventually(is_back)
