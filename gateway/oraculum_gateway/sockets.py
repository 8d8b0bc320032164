"""All sockets of this process: who is let in, and how everybody is sent away when it stops."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from starlette.websockets import WebSocket

from oraculum_gateway import metrics, problems
from oraculum_gateway.edge import Edge
from oraculum_gateway.limits import RateLimiter, counted
from oraculum_gateway.live import Hub
from oraculum_gateway.maintenance import Maintenance
from oraculum_gateway.problems import Problem
from oraculum_gateway.route import Limit
from oraculum_gateway.seats import Seat, Seats
from oraculum_gateway.services import Services
from oraculum_gateway.socket import Socket, token_of
from oraculum_kit.authorization import Trust
from oraculum_kit.caller import User
from oraculum_kit.clock import Clock
from oraculum_kit.errors import ServiceError


class SocketServer:
    """Serves sockets."""

    def __init__(
        self,
        services: Services,
        hub: Hub,
        trust: Trust,
        limiter: RateLimiter,
        clock: Clock,
        maintenance: Maintenance,
        seats: Seats,
    ) -> None:
        self.services = services
        self.hub = hub
        self.trust = trust
        self.limiter = limiter
        self.clock = clock
        self.maintenance = maintenance
        self._seats = seats
        self._open: set[Socket] = set()

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one socket to its end."""
        edge: Edge = websocket.scope["edge"]
        try:
            seat = await self._admit(websocket, edge)
        except Problem as problem:
            metrics.REFUSED.labels("socket", problem.code).inc()
            refusal = problems.answer(problem, path=websocket.url.path, request_id=edge.request_id)
            await websocket.send_denial_response(refusal)
            return
        socket = Socket(self, websocket, seat)
        self._open.add(socket)
        metrics.SOCKETS.set(len(self._open))
        try:
            await socket.serve()
        finally:
            seat.leave()
            self._open.discard(socket)
            metrics.SOCKETS.set(len(self._open))

    async def count(self, user: User | None, edge: Edge, requests: int = 1) -> None:
        """Count something that a socket wants like so many requests; raises past a limit."""
        if not edge.unlimited:
            await self.limiter.check(Limit.READ, *counted(user, edge.address), weight=requests)

    async def _admit(self, websocket: WebSocket, edge: Edge) -> Seat:
        """Let a client in, unless there are too many, of its own or in all, or it comes too often."""
        self._seats.require_room()
        token, _ = token_of(websocket)
        user = None
        if token is not None:
            # A bad token makes a stranger, who is told so once the socket is open.
            with suppress(ServiceError):
                user = await self.trust.users.verify(token)
        await self.count(user, edge)
        return self._seats.take(user, edge.address, unbounded=edge.unlimited)

    def end_revoked(self, revoked: Callable[[User], bool]) -> None:
        """Close the sockets whose session has ended, or whose person's rights have changed."""
        for socket in list(self._open):
            socket.end_if(revoked)

    async def drain(self) -> None:
        """Ask every client to come again elsewhere."""
        await asyncio.gather(*(socket.close(1012, "restarting") for socket in list(self._open)))
