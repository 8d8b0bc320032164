"""Where a fault happens: a suite, somebody who may open and end events, and events whose leaders are known."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from oraculum_dev.demo.api import Api, StoryError, new_key
from oraculum_dev.demo.person import Person
from oraculum_dev.demo.wallets import EvmWallet, Wallet
from oraculum_dev.fixtures.own_events import own_event, until_it_trades
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.suite.environment import of_service
from oraculum_dev.suite.replicas import Replicas
from oraculum_dev.suite.steps import database_url
from oraculum_kit.replica import rank

OPENED_SECONDS = 60.0
_numbers = count(1)


@dataclass(frozen=True)
class Scene:
    """A suite and its operator."""

    suite: Suite
    api: Api
    operator: Person

    async def open_event(self, subsidy: str = "100") -> str:
        """A fresh event that nobody else bets on."""
        title = f"Does it hold, number {next(_numbers)}?"
        event_id = await own_event(self.operator, title, subsidy=subsidy)
        await until_it_trades(self.operator, event_id, OPENED_SECONDS)
        return event_id

    async def open_events_of_all(self) -> list[str]:
        """An event for each replica of prediction, which leads it; whoever dies, one of them lost its leader."""
        led: dict[str, str] = {}
        while led.keys() != set(self.predictions):
            event_id = await self.open_event()
            led.setdefault(self.leader_of(event_id), event_id)
        return list(led.values())

    async def event(self, event_id: str) -> dict[str, Any]:
        """An event as it is now."""
        return dict(await self.api.get(f"/events/{event_id}"))

    async def resolve(self, event_id: str, outcome: int) -> None:
        """Say how an event came out."""
        await self.operator.command(f"/events/{event_id}/resolve", {"outcome": outcome, "note": "it held"})

    async def cancel(self, event_id: str) -> None:
        """Call an event off."""
        await self.api.ask(
            "DELETE",
            f"/events/{event_id}",
            token=self.operator.token,
            key=new_key(),
            query={"reason": "void"},
        )

    @property
    def predictions(self) -> Sequence[str]:
        """The names of prediction's processes."""
        return Replicas(self.suite.state.prediction_replicas).of("prediction")

    def leader_of(self, event_id: str) -> str:
        """The process that the gateway sends an event's orders to while all serve."""
        return min(self.predictions, key=lambda name: rank(event_id, self.suite.ports.address(name)))


@asynccontextmanager
async def scene_of(suite: Suite, operator: Wallet) -> AsyncIterator[Scene]:
    """The scene of a suite, its operator signed in."""
    api = Api(suite.url)
    try:
        person = Person("the operator", operator, api)
        await person.sign_in()
        yield Scene(suite, api, person)
    finally:
        await api.close()


async def make_operator(suite: Suite) -> EvmWallet:
    """Somebody who signed in and was then made an administrator, as the README says."""
    wallet, api = EvmWallet(), Api(suite.url)
    try:
        await Person("the operator", wallet, api).sign_in()
    finally:
        await api.close()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "oraculum_auth.admin",
        "create",
        "--evm",
        wallet.address,
        env={
            **os.environ,
            **of_service(
                "auth",
                "auth",
                suite.ports,
                suite.keys,
                database_url(suite.superuser_url, "auth", suite.keys),
            ),
            "ORACULUM_ENV": "development",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise StoryError(f"nobody could be made an administrator: {said.decode()}")
    return wallet
