"""Bets accepted a second through the public API, in two shapes: spread over many events, and all on one."""

import asyncio
import time
from collections.abc import Sequence

from oraculum_dev.bench.drive import Driven, drive
from oraculum_dev.bench.figure import Delays, Limit, figure
from oraculum_dev.bench.load import Plan, head
from oraculum_dev.bench.people import settle_in
from oraculum_dev.bench.proof import Proof
from oraculum_dev.bench.run import Run
from oraculum_dev.bench.stage import Stage, set_stage
from oraculum_dev.demo.person import Person

PATH = "/api/v1/predictions"
# In dollars: all of one length, so that a body's length is one too.
AMOUNTS = ("1.00", "1.50", "2.00", "2.75", "3.30", "4.99")
POSTED = Limit(1.0, "target of accepted to posted, s")


def run(run: Run) -> None:
    """Measure both shapes on one suite."""
    limit = run.transactions
    with set_stage() as stage:
        people, event_ids = asyncio.run(settle_in(stage, run.sizes))
        proof = Proof(stage)
        for shape, chosen in (("many", event_ids), ("hot", event_ids[:1])):
            run.complain(shape, proof.rest(time.monotonic()))
            _measure(run, stage, proof, shape, plan(run, stage, people, chosen), limit)


def plan(run: Run, stage: Stage, people: Sequence[Person], event_ids: Sequence[str]) -> Plan:
    """Purchases only: a sale needs no hold and would flatter the figure."""
    host = stage.suite.ports.address("gateway")
    return run.plan(
        stage,
        [head("POST", PATH, host, person.token) for person in people],
        [
            f'{{"event_id":"{event_id}","outcome":{outcome},"amount":"{amount}"}}'
            for event_id in event_ids
            for outcome in (0, 1)
            for amount in AMOUNTS
        ],
        keyed=True,
    )


def _measure(run: Run, stage: Stage, proof: Proof, shape: str, plan: Plan, limit: Limit) -> None:
    driven = drive(plan, stage.processes, stage.folder)
    ended_at = time.monotonic()
    run.note(f"bets {shape}: {driven.rate:,.0f} a second; {driven.sentence}")
    name = f"bets {shape}"
    run.complain(name, proof.rest(ended_at))
    run.complain(name, proof.conservation())
    run.complain(name, proof.found(driven.report.made))
    run.expect_success(name, driven)
    _tell(run, shape, driven, limit, proof.posted_after(driven.report.made))


def _tell(run: Run, shape: str, driven: Driven, limit: Limit, posted_after: Sequence[float]) -> None:
    accepted, posted = Delays.of(driven.report.delays), Delays.of(posted_after)
    errors, taken = driven.report.errors, driven.taken
    run.give(
        figure("bets", shape, driven.rate, "bets/s", delays=accepted, errors=errors, limit=limit, taken=taken)
    )
    delay = posted.p95_ms / 1000
    run.give(
        figure("posted", shape, delay, "s at p95", delays=posted, errors=errors, limit=POSTED, taken=taken)
    )
