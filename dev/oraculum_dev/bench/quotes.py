"""Reads a second through the public API: pages of twenty events, and quotes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from oraculum_dev.bench import hop
from oraculum_dev.bench.drive import Driven, drive
from oraculum_dev.bench.figure import Delays, Limit, figure
from oraculum_dev.bench.load import Plan, head
from oraculum_dev.bench.people import CATEGORY, settle_in
from oraculum_dev.bench.run import Run
from oraculum_dev.bench.stage import Stage, set_stage
from oraculum_dev.infrastructure.ports import HOST

LIST = f"/api/v1/events?status=active&category={CATEGORY}&limit=20"
QUOTE = "/api/v1/events/{event_id}/quote?outcome=1&amount=10.00"
REQUEST_SECONDS = 30.0


@dataclass(frozen=True)
class Read:
    """One of the reads, measured."""

    shape: str
    unit: str
    # How long its answer is: so long is the bare hop's.
    size: int
    driven: Driven


def run(run: Run) -> None:
    """Measure both; then, alone on the machine, what it does with answers of that length."""
    for read in _measured(run):
        limit = limit_of(run, read.size)
        run.give(
            figure(
                "quotes",
                read.shape,
                read.driven.rate,
                read.unit,
                delays=Delays.of(read.driven.report.delays),
                errors=read.driven.report.errors,
                limit=limit,
                taken=read.driven.taken,
            )
        )


def _measured(run: Run) -> list[Read]:
    with set_stage() as stage:
        people, event_ids = asyncio.run(settle_in(stage, run.sizes))
        tokens = [person.token for person in people]
        quotes = [QUOTE.format(event_id=event_id) for event_id in event_ids]
        reads: list[Read] = []
        for shape, paths, unit in (("events", [LIST], "pages/s"), ("quote", quotes, "quotes/s")):
            answer = httpx.get(stage.suite.url + paths[0], timeout=REQUEST_SECONDS).raise_for_status()
            driven = drive(reading(run, stage, paths, tokens), stage.processes, stage.folder)
            run.note(f"quotes {shape}: {driven.rate:,.0f} a second; {driven.sentence}")
            run.expect_success(f"quotes {shape}", driven)
            reads.append(Read(shape, unit, len(answer.content), driven))
        return reads


def reading(run: Run, stage: Stage, paths: Sequence[str], tokens: Sequence[str]) -> Plan:
    """Signed in, each person with requests of their own: strangers of one address would share one limit."""
    return run.plan(
        stage,
        [
            head("GET", paths[number % len(paths)], stage.suite.ports.address("gateway"), token)
            for number, token in enumerate(tokens)
        ],
    )


def limit_of(run: Run, size: int) -> Limit:
    """What a bare hop does with answers so long, alone on the machine."""
    with hop.running(run.folder) as bare:
        plan = Plan(
            host=HOST,
            port=bare.port,
            connections=run.sizes.connections,
            warm_up_seconds=run.sizes.warm_up_seconds,
            seconds=run.sizes.seconds,
            heads=[head("GET", f"/{size}", HOST)],
        )
        driven = drive(plan, bare.processes, run.folder)
    run.note(f"{hop.WHAT}, {size} bytes: {driven.rate:,.0f} a second; {driven.sentence}")
    return Limit(driven.rate, hop.WHAT)
