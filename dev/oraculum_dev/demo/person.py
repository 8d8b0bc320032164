"""Somebody with a wallet: what they do, and what they see."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from oraculum_dev.demo.api import Answer, Api, RefusedError, StoryError, new_key
from oraculum_dev.demo.live import Live
from oraculum_dev.demo.wallets import Wallet

T = TypeVar("T")

POLL_SECONDS = 0.2
SIGN_IN_TIMES = 20


@dataclass(frozen=True)
class Balance:
    """Money in one asset."""

    available: Decimal
    held: Decimal
    arriving: Decimal

    @property
    def at_rest(self) -> bool:
        """Whether nothing is on its way."""
        return not self.held and not self.arriving


@dataclass
class Person:
    """One of the two people of the story."""

    name: str
    wallet: Wallet
    api: Api
    user_id: str = ""
    token: str = ""
    account: dict[str, Any] = field(default_factory=dict)

    async def sign_in(self) -> None:
        """Ask for a challenge, sign it, and sign in with it.

        A nonce is used up once. When a sign-in's answer was lost on its way, the next try finds it used, so each try
        begins with a challenge of its own.
        """
        for _ in range(SIGN_IN_TIMES):
            challenge = await self.api.post(
                "/auth/challenge",
                {"chain": self.wallet.chain, "address": self.wallet.address},
                None,
                new_key(),
            )
            signed = {
                "nonce": challenge.body["nonce"],
                "signature": self.wallet.sign(challenge.body["message"]),
            }
            asked_again = self.api.asked_again
            try:
                answer = await self.api.post("/auth/login", signed, None, new_key())
            except RefusedError:
                if self.api.asked_again == asked_again:
                    raise
                continue
            self.account = answer.body["user"]
            self.user_id, self.token = self.account["id"], answer.body["tokens"]["access_token"]
            return
        raise StoryError(f"{self.name} could not sign in: the answers were lost {SIGN_IN_TIMES} times")

    async def listen(self, stack: AsyncExitStack, socket_url: str) -> Live:
        """Open a socket as this person."""
        return await stack.enter_async_context(Live(socket_url, self.token))

    async def get(self, path: str, **query: str | int) -> Any:
        """Read something of theirs."""
        return await self.api.get(path, token=self.token, **query)

    async def command(self, path: str, body: dict[str, Any], key: str | None = None) -> Answer:
        """Give a command."""
        return await self.api.post(path, body, self.token, key or new_key())

    async def balance(self, asset: str) -> Balance:
        """Their money."""
        for row in (await self.get("/wallet/balances"))["data"]:
            if row["asset"] == asset:
                return Balance(*(Decimal(row[name]) for name in ("available", "held", "arriving")))
        return Balance(Decimal(0), Decimal(0), Decimal(0))

    async def settled_balance(self, asset: str, seconds: float = 60) -> Balance:
        """Their money once nothing is on its way any more."""
        return await self.until(
            "money to be at rest", lambda: self.balance(asset), lambda found: found.at_rest, seconds
        )

    async def until(
        self, what: str, look: Callable[[], Awaitable[T]], enough: Callable[[T], bool], seconds: float
    ) -> T:
        """Look again and again until what is seen is enough; give up by name."""
        return await until(f"{self.name} to see {what}", look, enough, seconds)


async def until(
    what: str, look: Callable[[], Awaitable[T]], enough: Callable[[T], bool], seconds: float
) -> T:
    """Look again and again until what is seen is enough; give up by name, saying what was seen last."""
    deadline = time.monotonic() + seconds
    while True:
        seen = await look()
        if enough(seen):
            return seen
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(POLL_SECONDS)
    raise StoryError(f"waited {seconds:.0f} s for {what}; last seen: {seen!r}"[:600])
