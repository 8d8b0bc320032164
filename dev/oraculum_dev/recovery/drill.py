"""`make drill`: lose the database under load, restore it to a moment, and prove what was lost and that the books balance.

It runs a suite of its own beside whatever runs here: people bet, the database is copied whole, they go on, a moment is
marked, they go on until the archive holds that moment; then every process of PostgreSQL is killed and its data
directory removed. What is restored must be exactly the time up to the mark: each bet that was answered before it is
there, and every law of the books holds, in Kafka's topics as in the tables, while new bets come in.
"""

import asyncio
import json
import shutil
import signal
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from subprocess import Popen
from typing import Final

import psutil

from oraculum_dev.demo.wallets import Wallet
from oraculum_dev.faults.inside import at_rest
from oraculum_dev.faults.lag import consumers_caught_up
from oraculum_dev.faults.processes import freeze
from oraculum_dev.faults.proof import agree, ledger_balances, trades_have_no_gap
from oraculum_dev.faults.scene import make_operator, scene_of
from oraculum_dev.fixtures.crowd import Crowd
from oraculum_dev.fixtures.suites import Suite, SuiteProcess
from oraculum_dev.infrastructure.programs import spawn, stop, wait_ready
from oraculum_dev.recovery.repository import now, order_ids
from oraculum_dev.recovery.restore import Restored, restore
from oraculum_dev.suite.state import wait_until_gone
from oraculum_dev.suite.table import Plan
from oraculum_dev.suite.venues import Venues
from oraculum_kit.clock import SystemClock

# How much may be lost and how long it may take, as docs/restore.md promises; the chart's settings keep it too.
RPO_SECONDS: Final = 300.0
RTO_SECONDS: Final = 900.0
BETS: Final = 60
# The groups whose effects are money and positions.
CONSUMERS: Final = frozenset({"wallet", "prediction", "notification"})
PATIENCE_SECONDS: Final = 240.0
STOP_SECONDS: Final = 90.0


@dataclass
class Figures:
    """What the drill measures; printed as one line of JSON."""

    bets_before_the_mark: int = 0
    bets_after_the_mark: int = 0
    bets_lost: int = 0
    facts_taken_out: int = 0
    groups_begun_anew: int = 0
    # From the newest transaction in the archive to the disaster: what had to be lost.
    rpo_seconds: float = 0.0
    # From the disaster until a bet is accepted again, and its parts.
    rto_seconds: float = 0.0
    database_seconds: float = 0.0
    topics_seconds: float = 0.0
    start_seconds: float = 0.0
    within: bool = field(default=False)


def main(_: Sequence[str]) -> int:
    """Run the drill; 0 when everything was as it must be and within the objectives."""
    folder = Path(tempfile.mkdtemp(prefix="oraculum-drill-"))
    drill = Drill(folder)
    try:
        figures = asyncio.run(drill.run())
    finally:
        drill.end()
        shutil.rmtree(drill.suite.home.postgres, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(vars(figures)))
    return 0 if figures.within else 1


