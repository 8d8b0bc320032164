"""Runs Schemathesis against a suite, as an administrator, with every check on.

What a run needs of the machine is its time; what it did is in its report. A long run is cut into parts, each with a seed
of its own.
"""

import asyncio
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oraculum_dev.faults.scene import make_operator
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.fuzzing import sign_in
from oraculum_dev.project import ROOT, tool

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
# Their success would end the session that asks, or close the platform to whoever shares the suite.
LEFT_OUT = ("logout", "endSession", "adminSetMaintenance")
PART_SECONDS = 600
# More than may have been asked in the seconds for which a token was worth nothing.
UNHEARD_MAX = 15


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is asked."""

    seed: int = 1
    # Of each operation and phase.
    examples: int = 100
    # No bound when 0.
    seconds: int = 0
    phases: Sequence[str] = ("examples", "coverage", "fuzzing")

    def arguments(self, url: str) -> list[str]:
        """The plan as Schemathesis is told it."""
        arguments = [tool("schemathesis"), "--config-file", str(CONFIGURATION), "run", f"{url}/openapi.json"]
        arguments += ["--url", url, "--checks", "all", "--phases", ",".join(self.phases)]
        arguments += ["--max-examples", str(self.examples), "--seed", str(self.seed), "--workers", "2"]
        arguments += ["--suppress-health-check", "all", "--no-color", "--request-timeout", "30"]
        for name in LEFT_OUT:
            arguments += ["--exclude-operation-id", name]
        return [*arguments, *(["--max-time", str(self.seconds)] if self.seconds else [])]


def fuzz(suite: Suite, plan: Plan) -> subprocess.CompletedProcess[str]:
    """Carry out a plan; its code is 0 when nothing was found, and something was looked for."""
    operator = asyncio.run(make_operator(suite))
    done = subprocess.run(
        plan.arguments(suite.url),
        cwd=ROOT,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": sign_in.__name__,
            sign_in.URL: suite.url,
            sign_in.SECRET: operator.secret,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    unheard = refused_throughout(done.stdout)
    if len(unheard) > UNHEARD_MAX:
        done.stdout += f"\nNobody was signed in: only 401 came from {', '.join(unheard)}\n"
        done.returncode = done.returncode or 1
    return done


def refused_throughout(report: str) -> list[str]:
    """What could be read by an administrator and was never answered with anything but 401."""
    _, _, warned = report.partition("401 Unauthorized (")
    section, _, _ = warned.partition("\n\n")
    named = [line.strip(" -") for line in section.splitlines()[1:]]
    return [name for name in named if name.startswith("GET ")]
