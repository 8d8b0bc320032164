"""Public reads a second: pages of lists of events and single events, and how many of them the gateway's cache answers."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

from oraculum_dev.bench.drive import Driven, drive
from oraculum_dev.bench.figure import Delays, Limit, figure
from oraculum_dev.bench.people import CATEGORY, settle_in
from oraculum_dev.bench.quotes import REQUEST_SECONDS, limit_of, reading
from oraculum_dev.bench.run import Run
from oraculum_dev.bench.stage import Stage, set_stage

LIST = f"/api/v1/events?status=active&category={CATEGORY}&limit=20"
# What people look at first: the page of today, its next ones, and what ends soon.
LISTS = (
    LIST,
    *(f"{LIST}&page={number}" for number in (1, 2, 3)),
    f"{LIST}&sort=end_time:asc",
    f"/api/v1/events?category={CATEGORY}",
)
EVENT = "/api/v1/events/{event_id}"
FAMILY = "oraculum_gateway_cache"
# Found in memory, found in Valkey, or waited for with others: nobody behind the gateway was asked for them.
HITS = ("memory", "shared", "together")
SHARE = Limit(0.8, "hits promised")


@dataclass(frozen=True)
class Read:
    """One of the reads, measured."""

    shape: str
    # How long an answer is: so long is the bare hop's.
    size: int
    driven: Driven
    hits: float


def run(run: Run) -> None:
    """Measure both, then what the machine does with answers of their length."""
    for read in _measured(run):
        delays, errors = Delays.of(read.driven.report.delays), read.driven.report.errors
        taken = read.driven.taken
        shape, rate = read.shape, read.driven.rate
        limit = limit_of(run, read.size)
        run.give(
            figure("reads", shape, rate, "reads/s", delays=delays, errors=errors, limit=limit, taken=taken)
        )
        run.give(
            figure(
                "reads",
                f"{shape} hits",
                round(read.hits, 4) * 100,
                "%",
                delays=delays,
                errors=errors,
                limit=Limit(SHARE.value * 100, SHARE.what),
                taken=taken,
            )
        )


def _measured(run: Run) -> list[Read]:
    with set_stage() as stage:
        people, event_ids = asyncio.run(settle_in(stage, run.sizes))
        tokens = [person.token for person in people]
        events = [EVENT.format(event_id=event_id) for event_id in event_ids]
        return [
            _measure(run, stage, shape, paths, tokens)
            for shape, paths in (("lists", LISTS), ("events", events))
        ]


def _measure(run: Run, stage: Stage, shape: str, paths: Sequence[str], tokens: Sequence[str]) -> Read:
    answer = httpx.get(stage.suite.url + paths[0], timeout=REQUEST_SECONDS).raise_for_status()
    before = _asked(stage)
    driven = drive(reading(run, stage, paths, tokens), stage.processes, stage.folder)
    asked = {result: count - before.get(result, 0.0) for result, count in _asked(stage).items()}
    hits = sum(asked.get(result, 0.0) for result in HITS) / max(1.0, sum(asked.values()))
    run.note(f"reads {shape}: {driven.rate:,.0f} a second, {hits:.2%} hits; {driven.sentence}")
    run.expect_success(f"reads {shape}", driven)
    return Read(shape, len(answer.content), driven, hits)


def _asked(stage: Stage) -> Mapping[str, float]:
    """How the gateway's cache answered so far, by result."""
    url = f"http://{stage.suite.ports.address('gateway internal')}/metrics"
    found: defaultdict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(httpx.get(url, timeout=REQUEST_SECONDS).text):
        if family.name == FAMILY:
            for one in family.samples:
                if one.name.endswith("_total"):
                    found[one.labels["result"]] += one.value
    return found
