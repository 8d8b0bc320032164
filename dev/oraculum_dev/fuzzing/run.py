"""Runs Schemathesis against a suite, as an administrator, with every check on.

What a run needs of the machine is its time; what it did is in its report. A run is cut into parts, each with a seed and
a session of its own, because an access token lasts a quarter of an hour.
"""

import asyncio
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oraculum_dev.demo.api import Api
from oraculum_dev.demo.person import Person
from oraculum_dev.faults.scene import make_operator
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.project import ROOT, tool

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
# Their success would end the session that asks, or close the platform to whoever shares the suite.
LEFT_OUT = ("logout", "adminSetMaintenance")
PART_SECONDS = 600


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
    """Carry out a plan; its code is 0 when nothing was found."""
    token = asyncio.run(_administrators_token(suite))
    return subprocess.run(
        plan.arguments(suite.url),
        cwd=ROOT,
        env={**os.environ, "ORACULUM_FUZZ_TOKEN": token},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


async def _administrators_token(suite: Suite) -> str:
    api = Api(suite.url)
    try:
        person = Person("fuzzer", await make_operator(suite), api)
        await person.sign_in()
        return person.token
    finally:
        await api.close()
