"""`oraculum rolling`: restart every service under 500 requests a second, and count the requests that failed.

A suite of its own runs two processes of each service, and two gateways behind HAProxy. One process after the other is told
to stop, as a cluster does it, and comes back; the other one carries the load meanwhile. Sockets are sent away and come
again; what was said meanwhile must reach them, too.
"""

import argparse
import asyncio
import dataclasses
import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from subprocess import Popen
from typing import Final

from oraculum_dev.demo.api import Api
from oraculum_dev.demo.live import Live
from oraculum_dev.demo.person import Person, until
from oraculum_dev.demo.wallets import EvmWallet
from oraculum_dev.faults.proof import agree, ledger_balances, trades_have_no_gap
from oraculum_dev.faults.scene import make_operator, scene_of
from oraculum_dev.fixtures.suites import Suite, SuiteProcess
from oraculum_dev.infrastructure.ports import HOST, free_port
from oraculum_dev.infrastructure.programs import Program, ProgramError, spawn, stop, wait_ready
from oraculum_dev.project import SERVICES
from oraculum_dev.rolling.balancer import Balancer
from oraculum_dev.rolling.traffic import Count, Traffic
from oraculum_dev.rolling.wishes import Wishes
from oraculum_dev.suite.probe import readiness
from oraculum_dev.suite.table import Plan, gateway_program
from oraculum_dev.suite.venues import Venues

RATE: Final = 500.0
# As a cluster has them; the limits would keep twenty people from asking as much as thousands.
SETTINGS: Final = {
    "DRAIN_SECONDS": "3",
    "LOG_LEVEL": "warning",
    "RATE_LIMIT_BASIC": "300000/60",
    "RATE_LIMIT_SIGN_IN": "100000/60",
}
PEOPLE: Final = 20
DEPOSIT: Final = "500.00"
QUIET_SECONDS: Final = 5.0
BACK_SECONDS: Final = 120.0
STOP_SECONDS: Final = 60.0
SECOND: Final = "gateway-2"


