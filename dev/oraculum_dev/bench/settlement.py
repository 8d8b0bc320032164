"""Positions paid a second: events that many people have bet on are resolved, by the path that every event takes."""

import asyncio
import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from oraculum_dev.bench.bets import plan
from oraculum_dev.bench.drive import drive
from oraculum_dev.bench.figure import Delays, figure
from oraculum_dev.bench.people import administrator, settle_in
from oraculum_dev.bench.proof import Proof
from oraculum_dev.bench.repository import Books
from oraculum_dev.bench.run import Run
from oraculum_dev.bench.stage import Stage, set_stage
from oraculum_dev.bench.usage import Usage
from oraculum_dev.demo.api import Api
from oraculum_kit.clock import SystemClock

# Both outcomes of so many events, each held by nearly everybody.
EVENTS = 10
LOOK_SECONDS = 0.05
SETTLED_SECONDS = 300.0


@dataclass(frozen=True)
class _Start:
    """The moment in which the events began to be resolved: what processes had used, the loop's clock, the world's."""

    usage: Usage
    began: float
    began_at: float


def run(run: Run) -> None:
    """Let people bet until they hold what there is to hold, then resolve everything at once."""
    limit = run.transactions
    with set_stage() as stage:
        people, event_ids = asyncio.run(settle_in(stage, dataclasses.replace(run.sizes, events=EVENTS)))
        proof, books = Proof(stage), Books(stage.suite.superuser_url)
        driven = drive(plan(run, stage, people, event_ids), stage.processes, stage.folder)
        run.expect_success("settlement", driven)
        run.complain("settlement", proof.rest(time.monotonic()))
        ids = [UUID(event_id) for event_id in event_ids]
        positions = books.positions(ids)
        with books.kept_open():
            start = asyncio.run(_resolve(stage, event_ids))
            while left := books.unsettled(ids):
                if time.monotonic() > start.began + SETTLED_SECONDS:
                    run.complain("settlement", [f"{left} of {len(ids)} events are not settled"])
                    break
                time.sleep(LOOK_SECONDS)
            ended_at = time.monotonic()
        taken = start.usage.until_now(stage.processes, 0.0)
        seconds = ended_at - start.began
        rate = positions / seconds
        run.note(f"settlement: {positions} positions in {seconds:.1f} s, {rate:,.0f} a second")
        run.complain("settlement", proof.rest(ended_at))
        run.complain("settlement", proof.conservation())
        took = [settled - start.began_at for settled in books.settled_at(ids)]
        run.give(
            figure(
                "settlement",
                f"{EVENTS} events",
                rate,
                "positions/s",
                delays=Delays.of(took),
                errors=len(ids) - len(took),
                limit=limit,
                taken=taken,
            )
        )


async def _resolve(stage: Stage, event_ids: Sequence[str]) -> _Start:
    api = Api(stage.suite.url)
    try:
        admin = await administrator(api, stage)
        start = _Start(Usage.of(stage.processes), time.monotonic(), SystemClock().now().timestamp())
        await asyncio.gather(
            *(admin.command(f"/events/{event_id}/resolve", {"outcome": 1}) for event_id in event_ids)
        )
        return start
    finally:
        await api.close()
