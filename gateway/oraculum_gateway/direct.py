"""The short way to addresses without parameters, where most requests go: one look into a table.

Starlette's way leads through its router and through the layers that turn exceptions into answers, which endpoints of
ours do by themselves. Whatever is not in the table takes it.
"""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from oraculum_gateway.serving import Endpoint


class _QuickRequest(Request):
    """A request whose headers are found by their names."""

    @property
    def headers(self) -> Headers:
        """As the outermost layer has read them."""
        headers: Headers = self.scope["headers_by_name"]
        return headers


class Direct:
    """Answers what is in the table, and leaves the rest to the application."""

    def __init__(self, app: ASGIApp, endpoints: Mapping[tuple[str, str], Endpoint]) -> None:
        """Endpoints by method and path."""
        self._app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one socket."""
        endpoint = self._endpoints.get((scope.get("method", ""), scope["path"]))
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        response = await endpoint(_QuickRequest(scope, receive, send))
        await response(scope, receive, send)
