"""What is known of a suite after its runner is gone."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.state import ProcessId, State, end_leftovers, hold_lock

SLEEP = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "state")
    home.make()
    return home


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEP, start_new_session=True) as process:
        yield process
        process.kill()


def gone() -> ProcessId:
    """A process that ran once."""
    with subprocess.Popen(["true"]) as process:
        pass
    return ProcessId(process.pid, time.time())


def state(runner: ProcessId, **processes: ProcessId) -> State:
    return State(runner=runner, port_base=8000, venues="sim", started_at=0, processes=dict(processes))


class TestState:
    def test_reads_what_was_written(self, home, process) -> None:
        written = state(ProcessId.of(process.pid), wallet=ProcessId.of(process.pid))
        written.write(home)
        assert written == State.read(home)
        assert written.running

    @pytest.mark.parametrize("text", ["", "[]", "{", '{"runner": 1}'])
    def test_a_broken_file_tells_of_nothing(self, home, text) -> None:
        home.state_file.write_text(text)
        assert State.read(home) is None

    def test_a_number_that_was_given_to_another_process_is_not_ours(self, process) -> None:
        assert ProcessId(process.pid, 1.0).find() is None


class TestEndLeftovers:
    def test_ends_what_a_killed_runner_left(self, home, process) -> None:
        """Where the system cannot end children with their parent, the next start does."""
        state(gone(), wallet=ProcessId.of(process.pid)).write(home)
        said = []
        end_leftovers(home, said.append)
        assert process.wait(10) is not None
        assert ["a former suite was killed; ending what it left: wallet"] == said
        assert State.read(home) is None

    def test_leaves_a_running_suite_alone(self, home, process) -> None:
        state(ProcessId.of(process.pid), wallet=ProcessId.of(process.pid)).write(home)
        end_leftovers(home, print)
        assert process.poll() is None

    def test_leaves_others_alone(self, home, process) -> None:
        """A number that now belongs to somebody else is not killed."""
        state(gone(), wallet=ProcessId(process.pid, 1.0)).write(home)
        end_leftovers(home, print)
        assert process.poll() is None


class TestHoldLock:
    def test_a_second_runner_is_told_of_the_first(self, home, process) -> None:
        state(ProcessId.of(process.pid)).write(home)
        with hold_lock(home), pytest.raises(ProgramError, match=rf"runs already \(process {process.pid}\)"):
            hold_lock(home)

    def test_is_free_again_afterwards(self, home) -> None:
        hold_lock(home).close()
        hold_lock(home).close()


class TestClaimPostgres:
    def test_keeps_the_data_of_the_same_suite(self, home: Home) -> None:
        home.claim_postgres(print)
        (home.postgres / "data").mkdir()
        home.claim_postgres(print)
        assert (home.postgres / "data").exists()
        home.remove()

    def test_removes_what_a_deleted_suite_left(self, home: Home) -> None:
        """A new clone at the place of an old one must not meet a database without its Kafka."""
        home.claim_postgres(print)
        (home.postgres / "data").mkdir()
        (home.folder / "identity").unlink()
        said: list[str] = []
        home.claim_postgres(said.append)
        assert not (home.postgres / "data").exists()
        assert said[0].startswith(f"removing {home.postgres}")
        home.remove()
