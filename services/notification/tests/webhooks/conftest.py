"""A receiver on a real socket, and somebody who subscribes to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from oraculum.notification.v1 import webhook_service_pb2 as pb
from oraculum_kit.clock import SystemClock
from oraculum_kit.retries import Backoff
from oraculum_kit.testing.messaging import eventually
from oraculum_notification.records import Line
from oraculum_notification.webhooks.addresses import Rules
from oraculum_notification.webhooks.feed import Feed
from oraculum_notification.webhooks.posting import Poster
from oraculum_notification.webhooks.public import channels_of
from oraculum_notification.webhooks.repository import Proving
from oraculum_notification.webhooks.sender import Pace, Sender

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
# Attempts follow each other at once. Leases last longer than any test: a machine that stands still for a moment must
# not let one end.
QUICK = Pace(backoff=Backoff(first_seconds=0.01, longest_seconds=0.05))


@dataclass(frozen=True)
class Received:
    """A request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        """What it tells."""
        return dict(json.loads(self.body))


@dataclass
class Receiver:
    """Answers with what it is told to, then with 204; what it is asked, it answers with the challenge."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    # Statuses of the next answers; 0 never answers.
    answers: list[int] = field(default_factory=list)
    # What it was asked, and how it answers: by itself with the challenge.
    asked: list[Received] = field(default_factory=list)
    to_questions: Callable[[Received], tuple[int, bytes]] = lambda asked: (200, challenge_in(asked).encode())
    # Before an answer is given.
    before: Callable[[], Awaitable[None]] | None = None

    @property
    def words(self) -> list[str]:
        """What was told, in the order of requests."""
        return [one.said["data"]["word"] for one in self.received]

    @property
    def sequences(self) -> list[int]:
        """The sequences of what was told."""
        return [one.said["sequence"] for one in self.received]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while line := (await reader.readline()).decode():
                headers = {}
                while (header := (await reader.readline()).decode().strip()) != "":
                    name, _, value = header.partition(": ")
                    headers[name.lower()] = value
                body = await reader.readexactly(int(headers["content-length"]))
                one = Received(line.split(" ")[1], headers, body)
                if one.said["type"] == "webhook.verify":
                    self.asked.append(one)
                    status, said = self.to_questions(one)
                    writer.write(
                        f"HTTP/1.1 {status} .\r\ncontent-length: {len(said)}\r\n\r\n".encode() + said
                    )
                    continue
                self.received.append(one)
                status = self.answers.pop(0) if self.answers else 204
                if self.before is not None:
                    await self.before()
                if not status:
                    await reader.read()
                    return
                location = f"location: {self.url}/elsewhere\r\n" if status == 302 else ""
                writer.write(f"HTTP/1.1 {status} .\r\n{location}content-length: 0\r\n\r\n".encode())
        except (OSError, asyncio.IncompleteReadError):
            # Whoever asked has gone.
            return
        finally:
            writer.close()


def challenge_in(asked: Received) -> str:
    """What an address shows that it wants to be told by."""
    return str(asked.said["data"]["challenge"])


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield receiver
    finally:
        server.close()


@dataclass
class Owner:
    """Somebody with programs."""

    service: Any
    id: UUID = field(default_factory=uuid4)

    async def subscribe(
        self, url: str, *kinds: str, key: str = "", proved: bool = True
    ) -> pb.CreateSubscriptionResponse:
        """Ask to be told, at an address that has shown already that it wants it unless a test is about that."""
        request = pb.CreateSubscriptionRequest(url=url, heard_kinds=kinds or ["balance.updated"])
        with self.service.parties.signed_in(self.id, idempotency_key=key or str(uuid4())):
            answer: pb.CreateSubscriptionResponse = await self.service.webhooks.CreateSubscription(request)
        if proved:
            await self._prove(UUID(answer.subscription.subscription_id), list(request.heard_kinds))
        return answer

    async def _prove(self, subscription_id: UUID, kinds: list[str]) -> None:
        """What an answer to a question writes; where a sender was quicker, it is written already."""
        async with self.service.database.transaction() as connection:
            proved = await connection.execute(
                "update webhook set unproved_since = null, due_at = null"
                " where subscription_id = %s and unproved_since is not null",
                [subscription_id],
            )
            if proved.rowcount:
                await Proving().begin_hearing(connection, subscription_id, channels_of(kinds))

    async def ask_again(self, subscription_id: str) -> pb.Subscription:
        """Have its address asked again."""
        request = pb.VerifySubscriptionRequest(subscription_id=subscription_id)
        with self.service.parties.signed_in(self.id, idempotency_key=str(uuid4())):
            answer = await self.service.webhooks.VerifySubscription(request)
        return answer.subscription

    async def end(self, subscription_id: str) -> None:
        """Ask to be told no more."""
        request = pb.DeleteSubscriptionRequest(subscription_id=subscription_id)
        with self.service.parties.signed_in(self.id, idempotency_key=str(uuid4())):
            await self.service.webhooks.DeleteSubscription(request)

    async def subscriptions(self) -> list[pb.Subscription]:
        """What there is."""
        with self.service.parties.signed_in(self.id):
            answer = await self.service.webhooks.ListSubscriptions(pb.ListSubscriptionsRequest())
        return list(answer.subscriptions)

    async def hear(self, *words: str, feed: Feed | None = None) -> None:
        """Let this person's channel say words."""
        await tell(self.service, *(line(self.id, word) for word in words), feed=feed)

    async def somebody_waits(self) -> None:
        """Wait until a transaction waits for what another one holds."""

        async def waits() -> bool:
            async with self.service.database.connection() as connection:
                cursor = await connection.execute(
                    "select count(*) from pg_stat_activity"
                    " where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0"
                )
                return await cursor.fetchone() == (1,)

        await eventually(waits)


def line(user_id: UUID, word: str, kind: str = "balance.updated") -> Line:
    return Line(f"user.{user_id}", kind, {"word": word}, NOW)


async def tell(service: Any, *lines: Line, feed: Feed | None = None) -> None:
    """Give lines to whoever subscribed to them."""
    async with service.database.transaction() as connection:
        await (feed or Feed()).add(connection, lines)


@asynccontextmanager
async def sending(
    service: Any,
    pace: Pace = QUICK,
    *,
    rules: Rules | None = None,
    secrets: Any = None,
    attempt_seconds: float = 10.0,
) -> AsyncIterator[Sender]:
    """A replica that sends."""
    async with Poster(rules or Rules(development=True), attempt_seconds=attempt_seconds) as poster:
        sender = Sender(service.database, poster, secrets or service.secrets, SystemClock(), pace)
        running = asyncio.create_task(sender.run())
        try:
            yield sender
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def owner(service) -> Owner:
    return Owner(service)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
def start_sending() -> Any:
    return sending


@pytest.fixture
def start_receiving() -> Any:
    return receiving
