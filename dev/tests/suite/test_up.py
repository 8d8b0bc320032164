"""A whole suite, as the person who types `make up` meets it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from oraculum_dev.fixtures.suites import Suite, SuiteProcess
from oraculum_dev.infrastructure.accounts import open_temporary_base
from oraculum_dev.infrastructure.programs import spawn, stop, wait_ready
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.ports import OFFSETS

pytestmark = pytest.mark.end_to_end

PROCESSES = ("auth", "event", "prediction", "wallet", "market-data", "notification", "gateway", "venues")
SERVERS = ("valkey", "kafka", "postgres")


def oraculum(command: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the runner for the suite of a folder."""
    return subprocess.run(
        [sys.executable, "-m", "oraculum_dev.command", command],
        env={**os.environ, "ORACULUM_STATE": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def wait_healthy(suite: Suite, timeout_seconds: float = 90) -> None:
    """Wait until `oraculum status` says that all is well again."""
    deadline = time.monotonic() + timeout_seconds
    while (answer := oraculum("status", suite.folder)).returncode and time.monotonic() < deadline:
        time.sleep(0.5)
    assert 0 == answer.returncode, answer.stdout


class TestStatus:
    def test_shows_that_all_is_healthy(self, suite: Suite) -> None:
        """The exit code is for scripts, the rest for people: memory, the start's time, three addresses."""
        wait_healthy(suite)
        answer = oraculum("status", suite.folder)
        for said in ("MB in all", "s after the start", f"{suite.url}/docs", suite.socket_url, *PROCESSES):
            assert said in answer.stdout

    def test_fails_where_nothing_runs(self, tmp_path: Path) -> None:
        assert 1 == oraculum("status", tmp_path).returncode


class TestUp:
    def test_refuses_to_run_twice_in_a_folder(self, suite: Suite) -> None:
        answer = oraculum("up", suite.folder)
        assert 1 == answer.returncode
        assert "A suite of this folder runs already" in answer.stderr

    def test_names_who_holds_its_ports(self, suite: Suite, tmp_path: Path) -> None:
        """The message alone tells what to do: which port, whose, how to choose others."""
        answer = oraculum("up", tmp_path / "other", ORACULUM_PORT_BASE=str(suite.ports.base), VENUES="sim")
        assert 1 == answer.returncode
        assert f"{suite.ports.of('gateway')} (gateway): python" in answer.stderr
        assert "ORACULUM_PORT_BASE=" in answer.stderr

    @pytest.mark.parametrize("name", [*PROCESSES, *SERVERS])
    def test_brings_back_what_was_killed(self, suite: Suite, name: str) -> None:
        """`kill -9` of any process: a moment later all is healthy again."""
        wait_healthy(suite)
        killed = suite.kill(name)
        suite.wait_for_another(name, than=killed)
        wait_healthy(suite)


class Own:
    """A suite that a test starts and stops itself."""

    def __init__(self, folder: Path) -> None:
        self.suite = Suite(folder / "suite")
        self._process = SuiteProcess(folder=folder / "suite", log=folder / "up.log", calm=True)
        self._runner: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until all is up."""
        program = self._process.program()
        self._runner = spawn(program)
        wait_ready(self._runner, program, self._process.ready, self._process.timeout_seconds)

    def end(self, number: signal.Signals) -> int:
        """Ask it to stop; the answer is its exit code."""
        assert self._runner
        stop(self._runner, number, 90)
        return self._runner.returncode


@pytest.fixture
def own() -> Iterator[Own]:
    place = Path(tempfile.mkdtemp(prefix="oraculum-up-", dir=open_temporary_base()))
    own = Own(place)
    yield own
    own.end(signal.SIGTERM)
    Home(own.suite.folder).remove()
    shutil.rmtree(place)


@pytest.mark.own_suite
class TestStop:
    @pytest.mark.timeout(600)
    def test_leaves_no_process_and_no_port_and_keeps_the_data(self, own: Own) -> None:
        """Ctrl-C and SIGTERM end everything; the next start finds what the last one wrote."""
        own.start()
        with psycopg.connect(own.suite.superuser_url) as connection:
            connection.execute("create table kept as select 42 as number")
        processes = [own.suite.process(name) for name in (*PROCESSES, *SERVERS)]
        assert 0 == own.end(signal.SIGINT)
        assert [] == psutil.wait_procs(processes, timeout=1)[1]
        assert [] == own.suite.ports.taken(OFFSETS)

        own.start()
        with psycopg.connect(own.suite.superuser_url) as connection:
            assert (42,) == connection.execute("select number from kept").fetchone()
        assert 0 == own.end(signal.SIGTERM)
        assert [] == own.suite.ports.taken(OFFSETS)
