"""Starts units in the order of what needs what, keeps them up, and stops them in reverse."""

import asyncio
import contextlib
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from oraculum_dev.infrastructure.programs import Program, ProgramError, died, spawn, stop, tail
from oraculum_dev.suite.order import needed_by, sorted_by_need
from oraculum_dev.suite.probe import AWAY, Health
from oraculum_dev.suite.units import Unit

POLL_SECONDS = 0.1
WATCH_SECONDS = 1.0
SETTLE_SECONDS = 5.0
BACKOFF_SECONDS = 0.5
BACKOFF_SECONDS_MAX = 30.0
# A process that was up before is rather slow than broken, and killing it would make it begin anew for as long as the
# machine is busy: it has at least so long to come back.
REVIVED_SECONDS = 600.0
# Who has been up for this long did not die of what killed it last time.
CALM_SECONDS = 60.0


class Status(StrEnum):
    """Where a unit stands."""

    WAITING = "waiting"
    STARTING = "starting"
    UP = "up"
    UNWELL = "unwell"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass
class Running:
    """One unit and what has become of it."""

    unit: Unit
    status: Status = Status.WAITING
    health: Health = AWAY
    process: subprocess.Popen[bytes] | None = None
    program: Program | None = None
    restarts: int = 0
    up_since: float = 0.0
    up: asyncio.Event = field(default_factory=asyncio.Event)
    down: asyncio.Event = field(default_factory=asyncio.Event)


class Supervisor:
    """Runs a table of units. `say` hears what a person wants to know, `changed` that processes came or went."""

    def __init__(
        self, units: Sequence[Unit], say: Callable[[str, str], None], changed: Callable[[], None]
    ) -> None:
        self.units = [Running(unit) for unit in sorted_by_need(units)]
        self._by_name = {running.unit.name: running for running in self.units}
        self._say = say
        self._changed = changed

    @property
    def healthy(self) -> bool:
        """Whether every unit is up."""
        return all(running.status is Status.UP for running in self.units)

    async def start(self) -> None:
        """Return once every unit is up; raise `ProgramError` when one cannot be."""
        try:
            async with asyncio.TaskGroup() as group:
                for running in self.units:
                    group.create_task(self._start(running), name=running.unit.name)
        except ExceptionGroup as group:
            if group.split(ProgramError)[1]:
                raise
            # Others may have failed after the first one: its story is the one to tell.
            raise group.exceptions[0] from None
        await self._settle()

    async def watch(self) -> None:
        """Keep every process up, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for running in self.units:
                if running.program:
                    group.create_task(self._keep(running), name=running.unit.name)

    async def stop(self) -> None:
        """Stop everything, each unit only after all that need it."""
        async with asyncio.TaskGroup() as group:
            for running in self.units:
                group.create_task(self._stop(running), name=running.unit.name)

    async def _settle(self) -> None:
        """Give those that were up first the moment they need to see that their peers are up too."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            unsettled = [running for running in self.units if running.health.degraded]
            if not unsettled:
                return
            await asyncio.sleep(POLL_SECONDS)
            for running in unsettled:
                running.health = await running.unit.health()

    async def _start(self, running: Running) -> None:
        unit = running.unit
        for need in unit.needs:
            await self._by_name[need].up.wait()
        running.status = Status.STARTING
        try:
            await asyncio.to_thread(unit.prepare)
        except ProgramError:
            running.status = Status.FAILED
            raise
        if unit.program:
            running.program = unit.program()
            self._spawn(running)
        await self._wait_up(running, unit.timeout_seconds)
        self._say(unit.name, f"up at {unit.where}" if unit.where else "done")
        running.up.set()

    def _spawn(self, running: Running) -> None:
        if running.program is None:
            raise ValueError(f"{running.unit.name} is a step and has no process")
        try:
            running.process = spawn(running.program)
        except OSError as error:
            running.status = Status.FAILED
            raise ProgramError(f"{running.unit.name} cannot be started: {error}") from error
        self._changed()

    async def _wait_up(self, running: Running, timeout_seconds: float) -> None:
        """Wait until a unit says it is ready; raise when it dies first or takes too long."""
        unit, deadline = running.unit, time.monotonic() + timeout_seconds
        while not (health := await unit.health()).ready:
            code = running.process.poll() if running.process else None
            if code is not None and running.program:
                running.status = Status.FAILED
                raise ProgramError(died(running.program, code))
            if time.monotonic() > deadline:
                running.status = Status.FAILED
                log = f"\n{tail(running.program.log)}" if running.program else ""
                raise ProgramError(f"{unit.name} was not ready after {timeout_seconds:.0f} s.{log}")
            await asyncio.sleep(POLL_SECONDS)
        running.health, running.status, running.up_since = health, Status.UP, time.monotonic()

    async def _keep(self, running: Running) -> None:
        backoff = BACKOFF_SECONDS
        while True:
            await self._observe(running)
            if time.monotonic() - running.up_since > CALM_SECONDS:
                backoff = BACKOFF_SECONDS
            await self._revive(running, backoff)
            backoff = min(backoff * 2, BACKOFF_SECONDS_MAX)

    async def _observe(self, running: Running) -> None:
        """Return when the process has ended; until then ask it how it is."""
        ask, asked = running.unit.watch or running.unit.health, 0.0
        while running.process and running.process.poll() is None:
            if time.monotonic() - asked > WATCH_SECONDS:
                running.health, asked = await ask(), time.monotonic()
                if running.process.poll() is None:
                    self._note_health(running)
            await asyncio.sleep(POLL_SECONDS)

    def _note_health(self, running: Running) -> None:
        status = Status.UP if running.health.ready else Status.UNWELL
        if status is not running.status:
            self._say(running.unit.name, "well again" if status is Status.UP else "does not say it is ready")
            running.status = status

    async def _revive(self, running: Running, backoff: float) -> None:
        """Start a process that died, again."""
        name, process, program = running.unit.name, running.process, running.program
        if process is None or program is None:
            raise ValueError(f"{name} is a step and has no process")
        running.status, running.health = Status.RESTARTING, AWAY
        running.restarts += 1
        self._say(name, f"{died(program, process.returncode)}\n  starting it again in {backoff:.1f} s")
        await asyncio.sleep(backoff)
        try:
            self._spawn(running)
            await self._wait_up(running, max(running.unit.timeout_seconds, REVIVED_SECONDS))
        except ProgramError as error:
            # `_keep` comes back: whoever watches sees why, and a cause outside may go away.
            self._say(name, str(error))
            if running.process and running.process.poll() is None:
                await asyncio.to_thread(stop, running.process, program.stop_signal, running.unit.stop_seconds)
            running.status = Status.RESTARTING
        else:
            self._say(name, "up again")

    async def _stop(self, running: Running) -> None:
        for name in needed_by(running.unit.name, [other.unit for other in self.units]):
            await self._by_name[name].down.wait()
        process, program = running.process, running.program
        if process and program:
            running.status = Status.STOPPING
            obeyed = await asyncio.to_thread(stop, process, program.stop_signal, running.unit.stop_seconds)
            if not obeyed:
                self._say(
                    running.unit.name, f"did not stop within {running.unit.stop_seconds:.0f} s and was killed"
                )
        running.status = Status.STOPPED
        running.down.set()
        with contextlib.suppress(OSError):
            self._changed()
