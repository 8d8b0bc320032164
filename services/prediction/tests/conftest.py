"""What prediction's tests share: replicas on real databases, and a wallet that keeps real books over a real socket."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc
import psycopg
import pytest
from psycopg.rows import dict_row

from oraculum.event.v1 import event_service_pb2 as event
from oraculum.event.v1 import events_fact_pb2 as facts
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import bets_fact_pb2 as bets
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1.prediction_service_pb2_grpc import (
    PredictionServiceStub,
    add_PredictionServiceServicer_to_server,
)
from oraculum.prediction.v1.risk_service_pb2_grpc import RiskServiceStub, add_RiskServiceServicer_to_server
from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceStub
from oraculum_dev.fixtures.databases import Databases
from oraculum_kit.authorization import Access
from oraculum_kit.clock import Clock, SystemClock
from oraculum_kit.db import Database, DatabaseConfig
from oraculum_kit.ids import uuid7
from oraculum_kit.jobs import Job
from oraculum_kit.testing import Parties, serving
from oraculum_kit.timestamps import to_wire
from oraculum_prediction import consumers
from oraculum_prediction.commands import Commands
from oraculum_prediction.engine import Engine
from oraculum_prediction.holds import Holds
from oraculum_prediction.markets import Markets
from oraculum_prediction.pricing import FeeSchedule, FlatFee
from oraculum_prediction.risk.desk import Risk
from oraculum_prediction.risk.reviews import Reviews
from oraculum_prediction.risk.servicer import ACCESS as RISK_ACCESS
from oraculum_prediction.risk.servicer import RiskServicer
from oraculum_prediction.risk.through import through
from oraculum_prediction.risk.triggers import Triggers
from oraculum_prediction.servicer import ACCESS, PredictionServicer
from oraculum_prediction.settlement import Settler

USDC = 1_000_000
ONE_PERCENT = FlatFee(100)
Hook = Callable[[Sequence[wallet.Transfer]], Awaitable[None]]


@dataclass
class Pending:
    transfer: wallet.Transfer
    state: str = "open"


class Books:
    """A ledger in memory with the contract's semantics: nobody but the house's capital is overdrawn, pending is held."""

    def __init__(self) -> None:
        self.balances: defaultdict[tuple[int, str, str], int] = defaultdict(int)
        self.held: defaultdict[tuple[int, str, str], int] = defaultdict(int)
        self.transfers: dict[str, tuple[bytes, int]] = {}
        self.pending: dict[str, Pending] = {}
        self.applied: defaultdict[str, int] = defaultdict(int)
        # What lies behind each order that rests.
        self.reserves: defaultdict[str, int] = defaultdict(int)
        self.calls: list[list[wallet.Transfer]] = []
        # Events whose money stands still.
        self.frozen: set[str] = set()
        # Fault injection: what happens to a call before and after the books are changed.
        self.before: Hook | None = None
        self.after: Hook | None = None

    async def CreateTransfers(  # noqa: N802
        self, request: wallet.CreateTransfersRequest, _context: object
    ) -> wallet.CreateTransfersResponse:
        self.calls.append(list(request.transfers))
        if self.before:
            await self.before(request.transfers)
        answers = [self._make(transfer) for transfer in request.transfers]
        if self.after:
            await self.after(request.transfers)
        return wallet.CreateTransfersResponse(answers=answers)

    def balance(self, kind: int, owner: object = "", asset: str = "USDC") -> int:
        return self.balances[kind, str(owner), asset]

    def user(self, user_id: UUID) -> int:
        return self.balance(wallet.ACCOUNT_KIND_USER, user_id)

    def escrow(self, event_id: UUID) -> int:
        return self.balance(wallet.ACCOUNT_KIND_EVENT_ESCROW, event_id)

    def open_holds(self) -> list[str]:
        return [id_ for id_, pending in self.pending.items() if pending.state == "open"]

    def deposit(self, user_id: UUID, units: int, asset: str = "USDC") -> None:
        self.balances[wallet.ACCOUNT_KIND_USER, str(user_id), asset] += units
        self.balances[wallet.ACCOUNT_KIND_CAPITAL, "", asset] -= units

    def void(self, order_id: str) -> None:
        """Void the hold of an order, or give its reserve back, as the sweep does."""
        for transfer in [transfer for call in self.calls for transfer in call]:
            if transfer.kind == wallet.TRANSFER_KIND_RESERVE and transfer.reference_id == order_id:
                units, self.reserves[order_id] = self.reserves[order_id], 0
                owner, asset = transfer.debit.owner_id, transfer.amount.asset
                self._move(
                    (wallet.ACCOUNT_KIND_ORDER_RESERVE, owner, asset),
                    (wallet.ACCOUNT_KIND_USER, owner, asset),
                    units,
                )
        for pending in self.pending.values():
            if pending.transfer.reference_id == order_id and pending.state == "open":
                pending.state = "voided"
                self.held[self._account(pending.transfer, pending.transfer.debit)] -= (
                    pending.transfer.amount.units
                )

    def hear(self, fact: bets.BetsFact) -> None:
        """Do with a fact what wallet does with it."""
        match fact.WhichOneof("fact"):
            case "order_filled":
                self.apply(fact.order_filled)
            case "order_opened":
                opened = fact.order_opened
                assert opened.after_sequence <= self.applied[fact.event_id]
                self._release(opened.order, keep=opened.order.reserved.units)
            case "order_ended":
                assert fact.order_ended.after_sequence <= self.applied[fact.event_id]
                self._release(fact.order_ended.order, keep=0)

    def _release(self, order: pb.Order, *, keep: int) -> None:
        units = self.reserves[order.order_id] - keep
        if order.side == pb.SIDE_SELL or units <= 0:
            return
        self.reserves[order.order_id] = keep
        asset = order.reserved.asset
        self._move(
            (wallet.ACCOUNT_KIND_ORDER_RESERVE, order.user_id, asset),
            (wallet.ACCOUNT_KIND_USER, order.user_id, asset),
            units,
        )

    def apply(self, fact: bets.OrderFilled) -> None:
        """Do with a fill what wallet does with it, in market sequence."""
        fill = fact.fill
        if fill.sequence <= self.applied[fill.event_id]:
            return
        assert fill.sequence == self.applied[fill.event_id] + 1
        self.applied[fill.event_id] = fill.sequence
        asset = fill.gross.asset
        escrow = (wallet.ACCOUNT_KIND_EVENT_ESCROW, fill.event_id, asset)
        user = (wallet.ACCOUNT_KIND_USER, fill.user_id, asset)
        fees = (wallet.ACCOUNT_KIND_FEES, "", asset)
        if fact.from_reserve:
            self.reserves[fill.order_id] -= fill.gross.units + fill.fee.units
            assert self.reserves[fill.order_id] >= 0, "a fill finds its money in the reserve"
            reserve = (wallet.ACCOUNT_KIND_ORDER_RESERVE, fill.user_id, asset)
            self._move(reserve, escrow, fill.gross.units)
            self._move(reserve, fees, fill.fee.units)
        elif fill.side == pb.SIDE_BUY:
            pending = self.pending[fact.hold_transfer_id]
            assert pending.state == "open", "a fill finds its money behind it"
            assert fill.gross.units + fill.fee.units <= pending.transfer.amount.units
            assert pending.transfer.credit.owner_id == fill.event_id
            pending.state = "posted"
            self.held[user] -= pending.transfer.amount.units
            self._move(user, escrow, fill.gross.units)
            self._move(user, fees, fill.fee.units)
        else:
            self._move(escrow, user, fill.gross.units - fill.fee.units)
            self._move(escrow, fees, fill.fee.units)

    def check(self) -> None:
        """Debits equal credits, and nobody is overdrawn."""
        assert sum(self.balances.values()) == 0
        for (kind, owner, asset), balance in self.balances.items():
            if kind != wallet.ACCOUNT_KIND_CAPITAL:
                assert balance >= self.held[kind, owner, asset] >= 0, (kind, owner, balance)

    def _make(self, transfer: wallet.Transfer) -> wallet.TransferAnswer:
        known = self.transfers.get(transfer.transfer_id)
        content = transfer.SerializeToString(deterministic=True)
        if known is not None:
            same = known[0] == content
            result = wallet.TRANSFER_RESULT_EXISTS if same else wallet.TRANSFER_RESULT_EXISTS_DIFFERENT
            return self._answer(transfer, result, known[1])
        if transfer.after_sequence > self.applied[transfer.event_id]:
            return self._answer(transfer, wallet.TRANSFER_RESULT_BEHIND)
        if transfer.phase == wallet.TRANSFER_PHASE_VOID_PENDING:
            return self._void(transfer, content)
        debit, credit = self._account(transfer, transfer.debit), self._account(transfer, transfer.credit)
        units = transfer.amount.units
        free = self.balances[debit] - self.held[debit]
        if transfer.event_id in self.frozen:
            return self._answer(transfer, wallet.TRANSFER_RESULT_FROZEN)
        if units > free and debit[0] != wallet.ACCOUNT_KIND_CAPITAL:
            if not transfer.balancing_debit:
                return self._answer(transfer, wallet.TRANSFER_RESULT_INSUFFICIENT_FUNDS)
            units = free
        self.transfers[transfer.transfer_id] = (content, units)
        if transfer.phase == wallet.TRANSFER_PHASE_PENDING:
            self.held[debit] += units
            self.pending[transfer.transfer_id] = Pending(transfer)
        else:
            self._move(debit, credit, units)
            if transfer.kind == wallet.TRANSFER_KIND_RESERVE:
                self.reserves[transfer.reference_id] += units
            elif transfer.kind == wallet.TRANSFER_KIND_RELEASE:
                self.reserves[transfer.reference_id] -= units
        return self._answer(transfer, wallet.TRANSFER_RESULT_CREATED, units)

    def _void(self, transfer: wallet.Transfer, content: bytes) -> wallet.TransferAnswer:
        pending = self.pending.get(transfer.pending_id)
        if pending is None:
            return self._answer(transfer, wallet.TRANSFER_RESULT_PENDING_NOT_FOUND)
        if pending.state != "open":
            result = {
                "posted": wallet.TRANSFER_RESULT_ALREADY_POSTED,
                "voided": wallet.TRANSFER_RESULT_ALREADY_VOIDED,
            }
            return self._answer(transfer, result[pending.state])
        pending.state = "voided"
        self.held[self._account(pending.transfer, pending.transfer.debit)] -= pending.transfer.amount.units
        self.transfers[transfer.transfer_id] = (content, 0)
        return self._answer(transfer, wallet.TRANSFER_RESULT_CREATED)

    def _move(self, debit: tuple[int, str, str], credit: tuple[int, str, str], units: int) -> None:
        self.balances[debit] -= units
        self.balances[credit] += units

    @staticmethod
    def _account(transfer: wallet.Transfer, name: wallet.AccountName) -> tuple[int, str, str]:
        return name.kind, name.owner_id, transfer.amount.asset

    @staticmethod
    def _answer(transfer: wallet.Transfer, result: Any, units: int = 0) -> wallet.TransferAnswer:
        return wallet.TransferAnswer(transfer_id=transfer.transfer_id, result=result, units=units)


WALLET_ACCESS = {
    "/oraculum.wallet.v1.WalletService/CreateTransfers": Access(services=frozenset({"prediction"}))
}


def add_books(books: Books, server: Any) -> None:
    """Register the one method of wallet that prediction calls."""
    handler = grpc.unary_unary_rpc_method_handler(
        books.CreateTransfers,
        request_deserializer=wallet.CreateTransfersRequest.FromString,
        response_serializer=wallet.CreateTransfersResponse.SerializeToString,
    )
    server.add_registered_method_handlers("oraculum.wallet.v1.WalletService", {"CreateTransfers": handler})


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

    async def close(self, event_id: UUID, reason: str = "resolve") -> pb.CloseMarketResponse:
        async with self.parties.channel(self.targets[0], service="event") as channel:
            return await PredictionServiceStub(channel).CloseMarket(
                pb.CloseMarketRequest(event_id=str(event_id), reason=reason)
            )

    async def place(
        self, user_id: UUID, event_id: UUID, key: str, *, replica: int = 0, **order: Any
    ) -> pb.PlaceOrderResponse:
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
        with self.parties.signed_in(user_id):
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
        **engine: Any,
    ) -> AsyncIterator[Replica]:
        """Start another replica on the same database."""
        config = DatabaseConfig(self.url, self.url, application_name="prediction-test", pool_max=8)
        async with (
            Database(config) as database,
            self.parties.channel(self.wallet_target, service="prediction") as channel,
        ):
            stub = WalletServiceStub(channel)
            holds = Holds(stub, timeout_seconds=hold_timeout_seconds)
            risk = Risk.new(self.clock)
            engine_ = Engine(database, holds, self.clock, risk, **{"workers": 2, **engine})
            place = through(engine_, self.clock)
            reviews = Reviews(database, place, self.clock)
            triggers = Triggers(database, risk.triggers, place)
            risk_servicer = RiskServicer(database, risk.triggers, reviews, self.clock)
            markets = Markets(database, stub, self.clock, fee)
            commands = Commands(database, engine_, self.clock)
            servicer = PredictionServicer(database, commands, markets, self.clock)
            background = [engine_.run] if running else []
            async with (
                serving(
                    [
                        (add_PredictionServiceServicer_to_server, servicer),
                        (add_RiskServiceServicer_to_server, risk_servicer),
                    ],
                    {**ACCESS, **RISK_ACCESS},
                    self.parties,
                    background=background,
                ) as served,
                self.parties.channel(served.target, service="gateway", edge=True) as gateway,
            ):
                settler = Settler(database, stub, self.clock, people_per_chunk=3)
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
