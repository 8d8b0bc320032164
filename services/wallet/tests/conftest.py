"""What wallet's tests share: a fresh ledger, and transfers in few words."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1.bets_fact_pb2 import BetsFact, OrderFilled
from oraculum.prediction.v1.prediction_service_pb2 import (
    DESCRIPTOR,
    Fill,
    HoldAnswer,
    HoldVerdict,
    ListProceedsRequest,
    ListProceedsResponse,
    Proceeds,
    SettleHoldsRequest,
    SettleHoldsResponse,
    Side,
)
from oraculum.prediction.v1.prediction_service_pb2_grpc import (
    PredictionServiceServicer,
    PredictionServiceStub,
    add_PredictionServiceServicer_to_server,
)
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceStub, add_WalletServiceServicer_to_server
from oraculum_dev.fixtures.databases import Databases
from oraculum_kit.authorization import Access
from oraculum_kit.client import Channel
from oraculum_kit.db import Database, DatabaseConfig
from oraculum_kit.errors import Unavailable
from oraculum_kit.identity import IdentityRules
from oraculum_kit.records import Record
from oraculum_kit.testing import Parties, serving
from oraculum_money import Units
from oraculum_wallet.access import ACCESS
from oraculum_wallet.accounts import Account, AccountKind, account
from oraculum_wallet.balances import Balances
from oraculum_wallet.consumers import FillsConsumer
from oraculum_wallet.deposits import Deposits
from oraculum_wallet.explain import Explanations
from oraculum_wallet.incidents import Incidents
from oraculum_wallet.leaving import Fences
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.lookup import Lookup
from oraculum_wallet.proof import Prover
from oraculum_wallet.repository.ledger import lock_accounts
from oraculum_wallet.servicer import WalletServicer
from oraculum_wallet.statements import Statements
from oraculum_wallet.transfers import Phase, Result, Transfer, TransferKind


class Make:
    """Accounts and transfers with whatever a test does not care about filled in."""

    def user(self, user_id: str | None = None, asset: str = "USDC") -> Account:
        return account(AccountKind.USER, user_id or str(uuid4()), asset)

    def escrow(self, event_id: str | None = None, asset: str = "USDC") -> Account:
        return account(AccountKind.EVENT_ESCROW, event_id or str(uuid4()), asset)

    def rail(self, asset: str = "USDC") -> Account:
        return account(AccountKind.RAIL, "demo", asset)

    def fees(self, shard: int = 0, asset: str = "USDC") -> Account:
        return account(AccountKind.FEES, str(shard), asset)

    def posted(self, debit: Account, credit: Account, units: int, **other: Any) -> Transfer:
        given = {"id": str(uuid4()), "kind": TransferKind.BET, **other}
        return Transfer(
            phase=Phase.POSTED, debit=debit, credit=credit, asset=debit.asset, units=Units(units), **given
        )

    def deposit(self, user: Account, units: int, **other: Any) -> Transfer:
        return self.posted(self.rail(user.asset), user, units, kind=TransferKind.DEPOSIT, **other)

    def hold(self, user: Account, escrow: Account, units: int, **other: Any) -> Transfer:
        given = {
            "id": str(uuid4()),
            "kind": TransferKind.BET,
            "event_id": escrow.owner_id,
            "reference_id": str(uuid4()),
            **other,
        }
        return Transfer(
            phase=Phase.PENDING, debit=user, credit=escrow, asset=user.asset, units=Units(units), **given
        )

    def reserve(self, user: Account, units: int, **other: Any) -> Transfer:
        """Money put behind an order that may rest."""
        given = {"event_id": str(uuid4()), "reference_id": str(uuid4()), **other}
        behind = account(AccountKind.ORDER_RESERVE, user.owner_id, user.asset)
        return self.posted(user, behind, units, kind=TransferKind.RESERVE, **given)

    def post(self, pending: Transfer, units: int, **other: Any) -> Transfer:
        given = {"id": str(uuid4()), "kind": None, "asset": pending.asset, **other}
        return Transfer(phase=Phase.POST_PENDING, pending_id=pending.id, units=Units(units), **given)

    def void(self, pending: Transfer, **other: Any) -> Transfer:
        given = {"id": str(uuid4()), "kind": None, **other}
        return Transfer(phase=Phase.VOID_PENDING, pending_id=pending.id, **given)

    def bought(self, *, hold: Transfer | None = None, **fill: Any) -> BetsFact:
        """A filled purchase; of the hold's user, event and order when there is one."""
        if hold is not None and hold.debit is not None and hold.credit is not None:
            owners = {"user_id": hold.debit.owner_id, "event_id": hold.credit.owner_id}
            fill = {**owners, "order_id": hold.reference_id, **fill}
        return self._filled(Side.SIDE_BUY, hold.id if hold is not None else str(uuid4()), **fill)

    def sold(self, **fill: Any) -> BetsFact:
        """A filled sale."""
        return self._filled(Side.SIDE_SELL, "", **fill)

    def _filled(
        self, side: Side.ValueType, hold_id: str, *, gross: int, fee: int = 0, **fill: Any
    ) -> BetsFact:
        given = {name: str(uuid4()) for name in ("fill_id", "order_id", "event_id", "user_id")} | fill
        message = Fill(
            side=side, gross=Amount(units=gross, asset="USDC"), fee=Amount(units=fee, asset="USDC"), **given
        )
        return BetsFact(
            event_id=given["event_id"], order_filled=OrderFilled(fill=message, hold_transfer_id=hold_id)
        )


