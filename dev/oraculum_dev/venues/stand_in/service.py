"""The server as a whole: the world, the three venues over it, and the task that tells the world the time."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, WebSocketRoute

from oraculum_dev.venues.kalshi import rest as kalshi
from oraculum_dev.venues.kalshi.invented import Invented as KalshiMarkets
from oraculum_dev.venues.kalshi.socket import TradeSocket
from oraculum_dev.venues.manifold import rest as manifold
from oraculum_dev.venues.manifold.invented import Invented as ManifoldMarkets
from oraculum_dev.venues.manifold.socket import Broadcasts, TopicSocket
from oraculum_dev.venues.polymarket import clob, gamma
from oraculum_dev.venues.polymarket.invented import Invented as PolymarketMarkets
from oraculum_dev.venues.polymarket.socket import MarketSocket
from oraculum_dev.venues.sim import programme
from oraculum_dev.venues.sim.series import Series
from oraculum_dev.venues.sim.terms import Venue
from oraculum_dev.venues.sim.world import World
from oraculum_dev.venues.stand_in.control import Control, status
from oraculum_dev.venues.stand_in.protocol import VenueSocketProtocol
from oraculum_dev.venues.stand_in.settings import Settings
from oraculum_dev.venues.wire.answers import json, route
from oraculum_dev.venues.wire.faults import Faults
from oraculum_kit.clock import Clock, SystemClock

_TICK_SECONDS = 0.02


class StandIn:
    """One stand-in: build it, serve its application, and drive it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self._clock = clock
        self.world = World(
            seed=settings.seed,
            start_ms=self._now_ms(),
            updates_per_second=settings.rate,
            keep_seconds=settings.keep_seconds,
        )
        if settings.mode == "sim":
            programme.start(self.world, settings.markets_per_venue)
        self.faults = Faults(settings.seed)
        self.series = Series(self.world, settings.timing)
        self.world.advance(self.world.now_ms)
        self.application = Starlette(routes=self._routes())

    def _now_ms(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    def _virtual_now_ms(self) -> int:
        return self.world.now_ms

    def _routes(self) -> list[BaseRoute]:
        now: Callable[[], int] = self._virtual_now_ms
        on_polymarket, on_kalshi = PolymarketMarkets(self.world), KalshiMarkets(self.world)
        self.polymarket_socket = MarketSocket(self.world, on_polymarket, self.faults)
        self.kalshi_socket = TradeSocket(
            self.world, on_kalshi, self.faults, require_key=self.settings.require_kalshi_key
        )
        self.manifold_socket = TopicSocket(self.faults, self.settings.manifold_silence_seconds)
        Broadcasts(self.world, self.manifold_socket)
        return [
            WebSocketRoute("/polymarket/ws/market", self.polymarket_socket.serve),
            WebSocketRoute("/kalshi/trade-api/ws/v2", self.kalshi_socket.serve),
            WebSocketRoute("/manifold/ws", self.manifold_socket.serve),
            Mount("/polymarket/gamma", routes=gamma.routes(on_polymarket)),
            Mount("/polymarket/clob", routes=[*clob.clob_routes(on_polymarket, now), *_anything_else()]),
            Mount("/polymarket/data", routes=clob.data_routes(on_polymarket)),
            Mount("/kalshi/trade-api/v2", routes=kalshi.routes(on_kalshi, now)),
            Mount("/manifold/v0", routes=manifold.routes(ManifoldMarkets(self.world), now)),
            Mount("/stand-in/control", routes=Control(self.world, self.series).routes()),
            route("/stand-in/status", self._status),
        ]

    def _status(self, _: Request) -> Response:
        timing = self.settings.timing
        details: dict[str, Any] = {
            "sockets": {
                Venue.POLYMARKET: len(self.polymarket_socket.clients),
                Venue.KALSHI: len(self.kalshi_socket.sessions),
                Venue.MANIFOLD: len(self.manifold_socket.clients),
            },
            "mode": self.settings.mode,
            "series": {
                "every": timing.every,
                "tradable_seconds": timing.tradable,
                "resolve_after": timing.resolve_after,
                "settle": timing.settle,
            },
        }
        return json(status(self.world, details))

    async def drive(self) -> None:
        """Tell the world the time, again and again."""
        while True:
            self.world.advance(self._now_ms())
            await asyncio.sleep(_TICK_SECONDS)


def _anything_else() -> list[BaseRoute]:
    """Answer an unknown path of the CLOB as the venue does: in plain text."""
    return [route("/{path:path}", lambda _: PlainTextResponse("404 page not found\n", 404))]


def listen(settings: Settings) -> socket.socket:
    """Open the port; 0 takes any that is free."""
    return socket.create_server((settings.host, settings.port), reuse_port=False)


async def serve(stand_in: StandIn, listener: socket.socket) -> None:
    """Serve until the process is told to stop, or until the world fails."""
    config = uvicorn.Config(
        stand_in.application,
        ws=VenueSocketProtocol,
        ws_ping_interval=stand_in.settings.kalshi_heartbeat_seconds,
        ws_per_message_deflate=False,
        log_level="warning",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as tasks:
        driving = tasks.create_task(stand_in.drive())
        try:
            await server.serve(sockets=[listener])
        finally:
            driving.cancel()


def run(settings: Settings) -> None:
    """Serve in this process."""
    listener = listen(settings)
    host, port = listener.getsockname()[:2]
    print(f"stand-in venues: http://{host}:{port} ({settings.mode}, seed {settings.seed})", flush=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(StandIn(settings, SystemClock()), listener))
