"""Venue updates a second, from raw frames to Kafka and the latest-quote store; and at half of that, how soon visible.

The frames go to the very objects that follow a venue, in a process of the service's own; the broker and the store are
the suite's. Beside it stands what the broker takes of bare records of that length from one process.
"""

import json
import subprocess
import sys
from typing import Any

from oraculum_dev.bench.figure import Delays, Limit, figure
from oraculum_dev.bench.run import Run
from oraculum_dev.bench.usage import Taken
from oraculum_dev.fixtures.servers import LocalServers
from oraculum_dev.project import ROOT

FLOW = ROOT / "services" / "market-data" / "benchmark" / "flow.py"
# What the design promises on two cores.
PROMISED = Limit(100_000.0, "promised")


def run(run: Run) -> None:
    """Measure as many as go, then half of what is promised."""
    servers = LocalServers()
    try:
        addresses = ("--kafka", servers.address("kafka"), "--redis", servers.address("valkey"))
        for shape, rate in (("most", 0.0), ("half", PROMISED.value / 2)):
            told = _flow(run, *addresses, "--rate", str(rate))
            run.note(
                f"venues {shape}: {told['updates_s']:,} updates a second in, {told['records_s']:,} records out, "
                f"{told['cpu_s_per_s']} cores"
            )
            run.give(
                figure(
                    "venues",
                    shape,
                    told["updates_s"],
                    "updates/s",
                    delays=Delays.of(told["delays_s"]),
                    errors=0,
                    limit=PROMISED,
                    taken=Taken({"market-data": told["cpu_s"]}, {"market-data": told["rss_mb"]}),
                )
            )
    finally:
        servers.close()


def _flow(run: Run, *arguments: str) -> dict[str, Any]:
    sizes = ("--seconds", str(run.sizes.seconds), "--warm-up", str(run.sizes.warm_up_seconds))
    done = subprocess.run(
        [sys.executable, str(FLOW), *sizes, *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told
