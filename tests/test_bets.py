"""A bet through real processes: wallet and prediction, PostgreSQL and Kafka, and kill -9 in the middle."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc
import pytest

from oraculum.auth.v1 import auth_service_pb2 as auth
from oraculum.auth.v1 import trust_service_pb2 as trust
from oraculum.event.v1 import event_service_pb2 as event
from oraculum.event.v1.events_fact_pb2 import EventResolved, EventsFact
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as prediction
from oraculum.prediction.v1.prediction_service_pb2_grpc import PredictionServiceStub
from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceStub
from oraculum_dev.fixtures.databases import Databases
from oraculum_dev.project import ROOT
from oraculum_kit import topics
from oraculum_kit.authorization import ANYONE, Access
from oraculum_kit.client import Channel
from oraculum_kit.errors import DeadlineExceeded, Internal, Unavailable
from oraculum_kit.ids import uuid7
from oraculum_kit.kafka import Cluster, Producer
from oraculum_kit.keys import jwks, private_key_pem
from oraculum_kit.records import outgoing
from oraculum_kit.testing import USER_KEY_ID, Parties, serving
from oraculum_kit.testing.messaging import eventually
from oraculum_kit.timestamps import to_wire

USDC = 1_000_000
PROCESSES = ("wallet", "prediction")


class Street:
    """Both processes, each always on its port."""

    def __init__(self, folder: Path, parties: Parties, environment: dict[str, dict[str, str]]) -> None:
        self.parties = parties
        self._folder = folder
        self._environment = environment
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def spawn(self, name: str) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", f"oraculum_{name}"],
                env=self._environment[name],
                stdout=log,
                stderr=log,
            )

    def stop(self, name: str, number: signal.Signals) -> None:
        process = self._running.pop(name, None)
        if process is not None:
            process.send_signal(number)
            process.wait(timeout=30)

    def channel(self, name: str, service: str = "gateway") -> Channel:
        return self.parties.channel(self._environment[name]["GRPC_LISTEN"], service=service, edge=True)

    async def serving(self) -> None:
        for name in PROCESSES:
            async with self.channel(name) as opened:
                await eventually(lambda opened=opened: answers(opened))


async def answers(opened: Channel) -> bool:
    try:
        await opened.check(1.0)
    except Exception:  # noqa: BLE001  not yet, for whatever reason
        return False
    return True


@asynccontextmanager
async def auth_with_our_keys(parties: Parties) -> AsyncIterator[str]:
    """What verifiers call of auth: its keys, and the news of what was revoked, which is nothing."""
    public = json.dumps(jwks([(USER_KEY_ID, parties._user_key.public_key())]))

    async def get_jwks(_request: object, _context: object) -> auth.GetJwksResponse:
        return auth.GetJwksResponse(jwks_json=public)

    async def watch_revocations(
        _request: object, _context: object
    ) -> AsyncIterator[trust.WatchRevocationsResponse]:
        # Again and again, as auth does: who hears nothing for seconds takes the news for lost.
        while True:
            yield trust.WatchRevocationsResponse(complete=True)
            await asyncio.sleep(1)

    def add(_: object, server: Any) -> None:
        handler = grpc.unary_unary_rpc_method_handler(
            get_jwks,
            request_deserializer=auth.GetJwksRequest.FromString,
            response_serializer=auth.GetJwksResponse.SerializeToString,
        )
        watching = grpc.unary_stream_rpc_method_handler(
            watch_revocations,
            request_deserializer=trust.WatchRevocationsRequest.FromString,
            response_serializer=trust.WatchRevocationsResponse.SerializeToString,
        )
        server.add_registered_method_handlers("oraculum.auth.v1.AuthService", {"GetJwks": handler})
        server.add_registered_method_handlers("oraculum.auth.v1.TrustService", {"WatchRevocations": watching})

    access = {
        "/oraculum.auth.v1.AuthService/GetJwks": Access(users=ANYONE),
        "/oraculum.auth.v1.TrustService/WatchRevocations": Access(users=ANYONE),
    }
    async with serving([(add, None)], access, parties) as served:
        yield served.target


@pytest.fixture
def stopping() -> Iterator[list[Street]]:
    """Whatever a test starts is gone when it ends."""
    streets: list[Street] = []
    yield streets
    for street in streets:
        for name in PROCESSES:
            street.stop(name, signal.SIGKILL)


@pytest.fixture
async def street(
    tmp_path: Path, database_for: Databases, kafka_bootstrap: str, free_port: Any, stopping: list[Street]
) -> AsyncIterator[Street]:
    """Wallet and prediction, up and ready, with all topics there."""
    await topics.create(Cluster(kafka_bootstrap), topics.read(ROOT / "protos/topics"))
    parties = Parties()
    names = (*PROCESSES, "gateway", "event")
    for name in names:
        parties.identity(name)
        (tmp_path / f"{name}.pem").write_text(private_key_pem(parties._service_keys[name]))
    public = [(name, parties._service_keys[name].public_key()) for name in names]
    (tmp_path / "keys.json").write_text(json.dumps(jwks(public)))
    listen = {name: f"127.0.0.1:{free_port()}" for name in PROCESSES}
    async with auth_with_our_keys(parties) as auth_target:
        shared = {
            **os.environ,
            "ORACULUM_ENV": "development",
            "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
            "SERVICE_KEYS_FILE": str(tmp_path / "keys.json"),
            "AUTH_TARGET": auth_target,
            "WALLET_TARGET": listen["wallet"],
            "PREDICTION_TARGET": listen["prediction"],
            "HOLD_AGE_SECONDS": "2",
        }
        environment = {
            name: {
                **shared,
                "SERVICE_NAME": name,
                "GRPC_LISTEN": listen[name],
                "INTERNAL_LISTEN": f"127.0.0.1:{free_port()}",
                "DATABASE_URL": await database_for(name),
                "SERVICE_KEY_FILE": str(tmp_path / f"{name}.pem"),
            }
            for name in PROCESSES
        }
        street = Street(tmp_path, parties, environment)
        stopping.append(street)
        for name in PROCESSES:
            street.spawn(name)
        await street.serving()
        yield street


class Town:
    """People who bet, over channels that outlive the processes."""

    def __init__(self, street: Street, bets: PredictionServiceStub, purse: WalletServiceStub) -> None:
        self._street = street
        self._bets = bets
        self._purse = purse

    async def arrive(self) -> UUID:
        person = uuid7()
        deposit = wallet.CreateDepositRequest(
            rail="demo", amount=Amount(units=100 * USDC, asset="USDC"), idempotency_key="arrival"
        )
        with self._street.parties.signed_in(person, idempotency_key="arrival"):
            await self._purse.CreateDeposit(deposit)
        return person

    async def bet(self, person: UUID, event_id: UUID, key: str, **order: Any) -> prediction.Order:
        """Bet, and where the outcome is unknown ask again under the same key."""
        request = prediction.PlaceOrderRequest(
            event_id=str(event_id),
            idempotency_key=key,
            **{"outcome": 1, "side": prediction.SIDE_BUY, **order},
        )
        with self._street.parties.signed_in(person):
            while True:
                try:
                    return (await self._bets.PlaceOrder(request)).order
                except (Unavailable, DeadlineExceeded, Internal):
                    await asyncio.sleep(0.1)

    async def money(self, person: UUID) -> tuple[int, int, int]:
        with self._street.parties.signed_in(person):
            (balance,) = (await self._purse.GetBalances(wallet.GetBalancesRequest())).balances
        return balance.available.units, balance.held.units, balance.arriving.units

    async def sound(self) -> bool:
        proof = await self._purse.CheckLedger(wallet.CheckLedgerRequest())
        assert [] == list(proof.violations)
        return not any(sums.debits_pending_units for sums in proof.sums)


@pytest.mark.parametrize("victim", PROCESSES)
async def test_killed_while_bets_run(street: Street, kafka_bootstrap: str, victim: str) -> None:
    """Every bet exists once, every hold is settled, and the result is paid to the unit."""
    async with street.channel("prediction") as bets, street.channel("wallet") as purse:
        town = Town(street, PredictionServiceStub(bets), WalletServiceStub(purse))
        people = await asyncio.gather(*(town.arrive() for _ in range(12)))
        event_id = uuid7()
        async with street.channel("prediction", service="event") as opened:
            host = PredictionServiceStub(opened)
            await host.OpenMarket(
                prediction.OpenMarketRequest(
                    event_id=str(event_id),
                    outcome_count=2,
                    subsidy=Amount(units=500 * USDC, asset="USDC"),
                    locks_at=to_wire(datetime.now(UTC) + timedelta(hours=1)),
                )
            )
            betting = [
                asyncio.ensure_future(
                    town.bet(person, event_id, f"{number}", amount_units=USDC + number, outcome=number % 2)
                )
                for number in range(10)
                for person in people
            ]
            await asyncio.wait(betting, return_when=asyncio.FIRST_COMPLETED)
            street.stop(victim, signal.SIGKILL)
            street.spawn(victim)
            async with asyncio.timeout(60):
                orders = await asyncio.gather(*betting)
            # A channel that nobody used while the process was away tries again by itself, up to a second later.
            for channel in (opened, purse):
                await eventually(lambda channel=channel: answers(channel))
            sold = await town.bet(
                people[0], event_id, "sale", side=prediction.SIDE_SELL, shares=orders[12].shares, outcome=1
            )
            sequences = sorted(order.fill.sequence for order in [*orders, sold])
            assert list(range(1, len(orders) + 2)) == sequences
            closed = await host.CloseMarket(
                prediction.CloseMarketRequest(event_id=str(event_id), reason="resolve")
            )
        assert len(orders) + 1 == closed.closing_sequence
        await resolve(kafka_bootstrap, event_id, closed.closing_sequence)
        await settled(street, event_id)
        for place, person in enumerate(people):
            mine = orders[place :: len(people)]
            expected = 100 * USDC - sum(order.gross.units + order.fee.units for order in mine)
            expected += sum(order.shares for order in mine if order.outcome == 1)
            if place == 0:
                expected += sold.gross.units - sold.fee.units - sold.shares
            assert (expected, 0, 0) == await town.money(person)
        await eventually(town.sound)


async def resolve(kafka_bootstrap: str, event_id: UUID, closing_sequence: int) -> None:
    """Say by Kafka, as event does, that it was YES."""
    resolution = event.Resolution(
        revision=1, payout_millionths=[0, 1_000_000], closing_sequence=closing_sequence
    )
    fact = EventsFact(event_id=str(event_id), event_resolved=EventResolved(resolution=resolution))
    async with Producer(Cluster(kafka_bootstrap)) as producer:
        await producer.send(
            outgoing(topic="events", key=str(event_id), message=fact, source="event", time=datetime.now(UTC))
        )


async def settled(street: Street, event_id: UUID) -> None:
    """Wait until everybody is paid."""
    async with street.channel("prediction") as opened:
        stub = PredictionServiceStub(opened)

        async def is_settled() -> bool:
            request = prediction.BatchGetMarketsRequest(event_ids=[str(event_id)])
            (market,) = (await stub.BatchGetMarkets(request)).markets
            return market.status == prediction.MARKET_STATUS_SETTLED

        await eventually(is_settled)
