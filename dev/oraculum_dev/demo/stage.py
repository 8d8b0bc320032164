"""What the acts of the story share: two people, their sockets, and the event that they bet on."""

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from oraculum_dev.demo.api import Api
from oraculum_dev.demo.facts import Telling
from oraculum_dev.demo.live import Live
from oraculum_dev.demo.person import Person, until
from oraculum_dev.demo.wallets import EvmWallet, SolanaWallet
from oraculum_kit.clock import SystemClock

ASSET = "USDC"
DEPOSIT = Decimal("100.00")
NO, YES = 0, 1
# How the stand-in ends the titles of its scripted series: these resolve within the minute.
SCRIPTED = re.compile(r"\(№ \d+\)$")
# Between finding the event and the last bet lie four bets and as many looks; a service may be restarted meanwhile.
SECONDS_TO_BET = 12.0
EVENT_SECONDS = 120.0


@dataclass(frozen=True)
class Bet:
    """A bet that was taken, and what it came to."""

    person: Person
    outcome: int
    side: str
    shares: Decimal
    amount: Decimal
    fee: Decimal
    price: Decimal
    body: dict[str, Any]

    @property
    def net(self) -> Decimal:
        """What it took from the balance; negative where it brought money."""
        return self.amount + self.fee if self.side == "buy" else self.fee - self.amount


@dataclass
class Stage:
    """What the acts share."""

    api: Api
    telling: Telling
    ada: Person = field(init=False)
    bela: Person = field(init=False)
    ada_live: Live = field(init=False)
    bela_live: Live = field(init=False)
    event: dict[str, Any] = field(default_factory=dict)
    opening: list[Decimal] = field(default_factory=list)
    bets: list[Bet] = field(default_factory=list)
    won: int = NO

    def __post_init__(self) -> None:
        self.ada = Person("Ada", EvmWallet(), self.api)
        self.bela = Person("Bela", SolanaWallet(), self.api)

    @property
    def people(self) -> tuple[Person, Person]:
        """Both of them."""
        return self.ada, self.bela

    @property
    def lives(self) -> tuple[Live, Live]:
        """Both of their sockets."""
        return self.ada_live, self.bela_live

    @property
    def event_id(self) -> str:
        """The event that they bet on."""
        return str(self.event["id"])

    @property
    def liquidity(self) -> Decimal:
        """The market maker's b."""
        return Decimal(self.event["liquidity_parameter"])

    async def listen(self, stack: AsyncExitStack) -> None:
        """Open both sockets, each on its person's own channel and on all events."""
        socket_url = re.sub("^http", "ws", self.api.url) + "/ws"
        self.ada_live = await self.ada.listen(stack, socket_url)
        self.bela_live = await self.bela.listen(stack, socket_url)
        for person, live in zip(self.people, self.lives, strict=True):
            await live.follow(f"user.{person.user_id}", "events")

    async def find_event(self) -> dict[str, Any]:
        """An event of the scripted series that leaves time to bet on, and that nobody has bet on yet.

        The books are reckoned from the prices that it opened with, and another demo's program may have been here.
        """

        async def look() -> list[dict[str, Any]]:
            listed = await self.api.get("/events", status="active", sort="created_at:desc", limit=50)
            suitable = [event for event in listed["data"] if suits(event)]
            return [
                event
                for event in suitable
                if not (await self.api.get(f"/events/{event['id']}/trades", limit=1))["data"]
            ]

        what = "an event of the scripted series that was opened from a venue's market"
        return (await until(what, look, bool, EVENT_SECONDS))[0]


def suits(event: dict[str, Any]) -> bool:
    """Whether an event comes from a venue's scripted market, has a price, and can be bet on for a while."""
    left = seconds_until(event["locks_at"])
    return (
        event["venue"] is not None
        and event["liquidity_parameter"] is not None
        and SCRIPTED.search(event["title"]) is not None
        and SECONDS_TO_BET < left < 60
    )


def seconds_until(text: str) -> float:
    """How long it is until a time of the API."""
    return (datetime.fromisoformat(text) - SystemClock().now().astimezone(UTC)).total_seconds()
