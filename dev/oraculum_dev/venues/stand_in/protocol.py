"""uvicorn's protocols with the two things that ASGI cannot say: a Ping with a body, and a dropped line."""

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

HEARTBEAT = b"heartbeat"
_PINGED_PREFIX = "/kalshi/"


class VenueSocketProtocol(WebSocketsSansIOProtocol):
    """Sends Kalshi's heartbeat on Kalshi's sockets and none on the others'.

    The application finds `abort` in the scope's state: it cuts the connection without a closing handshake.
    """

    def handle_connect(self, event: Any) -> None:
        """Put `abort` into the scope before the application's task first runs."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            abort: Callable[[], None] = self.transport.abort
            self.scope["state"]["abort"] = abort

    def start_keepalive(self) -> None:
        """Start the heartbeat where the venue has one."""
        if self.scope["path"].startswith(_PINGED_PREFIX):
            super().start_keepalive()

    def send_keepalive_ping(self) -> None:
        """Send a Ping as Kalshi does. A missing Pong is not punished: the venue does not say that it is."""
        self.ping_timer = None
        if self.close_sent or self.transport.is_closing():
            return
        self.conn.send_ping(HEARTBEAT)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.schedule_ping()


class VenueHttpProtocol(HttpToolsProtocol):
    """Gives the application `abort` in the scope's state: it cuts the connection without an answer."""

    def on_message_begin(self) -> None:
        """Put `abort` into the scope that was just made."""
        super().on_message_begin()
        abort: Callable[[], None] = self.transport.abort
        self.scope["state"]["abort"] = abort
