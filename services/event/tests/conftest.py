"""A fresh event service on a real database, beside a prediction that speaks the real protocol."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import grpc
import grpc.aio
import pytest

from oraculum.audit.v1.audit_pb2 import AuditFact
from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.event.v1.event_service_pb2_grpc import EventServiceStub, add_EventServiceServicer_to_server
from oraculum.event.v1.events_fact_pb2 import EventsFact
from oraculum.market_data.v1 import market_data_service_pb2 as market_data_pb
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum.wallet.v1 import wallet_service_pb2 as wallet_pb
from oraculum_dev.fixtures.books import Books
from oraculum_dev.fixtures.jobs import job
from oraculum_event.amounts import worth
from oraculum_event.config import Terms
from oraculum_event.consumers import VenueMarkets
from oraculum_event.crawling import Crawling
from oraculum_event.dry_run import DryRun
from oraculum_event.lifecycle import Lifecycle
from oraculum_event.listing import EventLists
from oraculum_event.markets import Markets
from oraculum_event.results import Results
from oraculum_event.rulebooks import Rulebooks, load_rulebook
from oraculum_event.rules import Rules
from oraculum_event.servicer import ACCESS, EventServicer
from oraculum_event.stakes import Stakes
from oraculum_event.steps import Steps, wire
from oraculum_kit.authorization import Access
from oraculum_kit.clock import ManualClock
from oraculum_kit.db import Database
from oraculum_kit.errors import NotFound, ServiceError
from oraculum_kit.ids import uuid7
from oraculum_kit.job_runner import JobRunner
from oraculum_kit.testing import Parties, serving
from oraculum_kit.timestamps import from_wire
from oraculum_money import Units

CLOSING_SEQUENCE = 7
VOID_PRICES = [400_000, 600_000]
SUBSIDY, SUBSIDY_MAX, FEE = (worth(Units(units)) for units in (100_000_000, 1_000_000_000, 2_000_000))
TERMS = Terms(SUBSIDY, SUBSIDY_MAX, FEE, deadline_after=timedelta(hours=1))
BOND = 10_000_000
YES = [0, 1_000_000]
DAY = 24 * 3600
AUTHOR = UUID("01890000-0000-7000-8000-00000000000a")
# Two administrators; the first of them is a person who disputes, too.
ADA, EVE = (UUID(f"01890000-0000-7000-8000-00000000000{digit}") for digit in "de")
RULES = Rules(bond=worth(Units(BOND)), two_admins_from=worth(Units(5_000_000_000)))


@dataclass
class Prediction:
    """Keeps which markets are open; fails when it is told to."""

    opened: dict[str, prediction_pb.OpenMarketRequest] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    # The hours that were named for void prices, by when they end; None where none was.
    void_hours: list[datetime | None] = field(default_factory=list)
    failure: ServiceError | None = None
    # What lies in each market's escrow.
    liquidity: int = 0

    async def OpenMarket(self, request: prediction_pb.OpenMarketRequest, context: object) -> object:  # noqa: ARG002, N802
        if self.failure is not None:
            raise self.failure
        self.opened[request.event_id] = request
        return prediction_pb.OpenMarketResponse()

    async def CloseMarket(self, request: prediction_pb.CloseMarketRequest, context: object) -> object:  # noqa: ARG002, N802
        if self.failure is not None:
            raise self.failure
        if request.event_id not in self.opened:
            # The class is prediction's, and a reason has one class in a process that tests both.
            error = NotFound()
            error.reason = "MARKET_NOT_FOUND"
            raise error
        self.closed.append(request.event_id)
        named = request.HasField("void_hour_ends_at")
        self.void_hours.append(from_wire(request.void_hour_ends_at) if named else None)
        return prediction_pb.CloseMarketResponse(
            closing_sequence=CLOSING_SEQUENCE, void_price_millionths=VOID_PRICES
        )

    async def BatchGetMarkets(  # noqa: N802
        self,
        request: prediction_pb.BatchGetMarketsRequest,
        context: object,  # noqa: ARG002
    ) -> object:
        return prediction_pb.BatchGetMarketsResponse(
            markets=[
                prediction_pb.Market(event_id=event_id, liquidity=Amount(units=self.liquidity, asset="USDC"))
                for event_id in request.event_ids
            ]
        )


class Wallet(Books):
    """Books that event may ask: chains stand or fall together, and what was made can be looked up."""

    async def CreateTransfers(  # noqa: N802
        self, request: wallet_pb.CreateTransfersRequest, context: object
    ) -> wallet_pb.CreateTransfersResponse:
        before = dict(self.balances), dict(self.transfers)
        response = await super().CreateTransfers(request, context)
        done = {wallet_pb.TRANSFER_RESULT_CREATED, wallet_pb.TRANSFER_RESULT_EXISTS}
        if any(answer.result not in done for answer in response.answers):
            self.balances.clear()
            self.balances.update(before[0])
            self.transfers = before[1]
        return response

    async def LookupTransfers(  # noqa: N802
        self,
        request: wallet_pb.LookupTransfersRequest,
        context: object,  # noqa: ARG002
    ) -> wallet_pb.LookupTransfersResponse:
        return wallet_pb.LookupTransfersResponse(
            transfers=[
                wallet_pb.RecordedTransfer(
                    transfer_id=transfer_id,
                    amount=Amount(units=self.transfers[transfer_id][1], asset="USDC"),
                )
                for transfer_id in request.transfer_ids
                if transfer_id in self.transfers
            ]
        )


def add_wallet(wallet: Wallet, server: grpc.aio.Server) -> None:
    """Offer what event asks of wallet, and nothing else."""
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            getattr(wallet, name),
            request_deserializer=getattr(wallet_pb, f"{name}Request").FromString,
            response_serializer=getattr(wallet_pb, f"{name}Response").SerializeToString,
        )
        for name in ("CreateTransfers", "LookupTransfers")
    }
    server.add_registered_method_handlers("oraculum.wallet.v1.WalletService", handlers)


WALLET_ACCESS = {
    f"/oraculum.wallet.v1.WalletService/{name}": Access(services=frozenset({"event"}))
    for name in ("CreateTransfers", "LookupTransfers")
}


@dataclass
class Venues:
    """What market-data knows of the venues' markets."""

    markets: list[market_data_pb.VenueMarket] = field(default_factory=list)

    async def ListMarkets(  # noqa: N802
        self,
        request: market_data_pb.ListMarketsRequest,
        context: object,  # noqa: ARG002
    ) -> market_data_pb.ListMarketsResponse:
        begin = int(request.cursor or 0)
        end = begin + request.limit
        return market_data_pb.ListMarketsResponse(
            markets=self.markets[begin:end], next_cursor=str(end) if end < len(self.markets) else ""
        )


