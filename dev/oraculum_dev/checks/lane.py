"""Runs steps one after the other, each in processes of its own, and leaves none behind when it is interrupted."""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from oraculum_dev.checks import results
from oraculum_dev.checks.results import Result
from oraculum_dev.checks.steps import Step
from oraculum_dev.infrastructure.programs import Program, spawn, stop
from oraculum_dev.project import ROOT

STOP_SECONDS = 60.0
# Hundreds of processes are started: without kept bytecode each of them, and each worker of pytest, compiles everything.
UNTHRIFTY = ("PYTHONDONTWRITEBYTECODE",)
# A suite that somebody uses on this machine is none of the tests' business.
FOREIGN = (
    "ORACULUM_STATE",
    "ORACULUM_PORT_BASE",
    "VENUES",
    "PREDICTION_REPLICAS",
    "DATABASE_ADMIN_URL",
    "KAFKA_BOOTSTRAP_SERVERS",
    "REDIS_URL",
    "DATABASE_URL",
    "ORACULUM_ENV",
)


@dataclass
class Lane:
    """Steps that wait for each other; several lanes may run at the same time."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    async def run(self, steps: Sequence[Step]) -> list[Result]:
        """Run the steps and return what came of each."""
        return [await self._run(step) for step in steps]

    async def _run(self, step: Step) -> Result:
        begun, log = time.monotonic(), self.folder / f"{step.name.replace(' ', '-')}.log"
        report = log.with_suffix(".xml")
        codes = [await self._call(step.name, command, log, report) for command in step.commands]
        output = log.read_text(errors="replace")
        if report.exists():
            counts = results.of_pytest(report.read_text(), codes[0])
        elif step.name == "demo":
            counts = results.of_story(output, codes[0])
        else:
            counts = results.of_commands(codes)
        result = Result(step.name, *counts, seconds=time.monotonic() - begun, output=output)
        print(
            f"  {step.name:<12}{'ok' if not result.failed else 'FAILED':<8}{result.seconds:6.1f} s",
            flush=True,
        )
        return result

    async def _call(self, name: str, command: Sequence[str], log: Path, report: Path) -> int:
        if command[0].endswith("pytest"):
            command = [*command, f"--junitxml={report}"]
        left_out = {*FOREIGN, *UNTHRIFTY}
        variables = {key: value for key, value in os.environ.items() if key not in left_out}
        variables |= self.environment
        program = Program(name=name, command=command, directory=ROOT, log=log, environment=variables)
        process = spawn(program)
        try:
            await asyncio.to_thread(process.wait)
        finally:
            await asyncio.to_thread(stop, process, program.stop_signal, STOP_SECONDS)
        return process.returncode
