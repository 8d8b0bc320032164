"""Stand-ins on real sockets, and a clock that the tests move."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect

from oraculum_dev.venues.sim.series import Timing
from oraculum_dev.venues.stand_in.service import StandIn, listen, serve, server_of
from oraculum_dev.venues.stand_in.settings import Settings
from oraculum_kit.clock import ManualClock

NOON = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
PATIENCE_SECONDS = 20


class Client:
    """A websocket client that speaks JSON and does not wait for ever."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, message: Any) -> None:
        await self.connection.send(msgspec.json.encode(message).decode())

    async def hear_text(self) -> str:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.connection.recv(decode=True)

    async def hear(self) -> Any:
        return msgspec.json.decode(await self.hear_text())

    async def hear_until(self, wanted: Callable[[Any], bool]) -> list[Any]:
        """Return all messages up to the first that is wanted, that one included."""
        heard: list[Any] = []
        while not heard or not wanted(heard[-1]):
            heard.append(await self.hear())
        return heard


@dataclass
class Running:
    """A stand-in that serves on a port of its own."""

    stand_in: StandIn
    clock: ManualClock
    http: httpx.AsyncClient
    address: str

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content)

    async def post(self, path: str, body: Any) -> Any:
        answer = await self.http.post(path, content=msgspec.json.encode(body))
        assert answer.is_success, answer.text
        return msgspec.json.decode(answer.content)

    def pass_time(self, seconds: float) -> None:
        """Move the clock and let everything happen that is due by then."""
        self.clock.advance(seconds=seconds)
        self.stand_in.world.advance(int(self.clock.now().timestamp() * 1000))

    @asynccontextmanager
    async def socket(self, path: str, **options: Any) -> AsyncIterator[Client]:
        # Without a bound on what waits to be read, closing need not wait for a test to read it all.
        async with connect(f"ws://{self.address}{path}", max_queue=None, **options) as connection:
            yield Client(connection)


Start = Callable[..., AbstractAsyncContextManager[Running]]


@asynccontextmanager
async def running(clock: ManualClock | None = None, **chosen: Any) -> AsyncIterator[Running]:
    chosen.setdefault("timing", Timing(every=0))
    settings = Settings(**{"host": "127.0.0.1", "port": 0, "rate": 0.0} | chosen)
    clock = clock or ManualClock(NOON)
    stand_in, listener = StandIn(settings, clock), listen(settings)
    server = server_of(stand_in)
    serving = asyncio.create_task(serve(stand_in, server, listener))
    address = "{}:{}".format(*listener.getsockname())
    try:
        async with httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE_SECONDS) as http:
            yield Running(stand_in, clock, http, address)
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
def start() -> Start:
    """Start a stand-in with an idle market: nothing happens unless the test passes time or asks for updates."""
    return running
