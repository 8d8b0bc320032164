"""compose.yaml as a rehearsal starts it: a project of its own, secrets of its own, and settings beside those of the file."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import yaml

from oraculum_dev.chart import secret_files
from oraculum_dev.fixtures.suites import CALM
from oraculum_dev.images.engine import docker
from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.project import ROOT, SERVICES
from oraculum_dev.rolling.stand import SETTINGS

FILE: Final = ROOT / "compose.yaml"
PROCESSES: Final = (*SERVICES, "gateway")
LABEL: Final = "com.docker.compose"


def described() -> dict[str, Any]:
    """What compose.yaml says."""
    return dict(yaml.safe_load(FILE.read_text()))


@dataclass(frozen=True)
class Container:
    """One that runs: whose it is, its first process, and where it and the host are in each network of the file."""

    id: str
    name: str
    service: str
    number: int
    process: int
    addresses: Mapping[str, str]
    host_addresses: frozenset[str]

    @classmethod
    def read(cls, project: str, told: Mapping[str, Any]) -> "Container":
        """What the engine says of one of a project."""
        labels, networks = told["Config"]["Labels"], told["NetworkSettings"]["Networks"]
        return cls(
            id=told["Id"],
            name=told["Name"].strip("/"),
            service=labels[f"{LABEL}.service"],
            number=int(labels[f"{LABEL}.container-number"]),
            process=told["State"]["Pid"],
            addresses={
                name.removeprefix(f"{project}_"): network["IPAddress"] for name, network in networks.items()
            },
            # A network that is the engine's alone has no way out, and the host no name for it.
            host_addresses=frozenset(
                network["Gateway"] for network in networks.values() if network["Gateway"]
            ),
        )


@dataclass(frozen=True)
class Compose:
    """One project, whose settings and secrets lie in a folder."""

    project: str
    folder: Path
    public_url: str

    def prepare(self) -> None:
        """Make secrets and settings; refuse to touch a project that is there already."""
        if left := self.everything():
            raise ProgramError(
                f"{len(left)} containers of {self.project} are there: a rehearsal runs, or was killed. What a killed one left goes"
                f" by: {' '.join(self._command)} -p {self.project} -f {FILE} down --volumes"
            )
        secret_files.write(self._secrets)
        self._settings.write_text(yaml.safe_dump(settings(self._secrets, self.public_url)))

    def up(self, *services: str, each: int, alone: bool = False) -> None:
        """Start services and what they wait for, or them alone, with so many of each process; what runs stays as it is."""
        scales = [part for name in services if name in PROCESSES for part in ("--scale", f"{name}={each}")]
        self._run("up", "--detach", *(["--no-deps", "--no-recreate"] if alone else []), *scales, *services)

    def down(self) -> None:
        """Take everything away, the books too."""
        if self._settings.exists():
            self._run("down", "--volumes", "--remove-orphans", "--timeout", "5")

    def everything(self) -> list[str]:
        """All containers of the project, whether they run or not."""
        return docker("ps", "--all", "--quiet", "--filter", f"label={LABEL}.project={self.project}").split()

    def running(self) -> list[Container]:
        """The containers that run, the oldest of each service first."""
        found = docker("ps", "--quiet", "--filter", f"label={LABEL}.project={self.project}").split()
        if not found:
            return []
        seen = [Container.read(self.project, told) for told in json.loads(docker("inspect", *found))]
        return sorted(seen, key=lambda one: (one.service, one.number))

    def containers(self, service: str) -> list[Container]:
        """Those of one service."""
        return [one for one in self.running() if one.service == service]

    @property
    def _secrets(self) -> Path:
        return self.folder / "secrets"

    @property
    def _settings(self) -> Path:
        return self.folder / "rehearsal.yaml"

    @cached_property
    def _command(self) -> Sequence[str]:
        """The plugin of the engine's client, or the program that was there before it."""
        asked = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        return ["docker", "compose"] if asked.returncode == 0 else ["docker-compose"]

    def _run(self, *arguments: str) -> None:
        command = [*self._command, "-p", self.project, "-f", str(FILE), "-f", str(self._settings), *arguments]
        # Port 0: the balancer finds gateways at their own addresses, and two cannot have one port of this machine.
        variables = {**os.environ, "ORACULUM_PORT": "0", "VENUES": "sim"}
        try:
            finished = subprocess.run(
                command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
            )
        except FileNotFoundError as error:
            raise ProgramError(
                "neither `docker compose` nor docker-compose is installed (apt-get install docker-compose)"
            ) from error
        if finished.returncode != 0:
            raise ProgramError(f"{' '.join(command)} failed:\n{finished.stderr.strip()[-4000:]}")


def settings(secrets: Path, public_url: str) -> dict[str, Any]:
    """What is laid over compose.yaml: people come in elsewhere, limits of a cluster, calm venues, secrets of its own.

    Whether a process is ready is asked from outside: the engine would start a program in each container every five seconds,
    and on two cores that is a good part of what is measured.
    """
    environment = {**SETTINGS, "PUBLIC_URL": public_url}
    own = {"environment": environment, "healthcheck": {"disable": True}}
    services: dict[str, Any] = dict.fromkeys(PROCESSES, own)
    services["stand-in"] = {"environment": CALM}
    return {
        "services": services,
        "secrets": {name: {"file": str(secrets / name)} for name in described()["secrets"]},
    }
