"""What a person may rely on while `make up` runs."""

import asyncio
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.suite.order import TableError, sorted_by_need
from oraculum_dev.suite.probe import Health
from oraculum_dev.suite.supervisor import Status
from oraculum_dev.suite.units import Unit

SERVE = "import pathlib, time; pathlib.Path('ready').touch(); time.sleep(600)"
IGNORE_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
LEAVE_CHILD = (
    "import pathlib, subprocess, sys; "
    "child = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(600)']); "
    "pathlib.Path('child').write_text(str(child.pid)); "
)


class TestStart:
    async def test_waits_for_what_a_unit_needs(self, workshop) -> None:
        """Nothing is started before all it needs says that it is ready."""
        first = workshop.unit("first", "import time; time.sleep(0.3); " + SERVE)
        second = workshop.unit("second", needs=("first",))
        supervisor = workshop.supervise(second, first)
        await supervisor.start()
        assert ["first: done", "second: done"] == workshop.said
        assert supervisor.healthy

    async def test_says_why_a_process_died(self, workshop) -> None:
        """A process that dies at the start is named, with the end of its log."""
        supervisor = workshop.supervise(workshop.unit("wallet", "raise SystemExit('the key is missing')"))
        with pytest.raises(ProgramError, match=r"wallet ended with code 1\.(?s:.)*the key is missing"):
            await supervisor.start()

    async def test_says_that_a_process_is_not_ready_in_time(self, workshop) -> None:
        slow = workshop.unit(
            "kafka", "import time; print('loading', flush=True); time.sleep(600)", timeout=0.5
        )
        supervisor = workshop.supervise(slow)
        with pytest.raises(ProgramError, match=r"kafka was not ready after 0 s\.(?s:.)*loading"):
            await supervisor.start()

    async def test_a_step_that_fails_ends_the_start(self, workshop) -> None:
        def fail() -> None:
            raise ProgramError("the migrations of wallet failed")

        supervisor = workshop.supervise(
            Unit(name="schemas", prepare=fail), workshop.unit("wallet", needs=("schemas",))
        )
        with pytest.raises(ProgramError, match="the migrations of wallet failed"):
            await supervisor.start()
        assert Status.WAITING is supervisor.units[1].status


class TestWatch:
    async def test_a_killed_process_comes_back(self, workshop) -> None:
        """`kill -9` of one process: the runner says so and starts it again."""
        supervisor = workshop.supervise(workshop.unit("wallet"))
        await supervisor.start()
        killed = supervisor.units[0].process
        watching = asyncio.create_task(supervisor.watch())
        killed.kill()
        await workshop.until(lambda: "wallet: up again" in workshop.said)
        assert killed.pid != supervisor.units[0].process.pid
        assert 1 == supervisor.units[0].restarts
        assert any("wallet was killed by SIGKILL" in text for text in workshop.said)
        watching.cancel()

    async def test_a_process_that_comes_back_slowly_is_let_live(self, workshop) -> None:
        """On a machine that is busy for long it would otherwise be killed again and again before it is ready."""
        supervisor = workshop.supervise(workshop.unit("kafka", SERVE))
        await supervisor.start()
        (kafka,), asked, folder = supervisor.units, [], workshop.folder / "kafka"

        async def health() -> Health:
            asked.append(1)
            return Health(ready=(folder / "go").exists())

        kafka.unit = replace(kafka.unit, timeout_seconds=0.01, health=health)
        watching = asyncio.create_task(supervisor.watch())
        kafka.process.kill()
        await workshop.until(lambda: len(asked) > 3 and Status.RESTARTING is kafka.status)
        (folder / "go").touch()
        await workshop.until(lambda: "kafka: up again" in workshop.said)
        assert 1 == kafka.restarts
        watching.cancel()

    async def test_a_process_that_keeps_dying_is_tried_again_later_and_later(self, workshop) -> None:
        once = "import os, pathlib; pathlib.Path('ready').exists() and os._exit(3); "
        supervisor = workshop.supervise(workshop.unit("event", once + SERVE))
        await supervisor.start()
        (workshop.folder / "event" / "ready").unlink()
        (workshop.folder / "event" / "ready").touch()
        watching = asyncio.create_task(supervisor.watch())
        supervisor.units[0].process.kill()
        await workshop.until(lambda: any("in 1.0 s" in text for text in workshop.said))
        assert any("in 0.5 s" in text for text in workshop.said)
        watching.cancel()

    async def test_a_process_that_is_not_well_is_shown(self, workshop) -> None:
        supervisor = workshop.supervise(workshop.unit("auth"))
        await supervisor.start()
        (workshop.folder / "auth" / "ready").unlink()
        watching = asyncio.create_task(supervisor.watch())
        await workshop.until(lambda: supervisor.units[0].status is Status.UNWELL)
        (workshop.folder / "auth" / "ready").touch()
        await workshop.until(lambda: "auth: well again" in workshop.said)
        watching.cancel()


