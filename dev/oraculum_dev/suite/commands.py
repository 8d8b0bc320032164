"""The commands beside `up`: status, down, logs, clean."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from oraculum_dev.infrastructure.programs import ProgramError, kill_group
from oraculum_dev.suite import memory, view
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.ports import Ports
from oraculum_dev.suite.probe import Health
from oraculum_dev.suite.state import State, end_leftovers, wait_until_gone
from oraculum_dev.suite.supervisor import Status
from oraculum_dev.suite.table import Plan, units
from oraculum_dev.suite.units import Unit
from oraculum_dev.suite.venues import Venues

STOP_SECONDS = 90.0
FOLLOW_SECONDS = 0.3


def status() -> int:
    """Print what is up, where, how much memory it takes and how long the last start took; 0 when all is healthy."""
    home = Home.here()
    state = State.read(home)
    if state is None or not state.running:
        print("No suite runs in this folder. `make up` starts one.")
        return 1
    plan = Plan(
        home=home,
        ports=Ports(state.port_base),
        venues=Venues(state.venues),
        replicas=state.replicas,
        observed="prometheus" in state.processes,
        traced="traces" in state.processes,
        external=state.external,
    )
    table = [unit for unit in units(plan) if unit.program or unit.name in plan.external]
    healths = asyncio.run(_ask(table))
    taken = memory.of_suite(state)
    rows = [_row(unit, health, state, taken) for unit, health in zip(table, healths, strict=True)]
    _print(rows)
    ready = "not yet" if state.ready_seconds is None else f"{state.ready_seconds:.1f} s after the start"
    print(f"\nmemory   {sum(taken.values()) / view.MEGABYTE:,.0f} MB in all (sum of PSS, runner included)")
    print(f"ready    {ready}")
    print(f"venues   {state.venues}")
    print(
        f"data     {home.folder}"
        + (f"; PostgreSQL in {home.postgres}" if "postgres" not in plan.external else "")
    )
    for name, url in view.addresses(plan.ports):
        print(f"{name:<9}{url}")
    healthy = all(health.ready and not health.degraded for health in healths)
    return 0 if healthy and state.ready_seconds is not None else 1


async def _ask(table: Sequence[Unit]) -> list[Health]:
    return list(await asyncio.gather(*(unit.health() for unit in table)))


def _row(unit: Unit, health: Health, state: State, taken: dict[str, int]) -> view.Row:
    return view.Row(
        name=unit.name,
        status=Status.UP if health.ready else Status.UNWELL,
        where=unit.where,
        degraded=health.degraded,
        memory_bytes=taken.get(unit.name, 0),
        flow=f"process {state.processes[unit.name].pid}" if unit.name in state.processes else "",
    )


def _print(rows: Sequence[view.Row]) -> None:
    console = Console()
    if console.is_terminal:
        console.print(view.table(rows))
    else:
        print(view.plain(rows))


def down() -> int:
    """Stop the suite of this folder, wait until it is gone, and say so."""
    home = Home.here()
    state = State.read(home)
    runner = state.runner.find() if state else None
    if runner is None:
        end_leftovers(home, print)
        print("No suite runs in this folder.")
        return 0
    runner.send_signal(signal.SIGTERM)
    print(f"stopping (process {runner.pid}) ...", flush=True)
    if not wait_until_gone(runner, STOP_SECONDS):
        print("it did not stop; ending it and what it started by force", file=sys.stderr)
        runner.kill()
        wait_until_gone(runner, 5)
        for identity in state.processes.values() if state else ():
            if identity.find():
                kill_group(identity.pid)
    print("stopped")
    return 0


def clean() -> int:
    """Remove the data, the keys and the logs of a suite that does not run."""
    home = Home.here()
    state = State.read(home)
    if state and state.running:
        raise ProgramError("The suite runs; stop it first: make down")
    end_leftovers(home, print)
    for path in home.remove():
        print(f"removed {path}")
    return 0


def logs(names: Sequence[str]) -> int:
    """Follow the logs of the named parts, or of all, each line under its part's name, until Ctrl-C."""
    home = Home.here()
    known = {path.stem: path for path in sorted(home.logs.glob("*.log"))}
    if unknown := set(names) - known.keys():
        print(
            f"No log of {', '.join(sorted(unknown))}. There is: {', '.join(known) or 'none'}", file=sys.stderr
        )
        return 1
    followed = {name: _Follower(path) for name, path in known.items() if not names or name in names}
    width = max(map(len, followed), default=0)
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        while True:
            for name, follower in followed.items():
                for line in follower.lines():
                    print(f"{name:<{width}} | {line}" if len(followed) > 1 else line, flush=True)
            time.sleep(FOLLOW_SECONDS)
    return 0


class _Follower:
    """Reads what is appended to a log, beginning a little before its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = max(0, path.stat().st_size - 4096)
        self._begun = self._position == 0

    def lines(self) -> list[str]:
        """The lines that came since the last call."""
        size = self._path.stat().st_size if self._path.exists() else 0
        if size < self._position:
            self._position = 0
        if size == self._position:
            return []
        with self._path.open("rb") as file:
            file.seek(self._position)
            whole = file.read().rpartition(b"\n")[0]
        self._position += len(whole) + 1 if whole else 0
        lines = whole.decode(errors="replace").splitlines()
        # The first one was cut by where we began to read.
        cut, self._begun = (0 if self._begun else 1), True
        return lines[cut:]
