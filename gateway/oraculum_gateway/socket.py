"""The socket at /ws, which /asyncapi.json describes: subscribe, hear, resume, and place bets, over one connection.

A socket is a reader (this coroutine) and a writer (a task) with a bounded queue between them. Anonymous sockets hear
public channels; a token that expires closes its socket with 4401 unless a fresh one was sent by `auth` before.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from oraculum_gateway import cookies, metrics, problems
from oraculum_gateway.bodies import parse_json
from oraculum_gateway.edge import Edge
from oraculum_gateway.limits import counted
from oraculum_gateway.live import LiveMessage
from oraculum_gateway.ordering import ORDERS, Order
from oraculum_gateway.outbound import NobodyReadsError, Outbound
from oraculum_gateway.problems import Problem
from oraculum_gateway.route import Limit
from oraculum_gateway.seats import Seat
from oraculum_gateway.subscriptions import Subscriptions, refusal_of
from oraculum_kit.caller import Caller, User, calling_as
from oraculum_kit.errors import ServiceError
from oraculum_kit.headers import IDEMPOTENCY_KEY_LENGTH_MAX, is_printable
from oraculum_kit.ids import uuid7

if TYPE_CHECKING:
    from oraculum_gateway.sockets import SocketServer

_log = structlog.stdlib.get_logger(__name__)

NAMES_AT_ONCE_MAX: Final = 200
MESSAGE_LENGTH_MAX: Final = 64 * 1024
# A client that sends more than this is not a client that we know.
MESSAGES_PER_SECOND_MAX: Final = 100

_CLOSE_SECONDS_MAX: Final = 2.0

TRY_AGAIN_LATER: Final = 1013
UNSUPPORTED: Final = 1003
POLICY: Final = 1008
TOKEN_EXPIRED: Final = 4401


class Socket:
    """One client's connection."""

    def __init__(self, server: "SocketServer", websocket: WebSocket, seat: Seat) -> None:
        self._server = server
        self._websocket = websocket
        self._outbound = Outbound()
        self._seat = seat
        self._subscriptions = Subscriptions(server.hub, seat, self)
        self._user: User | None = None
        self._user_token: str | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None
        self._serving: asyncio.Task[None] | None = None
        self._abandoned = False
        self._second = 0
        self._messages_in_second = 0
        self._edge: Edge = websocket.scope["edge"]

    async def serve(self) -> None:
        """Accept, read until the client leaves, and tidy up."""
        token, subprotocol = token_of(self._websocket)
        await self._websocket.accept(subprotocol=subprotocol)
        self._serving = asyncio.current_task()
        writer = asyncio.create_task(self._write())
        try:
            if token is not None:
                await self._authenticate("", token)
            while (text := await self._read()) is not None:
                await self._handle(text)
        except asyncio.CancelledError:
            if not self._abandoned:
                raise
        finally:
            self._subscriptions.end()
            if self._expiry is not None:
                self._expiry.cancel()
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            await self.close(1000, "")

    def hear(self, message: LiveMessage) -> None:
        """Take a channel's message."""
        if self._closing is not None:
            return
        try:
            self._outbound.put_message(message)
        except NobodyReadsError:
            metrics.SHED.inc()
            self._close_soon(TRY_AGAIN_LATER, "nobody reads")

    def end_if(self, revoked: Callable[[User], bool]) -> None:
        """Close it if its token counts no more."""
        if self._user is not None and revoked(self._user):
            self._close_soon(TOKEN_EXPIRED, "the session has ended")

    async def close(self, code: int, reason: str) -> None:
        """Close, whether or not the client still listens."""
        try:
            async with asyncio.timeout(_CLOSE_SECONDS_MAX):
                await self._websocket.close(code, reason)
        except (RuntimeError, WebSocketDisconnect):
            # Closed already, by us or by the client.
            pass
        except TimeoutError:
            # What was written before is not read either: the word never leaves, and nobody will answer it.
            self._abandon()

    def _close_soon(self, code: int, reason: str) -> None:
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._leave(code, reason))

    async def _leave(self, code: int, reason: str) -> None:
        self._subscriptions.end()
        await self.close(code, reason)

    def _abandon(self) -> None:
        self._abandoned = True
        if self._serving is not None and self._serving is not asyncio.current_task():
            self._serving.cancel()

    async def _read(self) -> str | None:
        """The next message; None when the client has left, or sends what is no text."""
        frame = await self._websocket.receive()
        if frame["type"] == "websocket.disconnect":
            return None
        text: str | None = frame.get("text")
        if text is None:
            await self.close(UNSUPPORTED, "text alone is understood here")
        return text

    async def _write(self) -> None:
        while True:
            text = await self._outbound.get()
            await self._websocket.send_text(text)
            metrics.FANNED_OUT.inc()

    async def _handle(self, text: str) -> None:
        if self._too_fast() or len(text) > MESSAGE_LENGTH_MAX:
            await self.close(POLICY, "too much")
            return
        reference = ""
        try:
            message = _object(parse_json(text))
            given = message.get("id")
            reference = given[:64] if isinstance(given, str) else ""
            await self._dispatch(message, reference)
        except Problem as problem:
            self._refuse("error", reference, problem)
        except ServiceError as error:
            self._refuse("error", reference, problems.from_service(error, command=False))
        except Exception:  # noqa: BLE001  the edge of the process
            _log.exception("socket.broke", request_id=self._edge.request_id)
            self._refuse("error", reference, problems.broken())

    async def _dispatch(self, message: Mapping[str, Any], reference: str) -> None:
        match message.get("type"):
            case "ping":
                self._send({"type": "pong"})
            case "auth":
                await self._authenticate(reference, str(message.get("token", "")))
            case "subscribe":
                await self._subscribe(reference, _names(message))
            case "unsubscribe":
                self._unsubscribe(reference, _names(message))
            case "resume":
                await self._resume(reference, message)
            case "order.place" | "order.cancel" as kind:
                await self._order(reference, message, ORDERS[kind])
            case _:
                raise Problem(400, "unknown_message", "type is none that is understood here.")

    async def _authenticate(self, reference: str, token: str) -> None:
        try:
            user = await self._server.trust.users.verify(token)
        except ServiceError as error:
            await self._reject_token(reference, error)
            return
        try:
            self._seat.move(user)
        except Problem as problem:
            self._refuse("auth.rejected", reference, problem)
            return
        self._user, self._user_token = user, f"Bearer {token}"
        self._subscriptions.leave_private(user)
        if self._expiry is not None:
            self._expiry.cancel()
        left = _seconds_until(user.expires_at, self._server.clock.now())
        self._expiry = asyncio.get_running_loop().call_later(
            left, self._close_soon, TOKEN_EXPIRED, "the token has expired"
        )
        self._send({"type": "authenticated", "id": reference, "user_id": str(user.id)})

    async def _reject_token(self, reference: str, error: ServiceError) -> None:
        """Say why, and count it against the address: whoever tries tokens has a stranger's limit."""
        problem = problems.from_service(error, command=False)
        try:
            await self._server.limiter.check(Limit.READ, *counted(None, self._edge.address))
        except Problem as limited:
            problem = limited
        self._refuse("auth.rejected", reference, problem)

    async def _subscribe(self, reference: str, names: list[str]) -> None:
        await self._count(self._subscriptions.requests(names))
        begun = await self._subscriptions.begin(names, self._user)
        self._send(
            {
                "type": "subscribed",
                "id": reference,
                "channels": [
                    {"channel": name, "seq": position} for name, position in begun.positions.items()
                ],
                "rejected": [
                    {"channel": name, "code": code, "message": text}
                    for name, (code, text) in begun.refusals.items()
                ],
            }
        )

    async def _count(self, requests: int = 1) -> None:
        """Count a message like so many requests: what it asks for costs the services as much."""
        await self._server.count(self._user, self._edge, requests)

    def _unsubscribe(self, reference: str, names: list[str]) -> None:
        self._subscriptions.leave(names)
        self._send({"type": "unsubscribed", "id": reference, "channels": names})

    async def _resume(self, reference: str, message: Mapping[str, Any]) -> None:
        name, sequence = message.get("channel"), message.get("seq")
        if not isinstance(name, str) or not isinstance(sequence, int) or not 0 <= sequence < 2**63:
            raise Problem(422, "invalid_request", "Send channel and seq, the last one that you saw.")
        refusal = refusal_of(name, self._user)
        if refusal is not None:
            raise Problem(403, refusal[0], refusal[1])
        # One question brings up to a thousand messages.
        await self._count()
        missed, snapshot, latest = await self._server.hub.resume(name, sequence)
        kind = "snapshot" if snapshot else "resumed"
        self._outbound.put(
            f'{{"type":"{kind}","id":{orjson.dumps(reference).decode()},'
            f'"channel":{orjson.dumps(name).decode()},"seq":{latest},'
            f'"messages":[{",".join(one.text for one in missed)}]}}'
        )

    async def _order(self, reference: str, message: Mapping[str, Any], order: Order) -> None:
        try:
            key = await self._key(reference, message)
            with calling_as(self._caller(key)):
                prediction = await order(self._server.services, key, message)
        except Problem as problem:
            self._refuse("order.rejected", reference, problem)
        except ServiceError as error:
            self._refuse("order.rejected", reference, problems.from_service(error, command=True))
        else:
            self._send(
                {
                    "type": "order.accepted",
                    "id": reference,
                    "key": key,
                    "prediction": prediction.model_dump(mode="json"),
                }
            )

    async def _key(self, reference: str, message: Mapping[str, Any]) -> str:
        """The key of a command, once sign-in and limit are right."""
        if self._user is None:
            raise Problem(401, "unauthenticated", "Sign in first.")
        await self._server.limiter.check(Limit.COMMAND, *counted(self._user, self._edge.address))
        self._server.maintenance.admit(self._user)
        key = message.get("key") or reference or str(uuid7())
        if (
            not isinstance(key, str)
            or not 1 <= len(key) <= IDEMPOTENCY_KEY_LENGTH_MAX
            or not is_printable(key)
        ):
            raise Problem(
                422,
                "malformed_idempotency_key",
                f"key has 1 to {IDEMPOTENCY_KEY_LENGTH_MAX} printable characters.",
            )
        return key

    def _caller(self, key: str) -> Caller:
        return Caller(
            request_id=str(uuid7()),
            user=self._user,
            user_token=self._user_token,
            idempotency_key=key,
            device_id=cookies.device_id(self._websocket) or None,
            address=self._edge.address,
        )

    def _refuse(self, kind: str, reference: str, problem: Problem) -> None:
        self._send(
            {
                "type": kind,
                "id": reference,
                "status": problem.status,
                "code": problem.code,
                "message": problem.detail,
                "errors": [{"field": one.field, "message": one.message} for one in problem.errors],
            }
        )

    def _send(self, message: Mapping[str, object]) -> None:
        try:
            self._outbound.put(orjson.dumps(message).decode())
        except NobodyReadsError:
            metrics.SHED.inc()
            self._close_soon(TRY_AGAIN_LATER, "nobody reads")

    def _too_fast(self) -> bool:
        second = int(asyncio.get_running_loop().time())
        if second != self._second:
            self._second, self._messages_in_second = second, 0
        self._messages_in_second += 1
        return self._messages_in_second > MESSAGES_PER_SECOND_MAX


def token_of(websocket: WebSocket) -> tuple[str | None, str | None]:
    """The token that came with the request, and the subprotocol to accept."""
    offered = websocket.scope.get("subprotocols", [])
    subprotocol = "bearer" if "bearer" in offered else None
    header = websocket.headers.get("authorization", "")
    if header.lower().startswith("bearer "):
        return header[len("bearer ") :].strip(), subprotocol
    if subprotocol is not None:
        others = [name for name in offered if name != "bearer"]
        if others:
            return others[0], subprotocol
    return websocket.query_params.get("token") or cookies.socket_token(websocket), subprotocol


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Problem(400, "malformed_message", "A message is a JSON object.")
    return value


def _names(message: Mapping[str, Any]) -> list[str]:
    names = message.get("channels", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Problem(422, "invalid_request", "channels is a list of names.")
    if len(names) > NAMES_AT_ONCE_MAX:
        raise Problem(422, "invalid_request", f"Name {NAMES_AT_ONCE_MAX} channels at once at most.")
    return list(dict.fromkeys(name[:256] for name in names))


def _seconds_until(time: datetime, now: datetime) -> float:
    return max(0.0, (time - now).total_seconds())
