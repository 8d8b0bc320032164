"""Processes of this machine: a suite of its own with two of each service, a second gateway, and HAProxy before both."""

import asyncio
import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path
from subprocess import Popen
from typing import Final

from oraculum_dev.demo.person import Person, until
from oraculum_dev.demo.wallets import Wallet
from oraculum_dev.faults.scene import Scene, make_operator
from oraculum_dev.fixtures.suites import Suite, SuiteProcess
from oraculum_dev.infrastructure.ports import HOST, free_port
from oraculum_dev.infrastructure.programs import Program, spawn, stop, wait_ready
from oraculum_dev.rolling.balancer import Balancer, Gateway
from oraculum_dev.rolling.stand import BACK_SECONDS, SETTINGS
from oraculum_dev.suite.probe import readiness
from oraculum_dev.suite.table import Plan, gateway_program
from oraculum_dev.suite.venues import Venues

STOP_SECONDS: Final = 60.0
SECOND: Final = "gateway-2"


class Processes:
    """A stand without containers, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._suite = Suite(folder / "suite")
        self.logs = self._suite.home.logs
        self._folder = folder
        self._second = Gateway(HOST, free_port(), free_port())
        self._started: dict[str, tuple[Popen[bytes], Program]] = {}

    def start(self) -> None:
        """The suite, the second gateway, and what stands before both."""
        suite = SuiteProcess(
            folder=self._suite.folder,
            log=self._folder / "suite.log",
            prediction_replicas="2",
            other_replicas=2,
        )
        program = suite.program()
        program = dataclasses.replace(program, environment={**program.environment, **SETTINGS})
        self._spawn(program)
        wait_ready(self._started[program.name][0], program, suite.ready, suite.timeout_seconds)
        state, ports, second = self._suite.state, self._suite.ports, self._second
        plan = Plan(home=self._suite.home, ports=ports, venues=Venues("sim"), replicas=state.replicas)
        listen = {
            "HTTP_LISTEN": f"{HOST}:{second.public}",
            "INTERNAL_LISTEN": f"{HOST}:{second.internal}",
        }
        self._spawn(gateway_program(plan, name=SECOND, settings={**SETTINGS, **listen}))
        first = Gateway(HOST, ports.of("gateway"), ports.of("gateway internal"))
        balancer = Balancer(self._folder / "haproxy", self.port, {"gateway": first, SECOND: second})
        self._spawn(balancer.program())
        wait_ready(*self._started["haproxy"], balancer.ready, BACK_SECONDS)

    async def operator(self) -> Wallet:
        """An administrator."""
        return await make_operator(self._suite)

    async def open_events(self, operator: Person) -> Sequence[str]:
        """One for each process of prediction."""
        return await Scene(self._suite, operator.api, operator).open_events_of_all()

    async def restart(self, service: str) -> None:
        """Tell each of its processes to stop, as a cluster does it, and wait for another in its place."""
        if service == "gateway":
            await self._restart("gateway")
            await self._restart_second()
            return
        for name in self._suite.state.replicas.of(service):
            await self._restart(name)

    def end(self) -> None:
        """Stop what was started, the last first."""
        for process, program in reversed(self._started.values()):
            stop(process, program.stop_signal, STOP_SECONDS)
        shutil.rmtree(self._suite.home.postgres, ignore_errors=True)

    async def _restart(self, name: str) -> None:
        old = self._suite.process(name)
        old.terminate()
        await asyncio.to_thread(self._suite.wait_for_another, name, old.pid, BACK_SECONDS)
        await _until_ready(name, self._suite.ports.of(f"{name} internal"))

    async def _restart_second(self) -> None:
        process, program = self._started[SECOND]
        await asyncio.to_thread(stop, process, program.stop_signal, STOP_SECONDS)
        self._started[SECOND] = spawn(program), program
        await _until_ready(SECOND, self._second.internal)

    def _spawn(self, program: Program) -> None:
        self._started[program.name] = spawn(program), program


async def _until_ready(name: str, internal: int) -> None:
    await until(f"{name} to be ready", lambda: readiness(internal), lambda seen: seen.ready, BACK_SECONDS)
    # Whoever calls it knows of it again before the next one goes: a cluster waits likewise.
    await asyncio.sleep(2)
