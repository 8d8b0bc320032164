"""`oraculum up`: start a suite, show it, keep it up, and stop it when asked."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager

import psutil
from rich.console import Console, RenderableType
from rich.live import Live

from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.recovery.archive import require_restored
from oraculum_dev.suite import memory, venues, view
from oraculum_dev.suite.flow import Flow
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.ports import Ports
from oraculum_dev.suite.replicas import Replicas
from oraculum_dev.suite.state import ProcessId, State, end_leftovers, hold_lock
from oraculum_dev.suite.supervisor import Supervisor
from oraculum_dev.suite.table import Plan, external_servers, units
from oraculum_kit.clock import SystemClock

MESSAGES_SHOWN = 6
FLOW_SECONDS = 3.0
MEMORY_SECONDS = 10.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run a suite until Ctrl-C or SIGTERM; 0 when it then stopped cleanly, 1 when it could not start."""
    home = Home.here()
    try:
        home.make()
        with hold_lock(home):
            end_leftovers(home, print)
            require_restored(home)
            plan = Plan(
                home=home,
                ports=Ports.chosen(),
                venues=venues.chosen(),
                replicas=Replicas.chosen(),
                observed=os.environ.get("OBSERVE") == "1",
                traced=os.environ.get("OBSERVE") == "1" or os.environ.get("TRACE") == "1",
                archived=os.environ.get("BACKUP") == "1",
                external=external_servers(),
                say=print,
            )
            plan.keys.ensure()
            home.claim_postgres(print)
            if plan.archived:
                plan.archive.make()
            plan.ports.require_free([port for unit in units(plan) for port in unit.ports])
            return asyncio.run(Session(plan).run())
    except ProgramError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


class Session:
    """One run of a suite in the foreground."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._console = Console()
        self._messages: deque[str] = deque(maxlen=MESSAGES_SHOWN)
        self._supervisor = Supervisor(units(plan), self._say, self._write_state)
        self._flows = {
            r.unit.name: Flow(r.unit.metrics_port) for r in self._supervisor.units if r.unit.metrics_port
        }
        self._memory: dict[str, int] = {}
        self._stop = asyncio.Event()
        runner = psutil.Process()
        self._state = State(
            runner=ProcessId(runner.pid, runner.create_time()),
            port_base=plan.ports.base,
            venues=plan.venues.description,
            started_at=runner.create_time(),
            external=dict(plan.external),
            prediction_replicas=plan.replicas.prediction,
            other_replicas=plan.replicas.others,
        )

    async def run(self) -> int:
        """Start, watch until a signal, stop."""
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            # Under nohup a hang-up is to be ignored.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self._stop.set)
        self._write_state()
        failure: ProgramError | None = None
        with self._display():
            try:
                await self._until_stopped(self._supervisor.start())
                if not self._stop.is_set():
                    self._note_ready()
                    await self._until_stopped(self._accompany())
            except ProgramError as error:
                failure = error
            finally:
                self._say("runner", "stopping")
                await self._supervisor.stop()
        self._state.processes = {}
        self._write_state()
        if failure:
            raise failure
        print("stopped")
        return 0

    async def _until_stopped(self, work: Coroutine[object, object, None]) -> None:
        """Do the work until it is done or a signal comes, whichever is first."""
        task, stopped = asyncio.create_task(work), asyncio.create_task(self._stop.wait())
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for one in (task, stopped):
            one.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _accompany(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._supervisor.watch())
            group.create_task(self._measure_flow())
            group.create_task(self._measure_memory())

    def _note_ready(self) -> None:
        self._state.ready_seconds = SystemClock().now().timestamp() - self._state.started_at
        self._write_state()
        self._say("runner", f"all is up after {self._state.ready_seconds:.1f} s")
        if not self._console.is_terminal:
            print(f"venues  {self._plan.venues.description}")
            for name, url in view.addresses(self._plan.ports):
                print(f"{name:<8}{url}")
            sys.stdout.flush()

    async def _measure_flow(self) -> None:
        while True:
            # Only where somebody looks: writing a page of metrics costs each process some milliseconds.
            if self._console.is_terminal:
                await asyncio.gather(*(flow.read() for flow in self._flows.values()))
            await asyncio.sleep(FLOW_SECONDS)

    async def _measure_memory(self) -> None:
        while True:
            if self._console.is_terminal:
                self._memory = await asyncio.to_thread(memory.of_suite, self._state)
            await asyncio.sleep(MEMORY_SECONDS)

    def _say(self, name: str, text: str) -> None:
        line = f"{time.strftime('%H:%M:%S')} {name:<13}{text}"
        if self._console.is_terminal:
            self._messages.extend(line.splitlines())
        else:
            print(line, flush=True)

    def _write_state(self) -> None:
        alive = {
            running.unit.name: ProcessId.of(running.process.pid)
            for running in self._supervisor.units
            if running.process and running.process.poll() is None
        }
        self._state.processes = {name: identity for name, identity in alive.items() if identity}
        self._state.write(self._plan.home)

    @contextmanager
    def _display(self) -> Iterator[None]:
        """On a terminal a live table; elsewhere the lines that `_say` prints are all."""
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, get_renderable=self._screen, refresh_per_second=2):
            yield

    def _screen(self) -> RenderableType:
        rows = [
            view.Row(
                name=running.unit.name,
                status=running.status,
                where=running.unit.where,
                degraded=running.health.degraded,
                memory_bytes=self._memory.get(running.unit.name, 0),
                flow=str(self._flows.get(running.unit.name, "")),
                restarts=running.restarts,
            )
            for running in self._supervisor.units
            if running.unit.program or not running.up.is_set()
        ]
        return view.screen(rows, self._facts(), self._plan.ports, self._messages)

    def _facts(self) -> list[str]:
        total = sum(self._memory.values()) / view.MEGABYTE
        ready = self._state.ready_seconds
        return [
            f"Oraculum   venues {self._plan.venues.description}",
            f"{f'ready after {ready:.1f} s' if ready else 'starting'}"
            + (f"   {total:,.0f} MB in all" if total else "")
            + f"   logs in {os.path.relpath(self._plan.home.logs)}   Ctrl-C stops",
        ]
