"""`kill -9` of any service while the demo's story is told: it ends well, and beside it no bet of a crowd is lost."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from oraculum_dev.faults.processes import BACK_SECONDS, killed
from oraculum_dev.faults.proof import prove
from oraculum_dev.faults.scene import Scene
from oraculum_dev.fixtures.crowd import Crowd
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.project import SERVICES

pytestmark = [pytest.mark.end_to_end, pytest.mark.faults]

STORY_SECONDS = 240.0
BETS_BEGIN = "One buys YES"


class Demo:
    """The demo as a user runs it, beside the crowd."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._lines: list[str] = []

    async def until_bets(self) -> None:
        """Wait until its bets begin."""
        assert self._process.stdout
        async with asyncio.timeout(STORY_SECONDS):
            async for line in self._process.stdout:
                self._lines.append(line.decode())
                if BETS_BEGIN in self._lines[-1]:
                    return
        raise AssertionError("".join(self._lines))

    async def end(self) -> tuple[int, str]:
        """Wait for its end: the exit code and all that it told."""
        async with asyncio.timeout(STORY_SECONDS):
            rest, _ = await self._process.communicate()
        assert self._process.returncode is not None
        return self._process.returncode, "".join(self._lines) + rest.decode()


@asynccontextmanager
async def demo(suite: Suite) -> AsyncIterator[Demo]:
    """Start the demo; it does not outlive the test."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "oraculum_dev.command",
        "demo",
        "--url",
        suite.url,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Demo(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("name", [*SERVICES, "gateway"])
async def test_ends_well_over_a_death(scene: Scene, name: str) -> None:
    """The bets of a crowd and the demo's go on over the death of a process, and all books agree afterwards."""
    suite = scene.suite
    async with demo(suite) as story, Crowd(scene.api, [await scene.open_event()]) as crowd:
        await crowd.until_accepted(10, 60)
        await story.until_bets()
        async with killed(suite, name):
            pass
        await crowd.until_accepted(40, BACK_SECONDS)
        code, told = await story.end()
    assert 0 == code, told
    assert "0 failed" in told.splitlines()[-1]
    await prove(suite, crowd)