@pytest.fixture
def make() -> Make:
    return Make()


@pytest.fixture
async def wallet_url(database_for: Databases) -> str:
    """A fresh, migrated database of wallet's own."""
    return await database_for("wallet")


@pytest.fixture
async def database(wallet_url: str) -> AsyncIterator[Database]:
    config = DatabaseConfig(wallet_url, wallet_url, application_name="wallet-test", pool_max=8)
    async with Database(config) as opened:
        yield opened


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


class Prediction(PredictionServiceServicer):
    """Stands in for prediction on a real socket: says of orders and proceeds what the test told it."""

    def __init__(self) -> None:
        self.verdicts: dict[str, HoldVerdict.ValueType] = {}
        self.proceeds: list[Proceeds] = []
        self.asked: list[list[str]] = []
        self.away = False
        # What happens between the question and the answer.
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def SettleHolds(self, request: SettleHoldsRequest, _: object) -> SettleHoldsResponse:  # noqa: N802
        self.asked.append(list(request.order_ids))
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.away:
            raise Unavailable
        return SettleHoldsResponse(
            answers=[
                HoldAnswer(
                    order_id=order_id, verdict=self.verdicts.get(order_id, HoldVerdict.HOLD_VERDICT_VOID)
                )
                for order_id in request.order_ids
            ]
        )

    async def ListProceeds(self, _request: ListProceedsRequest, _: object) -> ListProceedsResponse:  # noqa: N802
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.away:
            raise Unavailable
        return ListProceedsResponse(proceeds=self.proceeds)


async def _unasked(_self: object, _request: object, _context: object) -> None:
    raise NotImplementedError


PREDICTION = DESCRIPTOR.services_by_name["PredictionService"]
for _method in PREDICTION.methods:
    if _method.name not in vars(Prediction):
        setattr(Prediction, _method.name, _unasked)
PREDICTION_ACCESS = {
    f"/{PREDICTION.full_name}/{method.name}": Access(services=frozenset({"wallet"}))
    for method in PREDICTION.methods
}


@pytest.fixture
def parties() -> Parties:
    return Parties()


@pytest.fixture
def prediction() -> Prediction:
    return Prediction()


@pytest.fixture
async def prediction_channel(prediction: Prediction, parties: Parties) -> AsyncIterator[Channel]:
    """Wallet's channel to the stand-in."""
    services = [(add_PredictionServiceServicer_to_server, prediction)]
    async with (
        serving(services, PREDICTION_ACCESS, parties) as server,
        parties.channel(server.target, service="wallet") as opened,
    ):
        yield opened


@pytest.fixture
def identity_rules() -> IdentityRules:
    """What is asked of people who deposit; nothing, unless a test says otherwise."""
    return IdentityRules()


@pytest.fixture
def servicer(
    database: Database, ledger: Ledger, prediction_channel: Channel, identity_rules: IdentityRules
) -> WalletServicer:
    balances = Balances(database, PredictionServiceStub(prediction_channel))
    return WalletServicer(
        database=database,
        ledger=ledger,
        balances=balances,
        statements=Statements(database),
        deposits=Deposits(database, ledger, {"demo"}, identity_rules),
        prover=Prover(database),
        explanations=Explanations(database, balances),
        lookup=Lookup(database),
        incidents=Incidents(database),
        fences=Fences(database),
    )


@pytest.fixture
async def target(servicer: WalletServicer, parties: Parties) -> AsyncIterator[str]:
    """Where the wallet answers."""
    async with serving([(add_WalletServiceServicer_to_server, servicer)], ACCESS, parties) as server:
        yield server.target


