"""The stand-in's own routes, for tests and the demo: what is there, and a hand on what happens next.

No venue has them. They exist on a development machine only, as the whole of this program does.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from oraculum_dev.venues.sim.market import Event
from oraculum_dev.venues.sim.series import Series
from oraculum_dev.venues.sim.terms import Phase, Venue, Verdict
from oraculum_dev.venues.sim.world import World
from oraculum_dev.venues.stand_in import describe
from oraculum_dev.venues.wire.answers import Refused, json, route
from oraculum_dev.venues.wire.faults import Faults, Rates
from oraculum_dev.venues.wire.rows import encode

Order = TypeVar("Order", bound=msgspec.Struct)


class Open(msgspec.Struct, forbid_unknown_fields=True):
    """Open a scripted market now."""

    venue: Venue | None = None
    chance: float = 0.5


class Resolve(msgspec.Struct, forbid_unknown_fields=True):
    """End a market now; `id` is any of its names, `result` overrides what the seed would say."""

    venue: Venue
    id: str
    result: Verdict | None = None


class Rename(msgspec.Struct, forbid_unknown_fields=True):
    """Give a market another title; `id` is any of its names."""

    venue: Venue
    id: str
    title: str


class Relist(msgspec.Struct, forbid_unknown_fields=True):
    """Take the result of a market back and sell it again; `id` is any of its names."""

    venue: Venue
    id: str


class Rate(msgspec.Struct, forbid_unknown_fields=True):
    """Change how much happens."""

    updates_per_second: float


class Drop(msgspec.Struct, forbid_unknown_fields=True):
    """Cut sockets now."""

    venue: Venue | None = None


Cut = Callable[[], int]
"""Cuts all sockets of a venue and says how many there were."""


def _problem(status: int, detail: str) -> Refused:
    return Refused(status, encode({"detail": detail}))


def _ordered(body: bytes, order: type[Order]) -> Order:
    try:
        return msgspec.json.decode(body or b"{}", type=order)
    except msgspec.DecodeError as error:
        raise _problem(400, str(error)) from error


class Control:
    """The routes under `/stand-in/control`."""

    def __init__(self, world: World, series: Series, faults: Faults, sockets: Mapping[Venue, Cut]) -> None:
        self._world = world
        self._series = series
        self._faults = faults
        self._sockets = sockets

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            route("/scripted", self._scripted),
            _posted("/open", self._open),
            _posted("/resolve", self._resolve),
            _posted("/rename", self._rename),
            _posted("/relist", self._relist),
            _posted("/rate", self._rate),
            route("/faults", self._show_faults),
            _posted("/faults", self._set_faults),
            _posted("/drop", self._drop),
        ]

    def _scripted(self, request: Request) -> Response:
        """List scripted markets, newest first; `?open=true` only those that can be traded."""
        only_open = request.query_params.get("open") == "true"
        events = [e for e in self._series.events() if not only_open or e.phase is Phase.OPEN]
        shown = [describe.event(self._world.seed, event) for event in reversed(events)]
        return json(encode({"markets": shown}))

    def _open(self, body: bytes) -> Response:
        order = _ordered(body, Open)
        if not 0 < order.chance < 1:
            raise _problem(400, "chance must lie between 0 and 1")
        event = self._series.open_one(order.venue, order.chance)
        return json(encode(describe.event(self._world.seed, event)), 201)

    def _resolve(self, body: bytes) -> Response:
        order = _ordered(body, Resolve)
        event = self._find(order.venue, order.id)
        if event.phase is Phase.FINAL:
            raise _problem(409, "the market is final already")
        if order.result is not None and len(event.markets) > 1:
            raise _problem(400, "a result can be named only for an event of one market")
        self._world.resolve_now(event, order.result)
        return json(encode(describe.event(self._world.seed, event)))

    def _rename(self, body: bytes) -> Response:
        order = _ordered(body, Rename)
        event = self._find(order.venue, order.id)
        if len(event.markets) > 1:
            raise _problem(400, "only an event of one market can be renamed")
        if not order.title.strip():
            raise _problem(400, "title must not be empty")
        self._world.rename(event, order.title)
        return json(encode(describe.event(self._world.seed, event)))

    def _relist(self, body: bytes) -> Response:
        order = _ordered(body, Relist)
        event = self._find(order.venue, order.id)
        if event.phase is not Phase.FINAL:
            raise _problem(409, "the market is not final")
        self._world.relist(event)
        return json(encode(describe.event(self._world.seed, event)))

    def _rate(self, body: bytes) -> Response:
        order = _ordered(body, Rate)
        if order.updates_per_second < 0:
            raise _problem(400, "updates_per_second must not be negative")
        self._world.set_rate(order.updates_per_second)
        return json(encode({"updates_per_second": order.updates_per_second}))

    def _show_faults(self, _: Request) -> Response:
        return json(encode({"rates": self._faults.rates, "made": self._faults.made}))

    def _set_faults(self, body: bytes) -> Response:
        """Take all rates anew; what is not named is 0 again."""
        rates = _ordered(body, Rates)
        problem = rates.problem()
        if problem is not None:
            raise _problem(400, problem)
        self._faults.rates = rates
        return json(encode({"rates": rates, "made": self._faults.made}))

    def _drop(self, body: bytes) -> Response:
        """Cut every socket of a venue, or of all of them, now."""
        order = _ordered(body, Drop)
        venues = tuple(Venue) if order.venue is None else (order.venue,)
        return json(encode({"dropped": sum(self._sockets[venue]() for venue in venues)}))

    def _find(self, venue: Venue, name: str) -> Event:
        for event in self._world.events[venue].values():
            if describe.answers_to(self._world.seed, event, name):
                return event
        raise _problem(404, f"{venue} has no market {name!r}")


def _posted(path: str, handler: Callable[[bytes], Response]) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            return handler(await request.body())
        except Refused as refused:
            return refused.response()

    return Route(path, endpoint, methods=["POST"])


def status(world: World, details: dict[str, Any]) -> bytes:
    """Return what `/stand-in/status` says."""
    venues = {
        venue: {
            "events": len(events),
            "markets": sum(len(event.markets) for event in events.values()),
            "open": sum(len(event.markets) for event in events.values() if event.phase is Phase.OPEN),
        }
        for venue, events in world.events.items()
    }
    return encode(
        {"now_ms": world.now_ms, "seed": world.seed, "venues": venues, "counts": world.counts} | details
    )