def add_venues(venues: Venues, server: grpc.aio.Server) -> None:
    """Offer what event asks of market-data, and nothing else."""
    handler = grpc.unary_unary_rpc_method_handler(
        venues.ListMarkets,
        request_deserializer=market_data_pb.ListMarketsRequest.FromString,
        response_serializer=market_data_pb.ListMarketsResponse.SerializeToString,
    )
    server.add_registered_method_handlers(
        "oraculum.market_data.v1.MarketDataService", {"ListMarkets": handler}
    )


VENUES_ACCESS = {
    "/oraculum.market_data.v1.MarketDataService/ListMarkets": Access(services=frozenset({"event"}))
}


def add_markets(prediction: Prediction, server: grpc.aio.Server) -> None:
    """Offer what event asks of prediction, and nothing else."""
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            getattr(prediction, name),
            request_deserializer=getattr(prediction_pb, f"{name}Request").FromString,
            response_serializer=getattr(prediction_pb, f"{name}Response").SerializeToString,
        )
        for name in ("OpenMarket", "CloseMarket", "BatchGetMarkets")
    }
    server.add_registered_method_handlers("oraculum.prediction.v1.PredictionService", handlers)


PREDICTION_ACCESS = {
    f"/oraculum.prediction.v1.PredictionService/{name}": Access(services=frozenset({"event"}))
    for name in ("OpenMarket", "CloseMarket", "BatchGetMarkets")
}


