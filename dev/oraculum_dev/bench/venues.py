"""Venue updates a second, from raw frames to Kafka and the latest-quote store; and at half of that, how soon visible.

The frames go to the very objects that follow a venue, in a process of the service's own; the broker, the store and the
database are the suite's.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from oraculum_dev.bench.figure import Delays, Limit, figure
from oraculum_dev.bench.run import Run
from oraculum_dev.bench.usage import Taken
from oraculum_dev.fixtures.databases import Databases
from oraculum_dev.fixtures.servers import LocalServers
from oraculum_dev.project import ROOT

FLOW = ROOT / "services" / "market-data" / "benchmark" / "flow.py"
# What the design promises on two cores.
PROMISED = Limit(100_000.0, "promised")


def run(run: Run) -> None:
    """Measure as many as go, then half of what is promised."""
    sizes = ("--seconds", str(run.sizes.seconds), "--warm-up", str(run.sizes.warm_up_seconds))
    with servers_of_market_data() as servers:
        for shape, rate in (("most", 0.0), ("half", PROMISED.value / 2)):
            told = told_by(FLOW, [*sizes, *servers, "--rate", str(rate)])
            run.note(
                f"venues {shape}: {told['updates_s']:,} updates a second in, {told['records_s']} records a second out, "
                f"{told['cpu_us_per_update']} µs of processor an update, {told['cores']} cores, "
                f"{told['rss_mb']} MB, grown by {told['grown_mb']}"
            )
            run.give(
                figure(
                    "venues",
                    shape,
                    told["updates_s"],
                    "updates/s",
                    delays=Delays.of(told["delays_s"]),
                    errors=told["incidents"],
                    limit=PROMISED,
                    taken=Taken({"market-data": told["cpu_s"]}, {"market-data": told["rss_mb"]}),
                )
            )


@contextmanager
def servers_of_market_data() -> Iterator[Sequence[str]]:
    """A broker, a store and a fresh database, as the service's own programs want to be told of them."""
    servers = LocalServers()
    databases = Databases(servers.address("postgres"))
    try:
        yield (
            *("--kafka", servers.address("kafka")),
            *("--redis", servers.address("valkey")),
            *("--database", databases.make("market-data")),
        )
    finally:
        databases.drop_all()
        servers.close()


def told_by(program: Path, arguments: Sequence[str]) -> dict[str, Any]:
    """Run a program of the service's own; the line of JSON that it ends with."""
    done = subprocess.run(
        [sys.executable, str(program), *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told