class Drill:
    """One drill, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.suite = Suite(folder / "suite")
        self._log = folder / "suite.log"
        self._process: Popen[bytes] | None = None
        self._figures = Figures()

    async def run(self) -> Figures:
        """Everything, in its order."""
        figures = self._figures
        _say("starting a suite whose database archives its log")
        await asyncio.to_thread(self._start)
        operator = await make_operator(self.suite)
        async with scene_of(self.suite, operator) as scene:
            events = await scene.open_events_of_all()
            async with Crowd(scene.api, events) as crowd:
                await crowd.until_accepted(BETS, PATIENCE_SECONDS)
                _say(f"{crowd.accepted} bets; copying the database whole, under load")
                await asyncio.to_thread(self._plan().archive.copy, self._plan().postgres)
                await crowd.until_accepted(BETS, PATIENCE_SECONDS)
                answered = {told["id"] for bettor in crowd.bettors for told in bettor.accepted.values()}
                mark = await asyncio.to_thread(now, self.suite.superuser_url)
                figures.bets_before_the_mark = len(answered)
                _say(
                    f"{len(answered)} bets; the mark is {mark.isoformat()}. They go on until the archive holds it"
                )
                await crowd.until_accepted(BETS, PATIENCE_SECONDS)
                await self._archived(mark)
                _say(f"{crowd.accepted} bets; killing PostgreSQL and removing its data")
                began = time.monotonic()
                lost_at = await asyncio.to_thread(self._destroy)
            told = {told["id"] for bettor in crowd.bettors for told in bettor.accepted.values()}
        figures.bets_after_the_mark = len(told) - len(answered)
        figures.rpo_seconds = round(
            (lost_at - self._plan().archive.reaches(self._plan().postgres)).total_seconds(), 1
        )
        _say(f"the archive ended {figures.rpo_seconds} s before; restoring to the mark")
        self._note(await asyncio.to_thread(restore, self._plan(), mark))
        started = time.monotonic()
        await asyncio.to_thread(self._start)
        figures.start_seconds = round(time.monotonic() - started, 1)
        await self._prove(operator, events, answered, told, began)
        figures.within = figures.rpo_seconds <= RPO_SECONDS and figures.rto_seconds <= RTO_SECONDS
        return figures

    async def _prove(
        self, operator: Wallet, events: Sequence[str], answered: set[str], told: set[str], began: float
    ) -> None:
        """Compare the books with what was said, and go on betting in them."""
        async with scene_of(self.suite, operator) as scene:
            async with Crowd(scene.api, events) as crowd:
                await crowd.until_accepted(1, PATIENCE_SECONDS)
                self._figures.rto_seconds = round(time.monotonic() - began, 1)
                _say(f"a bet is accepted {self._figures.rto_seconds} s after the disaster; proving the books")
                await crowd.until_accepted(BETS, PATIENCE_SECONDS)
            there = await asyncio.to_thread(order_ids, self.suite.superuser_url)
            agree("bets answered before the mark that are missing", set(), answered - there)
            self._figures.bets_lost = len(told - there)
            await crowd.settle()
            await at_rest(self.suite)
            await consumers_caught_up(self.suite)
            for event_id in events:
                await trades_have_no_gap(scene.api, event_id)
            await ledger_balances(scene.api)

    def _note(self, restored: Restored) -> None:
        agree("groups that consume and do not begin anew", set(), CONSUMERS - set(restored.facts.groups))
        self._figures.facts_taken_out = restored.facts.lost.total()
        self._figures.groups_begun_anew = len(restored.facts.groups)
        self._figures.database_seconds = round(restored.database_seconds, 1)
        self._figures.topics_seconds = round(restored.topics_seconds, 1)

    def _plan(self) -> Plan:
        return Plan(home=self.suite.home, ports=self.suite.ports, venues=Venues("sim"), archived=True)

    def _start(self) -> None:
        process = SuiteProcess(folder=self.suite.folder, log=self._log, backup=True)
        self._process = spawn(process.program())
        wait_ready(self._process, process.program(), process.ready, process.timeout_seconds)

    def _destroy(self) -> datetime:
        """Lose the machine of the database; the others stop too, for whoever restores stops them first."""
        # The runner would start PostgreSQL again, and stopping it kindly would archive what is to be lost.
        runner = self.suite.state.runner.find()
        if runner is None or self._process is None:
            raise LookupError("the suite does not run any more")
        runner.suspend()
        family = freeze(self.suite, "postgres")
        lost_at = SystemClock().now()
        started = [identity.find() for identity in self.suite.state.processes.values()]
        others = [process for process in started if process is not None]
        for part in family:
            with suppress(psutil.NoSuchProcess):
                part.kill()
        shutil.rmtree(self._plan().postgres.data)
        # Whoever it started is told to stop by the system.
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        for process in others:
            if not wait_until_gone(process, STOP_SECONDS):
                process.kill()
        return lost_at

    def end(self) -> None:
        """Stop what still runs."""
        if self._process is not None:
            stop(self._process, signal.SIGTERM, STOP_SECONDS)

    async def _archived(self, moment: datetime) -> None:
        """Wait until the archive holds a transaction that is younger."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        plan = self._plan()
        while await asyncio.to_thread(plan.archive.reaches, plan.postgres) <= moment:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{moment} is not archived after {PATIENCE_SECONDS:.0f} s")
            await asyncio.sleep(1)


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