@dataclass(frozen=True)
class Service:
    """What a test needs of a running event service."""

    stub: EventServiceStub
    database: Database
    clock: ManualClock
    parties: Parties
    prediction: Prediction
    wallet: Wallet
    venues: Venues
    rulebooks: Rulebooks
    steps: Steps
    venue_markets: VenueMarkets
    runner: JobRunner

    @property
    def lifecycle(self) -> Lifecycle:
        """Opening to result."""
        return self.steps.lifecycle

    @property
    def results(self) -> Results:
        """What events come to."""
        return self.steps.results

    async def create(self, title: str = "Will it rain tomorrow?", **fields: object) -> pb.Event:
        """Create an event as an administrator."""
        request = self._asked(title, **{"resolution_source": "The sky", **fields})
        with self.parties.signed_in(roles={"admin"}, idempotency_key=str(uuid7())):
            return (await self.stub.CreateEvent(request)).event

    @contextmanager
    def author(self, user_id: UUID = AUTHOR, **options: object) -> Iterator[None]:
        """As somebody who is verified and no administrator."""
        with self.parties.signed_in(user_id, idempotency_key=str(uuid7()), **{"tier": "verified", **options}):
            yield

    def draft_of(self, **fields: object) -> pb.CreateEventRequest:
        """What an author asks for who wants a draft."""
        return self._asked("Will it rain tomorrow?", unpublished=True, **fields)

    def _asked(self, title: str, **fields: object) -> pb.CreateEventRequest:
        request = pb.CreateEventRequest(title=title, event_type=pb.EVENT_TYPE_BINARY, category="weather")
        request.end_time.FromDatetime(self.clock.now() + timedelta(hours=2))
        request.MergeFrom(pb.CreateEventRequest(**fields))
        return request

    async def write(self, **fields: object) -> pb.Event:
        """Write a draft as its author."""
        with self.author():
            return (await self.stub.CreateEvent(self.draft_of(**fields))).event

    async def publish(self, event_id: str, **fields: object) -> pb.Event:
        """Publish a draft as its author."""
        with self.author():
            request = pb.PublishEventRequest(event_id=event_id, **fields)
            return (await self.stub.PublishEvent(request)).event

    async def update(self, event_id: str, **fields: object) -> pb.Event:
        """Change a draft as its author."""
        with self.author():
            request = pb.UpdateEventRequest(event_id=event_id, **fields)
            return (await self.stub.UpdateEvent(request)).event

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

    async def resolve(
        self, event_id: str, payout: list[int] = YES, *, by: UUID = ADA, **fields: object
    ) -> pb.Event:
        """Ask for a result as an administrator."""
        with self.parties.signed_in(by, roles={"admin"}, idempotency_key=str(uuid7())):
            request = pb.ResolveEventRequest(event_id=event_id, payout_millionths=payout, **fields)
            return (await self.stub.ResolveEvent(request)).event

    async def proposed(self, **fields: object) -> pb.Event:
        """An event with a result that may be challenged for a day."""
        return await self.resolve((await self.create(challenge_seconds=DAY, **fields)).event_id)

    async def dispute(self, event_id: str, user_id: UUID, *, funds: int = BOND) -> pb.Dispute:
        """Dispute a proposed result as somebody who has this much."""
        self.wallet.deposit(user_id, funds)
        with self.parties.signed_in(user_id, idempotency_key=str(uuid7())):
            request = pb.OpenDisputeRequest(event_id=event_id, reason="The page shows another number.")
            return (await self.stub.OpenDispute(request)).dispute

    async def decide(self, dispute_id: str, *, by: UUID = EVE, **fields: object) -> pb.Dispute:
        """Decide a dispute as an administrator."""
        with self.parties.signed_in(by, roles={"admin"}, idempotency_key=str(uuid7())):
            request = pb.DecideDisputeRequest(dispute_id=dispute_id, note="I looked.", **fields)
            return (await self.stub.DecideDispute(request)).dispute

    async def confirm(self, event_id: str, by: UUID, *, confirm: bool = True) -> pb.Event:
        """Confirm or withdraw a result as this administrator."""
        with self.parties.signed_in(by, roles={"admin"}, idempotency_key=str(uuid7())):
            request = pb.ConfirmResolutionRequest(event_id=event_id, confirm=confirm)
            return (await self.stub.ConfirmResolution(request)).event

    async def end_window(self) -> None:
        """Let the time for challenges be over, by the database's own clock."""
        async with self.database.connection() as connection:
            await connection.execute(
                "update proposal set proposed_at = now() - interval '2 days', challenge_ends_at = now() - interval '1 s'"
            )

    async def run_jobs(self, *kinds: str) -> None:
        """Run what is scheduled of these kinds, each twice: a job runs at least once."""
        handlers = {kind.name: kind.handle for kind in self.steps.kinds()}
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "select kind, payload from job where kind = any (%s)", [list(kinds)]
            )
            found = await cursor.fetchall()
        for kind, payload in found * 2:
            await handlers[kind](job(kind, payload))

    async def waiting(self) -> list[str]:
        """Jobs that are scheduled, by name."""
        async with self.database.connection() as connection:
            cursor = await connection.execute("select kind from job order by kind")
            return [row[0] for row in await cursor.fetchall()]

    async def told(self) -> list[str]:
        """What was told of events, in order."""
        return [EventsFact.FromString(payload).WhichOneof("fact") for payload in await self.facts()]

    async def audited(self) -> list[tuple[str, str]]:
        """Acts in the audit log and who did them."""
        facts = [AuditFact.FromString(payload) for payload in await self.facts("audit")]
        return [(fact.action, fact.actor_user_id) for fact in facts]


