"""What a benchmark runs on: a whole suite of its own, as `oraculum up` starts it, with what production has set."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from oraculum_dev.bench.collector import collecting
from oraculum_dev.bench.usage import RUNNER
from oraculum_dev.fixtures.servers import LocalServers
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.suite.state import ProcessId

ASSET = "USDC"
# Named in the output: the tier of people who have proved nothing, as a development machine has it. It is asked, in
# Redis, for every request; only the limits that would keep a thousand people from arriving within a minute are lifted.
LIMIT_TIER = "basic 300000/60"
SETTINGS = {
    # As in production: a line of JSON for every call and request, every hundredth trace sent to a collector.
    "LOG_FORMAT": "json",
    "LOG_LEVEL": "info",
    "TRACES_SAMPLE_RATIO": "0.01",
    "RATE_LIMIT_BASIC": LIMIT_TIER.split()[1],
    "RATE_LIMIT_SIGN_IN": "100000/60",
    "RATE_LIMIT_CREATE_EVENT": "100000/60",
    # Who signs in comes from as many networks as people do, and says so as a load balancer would.
    "TRUSTED_PROXIES": "1",
    # The stand-in of the venues is asked as often as real ones are, and moves no more than keeps its followers awake: in
    # production it is another machine that follows them.
    "STAND_IN_RECENT_SECONDS": "10",
    "STAND_IN_SWEEP_SECONDS": "60",
    "VENUES_RATE": "3",
    "SERIES_EVERY": "30",
    # On two cores a second one makes nothing faster: it only halves the batches.
    "PREDICTION_REPLICAS": "1",
}


@dataclass(frozen=True)
class Stage:
    """A running suite, and a folder for what the benchmark itself writes."""

    suite: Suite
    folder: Path

    @property
    def processes(self) -> dict[str, ProcessId]:
        """Every process of the suite, and the runner that looks after them."""
        return {**self.suite.state.processes, RUNNER: self.suite.state.runner}


@contextmanager
def set_stage() -> Iterator[Stage]:
    """Start a suite, and stop it and remove its data at the end; or use the one that ORACULUM_TEST_SUITE names."""
    servers = LocalServers()
    with tempfile.TemporaryDirectory(prefix="oraculum-bench-") as folder, collecting() as endpoint:
        try:
            with _environment({**SETTINGS, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}):
                suite = Suite(Path(servers.address("suite")))
            yield Stage(suite, Path(folder))
        finally:
            servers.close()


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Have these in our environment, which a suite inherits, for as long as it takes to start one."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
