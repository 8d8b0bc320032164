"""What each process took: seconds of processor and megabytes of memory, with all that it started.

The runner has started all others, and counts by itself alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from oraculum_dev.suite.memory import bytes_of, family
from oraculum_dev.suite.state import ProcessId

MEGABYTE = 1024 * 1024
RUNNER = "runner"


@dataclass(frozen=True)
class Taken:
    """What processes took over a while: seconds of processor, and megabytes of memory at the end."""

    cpu_s: Mapping[str, float]
    rss_mb: Mapping[str, float]


@dataclass(frozen=True)
class Usage:
    """A reading of the processors' time that each process has had so far."""

    seconds: Mapping[str, float]

    @classmethod
    def of(cls, processes: Mapping[str, ProcessId]) -> "Usage":
        """Read it now."""
        return cls({name: _seconds(identity, alone=name == RUNNER) for name, identity in processes.items()})

    def until_now(self, processes: Mapping[str, ProcessId], generator_seconds: float) -> Taken:
        """What was taken since, most first, and what the load generator took."""
        now = {**Usage.of(processes).seconds, "generator": generator_seconds}
        taken = {name: total - self.seconds.get(name, 0.0) for name, total in now.items()}
        return Taken(dict(sorted(taken.items(), key=lambda entry: -entry[1])), _megabytes(processes))


def _megabytes(processes: Mapping[str, ProcessId]) -> dict[str, float]:
    return {name: bytes_of(identity, alone=name == RUNNER) / MEGABYTE for name, identity in processes.items()}


def _seconds(identity: ProcessId, *, alone: bool) -> float:
    total = 0.0
    for process in family(identity)[: 1 if alone else None]:
        try:
            times = process.cpu_times()
        except psutil.Error:
            # It ended meanwhile; its parent, who counts those that have ended, tells of it.
            continue
        total += times.user + times.system + (0.0 if alone else times.children_user + times.children_system)
    return total
