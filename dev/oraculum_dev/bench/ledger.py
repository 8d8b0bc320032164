"""Transfers a second through wallet's gRPC, in batches, as prediction asks for them."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceStub
from oraculum_dev.bench.figure import Delays, figure
from oraculum_dev.bench.people import settle_in
from oraculum_dev.bench.proof import Proof
from oraculum_dev.bench.run import Run
from oraculum_dev.bench.stage import ASSET, Stage, set_stage
from oraculum_dev.bench.usage import Taken, Usage
from oraculum_kit.client import channel
from oraculum_kit.errors import Unavailable
from oraculum_kit.ids import uuid7_text
from oraculum_kit.keys import private_key
from oraculum_kit.tokens import ServiceIdentity

if TYPE_CHECKING:
    from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceAsyncStub

# As large as calls may be without keeping others waiting, and a few of them at a time.
BATCH, AT_ONCE = 4_000, 4
TIMEOUT_SECONDS = 30.0
ATTEMPTS = 5
# Ids are new each time: what is there already was made by an attempt whose answer did not come.
DONE = (pb.TRANSFER_RESULT_CREATED, pb.TRANSFER_RESULT_EXISTS)


@dataclass
class Count:
    """What was answered within the time that is measured."""

    measuring: bool = False
    ended: bool = False
    created: int = 0
    refused: int = 0
    away: int = 0
    delays: list[float] = field(default_factory=list)


def run(run: Run) -> None:
    """Measure transfers of one unit between people, both chosen by chance."""
    limit = run.transactions
    with set_stage() as stage:
        people, _ = asyncio.run(settle_in(stage, run.sizes))
        proof = Proof(stage)
        run.complain("ledger", proof.rest(time.monotonic()))
        count, seconds, taken = asyncio.run(_load(run, stage, [person.user_id for person in people]))
        ended_at = time.monotonic()
        rate = count.created / seconds
        run.note(f"ledger: {rate:,.0f} transfers a second in calls of {BATCH}; refused {count.refused}")
        run.complain("ledger", proof.rest(ended_at))
        run.complain("ledger", proof.conservation())
        run.complain("ledger", ["transfers were refused"] if count.refused or not count.created else [])
        run.give(
            figure(
                "ledger",
                f"{AT_ONCE} calls of {BATCH}",
                rate,
                "transfers/s",
                delays=Delays.of(count.delays),
                errors=count.refused + count.away,
                limit=limit,
                taken=taken,
            )
        )


async def _load(run: Run, stage: Stage, user_ids: Sequence[str]) -> tuple[Count, float, Taken]:
    key = private_key(stage.suite.keys.service_key("prediction").read_text())
    identity = ServiceIdentity("prediction", key)
    count = Count()
    async with channel(
        stage.suite.ports.address("wallet"), identity, timeout_seconds=TIMEOUT_SECONDS
    ) as wallet:
        stub: WalletServiceAsyncStub = WalletServiceStub(wallet)
        tasks = [
            asyncio.create_task(_transfer(stub, user_ids, count, random.Random(number)))  # noqa: S311
            for number in range(AT_ONCE)
        ]
        await asyncio.sleep(run.sizes.warm_up_seconds)
        count.measuring, began, own = True, time.perf_counter(), time.process_time()
        usage = Usage.of(stage.processes)
        await asyncio.sleep(run.sizes.seconds)
        count.measuring, count.ended = False, True
        seconds = time.perf_counter() - began
        taken = usage.until_now(stage.processes, time.process_time() - own)
        await asyncio.gather(*tasks)
    return count, seconds, taken


async def _transfer(
    stub: "WalletServiceAsyncStub", user_ids: Sequence[str], count: Count, chance: random.Random
) -> None:
    """Ask again and again until the end."""
    accounts = [pb.AccountName(kind=pb.ACCOUNT_KIND_USER, owner_id=user_id) for user_id in user_ids]
    amount = Amount(units=1, asset=ASSET)
    while not count.ended:
        request = pb.CreateTransfersRequest()
        for _ in range(BATCH):
            debit, credit = _two(accounts, chance)
            request.transfers.add(
                transfer_id=uuid7_text(),
                phase=pb.TRANSFER_PHASE_POSTED,
                kind=pb.TRANSFER_KIND_ADJUSTMENT,
                debit=debit,
                credit=credit,
                amount=amount,
            )
        sent_at = time.perf_counter()
        response = await _answered(stub, request, count)
        if not count.measuring:
            continue
        created = sum(answer.result in DONE for answer in response.answers)
        count.created += created
        count.refused += len(response.answers) - created
        count.delays.append(time.perf_counter() - sent_at)


def _two(accounts: Sequence[pb.AccountName], chance: random.Random) -> tuple[pb.AccountName, pb.AccountName]:
    """Two that are not the same; quicker than a sample of them, for it runs on the machine that is measured."""
    first = int(chance.random() * len(accounts))
    other = int(chance.random() * (len(accounts) - 1))
    return accounts[first], accounts[other + (other >= first)]


async def _answered(
    stub: "WalletServiceAsyncStub", request: pb.CreateTransfersRequest, count: Count
) -> pb.CreateTransfersResponse:
    """Ask as prediction does: again under the same ids where wallet is away for a moment, each time an error counted."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await stub.CreateTransfers(request)
        except Unavailable:
            count.away += 1
    return await stub.CreateTransfers(request)
