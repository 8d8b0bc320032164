"""The outermost layer, pure ASGI: request ids, traces, safety headers, CORS, the access log, and the last net.

One middleware instead of six: each would wrap `send` again, and on a path of thousands of requests a second that is
what middlewares cost.
"""

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oraculum_gateway import metrics, problems
from oraculum_gateway.networks import Networks, plain
from oraculum_gateway.problems import Problem
from oraculum_kit import traces
from oraculum_kit.headers import is_printable
from oraculum_kit.ids import uuid7_text

_log = structlog.stdlib.get_logger(__name__)

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")

SAFETY: Final[Mapping[str, str]] = {
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; "
        "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

# As they go out.
_SAFETY: Final = [(name.encode(), value.encode("latin-1")) for name, value in SAFETY.items()]

_CORS_METHODS: Final = "GET, HEAD, POST, PUT, DELETE"
_CORS_HEADERS: Final = (
    "authorization, content-type, idempotency-key, x-device-id, x-request-id, traceparent, if-none-match, "
    "x-api-key, x-timestamp, x-signature"
)
_CORS_EXPOSED: Final = (
    "etag, idempotency-replayed, location, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, "
    "x-request-id"
)


@dataclass(slots=True)
class Edge:
    """What the layers of one request tell each other."""

    request_id: str
    address: str
    # The route's template: a label with as many values as there are routes.
    route: str = "none"
    user_id: str | None = None
    # What the client's device is called, if it has a name.
    device_id: str = ""
    # Of a network that no limit holds.
    unlimited: bool = False
    # Further headers of the answer.
    headers: dict[str, str] = field(default_factory=dict)


class QuickHeaders(Headers):
    """Starlette's, which searches all of them for each that is asked for, a dozen times in a request."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        """Headers whose names are in small letters, as a server gives them."""
        super().__init__(raw=raw)
        # The first of a name counts, as it does there.
        self._by_name = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(raw)}

    def __getitem__(self, key: str) -> str:
        return self._by_name[key.lower()]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.lower() in self._by_name

    def get(self, key: str, default: Any = None) -> Any:
        """The first header of a name."""
        return self._by_name.get(key.lower(), default)


class EdgeMiddleware:
    """Wraps the whole application."""

    def __init__(
        self, app: ASGIApp, *, origins: frozenset[str], trusted_proxies: int, networks: Networks
    ) -> None:
        self._app = app
        self._networks = networks
        self._origins = origins
        # How many proxies of ours stand in front and add themselves to X-Forwarded-For.
        self._trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one socket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = QuickHeaders(scope["headers"])
        edge = Edge(_request_id(headers), plain(self._address(scope, headers)))
        edge.unlimited = self._networks.frees(edge.address)
        scope["edge"] = edge
        scope["headers_by_name"] = headers
        if scope["type"] == "websocket":
            if self._networks.denies(edge.address):
                # Before it is accepted a socket that is closed is answered with 403.
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        await self._serve(scope, receive, send, edge, headers)

    async def _serve(
        self, scope: Scope, receive: Receive, send: Send, edge: Edge, headers: QuickHeaders
    ) -> None:
        started = perf_counter()
        status = 500
        answered = False
        cors = self._cors(headers.get("origin"))

        async def decorated(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], True
                _decorate(message, {"x-request-id": edge.request_id, **cors, **edge.headers})
            await send(message)

        with traces.span("http", traces.SERVER, parent=traces.parse(headers.get("traceparent"))) as span:
            try:
                if self._networks.denies(edge.address):
                    problem = Problem(403, "network_denied", "Requests from this network are not taken.")
                    refusal = problems.answer(problem, path=scope["path"], request_id=edge.request_id)
                    await refusal(scope, receive, decorated)
                elif scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
                    await _preflight(decorated, allowed=bool(cors))
                else:
                    await self._app(scope, receive, decorated)
            except Exception:
                _log.exception("request.broke", path=scope["path"], request_id=edge.request_id)
                if answered:
                    raise
                response = problems.answer(problems.broken(), path=scope["path"], request_id=edge.request_id)
                await response(scope, receive, decorated)
            if span.sampled:
                span.rename(f"{scope['method']} {edge.route}")
                span.set("http.response.status_code", status)
        seconds = perf_counter() - started
        method = scope["method"] if scope["method"] in _METHODS else "other"
        metrics.observe(method, edge.route, status, seconds)
        _log.info(
            "http.finished",
            method=method,
            route=edge.route,
            status=status,
            duration_ms=round(seconds * 1000, 2),
            request_id=edge.request_id,
            user_id=edge.user_id,
        )

    def _address(self, scope: Scope, headers: QuickHeaders) -> str:
        """The client's address: what our own outermost proxy saw, never what a stranger wrote in front of it."""
        if self._trusted_proxies:
            # Several such headers are one list: a proxy may add a line of its own, behind what a stranger wrote.
            told = ",".join(headers.getlist("x-forwarded-for"))
            hops = [hop.strip() for hop in told.split(",") if hop.strip()]
            # Where more proxies are trusted than there are a stranger wrote it, and services are told printable text alone.
            if len(hops) >= self._trusted_proxies and is_printable(hops[-self._trusted_proxies]):
                return hops[-self._trusted_proxies][:64]
        client = scope.get("client")
        return str(client[0]) if client else "unknown"

    def _cors(self, origin: str | None) -> dict[str, str]:
        if origin is None or origin not in self._origins:
            return {}
        return {
            "access-control-allow-origin": origin,
            "access-control-expose-headers": _CORS_EXPOSED,
            "vary": "origin",
        }


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


async def _preflight(send: Send, *, allowed: bool) -> None:
    headers = {"access-control-max-age": "600", "content-length": "0"}
    if allowed:
        headers["access-control-allow-methods"] = _CORS_METHODS
        headers["access-control-allow-headers"] = _CORS_HEADERS
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})


def _decorate(message: MutableMapping[str, Any], extra: Mapping[str, str]) -> None:
    """Add the safety headers and others that the answer does not have itself."""
    headers = [*message.get("headers", ())]
    present = {name for name, _ in headers}
    headers += [pair for pair in _SAFETY if pair[0] not in present]
    headers += [
        (name.encode(), value.encode("latin-1"))
        for name, value in extra.items()
        if name.encode() not in present
    ]
    message["headers"] = headers


def _request_id(headers: Mapping[str, str]) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid7_text()