@pytest.fixture
async def as_prediction(target: str, parties: Parties) -> AsyncIterator[WalletServiceStub]:
    """The wallet as prediction calls it."""
    async with parties.channel(target, service="prediction") as opened:
        yield WalletServiceStub(opened)


@pytest.fixture
async def as_auth(target: str, parties: Parties) -> AsyncIterator[WalletServiceStub]:
    """The wallet as auth calls it."""
    async with parties.channel(target, service="auth") as opened:
        yield WalletServiceStub(opened)


@pytest.fixture
async def as_gateway(target: str, parties: Parties) -> AsyncIterator[WalletServiceStub]:
    """The wallet as the gateway calls it; inside `parties.signed_in()` it is that person who calls."""
    async with parties.channel(target, service="gateway", edge=True) as opened:
        yield WalletServiceStub(opened)


@pytest.fixture
def funded(ledger: Ledger, make: Make) -> Any:
    """A function that gives a new user some money."""

    async def fund(units: int = 1_000_000, asset: str = "USDC") -> Account:
        user = make.user(asset=asset)
        (answer,) = await ledger.create([make.deposit(user, units)])
        assert answer.result is Result.CREATED
        return user

    return fund


@pytest.fixture
def tamper(postgres: str, wallet_url: str) -> Callable[..., Awaitable[None]]:
    """A function that changes what nobody may change."""
    dsn = make_conninfo(
        postgres, dbname=conninfo_to_dict(wallet_url)["dbname"], options="-c search_path=wallet"
    )

    async def change(statement: str, *parameters: object) -> None:
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
            await connection.execute("set session_replication_role = replica")
            await connection.execute("alter table account drop constraint if exists account_not_overdrawn")
            await connection.execute(statement.encode(), parameters)

    return change


class World:
    """A ledger with its consumer, and questions about it."""

    def __init__(self, database: Database, ledger: Ledger, make: Any) -> None:
        self.database, self.ledger, self.make = database, ledger, make
        self.consumer = FillsConsumer(ledger)

    def record_of(self, fact: BetsFact) -> Record[BetsFact]:
        """A fact as the inbox hands it over."""
        return Record(
            topic="bets", partition=0, offset=0, key=fact.event_id, message=fact,
            source="prediction", sequence=fact.order_filled.fill.sequence, time=datetime.now(UTC),
            headers={},
        )  # fmt: skip

    async def deliver(self, *facts: BetsFact, consumer: FillsConsumer | None = None) -> None:
        async with self.database.transaction() as connection:
            await (consumer or self.consumer).handle(connection, [self.record_of(fact) for fact in facts])

    async def hold(self, units: int, *, escrow: Account, funds: int = 1_000) -> Transfer:
        """A new person with some money, and a hold of theirs."""
        user = self.make.user()
        hold: Transfer = self.make.hold(user, escrow, units)
        answers = await self.ledger.create([self.make.deposit(user, funds), hold])
        assert all(answer.succeeded for answer in answers)
        return hold

    async def units(self, of: Account) -> int:
        async with self.database.transaction() as connection:
            (balance,) = await lock_accounts(connection, [of.id])
        return balance.available_units

    async def fees(self) -> int:
        return int(await self.value("select coalesce(sum(credits_posted), 0) from account where kind = 4"))

    async def applied(self, escrow: Account) -> tuple[int, bool]:
        row = await self.rows(
            "select sequence, halted_at is not null from fill_progress where event_id = %s", escrow.owner_id
        )
        return row[0] if row else (0, False)

    async def waiting(self) -> list[int]:
        return [sequence for (sequence,) in await self.rows("select sequence from fill_waiting order by 1")]

    async def incidents(self, *, open_only: bool = True) -> list[str]:
        query = "select kind from incident where closed_at is null or not %s order by 1"
        return [kind for (kind,) in await self.rows(query, open_only)]

    async def rows(self, query: str, *parameters: Any) -> list[Any]:
        async with self.database.connection() as connection:
            return await (await connection.execute(query.encode(), parameters)).fetchall()

    async def value(self, query: str, *parameters: Any) -> Any:
        ((value,),) = await self.rows(query, *parameters)
        return value


@pytest.fixture
def world(database: Database, ledger: Ledger, make: Any) -> World:
    return World(database, ledger, make)


@pytest.fixture
def escrow(make: Any) -> Account:
    return make.escrow()
