"""Faults of answers: a middleware around a venue's REST that refuses, fails, stalls, garbles or drops."""

import asyncio
from collections.abc import Mapping

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oraculum_dev.venues.sim.terms import Venue
from oraculum_dev.venues.wire.answers import json
from oraculum_dev.venues.wire.faults import ON_ANSWERS, Fault, Faults

# None of the three says how long to wait.
_TOO_MANY: Mapping[Venue, Response] = {
    Venue.POLYMARKET: PlainTextResponse("error code: 1015", 429),
    Venue.KALSHI: json(b'{"error":"too many requests"}', 429),
    Venue.MANIFOLD: json(b'{"message":"Too many requests"}', 429),
}
_FAILURES = (
    json(b'{"message":"Internal server error"}', 500),
    PlainTextResponse("error code: 502", 502),
    Response("<html><head><title>503 Service Temporarily Unavailable</title></head></html>", 503),
    PlainTextResponse("upstream request timeout", 504),
)


class FaultyAnswers:
    """Lets faults happen to the answers of one venue."""

    def __init__(self, app: ASGIApp, venue: Venue, faults: Faults) -> None:
        self._app = app
        self._venue = venue
        self._faults = faults
        self._failed = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it go wrong."""
        if scope["type"] != "http" or self._faults.quiet:
            await self._app(scope, receive, send)
            return
        if self._faults.exceeds(self._venue, asyncio.get_running_loop().time()):
            await _TOO_MANY[self._venue](scope, receive, send)
            return
        match self._faults.draw(self._venue, ON_ANSWERS):
            case Fault.TOO_MANY:
                await _TOO_MANY[self._venue](scope, receive, send)
            case Fault.SERVER_ERROR:
                self._failed += 1
                await _FAILURES[self._failed % len(_FAILURES)](scope, receive, send)
            case Fault.STALL:
                await asyncio.sleep(self._faults.rates.stall_seconds)
                await self._app(scope, receive, send)
            case Fault.RUBBISH:
                await self._garbled(scope, receive, send)
            case Fault.DROP:
                await _drop(scope, receive)
            case _:
                await self._app(scope, receive, send)

    async def _garbled(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer with the second half of its body missing."""

        async def send_half(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [pair for pair in message["headers"] if pair[0] != b"content-length"]
                await send({**message, "headers": headers})
            else:
                body: bytes = message.get("body", b"")
                await send({**message, "body": body[: len(body) // 2]})

        await self._app(scope, receive, send_half)


async def _drop(scope: Scope, receive: Receive) -> None:
    """Cut the line, and wait until the server has noticed: it would answer 500 otherwise."""
    scope["state"]["abort"]()
    while (await receive())["type"] != "http.disconnect":
        pass
