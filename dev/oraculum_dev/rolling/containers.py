"""Containers of this machine: two of each process from their images, as compose.yaml starts them, and HAProxy before the gateways.

They are replaced as the chart's deployments replace pods: another one comes, at another address; when it is ready, an old one is
told to stop and has the time of a pod to drain.
"""

import asyncio
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from subprocess import Popen
from typing import Final

from oraculum_dev.demo.api import Api
from oraculum_dev.demo.person import Person, until
from oraculum_dev.demo.wallets import EvmWallet, Wallet
from oraculum_dev.fixtures.own_events import own_event, until_it_trades
from oraculum_dev.images.engine import docker
from oraculum_dev.infrastructure.ports import free_port
from oraculum_dev.infrastructure.programs import Program, ProgramError, spawn, stop, wait_ready
from oraculum_dev.rolling.balancer import Balancer, Gateway
from oraculum_dev.rolling.compose import PROCESSES, Compose, Container, described
from oraculum_dev.rolling.separation import INTERNAL_PORT, PORTS, PUBLIC, Separation
from oraculum_dev.rolling.stand import BACK_SECONDS
from oraculum_dev.suite.probe import readiness

PROJECT: Final = "oraculum-rolling"
EACH: Final = 2
# Which process of prediction leads an event follows from addresses that change; of so many, hardly ever all have the same.
EVENTS: Final = 8
OPENED_SECONDS: Final = 60.0
READY_SECONDS: Final = 300.0
# As compose.yaml and the chart give a process to hear of it, drain, finish calls and close.
STOP_SECONDS: Final = 45
# Whoever calls it looks up its name within five seconds, and tries the new address within another.
HEARD_SECONDS: Final = 7.0
# The network in which gateways are met from outside.
EDGE: Final = "edge"
PLACES: Final = tuple(f"place-{number}" for number in range(1, EACH + 2))


class Containers:
    """A stand of containers, its settings in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.logs: Path = folder / "logs"
        self._balancer = Balancer(folder / "haproxy", self.port, dict.fromkeys(PLACES))
        self._compose = Compose(PROJECT, folder / "compose", f"http://{self._balancer.address}")
        self._separation = Separation(self._compose)
        self._haproxy: tuple[Popen[bytes], Program] | None = None
        self._places: dict[str, str] = {}
        self._is_ours = False

    def start(self) -> None:
        """Two of each, separated, and what stands before the gateways."""
        self._compose.prepare()
        self._is_ours = True
        # Compose gives up when what it waits for is late; a busy machine may take its time.
        self._compose.up(*(name for name in described()["services"] if name != PUBLIC), each=EACH)
        asyncio.run(self._all_ready())
        self._compose.up(PUBLIC, each=EACH, alone=True)
        asyncio.run(self._all_ready())
        self._separation.enforce()
        self._separation.prove()
        program = self._balancer.program()
        self._haproxy = spawn(program), program
        wait_ready(*self._haproxy, self._balancer.ready, BACK_SECONDS)
        for container in self._compose.containers(PUBLIC):
            self._let_in(container)

    async def operator(self) -> Wallet:
        """Somebody who signed in and whom the command inside a container of auth then made an administrator."""
        wallet, api = EvmWallet(), Api(f"http://{self._balancer.address}")
        try:
            await Person("the operator", wallet, api).sign_in()
        finally:
            await api.close()
        command = ("/app/bin/python", "-m", "oraculum_auth.admin", "create", "--evm", wallet.address)
        await asyncio.to_thread(docker, "exec", self._compose.containers("auth")[0].id, *command)
        return wallet

    async def open_events(self, operator: Person) -> Sequence[str]:
        """Several."""
        events = [
            await own_event(operator, f"Does it hold, number {number}?", subsidy="100")
            for number in range(1, EVENTS + 1)
        ]
        for event_id in events:
            await until_it_trades(operator, event_id, OPENED_SECONDS)
        return events

    async def restart(self, service: str) -> None:
        """Another one for each of its containers, and only then is that one told to stop."""
        for old in await asyncio.to_thread(self._compose.containers, service):
            new = await asyncio.to_thread(self._add, service)
            await _ready(new)
            if service == PUBLIC:
                await asyncio.to_thread(self._let_in, new)
            await asyncio.sleep(HEARD_SECONDS)
            await asyncio.to_thread(self._take_away, old)

    def end(self) -> None:
        """Take everything away, what was written down last; what containers said stays until somebody has read it."""
        if self._haproxy:
            process, program = self._haproxy
            stop(process, program.stop_signal, STOP_SECONDS)
        try:
            if self._is_ours:
                for container in self._compose.everything():
                    self._keep_log(container)
        finally:
            if self._is_ours:
                self._compose.down()
            shutil.rmtree(self._compose.folder, ignore_errors=True)

    def _add(self, service: str) -> Container:
        """One more of a service, at once with the rules that it lives by."""
        before = {container.id for container in self._compose.containers(service)}
        self._compose.up(service, each=len(before) + 1, alone=True)
        (new,) = (one for one in self._compose.containers(service) if one.id not in before)
        self._separation.enforce()
        return new

    def _take_away(self, container: Container) -> None:
        """Tell it to stop, as a cluster does it; it must have gone by itself."""
        docker("stop", "-t", str(STOP_SECONDS), container.id)
        code = docker("inspect", "--format", "{{.State.ExitCode}}", container.id)
        self._keep_log(container.id)
        if code != "0":
            raise ProgramError(
                f"{container.name} did not drain within {STOP_SECONDS} s: it ended with code {code}"
            )
        if container.id in self._places:
            self._balancer.forget(self._places.pop(container.id))
        docker("rm", container.id)

    def _let_in(self, container: Container) -> None:
        """Send people to a gateway, too."""
        place = next(place for place in PLACES if place not in self._places.values())
        gateway = Gateway(container.addresses[EDGE], PORTS[PUBLIC], INTERNAL_PORT)
        self._balancer.take(place, gateway)
        self._places[container.id] = place

    async def _all_ready(self) -> None:
        processes = [one for one in self._compose.running() if one.service in PROCESSES]
        await asyncio.gather(*map(_ready, processes))

    def _keep_log(self, container: str) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        name = docker("inspect", "--format", "{{.Name}}", container).strip("/")
        with (self.logs / f"{name}.log").open("wb") as log:
            subprocess.run(["docker", "logs", container], stdout=log, stderr=subprocess.STDOUT, check=False)


async def _ready(container: Container) -> None:
    host = next(iter(container.addresses.values()))
    await until(
        f"{container.name} to be ready",
        lambda: readiness(INTERNAL_PORT, host),
        lambda seen: seen.ready,
        READY_SECONDS,
    )
