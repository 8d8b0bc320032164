"""The whole walk, as a newcomer takes it: one command starts everything, another tells the story, then all is gone."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from oraculum_dev.fixtures.suites import Suite, SuiteProcess
from oraculum_dev.infrastructure.accounts import open_temporary_base
from oraculum_dev.infrastructure.programs import spawn, stop, wait_ready
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.ports import OFFSETS

pytestmark = pytest.mark.end_to_end

FACTS_AT_LEAST = 30
STOP_SECONDS = 90.0


@pytest.fixture
def folder() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="oraculum-demo-", dir=open_temporary_base()))
    yield place
    Home(place / "suite").remove()
    shutil.rmtree(place)


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Tell the story against the suite of a folder, as `make demo` does."""
    return subprocess.run(
        [sys.executable, "-m", "oraculum_dev.command", "demo", *arguments],
        env={**os.environ, "ORACULUM_STATE": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_story_ends_well_and_leaves_nothing(folder: Path) -> None:
    """Every fact of the demo holds against a suite that was just made, and stopping it leaves no trace."""
    suite = Suite(folder / "suite")
    process = SuiteProcess(folder=suite.folder, log=folder / "up.log")
    program = process.program()
    runner = spawn(program)
    try:
        wait_ready(runner, program, process.ready, process.timeout_seconds)
        answer = demo(suite.folder)
        assert 0 == answer.returncode, answer.stdout + answer.stderr
        passed, _, failed, _ = answer.stdout.splitlines()[-1].split()
        assert int(passed) >= FACTS_AT_LEAST
        assert "0" == failed
        parts = [psutil.Process(identity.pid) for identity in suite.state.processes.values()]
    finally:
        stop(runner, signal.SIGTERM, STOP_SECONDS)
    assert 0 == runner.returncode
    assert [] == psutil.wait_procs(parts, timeout=1)[1]
    assert [] == suite.ports.taken(OFFSETS)


def test_without_a_suite_it_says_so(tmp_path: Path) -> None:
    answer = demo(tmp_path)
    assert 1 == answer.returncode
    assert "make up" in answer.stderr


def test_tells_what_is_late_when_nobody_answers(tmp_path: Path) -> None:
    """A gateway that is away is a fact that does not hold, not a traceback."""
    answer = demo(tmp_path, "--url", "http://127.0.0.1:9", "--json", "--patience", "1")
    told = json.loads(answer.stdout)
    assert 1 == answer.returncode
    assert 1 == told["failed"]
    assert "/auth/challenge gave no certain answer in 1 s" in told["facts"][-1]["seen"]