@pytest.fixture
def terms() -> Terms:
    return TERMS


@pytest.fixture
async def service(database_for, terms) -> AsyncIterator[Service]:
    clock = ManualClock(datetime.now(UTC))
    parties = Parties()
    prediction, wallet, venues = Prediction(), Wallet(), Venues()
    async with (
        Database(await database_for("event")) as database,
        serving([(add_markets, prediction)], PREDICTION_ACCESS, parties) as markets,
        parties.channel(markets.target, service="event") as prediction_channel,
        serving([(add_wallet, wallet)], WALLET_ACCESS, parties) as ledger,
        parties.channel(ledger.target, service="event") as wallet_channel,
        serving([(add_venues, venues)], VENUES_ACCESS, parties) as markets_served,
        parties.channel(markets_served.target, service="event") as venues_channel,
    ):
        steps = wire(
            database, Markets(prediction_channel), Stakes(wallet_channel), clock, terms=terms, rules=RULES
        )
        shipped = load_rulebook(("crawler_rules_development.toml",), Units(100_000_000))
        rulebooks = Rulebooks(database, shipped, clock)
        await rulebooks.seed()
        venue_markets = VenueMarkets(database, steps, rulebooks, clock)
        runner = JobRunner(database=database, kinds=[*steps.kinds(), *venue_markets.kinds()])
        crawling = Crawling(database, rulebooks, DryRun(venues_channel), clock)
        servicer = EventServicer(database, steps, EventLists(database), clock, terms, crawling)
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
                wallet,
                venues,
                rulebooks,
                steps,
                venue_markets,
                runner,
            )
