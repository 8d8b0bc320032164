"""Venue updates a second, from raw frames to Kafka and the latest-quote store; and at half of that, how soon visible.

The frames go to the very objects that follow a venue, in a process of the service's own; the broker, the store and the
database are the suite's.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from oraculum_dev.bench.figure import Delays, Limit, figure
from oraculum_dev.bench.run import Run
from oraculum_dev.bench.usage import Taken
from oraculum_dev.fixtures.databases import Databases
from oraculum_dev.fixtures.servers import LocalServers

# What the design promises on two cores.
PROMISED = Limit(100_000.0, "promised")
# The load of each figure, and its updates a second; as many as go where there are none.
SHAPES: Mapping[str, tuple[str, float]] = {
    "most": ("recorded", 0.0),
    "worst": ("worst", 0.0),
    "half": ("recorded", PROMISED.value / 2),
}


@dataclass(frozen=True)
class ServersOfMarketData:
    """A broker, a store and a fresh database."""

    # As the service's own programs want to be told of them.
    options: Sequence[str]
    processes: Mapping[str, int]


def run(run: Run) -> None:
    """Measure as many as go, of what venues send and of the worst that they could, then half of what is promised."""
    sizes = ("--seconds", str(run.sizes.seconds), "--warm-up", str(run.sizes.warm_up_seconds))
    with servers_of_market_data() as servers:
        counted = [
            word for name, process in servers.processes.items() for word in ("--process", f"{name}={process}")
        ]
        for shape in run.sizes.shapes or SHAPES:
            load, rate = SHAPES[shape]
            options = [*sizes, *servers.options, *counted, "--load", load, "--rate", str(rate)]
            _give(run, shape, told_by("benchmark.flow", options))


def _give(run: Run, shape: str, told: Mapping[str, Any]) -> None:
    lost, wrong, memory = told["trades_lost"], told["quotes_wrong"], told["memory_mb"]
    run.note(
        f"venues {shape}: {told['updates_s']:,} updates a second in, {told['records_s']} records a second out, "
        f"{told['cpu_us_per_update']} µs of processor an update, {told['cores']} cores; "
        f"{told['trades']:,} trades; MB from first to last {memory}"
    )
    if lost or wrong:
        run.complain("venues", [f"{shape}: {lost} trades are lost, {wrong} quotes wrong in the store"])
    run.give(
        figure(
            "venues",
            shape,
            told["updates_s"],
            "updates/s",
            delays=Delays.of(told["delays_s"]),
            errors=told["incidents"] + lost + wrong,
            limit=PROMISED,
            taken=Taken(told["cpu_s"], {"market-data": memory[-1], "grown": memory[-1] - memory[0]}),
        )
    )


@contextmanager
def servers_of_market_data() -> Iterator[ServersOfMarketData]:
    """Start them."""
    servers = LocalServers()
    databases = Databases(servers.address("postgres"))
    try:
        options = (
            *("--kafka", servers.address("kafka")),
            *("--redis", servers.address("valkey")),
            *("--database", databases.make("market-data")),
        )
        yield ServersOfMarketData(options, servers.processes())
    finally:
        databases.drop_all()
        servers.close()


def told_by(program: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Run a program of the service's own; the line of JSON that it ends with."""
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told
