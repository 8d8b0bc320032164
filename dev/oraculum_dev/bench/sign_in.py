"""Sign-ins a second by e-mail and password, beside what the machine itself computes; and bets while they storm in.

A sign-in compares two hashes, whatever there is to compare, so that nobody learns which addresses are known. The limit is
half of what as many threads as auth has for it compute alone, at the cost that auth's own hashes name.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from argon2 import PasswordHasher, extract_parameters

from oraculum_dev.bench.bets import plan as bets_plan
from oraculum_dev.bench.drive import Driven, drive
from oraculum_dev.bench.figure import Delays, Limit, figure
from oraculum_dev.bench.load import Plan, head
from oraculum_dev.bench.people import settle_in
from oraculum_dev.bench.repository import Books
from oraculum_dev.bench.run import Run
from oraculum_dev.bench.stage import Stage, set_stage
from oraculum_dev.demo.api import Api, new_key

PATH: Final = "/api/v1/auth/login"
ACCOUNTS: Final = 64
# Each has its own count of attempts, as the networks of as many people have.
NETWORKS: Final = 1000
# More than auth computes at once, so that it never waits for the next.
CONNECTIONS: Final = 8
LIMIT_SECONDS: Final = 3.0
HASHES_A_SIGN_IN: Final = 2
PASSWORD: Final = f"{secrets.token_hex(8)} of a benchmark"


def run(run: Run) -> None:
    """Measure sign-ins, then bets without and with a storm of them."""
    with set_stage() as stage:
        people, event_ids = asyncio.run(settle_in(stage, run.sizes))
        addresses = asyncio.run(_registered(stage))
        limit = _limit(stage)
        storm = _storm(run, stage, addresses)
        signed = drive(storm, stage.processes, stage.folder)
        run.note(f"sign-ins: {signed.rate:,.1f} a second; {signed.sentence}")
        run.expect_success("sign-ins", signed)
        _tell(run, "alone", signed, "sign-ins/s", limit)
        bets = bets_plan(run, stage, people, event_ids)
        before = drive(bets, stage.processes, stage.folder)
        stormy, beside = _beside(stage, bets, storm)
        # A suite has more in its tables by now, so that alone would look like the storm's doing.
        behind = drive(bets, stage.processes, stage.folder)
        calm = Limit((before.rate + behind.rate) / 2, "bets without sign-ins, mean of before and behind")
        run.note(
            f"bets: {before.rate:,.0f} a second, {stormy.rate:,.0f} beside {beside.rate:,.1f} sign-ins, "
            f"{behind.rate:,.0f} behind; {_fall(stormy.rate, calm.value)}"
        )
        for name, driven in (("bets", before), ("bets beside sign-ins", stormy), ("bets", behind)):
            run.expect_success(name, driven)
        run.expect_success("sign-ins beside bets", beside)
        _tell(run, "beside bets", beside, "sign-ins/s", limit)
        _tell(run, "bets beside sign-ins", stormy, "bets/s", calm)


def _fall(stormy: float, calm: float) -> str:
    """The promise in words: a storm takes less than a tenth of the bets."""
    fallen = 100 * (1 - stormy / calm) if calm else 100.0
    return f"they fall by {fallen:.1f} % (promised: less than 10)"


async def _registered(stage: Stage) -> list[str]:
    """Open accounts that have a password."""
    api = Api(stage.suite.url)
    addresses = [f"{secrets.token_hex(6)}-{number}@example.com" for number in range(ACCOUNTS)]
    try:
        for address in addresses:
            await api.post("/auth/register", {"email": address, "password": PASSWORD}, None, new_key())
    finally:
        await api.close()
    return addresses


def _storm(run: Run, stage: Stage, addresses: Sequence[str]) -> Plan:
    host = stage.suite.ports.address("gateway")
    heads = [
        f"{head('POST', PATH, host)}x-forwarded-for: 2001:db8:{number:x}::1\r\n" for number in range(NETWORKS)
    ]
    bodies = [json.dumps({"email": address, "password": PASSWORD}) for address in addresses]
    return replace(run.plan(stage, heads, bodies, keyed=True), connections=CONNECTIONS)


def _beside(stage: Stage, bets: Plan, storm: Plan) -> tuple[Driven, Driven]:
    """Drive bets while people sign in from before their warm-up until after their end."""
    whole = bets.warm_up_seconds + bets.seconds
    longer = replace(storm, warm_up_seconds=1.0, seconds=whole + 5.0)
    folder = stage.folder / "storm"
    folder.mkdir()
    with ThreadPoolExecutor(1) as beside:
        storming = beside.submit(drive, longer, {}, folder)
        return drive(bets, stage.processes, stage.folder), storming.result()


def _limit(stage: Stage) -> Limit:
    """What the machine computes alone, at the cost of a hash that auth made."""
    encoded = Books(stage.suite.superuser_url).a_password_hash()
    cost = extract_parameters(encoded)
    workers = int(stage.suite.process("auth").environ().get("PASSWORD_WORKERS", "1"))
    hasher = PasswordHasher.from_parameters(cost)

    def compute(_: int) -> int:
        count, ends_at = 0, time.monotonic() + LIMIT_SECONDS
        while time.monotonic() < ends_at:
            hasher.verify(encoded, PASSWORD)
            count += 1
        return count

    with ThreadPoolExecutor(workers) as pool:
        computed = sum(pool.map(compute, range(workers)))
    what = f"argon2id m={cost.memory_cost} t={cost.time_cost} p={cost.parallelism}, {HASHES_A_SIGN_IN} a sign-in, {workers} at once"
    return Limit(computed / LIMIT_SECONDS / HASHES_A_SIGN_IN, what)


def _tell(run: Run, shape: str, driven: Driven, unit: str, limit: Limit) -> None:
    delays, errors = Delays.of(driven.report.delays), driven.report.errors
    run.give(
        figure(
            "sign-in", shape, driven.rate, unit, delays=delays, errors=errors, limit=limit, taken=driven.taken
        )
    )
