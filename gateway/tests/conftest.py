"""A gateway on a real socket, in front of services that answer what a test wants, with a real Redis."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import grpc
import grpc.aio
import httpx
import pytest
import websockets
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from redis.asyncio import Redis

from oraculum.auth.v1 import (
    api_key_service_pb2,
    audit_service_pb2,
    auth_service_pb2,
    compliance_service_pb2,
    credential_service_pb2,
    factor_service_pb2,
    open_id_service_pb2,
    play_service_pb2,
    privacy_service_pb2,
    trust_service_pb2,
)
from oraculum.event.v1 import event_service_pb2
from oraculum.market_data.v1 import market_data_service_pb2
from oraculum.notification.v1 import notification_service_pb2, webhook_service_pb2
from oraculum.prediction.v1 import analytics_service_pb2, prediction_service_pb2, risk_service_pb2
from oraculum.wallet.v1 import wallet_service_pb2
from oraculum_gateway.app import Parts, application
from oraculum_gateway.caching.answers import Answers
from oraculum_gateway.caching.news import News
from oraculum_gateway.limits import Allowance, RateLimiter
from oraculum_gateway.listening import http_server
from oraculum_gateway.live import Hub
from oraculum_gateway.maintenance import Maintenance
from oraculum_gateway.networks import Networks
from oraculum_gateway.seats import UNBOUNDED, Seats
from oraculum_gateway.services import Targets, connected
from oraculum_gateway.signed import SignedRequests
from oraculum_gateway.sockets import SocketServer
from oraculum_kit.authorization import ANYONE, Access
from oraculum_kit.clock import SystemClock
from oraculum_kit.health import Health
from oraculum_kit.ids import uuid7
from oraculum_kit.testing import Parties, serving

CONTRACTS = (
    api_key_service_pb2,
    audit_service_pb2,
    auth_service_pb2,
    compliance_service_pb2,
    credential_service_pb2,
    factor_service_pb2,
    open_id_service_pb2,
    play_service_pb2,
    privacy_service_pb2,
    trust_service_pb2,
    event_service_pb2,
    market_data_service_pb2,
    notification_service_pb2,
    webhook_service_pb2,
    analytics_service_pb2,
    prediction_service_pb2,
    risk_service_pb2,
    wallet_service_pb2,
)
METHODS = {
    f"/{service.full_name}/{method.name}": method
    for contract in CONTRACTS
    for service in contract.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
ORIGIN = "https://app.example"
TIERS = {
    "stranger": (Allowance(10_000, 60),),
    "basic": (Allowance(10_000, 60),),
    "sign_in": (Allowance(10_000, 60),),
}

Answer = Callable[[Any], Message]


@dataclass
class Backend:
    """All six services: each method answers with an empty message unless a test says otherwise."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, Message]] = field(default_factory=list)
    # What the stream of live messages says, and what was asked on it.
    said: asyncio.Queue[Message | None] = field(default_factory=asyncio.Queue)
    watched: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)

    def on(self, method: str, answer: Answer | Message | Exception) -> None:
        """Say what a method answers, by its name alone."""
        if isinstance(answer, Exception):
            error = answer

            def refuse(_: object) -> Message:
                raise error

            self.answers[method] = refuse
        else:
            self.answers[method] = (lambda _: answer) if isinstance(answer, Message) else answer

    def on_all(self, fill: Callable[[Message], Message]) -> None:
        """Say what every method answers, given its empty message."""
        for path, method in METHODS.items():
            if not method.server_streaming:
                self.on(path.rpartition("/")[2], fill(GetMessageClass(method.output_type)()))

    def add_to(self, _: object, server: grpc.aio.Server) -> None:
        """Register every method of every contract."""
        by_service: dict[str, dict[str, grpc.RpcMethodHandler]] = {}
        for path, method in METHODS.items():
            _, service, name = path.split("/")
            by_service.setdefault(service, {})[name] = self._handler(name, method)
        for service, handlers in by_service.items():
            server.add_registered_method_handlers(service, handlers)

    def _handler(self, name: str, method: Any) -> grpc.RpcMethodHandler:
        request_type, response_type = GetMessageClass(method.input_type), GetMessageClass(method.output_type)

        async def unary(request: Message, _: object) -> Message:
            self.asked.append((name, request))
            answer = self.answers.get(name)
            told = response_type() if answer is None else answer(request)
            return await told if isinstance(told, Awaitable) else told

        async def stream(requests: AsyncIterator[Message], _: object) -> AsyncIterator[Message]:
            async def read() -> None:
                async for request in requests:
                    self.watched.put_nowait(request)

            reading = asyncio.create_task(read())
            try:
                while (message := await self.said.get()) is not None:
                    yield message
            finally:
                reading.cancel()

        kinds = {
            "request_deserializer": request_type.FromString,
            "response_serializer": response_type.SerializeToString,
        }
        if method.server_streaming:
            return grpc.stream_stream_rpc_method_handler(stream, **kinds)
        return grpc.unary_unary_rpc_method_handler(unary, **kinds)


