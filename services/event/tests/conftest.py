"""A fresh event service on a real database, beside a prediction that speaks the real protocol."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import grpc
import grpc.aio
import pytest

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.event.v1.event_service_pb2_grpc import EventServiceStub, add_EventServiceServicer_to_server
from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum_event.config import Terms
from oraculum_event.consumers import VenueMarkets
from oraculum_event.crawler import load_rulebook
from oraculum_event.lifecycle import Lifecycle
from oraculum_event.listing import EventLists
from oraculum_event.markets import Markets
from oraculum_event.servicer import ACCESS, EventServicer
from oraculum_kit.authorization import Access
from oraculum_kit.clock import ManualClock
from oraculum_kit.db import Database
from oraculum_kit.errors import NotFound, ServiceError
from oraculum_kit.ids import uuid7
from oraculum_kit.job_runner import JobRunner
from oraculum_kit.testing import Parties, serving
from oraculum_money import Units

CLOSING_SEQUENCE = 7
VOID_PRICES = [400_000, 600_000]
TERMS = Terms(subsidy=Units(100_000_000), subsidy_max=Units(1_000_000_000))


def market_not_found() -> NotFound:
    """What prediction says. The class is prediction's, and a reason has one class in a process that tests both."""
    error = NotFound()
    error.reason = "MARKET_NOT_FOUND"
    return error


@dataclass
class Prediction:
    """Keeps which markets are open; fails when it is told to."""

    opened: dict[str, prediction_pb.OpenMarketRequest] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    failure: ServiceError | None = None

    async def OpenMarket(self, request: prediction_pb.OpenMarketRequest, context: object) -> object:  # noqa: ARG002, N802
        if self.failure is not None:
            raise self.failure
        self.opened[request.event_id] = request
        return prediction_pb.OpenMarketResponse()

    async def CloseMarket(self, request: prediction_pb.CloseMarketRequest, context: object) -> object:  # noqa: ARG002, N802
        if self.failure is not None:
            raise self.failure
        if request.event_id not in self.opened:
            raise market_not_found()
        self.closed.append(request.event_id)
        return prediction_pb.CloseMarketResponse(
            closing_sequence=CLOSING_SEQUENCE, void_price_millionths=VOID_PRICES
        )


def add_markets(prediction: Prediction, server: grpc.aio.Server) -> None:
    """Offer what event asks of prediction, and nothing else."""
    handlers = {
        "OpenMarket": grpc.unary_unary_rpc_method_handler(
            prediction.OpenMarket,
            request_deserializer=prediction_pb.OpenMarketRequest.FromString,
            response_serializer=prediction_pb.OpenMarketResponse.SerializeToString,
        ),
        "CloseMarket": grpc.unary_unary_rpc_method_handler(
            prediction.CloseMarket,
            request_deserializer=prediction_pb.CloseMarketRequest.FromString,
            response_serializer=prediction_pb.CloseMarketResponse.SerializeToString,
        ),
    }
    server.add_registered_method_handlers("oraculum.prediction.v1.PredictionService", handlers)


PREDICTION_ACCESS = {
    f"/oraculum.prediction.v1.PredictionService/{name}": Access(services=frozenset({"event"}))
    for name in ("OpenMarket", "CloseMarket")
}


@dataclass(frozen=True)
class Service:
    """What a test needs of a running event service."""

    stub: EventServiceStub
    database: Database
    clock: ManualClock
    parties: Parties
    prediction: Prediction
    lifecycle: Lifecycle
    venue_markets: VenueMarkets
    runner: JobRunner

    async def create(self, title: str = "Will it rain tomorrow?", **fields: object) -> pb.Event:
        """Create an event as an administrator."""
        request = pb.CreateEventRequest(
            title=title, event_type=pb.EVENT_TYPE_BINARY, category="weather", resolution_source="The sky"
        )
        request.end_time.FromDatetime(self.clock.now() + timedelta(hours=2))
        request.MergeFrom(pb.CreateEventRequest(**fields))
        with self.parties.signed_in(roles={"admin"}, idempotency_key=str(uuid7())):
            return (await self.stub.CreateEvent(request)).event

    async def get(self, event_id: str) -> pb.Event:
        """Read an event."""
        return (await self.stub.GetEvent(pb.GetEventRequest(event_id=event_id))).event

    async def facts(self, topic: str = "events") -> list[str]:
        """The types of what was told, in order."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "select payload from outbox where topic = %s order by id", [topic]
            )
            return [bytes(row[0]) for row in await cursor.fetchall()]


@pytest.fixture
async def service(database_for) -> AsyncIterator[Service]:
    clock = ManualClock(datetime.now(UTC))
    parties = Parties()
    prediction = Prediction()
    async with (
        Database(await database_for("event")) as database,
        serving([(add_markets, prediction)], PREDICTION_ACCESS, parties) as markets,
        parties.channel(markets.target, service="event") as prediction_channel,
    ):
        lifecycle = Lifecycle(database, Markets(prediction_channel), clock)
        rulebook = load_rulebook(("crawler_rules_development.toml",), Units(100_000_000))
        venue_markets = VenueMarkets(database, lifecycle, rulebook, clock)
        runner = JobRunner(database=database, kinds=[*lifecycle.kinds(), *venue_markets.kinds()])
        servicer = EventServicer(database, lifecycle, EventLists(database), clock, TERMS)
        async with (
            serving([(add_EventServiceServicer_to_server, servicer)], ACCESS, parties) as server,
            parties.channel(server.target, service="gateway", edge=True) as channel,
        ):
            yield Service(
                EventServiceStub(channel),
                database,
                clock,
                parties,
                prediction,
                lifecycle,
                venue_markets,
                runner,
            )
