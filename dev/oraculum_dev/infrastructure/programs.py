"""Starts and stops one operating-system process, so that it never outlives the process that started it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from oraculum_dev.infrastructure.accounts import Account

LOG_BYTES_MAX = 20_000_000
PR_SET_PDEATHSIG = 1


class ProgramError(Exception):
    """A process could not be started, died, or did not become ready; the text is meant for a person."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """How one process is started: what runs, where, as whom, and which signal asks it to stop."""

    name: str
    command: Sequence[str]
    directory: Path
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its output appended to its log.

    Call it from a thread that lives as long as the process should: on Linux the kernel stops the child when the
    thread that started it ends, however it ends, so even `kill -9` of the runner leaves nothing behind.
    """
    program.log.parent.mkdir(parents=True, exist_ok=True)
    _rotate(program.log)
    account = program.account
    with program.log.open("ab") as log:
        return subprocess.Popen(
            program.command,
            cwd=program.directory,
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            # It makes one system call and takes no lock, so a fork beside other threads is safe.
            preexec_fn=_bind_to_parent(program.stop_signal),  # noqa: PLW1509
        )


def stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals, timeout_seconds: float) -> bool:
    """Ask a process to stop and wait; past the timeout its whole group is killed. Return whether it obeyed."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout_seconds)
    obeyed = process.poll() is not None
    kill_group(process.pid)
    process.wait()
    return obeyed


def kill_group(group: int) -> None:
    """Kill what is left of a process group; a group that is gone is what we want."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def wait_ready(
    process: subprocess.Popen[bytes], program: Program, ready: Callable[[], bool], timeout_seconds: float
) -> None:
    """Return once `ready()` holds; say why with the end of the log when the process dies or takes too long."""
    deadline = time.monotonic() + timeout_seconds
    while not ready():
        if (code := process.poll()) is not None:
            raise ProgramError(died(program, code))
        if time.monotonic() > deadline:
            raise ProgramError(
                f"{program.name} was not ready after {timeout_seconds:.0f} s.\n{tail(program.log)}"
            )
        time.sleep(0.05)


def died(program: Program, code: int) -> str:
    """Say how a process ended, with the end of its log."""
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
    return f"{program.name} {how}.\n{tail(program.log)}"


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, indented, under the log's name."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_384))
            text = file.read().decode(errors="replace")
    except OSError as error:
        return f"  (its log {log} cannot be read: {error.strerror})"
    last = "\n".join(f"  | {line}" for line in text.splitlines()[-lines:])
    return f"  the end of {log}:\n{last or '  | (empty)'}"


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(log.suffix + ".1"))


def _bind_to_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """Ask Linux to signal the child when its parent dies; elsewhere the next start finds what was left."""
    if sys.platform != "linux":
        return None
    # Loaded here, before the fork: loading a library between fork and exec could hang.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def bind() -> None:
        prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return bind
