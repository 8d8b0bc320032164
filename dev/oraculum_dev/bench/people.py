"""Who is there before a load begins: an administrator, events, and people with money."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from oraculum_dev.bench.sizes import Sizes
from oraculum_dev.bench.stage import ASSET, Stage
from oraculum_dev.demo.api import Api
from oraculum_dev.demo.person import Person
from oraculum_dev.demo.wallets import SolanaWallet
from oraculum_dev.fixtures.own_events import own_event, until_it_trades
from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.project import ROOT

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 16
CATEGORY = "custom"
DEPOSIT = "100000.00"
SUBSIDY = "20000.00"
OPEN_SECONDS = 120.0


async def settle_in(stage: Stage, sizes: Sizes) -> tuple[list[Person], list[str]]:
    """Open events and let people arrive; who they are, and the ids of the events."""
    api = Api(stage.suite.url)
    try:
        event_ids = await open_events(await administrator(api, stage), sizes.events)
        return await arrive(api, sizes.people), event_ids
    finally:
        await api.close()


async def arrive(api: Api, count: int) -> list[Person]:
    """Sign people in, each with a wallet and money."""
    people = [Person(f"person {number}", SolanaWallet(), api) for number in range(count)]

    async def one(person: Person) -> None:
        await person.sign_in()
        await person.command("/wallet/deposits", {"rail": "demo", "amount": DEPOSIT, "asset": ASSET})

    await _all(one, people)
    return people


async def administrator(api: Api, stage: Stage) -> Person:
    """Somebody whom the operator makes an administrator, by the command that operators have."""
    person = Person("administrator", SolanaWallet(), api)
    await person.sign_in()
    # What auth itself was started with: where its database is, and the keys of its data.
    environment = stage.suite.process("auth").environ()
    command = [sys.executable, "-m", "oraculum_auth.admin", "create", "--solana", person.wallet.address]
    result = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise ProgramError(f"no administrator: {result.stderr.strip()}")
    await person.sign_in()
    return person


async def open_events(admin: Person, count: int) -> list[str]:
    """Open events that trade until tomorrow; their ids."""

    async def one(number: int) -> str:
        title = f"Will it hold, number {number}?"
        return await own_event(admin, title, category=CATEGORY, asset=ASSET, subsidy=SUBSIDY)

    async def trades(event_id: str) -> None:
        await until_it_trades(admin, event_id, OPEN_SECONDS)

    ids = await _all(one, range(count))
    await _all(trades, ids)
    return ids


async def _all(do: Callable[[T], Awaitable[R]], things: Iterable[T]) -> list[R]:
    """Do it for all of them, a few at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(thing: T) -> R:
        async with gate:
            return await do(thing)

    return await asyncio.gather(*(one(thing) for thing in things))
