"""The server as a whole: the world, the three venues over it, and the task that tells the world the time."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from oraculum_dev.venues.kalshi import keys
from oraculum_dev.venues.kalshi import rest as kalshi
from oraculum_dev.venues.kalshi.socket import TradeSocket
from oraculum_dev.venues.manifold import rest as manifold
from oraculum_dev.venues.manifold.socket import Broadcasts, TopicSocket
from oraculum_dev.venues.polymarket import clob, gamma
from oraculum_dev.venues.polymarket.socket import MarketSocket
from oraculum_dev.venues.sim import programme
from oraculum_dev.venues.sim.series import Series
from oraculum_dev.venues.sim.terms import Venue
from oraculum_dev.venues.sim.world import World
from oraculum_dev.venues.stand_in.control import Control, status
from oraculum_dev.venues.stand_in.protocol import VenueHttpProtocol, VenueSocketProtocol
from oraculum_dev.venues.stand_in.settings import Settings
from oraculum_dev.venues.stand_in.sources import invented, sources
from oraculum_dev.venues.wire.answers import json, route
from oraculum_dev.venues.wire.faults import Faults
from oraculum_dev.venues.wire.http_faults import FaultyAnswers
from oraculum_dev.venues.wire.rows import encode
from oraculum_kit.clock import Clock, SystemClock

_TICK_SECONDS = 0.02
_SHUTDOWN_SECONDS = 2


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
        live = invented(self.world)
        self.sources = sources(self.settings, live)
        self.polymarket_socket = MarketSocket(
            self.world, live.polymarket, self.faults, self.sources.polymarket_tape
        )
        self.kalshi_socket = TradeSocket(
            self.world,
            live.kalshi,
            self.faults,
            self.sources.kalshi_tape,
            recorded=self.sources.kalshi_tickers,
            keys=self._kalshi_keys(),
        )
        self.manifold_socket = TopicSocket(
            self.faults, self.sources.manifold_tape, self.settings.manifold_silence_seconds
        )
        Broadcasts(self.world, self.manifold_socket)
        return [
            WebSocketRoute("/polymarket/ws/market", self.polymarket_socket.serve),
            WebSocketRoute("/kalshi/trade-api/ws/v2", self.kalshi_socket.serve),
            WebSocketRoute("/manifold/ws", self.manifold_socket.serve),
            self._faulty("/polymarket/gamma", Venue.POLYMARKET, gamma.routes(self.sources.polymarket)),
            self._faulty(
                "/polymarket/clob",
                Venue.POLYMARKET,
                [*clob.clob_routes(self.sources.polymarket, now), *_anything_else()],
            ),
            self._faulty("/polymarket/data", Venue.POLYMARKET, clob.data_routes(self.sources.polymarket)),
            self._faulty("/kalshi/trade-api/v2", Venue.KALSHI, kalshi.routes(self.sources.kalshi, now)),
            self._faulty("/manifold/v0", Venue.MANIFOLD, manifold.routes(self.sources.manifold, now)),
            Mount("/stand-in/control", routes=self._control().routes()),
            route("/stand-in/status", self._status),
            route("/stand-in/files", self._files),
        ]

    def _kalshi_keys(self) -> keys.Keys:
        path = self.settings.kalshi_public_key
        public_key = None if path is None else keys.load(path)
        return keys.Keys(required=self.settings.require_kalshi_key, public_key=public_key)

    def _control(self) -> Control:
        sockets = {
            Venue.POLYMARKET: self.polymarket_socket.cut,
            Venue.KALSHI: self.kalshi_socket.cut,
            Venue.MANIFOLD: self.manifold_socket.cut,
        }
        return Control(self.world, self.series, self.faults, sockets)

    def _faulty(self, path: str, venue: Venue, routes: list[Route]) -> Mount:
        """Mount a venue's REST where faults can happen to its answers."""
        return Mount(path, routes=routes, middleware=[Middleware(FaultyAnswers, venue, self.faults)])

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

    def _files(self, _: Request) -> Response:
        """Say what was found in each recorded file."""
        library = self.sources.library
        return json(encode({} if library is None else library.shown()))

    async def drive(self) -> None:
        """Tell the world the time, again and again."""
        while True:
            self.world.advance(self._now_ms())
            await asyncio.sleep(_TICK_SECONDS)


def _anything_else() -> list[Route]:
    """Answer an unknown path of the CLOB as the venue does: in plain text."""
    return [route("/{path:path}", lambda _: PlainTextResponse("404 page not found\n", 404))]


def listen(settings: Settings) -> socket.socket:
    """Open the port; 0 takes any that is free."""
    return socket.create_server((settings.host, settings.port), reuse_port=False)


def server_of(stand_in: StandIn) -> uvicorn.Server:
    """Return the server for a stand-in, not yet started."""
    config = uvicorn.Config(
        stand_in.application,
        http=VenueHttpProtocol,
        ws=VenueSocketProtocol,
        ws_ping_interval=stand_in.settings.kalshi_heartbeat_seconds,
        ws_per_message_deflate=False,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    return uvicorn.Server(config)


async def serve(stand_in: StandIn, server: uvicorn.Server, listener: socket.socket) -> None:
    """Serve until the server is told to stop, or until the world fails."""
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
    stand_in = StandIn(settings, SystemClock())
    print(f"stand-in venues: http://{host}:{port} ({settings.mode}, seed {settings.seed})", flush=True)
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(stand_in, server_of(stand_in), listener))
