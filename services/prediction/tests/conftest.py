"""What prediction's tests share: replicas on real databases, and a wallet that keeps real books over a real socket."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from psycopg.rows import dict_row

from oraculum.event.v1 import event_service_pb2 as event
from oraculum.event.v1 import events_fact_pb2 as facts
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import bets_fact_pb2 as bets
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1.analytics_service_pb2_grpc import (
    AnalyticsServiceStub,
    add_AnalyticsServiceServicer_to_server,
)
from oraculum.prediction.v1.prediction_service_pb2_grpc import (
    PredictionServiceStub,
    add_PredictionServiceServicer_to_server,
)
from oraculum.prediction.v1.risk_service_pb2_grpc import RiskServiceStub, add_RiskServiceServicer_to_server
from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceStub
from oraculum_dev.fixtures.books import WALLET_ACCESS, Books, add_books
from oraculum_dev.fixtures.databases import Databases
from oraculum_kit.clock import Clock, SystemClock
from oraculum_kit.db import Database, DatabaseConfig
from oraculum_kit.identity import IdentityRules
from oraculum_kit.ids import uuid7
from oraculum_kit.jobs import Job
from oraculum_kit.testing import Parties, serving
from oraculum_kit.timestamps import to_wire
from oraculum_prediction import consumers
from oraculum_prediction.analytics.servicer import ACCESS as ANALYTICS_ACCESS
from oraculum_prediction.analytics.servicer import AnalyticsServicer
from oraculum_prediction.analytics.turnover import Turnovers
from oraculum_prediction.commands import Commands
from oraculum_prediction.engine import Engine
from oraculum_prediction.fundings import Fundings
from oraculum_prediction.holds import Holds
from oraculum_prediction.markets import Markets
from oraculum_prediction.pricing import FeeSchedule, FlatFee
from oraculum_prediction.risk.desk import Risk
from oraculum_prediction.risk.origin import trace_key
from oraculum_prediction.risk.reviews import Reviews
from oraculum_prediction.risk.servicer import ACCESS as RISK_ACCESS
from oraculum_prediction.risk.servicer import RiskServicer
from oraculum_prediction.risk.through import through
from oraculum_prediction.risk.triggers import Triggers
from oraculum_prediction.servicer import ACCESS, PredictionServicer
from oraculum_prediction.settlement import Settler

USDC = 1_000_000
ONE_PERCENT = FlatFee(100)
_NOBODY_IS_ASKED = IdentityRules()
_SAYS_NOTHING: Mapping[str, str] = {}


class Rows:
    """A look into the database past the service."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self._url, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    def facts(self) -> list[bets.OrderFilled]:
        """What the outbox tells of fills, in order."""
        return [fact.order_filled for fact in self.told() if fact.HasField("order_filled")]

    def told(self) -> list[bets.BetsFact]:
        """All that the outbox tells of trading, in order; fills are counted and nothing else is."""
        rows = self("select payload, sequence from outbox where topic = 'bets' order by id")
        facts = [bets.BetsFact.FromString(row["payload"]) for row in rows]
        assert [fact.order_filled.fill.sequence or None for fact in facts] == [
            row["sequence"] for row in rows
        ]
        return facts


@dataclass
class Replica:
    """One process's worth of prediction, in this process."""

    database: Database
    engine: Engine
    markets: Markets
    stub: PredictionServiceStub
    settler: Settler
    commands: Commands
    risk: RiskServiceStub
    triggers: Triggers
    reviews: Reviews
    fundings: Fundings
    analytics: AnalyticsServiceStub


