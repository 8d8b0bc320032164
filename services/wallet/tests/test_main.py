"""The process itself: killed while money moves, stopped, started wrongly, and the operator's command."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceStub
from oraculum_kit.client import Channel, channel
from oraculum_kit.db import Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.keys import jwks, private_key_pem
from oraculum_kit.testing.messaging import eventually
from oraculum_kit.tokens import ServiceIdentity
from oraculum_money import Units
from oraculum_wallet.accounts import AccountKind, account
from oraculum_wallet.capital import add_capital
from oraculum_wallet.ledger import Ledger

CAPITAL = 50_000


class Process:
    """One wallet process at a time, always on the same port. Kafka and auth are away: money moves without them."""

    def __init__(self, folder: Path, url: str, free_port: Any) -> None:
        self._keys = {name: Ed25519PrivateKey.generate() for name in ("wallet", "prediction", "gateway")}
        (folder / "wallet.pem").write_text(private_key_pem(self._keys["wallet"]))
        (folder / "keys.json").write_text(
            json.dumps(jwks((name, key.public_key()) for name, key in self._keys.items()))
        )
        self.target = f"127.0.0.1:{free_port()}"
        self.environment = {
            **os.environ,
            "ORACULUM_ENV": "development",
            "SERVICE_NAME": "wallet",
            "GRPC_LISTEN": self.target,
            "INTERNAL_LISTEN": f"127.0.0.1:{free_port()}",
            "DATABASE_URL": url,
            "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free_port()}",
            "SERVICE_KEY_FILE": str(folder / "wallet.pem"),
            "SERVICE_KEYS_FILE": str(folder / "keys.json"),
            "AUTH_TARGET": f"127.0.0.1:{free_port()}",
            "PREDICTION_TARGET": f"127.0.0.1:{free_port()}",
            "HOUSE_CAPITAL_USDC": "0.05",
        }
        self._log = folder / "wallet.log"
        self._running: subprocess.Popen[bytes] | None = None

    def channel(self, service: str) -> Channel:
        return channel(self.target, ServiceIdentity(service, self._keys[service]), timeout_seconds=5.0)

    async def start(self) -> None:
        self._spawn()
        async with self.channel("gateway") as opened:

            async def serves() -> bool:
                assert self._running is not None
                assert self._running.poll() is None, self._log.read_text()
                try:
                    await opened.check(1.0)
                except Exception:  # noqa: BLE001  not yet, for whatever reason
                    return False
                return True

            await eventually(serves)

    def _spawn(self) -> None:
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                [sys.executable, "-m", "oraculum_wallet"], env=self.environment, stdout=log, stderr=log
            )

    def stop(self, number: signal.Signals) -> int:
        if self._running is None:
            return 0
        self._running.send_signal(number)
        code = self._running.wait(timeout=30)
        self._running = None
        return code


@pytest.fixture
def process(tmp_path: Path, wallet_url: str, free_port: Any) -> Iterator[Process]:
    made = Process(tmp_path, wallet_url, free_port)
    yield made
    made.stop(signal.SIGKILL)


def subsidies(count: int) -> pb.CreateTransfersRequest:
    """The house puts one unit into each of many escrows."""
    batch = pb.CreateTransfersRequest()
    for _ in range(count):
        event_id = str(uuid4())
        transfer = batch.transfers.add(
            transfer_id=str(uuid4()),
            phase=pb.TRANSFER_PHASE_POSTED,
            kind=pb.TRANSFER_KIND_SUBSIDY,
            debit=pb.AccountName(kind=pb.ACCOUNT_KIND_HOUSE),
            credit=pb.AccountName(kind=pb.ACCOUNT_KIND_EVENT_ESCROW, owner_id=event_id),
            event_id=event_id,
        )
        transfer.amount.units, transfer.amount.asset = 1, "USDC"
    return batch


async def test_killed_while_money_moves_the_same_batches_again_tell_the_truth(process: Process) -> None:
    created, existed = pb.TRANSFER_RESULT_CREATED, pb.TRANSFER_RESULT_EXISTS
    unknown: list[pb.CreateTransfersRequest] = []
    settled: list[pb.CreateTransfersRequest] = []
    await process.start()
    async with process.channel("prediction") as opened, process.channel("gateway") as gateway:
        stub = WalletServiceStub(opened)

        async def work() -> None:
            while True:
                batch = subsidies(40)
                unknown.append(batch)
                response = await stub.CreateTransfers(batch)
                assert {answer.result for answer in response.answers} == {created}
                unknown.remove(batch)
                settled.append(batch)

        for _ in range(3):
            workers = [asyncio.create_task(work()) for _ in range(3)]
            done = len(settled)
            await eventually(lambda done=done: _more_than(settled, done + 5))
            process.stop(signal.SIGKILL)
            failures = await asyncio.gather(*workers, return_exceptions=True)
            assert all(isinstance(failure, ServiceError) for failure in failures)
            await process.start()
            for batch in list(unknown):
                response = await stub.CreateTransfers(batch)
                # Whole or not at all: never half a batch.
                assert {answer.result for answer in response.answers} in ({created}, {existed})
                unknown.remove(batch)
                settled.append(batch)
        again = await stub.CreateTransfers(settled[0])
        assert {answer.result for answer in again.answers} == {existed}
        proof = await WalletServiceStub(gateway).CheckLedger(pb.CheckLedgerRequest())
    assert list(proof.violations) == []
    (usdc,) = (sums for sums in proof.sums if sums.asset == "USDC")
    assert usdc.debits_posted_units == CAPITAL + 40 * len(settled)


async def test_told_to_stop_it_stops_cleanly(process: Process) -> None:
    await process.start()
    assert process.stop(signal.SIGTERM) == 0


async def test_every_start_finds_the_capital_there(process: Process) -> None:
    for _ in range(2):
        await process.start()
        async with process.channel("gateway") as gateway:
            proof = await WalletServiceStub(gateway).CheckLedger(pb.CheckLedgerRequest())
        assert {sums.asset: sums.credits_posted_units for sums in proof.sums}["USDC"] == CAPITAL
        process.stop(signal.SIGKILL)


def test_production_does_not_start_with_the_demo_rail(process: Process) -> None:
    environment = {**process.environment, "ORACULUM_ENV": "production", "DEPOSIT_RAILS": "demo"}
    ended = subprocess.run(
        [sys.executable, "-m", "oraculum_wallet"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 78
    assert "the rail demo makes money of nothing" in ended.stderr
    assert "Traceback" not in ended.stderr


class TestCapitalCommand:
    def run(self, process: Process, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**process.environment, "ORACULUM_ENV": "production"}
        command = [sys.executable, "-m", "oraculum_wallet.capital", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    async def test_a_key_moves_money_once(self, process: Process, database: Database) -> None:
        arguments = ("--asset", "USDC", "--amount", "12.50", "--key", "opening")
        outputs = [await asyncio.to_thread(self.run, process, *arguments) for _ in range(2)]
        assert [output.returncode for output in outputs] == [0, 0], outputs
        assert outputs[0].stdout == "CREATED: 12.50 USDC under the key opening\n"
        assert outputs[1].stdout.startswith("EXISTS:")
        result = await add_capital(database, Ledger(database), key="opening", asset="USDC", units=Units(1))
        assert result.name == "EXISTS_DIFFERENT"
        async with database.connection() as connection:
            house = account(AccountKind.HOUSE, "", "USDC").id
            rows = await connection.execute("select credits_posted from account where id = %s", [house])
            assert await rows.fetchone() == (12_500_000,)

    @pytest.mark.parametrize(
        ("amount", "key", "problem"),
        [
            ("12.5000001", "k", "--amount: an amount has at most 6 decimals"),
            ("0", "k", "--amount must be positive"),
            ("-5", "k", "--amount must be positive"),
            ("5", "start", "--key start is taken by development"),
        ],
    )
    def test_it_refuses_nonsense(self, process: Process, amount: str, key: str, problem: str) -> None:
        ended = self.run(process, "--asset", "USDC", f"--amount={amount}", "--key", key)
        assert ended.returncode == 1
        assert ended.stderr.strip() == problem


async def _more_than(settled: list[Any], count: int) -> bool:
    return len(settled) > count