class Client(websockets.ClientConnection):
    """One end of a socket, as a client has it."""

    async def ask(self, **fields: object) -> dict[str, Any]:
        """Send a message; the next one that comes."""
        await self.send(json.dumps(fields))
        return await self.hear()

    async def hear(self) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(10):
            told: dict[str, Any] = json.loads(await self.recv())
        return told


@dataclass(frozen=True)
class Gateway:
    """What a test needs of a running gateway."""

    url: str
    http: httpx.AsyncClient
    backend: Backend
    parties: Parties
    hub: Hub
    news: News
    redis: Redis
    sockets: SocketServer
    maintenance: Maintenance

    @asynccontextmanager
    async def socket(self, path: str = "/ws", **options: Any) -> "AsyncIterator[Client]":
        """An open socket."""
        url = self.url.replace("http", "ws") + path
        async with websockets.connect(url, create_connection=Client, **options) as client:
            yield client

    async def positioned(self, *, at: int = 0) -> None:
        """Answer what the gateway asks to watch next with positions."""
        while not (request := await self.backend.watched.get()).add_channels:
            pass
        positions = [
            notification_service_pb2.ChannelPosition(channel=name, sequence=at)
            for name in request.add_channels
        ]
        self.backend.said.put_nowait(notification_service_pb2.SubscribeResponse(positions=positions))

    @asynccontextmanager
    async def positioning(self) -> AsyncIterator[None]:
        """Answer whatever the gateway asks to watch, in as many parts as it comes."""

        async def answer() -> None:
            while True:
                await self.positioned()

        answering = asyncio.create_task(answer())
        try:
            yield
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)

    def token(
        self, user_id: UUID | None = None, *, minutes: float = 15, roles: tuple[str, ...] = ("user",)
    ) -> str:
        """An access token."""
        return self.parties.token(user_id or uuid7(), roles=set(roles), lifetime=timedelta(minutes=minutes))

    def bearing(self, user_id: UUID | None = None, **options: Any) -> dict[str, str]:
        """The header of somebody who is signed in."""
        return {"authorization": f"Bearer {self.token(user_id, **options)}"}


@asynccontextmanager
async def running_gateway(
    redis_url: str,
    tiers: Any = TIERS,
    *,
    cache_bytes: int = 0,
    routes: Any = None,
    networks: Networks | None = None,
    seats: Seats | None = None,
) -> AsyncIterator[Gateway]:
    parties, backend = Parties(), Backend()
    access = {path: Access(users=ANYONE) for path in METHODS}
    redis: Redis = Redis.from_url(redis_url, socket_timeout=30, socket_connect_timeout=30)
    async with (
        serving([(backend.add_to, None)], access, parties) as served,
        connected(Targets(*[served.target] * 6), parties.identity("gateway")) as services,
        redis,
    ):
        hub = Hub(services)
        clock = SystemClock()
        signed = SignedRequests(services, parties.trust, redis, clock)
        news = News(hub)
        answers = Answers(redis, news, clock, bytes_max=cache_bytes)
        limiter = RateLimiter(redis, tiers, routes)
        maintenance = Maintenance(hub, clock)
        parts = Parts(
            services, parties.trust, limiter, signed, hub, news, answers, clock, Health(), maintenance
        )
        app, sockets = application(
            parts,
            public_url="http://gateway.test",
            origins=frozenset({ORIGIN}),
            trusted_proxies=0,
            networks=networks or Networks(),
            ledger_is_public=False,
            seats=seats or Seats(100, stranger=UNBOUNDED, account=UNBOUNDED),
        )
        server = http_server(app, "127.0.0.1:0", grace_seconds=1)
        tasks = [asyncio.create_task(server.serve()), asyncio.create_task(hub.run())]
        if cache_bytes:
            tasks.append(asyncio.create_task(news.run()))
        while not server.started:  # noqa: ASYNC110  uvicorn tells it in no other way
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        try:
            async with httpx.AsyncClient(base_url=url, timeout=10) as http:
                yield Gateway(url, http, backend, parties, hub, news, redis, sockets, maintenance)
        finally:
            server.should_exit = True
            backend.said.put_nowait(None)
            await tasks[0]
            for task in tasks[1:]:
                task.cancel()
            await asyncio.gather(*tasks[1:], return_exceptions=True)


@pytest.fixture
async def gateway(redis_url: str) -> AsyncIterator[Gateway]:
    async with running_gateway(redis_url) as gateway:
        await gateway.redis.flushdb()
        yield gateway


@pytest.fixture
def start_gateway() -> Any:
    """For tests that want a gateway of their own."""
    return running_gateway
