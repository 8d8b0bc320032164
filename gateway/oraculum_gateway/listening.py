"""The HTTP server: uvicorn, told what matters here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from oraculum_gateway.connection import Connection

# Longer than load balancers keep a connection that nobody uses (most a minute): whoever closes first while the other one
# sends loses a request.
IDLE_SECONDS_MAX: Final = 75


class HttpServer(uvicorn.Server):
    """uvicorn without signal handlers of its own: draining is ours."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def http_server(app: ASGIApp, listen: str, *, grace_seconds: float) -> HttpServer:
    """A server on `host:port`; port 0 takes any that is free."""
    host, _, port = listen.rpartition(":")
    return HttpServer(
        uvicorn.Config(
            app,
            host=host,
            port=int(port),
            http=Connection,
            # The sans-I/O implementation holds a socket in half the memory of the older one.
            ws="websockets-sansio",
            ws_max_size=64 * 1024,
            ws_ping_interval=20.0,
            ws_ping_timeout=20.0,
            # A message is rendered once for all sockets; compressed, each would pay for it again, in memory too.
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            # At "info" it writes down the address of every socket, and a token may stand in its query.
            log_level="warning",
            access_log=False,
            server_header=False,
            # The client's address is ours to find (edge.py): only as many proxies as are configured are believed.
            proxy_headers=False,
            timeout_keep_alive=IDLE_SECONDS_MAX,
            timeout_graceful_shutdown=round(grace_seconds),
            backlog=2048,
        )
    )
