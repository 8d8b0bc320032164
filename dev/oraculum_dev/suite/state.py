"""The state file of a suite: what `status`, `logs` and `down` know of a runner that is another process."""

import fcntl
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import IO

import psutil

from oraculum_dev.infrastructure.programs import ProgramError, kill_group
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.replicas import Replicas


@dataclass(frozen=True)
class ProcessId:
    """A process as surely as the system can name one: its number may be given to another, but not at the same time."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> "ProcessId | None":
        """Name a process that runs now."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.Error:
            return None

    def find(self) -> psutil.Process | None:
        """Return the process if it still runs."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < 1
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None


@dataclass
class State:
    """What is known of a suite that runs, or ran last."""

    runner: ProcessId
    port_base: int
    venues: str
    started_at: float
    ready_seconds: float | None = None
    processes: dict[str, ProcessId] = field(default_factory=dict)
    external: dict[str, str] = field(default_factory=dict)
    prediction_replicas: int = 1
    other_replicas: int = 1

    @classmethod
    def read(cls, home: Home) -> "State | None":
        """Read the state file; one that is missing or not readable tells of nothing."""
        try:
            raw = json.loads(home.state_file.read_text())
            raw["runner"] = ProcessId(**raw["runner"])
            raw["processes"] = {name: ProcessId(**value) for name, value in raw["processes"].items()}
            return cls(**raw)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, home: Home) -> None:
        """Write the state file whole."""
        unfinished = home.state_file.with_suffix(".new")
        unfinished.write_text(json.dumps(asdict(self), indent=2))
        unfinished.replace(home.state_file)

    @property
    def replicas(self) -> Replicas:
        """How many processes each service has."""
        return Replicas(self.prediction_replicas, self.other_replicas)

    @property
    def running(self) -> bool:
        """Tell whether the runner lives."""
        return self.runner.find() is not None


def hold_lock(home: Home) -> IO[str]:
    """Become this folder's only runner until the returned file is closed or this process ends."""
    lock = home.lock_file.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        state = State.read(home)
        who = f" (process {state.runner.pid})" if state else ""
        raise ProgramError(
            f"A suite of this folder runs already{who}. `make status` shows it, `make down` stops it."
        ) from None
    return lock


def end_leftovers(home: Home, say: Callable[[str], None]) -> None:
    """End what a runner left behind when it was killed where the system could not end its children for it."""
    state = State.read(home)
    if state is None or state.running:
        return
    left = {name: process for name, identity in state.processes.items() if (process := identity.find())}
    if left:
        say(f"a former suite was killed; ending what it left: {', '.join(sorted(left))}")
        for process in left.values():
            with suppress(psutil.Error):
                process.terminate()
        _, stubborn = psutil.wait_procs(left.values(), timeout=10)
        for process in stubborn:
            kill_group(process.pid)
        psutil.wait_procs(stubborn, timeout=5)
    # Only then: until here the file is the one trace of them.
    home.state_file.unlink(missing_ok=True)


def wait_until_gone(process: psutil.Process, timeout_seconds: float) -> bool:
    """Wait for a process that is not our child."""
    deadline = time.monotonic() + timeout_seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
