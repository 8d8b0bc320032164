"""Drives one load against a suite and reads meanwhile what each process takes."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from oraculum_dev.bench import load
from oraculum_dev.bench.load import Plan, Report
from oraculum_dev.bench.usage import Taken, Usage
from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.project import ROOT
from oraculum_dev.suite.state import ProcessId


@dataclass(frozen=True)
class Driven:
    """A load that is over."""

    report: Report
    taken: Taken

    @property
    def rate(self) -> float:
        """Requests a second that did what they asked for."""
        return self.report.succeeded / self.report.seconds

    @property
    def sentence(self) -> str:
        """Whether the generator was what was measured, and what was refused."""
        count = max(1, sum(self.report.statuses.values()))
        text = f"generator {self.report.cpu_seconds / count * 1e6:.0f} µs a request; answers {self.report.statuses}"
        return text + "".join(f"\n  refused: {body[:300]}" for body in self.report.refusals)


def drive(plan: Plan, processes: Mapping[str, ProcessId], folder: Path) -> Driven:
    """Run the generator to its end. What is measured is what lies between its two words."""
    plan_file, report_file = folder / "plan.json", folder / "report.json"
    plan_file.write_text(json.dumps(asdict(plan)))
    command = [sys.executable, "-m", "oraculum_dev.bench.load", str(plan_file), str(report_file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as generator:
        _await(generator, load.MEASURING)
        measured = Usage.of(processes)
        _await(generator, load.ENDED)
        taken = measured.until_now(processes, 0.0)
        code = generator.wait()
    if code != 0:
        raise ProgramError(f"the load generator ended with code {code}")
    report = Report(**json.loads(report_file.read_text()))
    report.made = [(id_, told_at) for id_, told_at in report.made]
    return Driven(report, replace(taken, cpu_s={**taken.cpu_s, "generator": report.cpu_seconds}))


def _await(generator: "subprocess.Popen[str]", word: str) -> None:
    if generator.stdout is None:
        raise ValueError("the generator's output is read")
    if generator.stdout.readline().strip() != word:
        raise ProgramError("the load generator ended too early; see above")
