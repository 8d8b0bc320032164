"""Reads a second through the public API: pages of twenty events, and quotes."""

import asyncio
from collections.abc import Sequence

from oraculum_dev.bench import hop
from oraculum_dev.bench.drive import drive
from oraculum_dev.bench.figure import Delays, Limit, figure
from oraculum_dev.bench.load import Plan, head
from oraculum_dev.bench.people import CATEGORY, settle_in
from oraculum_dev.bench.run import Run
from oraculum_dev.bench.stage import Stage, set_stage
from oraculum_dev.infrastructure.ports import HOST

LIST = f"/api/v1/events?status=active&category={CATEGORY}&limit=20"
QUOTE = "/api/v1/events/{event_id}/quote?outcome=1&amount=10.00"
# What the bare hop answers with: a page of twenty events, and a quote, are about so long.
LIST_BYTES, QUOTE_BYTES = 20_000, 400


def run(run: Run) -> None:
    """Measure both; before each, what the machine does with answers of that length."""
    limits = {size: _limit(run, size) for size in (LIST_BYTES, QUOTE_BYTES)}
    with set_stage() as stage:
        people, event_ids = asyncio.run(settle_in(stage, run.sizes))
        quotes = [QUOTE.format(event_id=event_id) for event_id in event_ids]
        for shape, paths, unit, limit in (
            ("events", [LIST], "pages/s", limits[LIST_BYTES]),
            ("quote", quotes, "quotes/s", limits[QUOTE_BYTES]),
        ):
            plan = _plan(run, stage, paths, [person.token for person in people])
            driven = drive(plan, stage.processes, stage.folder)
            run.note(f"quotes {shape}: {driven.rate:,.0f} a second; {driven.sentence}")
            run.expect_success(f"quotes {shape}", driven)
            run.give(
                figure(
                    "quotes",
                    shape,
                    driven.rate,
                    unit,
                    delays=Delays.of(driven.report.delays),
                    errors=driven.report.errors,
                    limit=limit,
                    taken=driven.taken,
                )
            )


def _plan(run: Run, stage: Stage, paths: Sequence[str], tokens: Sequence[str]) -> Plan:
    """Signed in, each person with requests of their own: strangers of one address would share one limit."""
    return run.plan(
        stage,
        [
            head("GET", paths[number % len(paths)], stage.suite.ports.address("gateway"), token)
            for number, token in enumerate(tokens)
        ],
    )


def _limit(run: Run, size: int) -> Limit:
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