class TestStop:
    async def test_stops_in_reverse(self, workshop) -> None:
        """What is needed goes last: a service can still write to its database while it drains."""
        note = (
            "import pathlib, signal, sys, time\n"
            "def stop(*_):\n"
            "    time.sleep(0.2)\n"
            "    open('../order', 'a').write(pathlib.Path.cwd().name + ' ')\n"
            "    sys.exit(0)\n"
            "signal.signal(signal.SIGTERM, stop)\n"
        )
        units = [
            workshop.unit("postgres", note + SERVE),
            workshop.unit("wallet", note + SERVE, needs=("postgres",)),
        ]
        supervisor = workshop.supervise(*units)
        await supervisor.start()
        await supervisor.stop()
        assert "wallet postgres " == (workshop.folder / "order").read_text()

    async def test_kills_what_does_not_obey(self, workshop) -> None:
        supervisor = workshop.supervise(workshop.unit("stubborn", IGNORE_SIGTERM + SERVE))
        await supervisor.start()
        await supervisor.stop()
        assert -signal.SIGKILL == supervisor.units[0].process.returncode
        assert "stubborn: did not stop within 2 s and was killed" in workshop.said

    async def test_leaves_no_child_of_a_process(self, workshop) -> None:
        supervisor = workshop.supervise(workshop.unit("parent", LEAVE_CHILD + SERVE))
        await supervisor.start()
        child = psutil.Process(int((workshop.folder / "parent" / "child").read_text()))
        await supervisor.stop()
        psutil.wait_procs([child], timeout=10)
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux ends children with their parent.")
def test_kill_9_of_the_runner_leaves_no_process(tmp_path: Path) -> None:
    """Even a runner that could do nothing any more leaves nothing behind."""
    runner = textwrap.dedent(f"""
        import pathlib, sys, time
        from oraculum_dev.infrastructure.programs import Program, spawn
        place = pathlib.Path({str(tmp_path)!r})
        program = Program(name="x", command=[sys.executable, "-c", "import time; time.sleep(600)"],
                          directory=place, log=place / "x.log")
        print(spawn(program).pid, flush=True)
        time.sleep(600)
    """)
    with subprocess.Popen([sys.executable, "-c", runner], stdout=subprocess.PIPE, text=True) as process:
        child = psutil.Process(int(process.stdout.readline()))
        process.kill()
    deadline = time.monotonic() + 10
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


class TestOrder:
    def test_names_what_does_not_exist(self) -> None:
        with pytest.raises(TableError, match="wallet needs what does not exist: ledger"):
            sorted_by_need([Unit(name="wallet", needs=("ledger",))])

    def test_names_a_circle(self) -> None:
        with pytest.raises(TableError, match="in a circle"):
            sorted_by_need([Unit(name="a", needs=("b",)), Unit(name="b", needs=("a",))])
