"""The application: every route, the socket, the pages, wrapped once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp

from oraculum_gateway import asyncapi, openapi, pages, problems
from oraculum_gateway.caching.answers import Answers
from oraculum_gateway.caching.news import News
from oraculum_gateway.direct import Direct
from oraculum_gateway.edge import EdgeMiddleware
from oraculum_gateway.limits import RateLimiter
from oraculum_gateway.live import Hub
from oraculum_gateway.maintenance import Maintenance
from oraculum_gateway.networks import Networks
from oraculum_gateway.problems import Problem
from oraculum_gateway.route import PREFIX, Call, Route
from oraculum_gateway.routes import (
    analytics,
    api_keys,
    audit,
    books,
    compliance,
    crawling,
    credentials,
    drafts,
    events,
    factors,
    history,
    inbox,
    judging,
    ledger,
    maintenance,
    my_wallets,
    open_id,
    orders,
    overview,
    people,
    play,
    privacy,
    risk,
    risk_admin,
    trading,
    wallet,
    webhooks,
    world,
)
from oraculum_gateway.seats import Seats
from oraculum_gateway.services import Services
from oraculum_gateway.serving import Endpoint, Serving
from oraculum_gateway.shapes.world import HealthOut
from oraculum_gateway.signed import SignedRequests
from oraculum_gateway.sockets import SocketServer
from oraculum_kit.authorization import Trust
from oraculum_kit.clock import Clock
from oraculum_kit.health import Health

_DESCRIBED: Final = {"cache-control": "public, max-age=60"}


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application is made of."""

    services: Services
    trust: Trust
    limiter: RateLimiter
    signed: SignedRequests
    hub: Hub
    news: News
    answers: Answers
    clock: Clock
    health: Health
    maintenance: Maintenance


def all_routes(health: Health, *, ledger_is_public: bool) -> tuple[Route, ...]:
    """Every route of the public surface. The busiest come first: the router tries them in order."""

    async def tell_health(_: Call) -> HealthOut:
        return HealthOut(status="degraded" if health.degraded else "ok")

    system = Route(
        method="GET", path="/health", name="getHealth", tag="system", handler=tell_health,
        summary="Whether everything answers", answer=HealthOut,
    )  # fmt: skip
    money = (*wallet.routes(ledger_is_public=ledger_is_public), *books.ROUTES, *ledger.ROUTES)
    people_routes = (
        *drafts.ROUTES,
        *judging.ROUTES,
        *crawling.ROUTES,
        *people.ROUTES,
        *credentials.ROUTES,
        *factors.ROUTES,
        *open_id.ROUTES,
        *compliance.ROUTES,
        *play.ROUTES,
        *privacy.ROUTES,
        *audit.ROUTES,
        *api_keys.ROUTES,
        *my_wallets.ROUTES,
    )
    trade = (*trading.ROUTES, *orders.ROUTES, *history.ROUTES, *analytics.ROUTES, *overview.ROUTES)
    limits = (*risk.ROUTES, *risk_admin.ROUTES)
    told = (*world.ROUTES, *inbox.ROUTES, *webhooks.ROUTES, *maintenance.ROUTES)
    return (*trade, *events.ROUTES, *money, *people_routes, *limits, *told, system)


def application(
    parts: Parts,
    *,
    public_url: str,
    origins: frozenset[str],
    trusted_proxies: int,
    networks: Networks,
    ledger_is_public: bool,
    seats: Seats,
) -> tuple[ASGIApp, SocketServer]:
    """The application, and its sockets to drain at the end."""
    routes = all_routes(parts.health, ledger_is_public=ledger_is_public)
    documents = _documents(routes, public_url)
    # Answers in Valkey may be an older version's, whose clients knew other shapes.
    parts.answers.version = hashlib.blake2b(documents["/openapi.json"], digest_size=8).hexdigest()
    serving = Serving(
        parts.services,
        parts.trust,
        parts.limiter,
        parts.signed,
        parts.answers,
        parts.news,
        parts.maintenance,
    )
    sockets = SocketServer(
        parts.services,
        parts.hub,
        parts.trust,
        parts.limiter,
        parts.clock,
        parts.maintenance,
        seats,
    )
    app = Starlette(
        routes=[
            *_addresses(routes, serving),
            *_described(documents),
            *(StarletteRoute(path, pages.page, methods=["GET"]) for path in pages.PATHS),
            StarletteRoute("/", pages.home, methods=["GET"]),
            *(WebSocketRoute(path, sockets.serve) for path in ("/ws", f"{PREFIX}/ws")),
        ],
        exception_handlers={HTTPException: _unrouted},
    )
    # A path with a slash too many is another path: redirects would carry commands to addresses nobody declared.
    app.router.redirect_slashes = False
    direct = Direct(app, _direct(routes, serving))
    edge = EdgeMiddleware(direct, origins=origins, trusted_proxies=trusted_proxies, networks=networks)
    return edge, sockets


def _addresses(routes: Sequence[Route], serving: Serving) -> list[StarletteRoute]:
    """One route of Starlette for each address, so that a 405 names every method that it has.

    Addresses without parameters come before those with: `/users/me` must not be taken for a user's id, whatever the
    method, so each takes every method and refuses what it does not have.
    """
    endpoints: dict[str, dict[str, Endpoint]] = {}
    for route in sorted(routes, key=lambda route: route.full_path.count("{")):
        endpoints.setdefault(route.full_path, {})[route.method] = serving.endpoint(route)
    found = [StarletteRoute(path, _by_method(methods)) for path, methods in endpoints.items()]
    for address in found:
        # There are more methods than anybody lists: PROPFIND, QUERY.
        address.methods = None
    return found


def _direct(routes: Sequence[Route], serving: Serving) -> dict[tuple[str, str], Endpoint]:
    return {
        (route.method, route.full_path): serving.endpoint(route)
        for route in routes
        if "{" not in route.full_path
    }


def _by_method(endpoints: Mapping[str, Endpoint]) -> Endpoint:
    allowed = ", ".join([*endpoints, *(["HEAD"] if "GET" in endpoints else [])])

    async def answer(request: Request) -> Response:
        endpoint = endpoints.get("GET" if request.method == "HEAD" else request.method)
        if endpoint is None:
            raise HTTPException(405, headers={"allow": allowed})
        return await endpoint(request)

    return answer


def _documents(routes: Sequence[Route], public_url: str) -> dict[str, bytes]:
    documents: dict[str, dict[str, Any]] = {
        "/openapi.json": openapi.document(routes, server=public_url),
        "/asyncapi.json": asyncapi.document(server=public_url.rpartition("//")[2]),
    }
    return {path: orjson.dumps(document) for path, document in documents.items()}


def _described(written: Mapping[str, bytes]) -> list[StarletteRoute]:
    async def describe(request: Request) -> Response:
        return Response(written[request.url.path], 200, _DESCRIBED, "application/json")

    return [StarletteRoute(path, describe, methods=["GET"]) for path in written]


async def _unrouted(request: Request, error: Exception) -> Response:
    """What no route takes: 404 and 405 are problems too."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 405:
        problem = Problem(
            405, "method_not_allowed", "The method is none of this address.", headers=error.headers
        )
    else:
        problem = Problem(404, "not_found", "There is nothing at this address.")
    edge = request.scope["edge"]
    return problems.answer(problem, path=request.url.path, request_id=edge.request_id)
