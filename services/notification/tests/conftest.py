"""A fresh notification service on a real database, with the stream of a gateway."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum.notification.v1.notification_service_pb2_grpc import (
    NotificationServiceStub,
    add_NotificationServiceServicer_to_server,
)
from oraculum.notification.v1.webhook_service_pb2_grpc import (
    WebhookServiceStub,
    add_WebhookServiceServicer_to_server,
)
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.testing import Parties, serving
from oraculum_notification.fanout import Fanout
from oraculum_notification.records import Line
from oraculum_notification.repository import Channels
from oraculum_notification.servicer import ACCESS, NotificationServicer
from oraculum_notification.webhooks import servicer as webhook_servicer
from oraculum_notification.webhooks.addresses import Rules
from oraculum_notification.webhooks.signing import Secrets
from oraculum_notification.webhooks.subscriptions import Desk

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@dataclass
class Gateway:
    """What a gateway hears over one stream."""

    stub: NotificationServiceStub
    requests: asyncio.Queue[pb.SubscribeRequest] = field(default_factory=asyncio.Queue)
    heard: asyncio.Queue[pb.ChannelMessage] = field(default_factory=asyncio.Queue)
    placed: asyncio.Queue[pb.ChannelPosition] = field(default_factory=asyncio.Queue)

    async def listen(self) -> None:
        """Keep the stream."""

        async def asked() -> AsyncIterator[pb.SubscribeRequest]:
            while True:
                yield await self.requests.get()

        async for response in self.stub.Subscribe(asked()):
            for position in response.positions:
                self.placed.put_nowait(position)
            for message in response.messages:
                self.heard.put_nowait(message)

    async def watch(self, *channels: str) -> dict[str, int]:
        """Watch channels; where they stand."""
        self.requests.put_nowait(pb.SubscribeRequest(add_channels=channels))
        async with asyncio.timeout(10):
            positions = [await self.placed.get() for _ in channels]
        return {position.channel: position.sequence for position in positions}

    async def hear(self, count: int) -> list[pb.ChannelMessage]:
        """The next messages."""
        async with asyncio.timeout(10):
            return [await self.heard.get() for _ in range(count)]


@dataclass(frozen=True)
class Service:
    """What a test needs of a running notification."""

    stub: NotificationServiceStub
    webhooks: WebhookServiceStub
    secrets: Secrets
    database: Database
    parties: Parties

    async def say(self, *said: tuple[str, str]) -> None:
        """Let channels say something: (channel, word)."""
        lines = [Line(channel, "test", {"word": word}, NOW) for channel, word in said]
        async with self.database.transaction() as connection:
            await Channels().write(connection, lines)

    @asynccontextmanager
    async def gateway(self) -> AsyncIterator[Gateway]:
        """A gateway that listens."""
        gateway = Gateway(self.stub)
        listening = asyncio.create_task(gateway.listen())
        try:
            yield gateway
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


@asynccontextmanager
async def replica(url: str, parties: Parties) -> AsyncIterator[Service]:
    """One replica of the service."""
    async with Database(url) as database:
        fanout = Fanout(database)
        clock, secrets = SystemClock(), Secrets(Ed25519PrivateKey.generate())
        servicer = NotificationServicer(database, fanout, clock)
        desk = Desk(Rules(development=True), secrets, clock)
        async with (
            serving(
                [
                    (add_NotificationServiceServicer_to_server, servicer),
                    (
                        add_WebhookServiceServicer_to_server,
                        webhook_servicer.WebhookServicer(database, desk),
                    ),
                ],
                {**ACCESS, **webhook_servicer.ACCESS},
                parties,
                background=[fanout.run],
            ) as server,
            parties.channel(server.target, service="gateway", edge=True) as channel,
        ):
            yield Service(
                NotificationServiceStub(channel), WebhookServiceStub(channel), secrets, database, parties
            )


@pytest.fixture
async def url(database_for) -> str:
    return str(await database_for("notification"))


@pytest.fixture
async def service(url: str) -> AsyncIterator[Service]:
    async with replica(url, Parties()) as service:
        yield service


@pytest.fixture
async def second(url: str) -> AsyncIterator[Service]:
    """Another replica on the same database."""
    async with replica(url, Parties()) as service:
        yield service