def main(arguments: Sequence[str]) -> int:
    """Restart everything once; 0 when no request failed and no socket missed a message."""
    parser = argparse.ArgumentParser(prog="oraculum rolling", description=__doc__)
    parser.add_argument("--rate", type=float, default=RATE, metavar="N", help="requests a second")
    parser.add_argument("--only", nargs="+", choices=(*SERVICES, "gateway"), help="restart these alone")
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="oraculum-rolling-"))
    rolling = Rolling(folder, options.rate)
    try:
        failed = asyncio.run(rolling.run(options.only or (*SERVICES, "gateway")))
    finally:
        rolling.end()
        shutil.rmtree(rolling.suite.home.postgres, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


class Rolling:
    """One rehearsal, in a folder of its own."""

    def __init__(self, folder: Path, rate: float) -> None:
        self.suite = Suite(folder / "suite")
        self._folder = folder
        self._rate = rate
        self._second_ports = free_port(), free_port()
        self._processes: dict[str, tuple[Popen[bytes], Program]] = {}

    async def run(self, services: Sequence[str]) -> int:
        """Everything, in its order; how many requests failed."""
        balancer = self._start()
        async with AsyncExitStack() as stack:
            scene = await stack.enter_async_context(scene_of(self.suite, await make_operator(self.suite)))
            events = await scene.open_events_of_all()
            people = [Person(f"person {number}", EvmWallet(), scene.api) for number in range(PEOPLE)]
            await asyncio.gather(*map(_arrive, people))
            lives = [await person.listen(stack, f"ws://{balancer.address}/ws") for person in people]
            await asyncio.gather(*(live.follow(f"event.{events[0]}") for live in lives))
            wishes = Wishes(balancer.address, events, [person.token for person in people])
            traffic = await stack.enter_async_context(Traffic(HOST, balancer.port, self._rate, wishes.one))
            failed = await self._restart_all(services, traffic)
            await _heard_all(lives)
        await _at_rest(Api(self.suite.url), events)
        return failed

    async def _restart_all(self, services: Sequence[str], traffic: Traffic) -> int:
        print(
            f"{'restarted':<14}{'requests':>9}{'failed':>8}{'p50 ms':>8}{'p99 ms':>8}{'took':>8}", flush=True
        )
        # Connections are opened and caches filled; then it must hold at rest, or a restart would show nothing.
        await asyncio.sleep(QUIET_SECONDS)
        await traffic.settled()
        await asyncio.sleep(QUIET_SECONDS)
        total = Count()
        _tell("(nothing)", await traffic.settled(), QUIET_SECONDS, total)
        if total.failed:
            raise ProgramError(
                f"{total.failed} of {total.asked} requests failed while nothing was restarted: this machine does not carry"
                f" {self._rate:g} a second beside what else it does. --rate asks for fewer."
            )
        for service in services:
            began = time.monotonic()
            if service == "gateway":
                await self._restart("gateway")
                await self._restart_second()
            else:
                for name in self.suite.state.replicas.of(service):
                    await self._restart(name)
            await asyncio.sleep(QUIET_SECONDS)
            _tell(service, await traffic.settled(), time.monotonic() - began, total)
        figures = {
            "requests": total.asked,
            "failed": total.failed,
            "requests_a_second": self._rate,
            "p99_ms": round(total.within(0.99) * 1000, 1),
        }
        print(json.dumps(figures), flush=True)
        return total.failed

    async def _restart(self, name: str) -> None:
        """Tell one process to stop and wait until another serves in its place."""
        old = self.suite.process(name)
        old.terminate()
        await asyncio.to_thread(self.suite.wait_for_another, name, old.pid, BACK_SECONDS)
        await _until_ready(name, self.suite.ports.of(f"{name} internal"))

    async def _restart_second(self) -> None:
        process, program = self._processes[SECOND]
        await asyncio.to_thread(stop, process, program.stop_signal, STOP_SECONDS)
        self._processes[SECOND] = spawn(program), program
        await _until_ready(SECOND, self._second_ports[1])

    def _start(self) -> Balancer:
        """The suite, the second gateway, and what stands before both."""
        suite = SuiteProcess(
            folder=self.suite.folder,
            log=self._folder / "suite.log",
            prediction_replicas="2",
            other_replicas=2,
        )
        program = suite.program()
        program = dataclasses.replace(program, environment={**program.environment, **SETTINGS})
        self._spawn(program)
        wait_ready(self._processes[program.name][0], program, suite.ready, suite.timeout_seconds)
        state, (public, internal) = self.suite.state, self._second_ports
        plan = Plan(
            home=self.suite.home, ports=self.suite.ports, venues=Venues("sim"), replicas=state.replicas
        )
        listen = {"HTTP_LISTEN": f"{HOST}:{public}", "INTERNAL_LISTEN": f"{HOST}:{internal}"}
        self._spawn(gateway_program(plan, name=SECOND, settings={**SETTINGS, **listen}))
        ports = self.suite.ports
        balancer = Balancer(
            self._folder / "haproxy",
            free_port(),
            {"gateway": (ports.of("gateway"), ports.of("gateway internal")), SECOND: self._second_ports},
        )
        self._spawn(balancer.program())
        wait_ready(*self._processes["haproxy"], balancer.ready, BACK_SECONDS)
        return balancer

    def _spawn(self, program: Program) -> None:
        self._processes[program.name] = spawn(program), program

    def end(self) -> None:
        """Stop what was started, the last first."""
        for process, program in reversed(self._processes.values()):
            stop(process, program.stop_signal, STOP_SECONDS)


async def _until_ready(name: str, internal: int) -> None:
    await until(f"{name} to be ready", lambda: readiness(internal), lambda seen: seen.ready, BACK_SECONDS)
    # Whoever calls it knows of it again before the next one goes: a cluster waits likewise.
    await asyncio.sleep(2)


async def _arrive(person: Person) -> None:
    await person.sign_in()
    await person.command("/wallet/deposits", {"rail": "demo", "amount": DEPOSIT, "asset": "USDC"})
    await person.until(
        "the deposit", lambda: person.balance("USDC"), lambda seen: seen.available > 0, BACK_SECONDS
    )


async def _heard_all(lives: Sequence[Live]) -> None:
    """Each socket heard every number of its channel, however often it was sent away."""
    agree("messages that sockets missed", [], [gap for live in lives for gap in live.gaps])
    breaks, heard = sum(live.breaks for live in lives), sum(len(live.heard) for live in lives)
    print(
        f"{len(lives)} sockets, sent away {breaks} times, heard {heard} messages and missed none", flush=True
    )


async def _at_rest(api: Api, events: Sequence[str]) -> None:
    """The books, when nobody bets any more."""
    try:
        await ledger_balances(api)
        for event_id in events:
            await trades_have_no_gap(api, event_id)
    finally:
        await api.close()
    print("debits equal credits, and no trade is missing", flush=True)


def _tell(what: str, count: Count, seconds: float, total: Count) -> None:
    half, most = (count.within(share) * 1000 for share in (0.5, 0.99))
    print(
        f"{what:<14}{count.asked:>9}{count.failed:>8}{half:>8.1f}{most:>8.1f}{seconds:>6.1f} s"
        + (f"  {dict(count.failures)}" if count.failed else ""),
        flush=True,
    )
    total.asked += count.asked
    total.failures += count.failures
    total.seconds += count.seconds
