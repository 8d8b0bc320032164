"""Small programs that stand for services: a supervisor cannot tell the difference."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.infrastructure.programs import Program
from oraculum_dev.suite.probe import AWAY, Health
from oraculum_dev.suite.supervisor import Supervisor
from oraculum_dev.suite.units import READY, Unit

# Says that it is ready by making a file, as a service says it by answering.
SERVE = "import pathlib, time; pathlib.Path('ready').touch(); time.sleep(600)"


@dataclass
class Workshop:
    """Makes units in a folder and remembers what the supervisor said."""

    folder: Path
    said: list[str] = field(default_factory=list)
    supervisors: list[Supervisor] = field(default_factory=list)

    def unit(
        self, name: str, script: str = SERVE, *, needs: tuple[str, ...] = (), timeout: float = 20
    ) -> Unit:
        """A unit that runs a Python script and is ready once the script made the file `ready`."""
        place = self.folder / name
        place.mkdir()
        program = Program(
            name=name,
            command=[sys.executable, "-S", "-c", script],
            directory=place,
            log=self.folder / f"{name}.log",
            environment={"PATH": os.environ["PATH"]},
        )

        async def health() -> Health:
            return READY if (place / "ready").exists() else AWAY

        return Unit(
            name=name,
            needs=needs,
            program=lambda: program,
            health=health,
            timeout_seconds=timeout,
            stop_seconds=2,
        )

    def supervise(self, *units: Unit) -> Supervisor:
        """A supervisor of these units, stopped when the test ends."""
        supervisor = Supervisor(units, lambda name, text: self.said.append(f"{name}: {text}"), lambda: None)
        self.supervisors.append(supervisor)
        return supervisor

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something that must come to pass."""
        async with asyncio.timeout(30):
            while not holds():  # noqa: ASYNC110 (what we wait for happens in other processes)
                await asyncio.sleep(0.02)


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    workshop = Workshop(tmp_path)
    yield workshop
    for supervisor in workshop.supervisors:
        await supervisor.stop()


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that this very process listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what the person who runs the tests chose for their own suite."""
    for name in ("ORACULUM_PORT_BASE", "ORACULUM_STATE", "PREDICTION_REPLICAS", "VENUES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def suite(breakable_suite: Suite) -> Suite:
    """Parts of it are killed here."""
    return breakable_suite
