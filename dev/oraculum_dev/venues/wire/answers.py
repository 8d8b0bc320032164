"""HTTP answers made of bytes that are JSON already, and the reading of query parameters."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Handler = Callable[[Request], Response]


class Refused(Exception):
    """A request that the venue answers with an error; `body` is what the venue writes then."""

    def __init__(self, status: int, body: bytes, media_type: str = "application/json") -> None:
        super().__init__(f"{status} {body.decode(errors='replace')}")
        self.status, self.body, self.media_type = status, body, media_type

    def response(self) -> Response:
        """Return the answer that says so."""
        return Response(self.body, self.status, media_type=self.media_type)


def json(body: bytes, status: int = 200) -> Response:
    """Answer with a body that is JSON already."""
    return Response(body, status, media_type="application/json")


def route(path: str, handler: Handler, methods: tuple[str, ...] = ("GET",)) -> Route:
    """Return a route whose handler needs no waiting; it runs on the event loop, not in a thread."""
    return Route(path, _waiting(handler), methods=list(methods))


def _waiting(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return handler(request)
        except Refused as refused:
            return refused.response()

    return endpoint


def flag(query: Mapping[str, str], name: str) -> bool | None:
    """Read a boolean parameter; absent and unreadable are both None."""
    return {"true": True, "1": True, "false": False, "0": False}.get(query.get(name, "").lower())


def number(query: Mapping[str, str], name: str) -> int | None:
    """Read a whole number; absent and unreadable are both None."""
    try:
        return int(query.get(name, ""))
    except ValueError:
        return None


def bounded(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    """Read a page size: the default where absent or unreadable, never more than the venue gives."""
    asked = number(query, name)
    return default if asked is None else max(0, min(most, asked))