@dataclass
class House:
    """Everything of a test: the books, the rows, and one replica or several."""

    url: str
    books: Books
    rows: Rows
    parties: Parties
    wallet_target: str
    clock: Clock
    replicas: list[Replica] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    # Facts that wallet has heard.
    heard: int = 0

    @property
    def stub(self) -> PredictionServiceStub:
        return self.replicas[0].stub

    def post_fills(self) -> None:
        """Let wallet apply what the outbox tells."""
        for fact in self.rows.told()[self.heard :]:
            self.books.hear(fact)
            self.heard += 1
        self.books.check()

    def check_reserves(self) -> None:
        """What lies behind an order is what it may still cost, for every order, once wallet has heard everything."""
        self.post_fills()
        rows = self.rows("""
            select order_id::text, ceil((filled + open_shares)::numeric * limit_price / 1000000)
                - ceil(filled::numeric * limit_price / 1000000) as needed
            from (
                select o.*, coalesce(o.shares, 0) - coalesce(f.shares, 0) as filled
                from trade_order o
                left join fill f on f.event_id = o.event_id and f.sequence = o.fill_sequence
            ) as resting
            where status in (7, 8) and side = 1
        """)
        needed = {row["order_id"]: int(row["needed"]) for row in rows if row["needed"]}
        assert needed == {order_id: units for order_id, units in self.books.reserves.items() if units}

    def person(self, units: int = 1_000 * USDC) -> UUID:
        user_id = uuid7()
        self.books.deposit(user_id, units)
        return user_id

    async def open(self, event_id: UUID | None = None, **change: Any) -> UUID:
        event_id = event_id or uuid7()
        request: dict[str, Any] = {
            "event_id": str(event_id),
            "outcome_count": 2,
            "subsidy": Amount(units=100 * USDC, asset="USDC"),
            "locks_at": to_wire(datetime.now(UTC) + timedelta(hours=1)),
            "category": "sports",
            **change,
        }
        async with self.parties.channel(self.targets[0], service="event") as channel:
            await PredictionServiceStub(channel).OpenMarket(pb.OpenMarketRequest(**request))
        return event_id

    async def close(
        self, event_id: UUID, reason: str = "resolve", **named: Timestamp
    ) -> pb.CloseMarketResponse:
        async with self.parties.channel(self.targets[0], service="event") as channel:
            return await PredictionServiceStub(channel).CloseMarket(
                pb.CloseMarketRequest(event_id=str(event_id), reason=reason, **named)
            )

    async def place(
        self,
        user_id: UUID,
        event_id: UUID,
        key: str,
        *,
        replica: int = 0,
        says: Mapping[str, str] = _SAYS_NOTHING,
        **order: Any,
    ) -> pb.PlaceOrderResponse:
        """Place an order; `says` is what the token says of an identity check."""
        request = pb.PlaceOrderRequest(
            event_id=str(event_id),
            idempotency_key=key,
            **{
                "outcome": 1,
                "side": pb.SIDE_BUY,
                **({} if "shares" in order else {"amount_units": USDC}),
                **order,
            },
        )
        with self.parties.signed_in(user_id, **says):
            return await self.replicas[replica].stub.PlaceOrder(request)

    async def limit(
        self, user_id: UUID, event_id: UUID, key: str, price: int, shares: int = 10 * USDC, **order: Any
    ) -> pb.Order:
        """Place a limit order; by shares, and until cancelled unless said otherwise."""
        asked = {"shares": shares, "limit_price_millionths": price, "type": pb.ORDER_TYPE_LIMIT, **order}
        if "amount_units" in asked:
            del asked["shares"]
        return (await self.place(user_id, event_id, key, **asked)).order

    async def cancel(self, user_id: UUID, order_id: str, key: str = "c", *, replica: int = 0) -> pb.Order:
        request = pb.CancelOrderRequest(order_id=order_id, idempotency_key=key)
        with self.parties.signed_in(user_id):
            return (await self.replicas[replica].stub.CancelOrder(request)).order

    async def subsidise(
        self,
        user_id: UUID,
        event_id: UUID,
        key: str,
        units: int,
        asset: str = "USDC",
        *,
        replica: int = 0,
        says: Mapping[str, str] = _SAYS_NOTHING,
    ) -> pb.AddSubsidyResponse:
        request = pb.AddSubsidyRequest(
            event_id=str(event_id), amount=Amount(units=units, asset=asset), idempotency_key=key
        )
        with self.parties.signed_in(user_id, **says):
            return await self.replicas[replica].stub.AddSubsidy(request)

    async def sweep(self, *order_ids: str) -> list[int]:
        """Ask about old holds as wallet does, and void those that are free."""
        async with self.parties.channel(self.targets[0], service="wallet") as channel:
            stub = PredictionServiceStub(channel)
            answer = await stub.SettleHolds(pb.SettleHoldsRequest(order_ids=order_ids))
        for verdict in answer.answers:
            if verdict.verdict == pb.HOLD_VERDICT_VOID:
                self.books.void(verdict.order_id)
        return [verdict.verdict for verdict in answer.answers]

    async def hear(
        self, event_id: UUID, payouts: Sequence[int], *, revision: int = 1, cancelled: bool = False
    ) -> None:
        """Tell the consumer what an event came to."""
        resolution = event.Resolution(revision=revision, payout_millionths=payouts)
        fact = facts.EventsFact(event_id=str(event_id))
        if cancelled:
            fact.event_cancelled.resolution.CopyFrom(resolution)
        else:
            fact.event_resolved.resolution.CopyFrom(resolution)
        async with self.replicas[0].database.transaction() as connection:
            await consumers._follow(connection, fact)

    async def settle(self, event_id: UUID) -> None:
        """Run the settlement that was asked for, as the job does."""
        now = datetime.now(UTC)
        job = Job(
            id=uuid7(),
            kind="settle",
            unique_key=str(event_id),
            payload={"event_id": str(event_id)},
            run_at=now,
            cron=None,
            attempts=1,
            version=1,
            late_seconds=0.0,
            lease=uuid7(),
        )
        await self.replicas[0].settler.settle(job)

    @asynccontextmanager
    async def replica(
        self,
        *,
        fee: FeeSchedule = ONE_PERCENT,
        running: bool = True,
        hold_timeout_seconds: float = 2.0,
        identity: IdentityRules = _NOBODY_IS_ASKED,
        statement_timeout_seconds: float = 5.0,
        **engine: Any,
    ) -> AsyncIterator[Replica]:
        """Start another replica on the same database."""
        config = DatabaseConfig(
            self.url,
            self.url,
            application_name="prediction-test",
            pool_max=8,
            statement_timeout_seconds=statement_timeout_seconds,
        )
        async with (
            Database(config) as database,
            self.parties.channel(self.wallet_target, service="prediction") as channel,
        ):
            stub = WalletServiceStub(channel)
            holds = Holds(stub, timeout_seconds=hold_timeout_seconds)
            risk = Risk.new(self.clock, identity)
            engine_ = Engine(database, holds, self.clock, risk, **{"workers": 2, **engine})
            place = through(engine_)
            reviews = Reviews(database, place, self.clock)
            triggers = Triggers(database, risk.triggers, place)
            risk_servicer = RiskServicer(database, risk.triggers, reviews, self.clock)
            fundings = Fundings(database, stub, given_up_seconds=0.0)
            markets = Markets(database, fundings, self.clock, fee)
            commands = Commands(database, engine_, self.clock)
            servicer = PredictionServicer(
                database, commands, markets, self.clock, trace_key=trace_key("a secret")
            )
            background = [engine_.run] if running else []
            async with (
                serving(
                    [
                        (add_PredictionServiceServicer_to_server, servicer),
                        (add_RiskServiceServicer_to_server, risk_servicer),
                        (
                            add_AnalyticsServiceServicer_to_server,
                            AnalyticsServicer(database, Turnovers(database), SystemClock()),
                        ),
                    ],
                    {**ACCESS, **RISK_ACCESS, **ANALYTICS_ACCESS},
                    self.parties,
                    background=background,
                ) as served,
                self.parties.channel(served.target, service="gateway", edge=True) as gateway,
            ):
                settler = Settler(database, stub, self.clock, commands, people_per_chunk=3)
                replica = Replica(
                    database,
                    engine_,
                    markets,
                    PredictionServiceStub(gateway),
                    settler,
                    commands,
                    RiskServiceStub(gateway),
                    triggers,
                    reviews,
                    fundings,
                    AnalyticsServiceStub(gateway),
                )
                self.replicas.append(replica)
                self.targets.append(served.target)
                yield replica


@pytest.fixture
def parties() -> Parties:
    """Everybody who signs tokens in a test."""
    return Parties()


@pytest.fixture
async def premises(database_for: Databases, parties: Parties) -> AsyncIterator[House]:
    """A fresh database and a wallet with a rich house; no replica yet."""
    url = await database_for("prediction")
    books = Books()
    books.balances[wallet.ACCOUNT_KIND_HOUSE, "", "USDC"] = 1_000_000 * USDC
    books.balances[wallet.ACCOUNT_KIND_CAPITAL, "", "USDC"] = -1_000_000 * USDC
    async with serving([(add_books, books)], WALLET_ACCESS, parties) as served:
        yield House(url, books, Rows(url), parties, served.target, SystemClock())


@pytest.fixture
async def house(premises: House) -> AsyncIterator[House]:
    """The same with one replica."""
    async with premises.replica():
        yield premises
