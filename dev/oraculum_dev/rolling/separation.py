"""Who may open whose port, and the proof of it: asked from inside containers, of every address that there is.

The networks of compose.yaml keep groups apart. Where this machine lets us, rules in the network of each container do what the
chart's policies do in a cluster: a port is open to those alone whose arrow the chart's values have.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import yaml

from oraculum_dev.faults.proof import agree
from oraculum_dev.images.engine import docker
from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.project import ROOT, SERVICES
from oraculum_dev.rolling.compose import PROCESSES, Compose, Container, described

VALUES: Final = ROOT / "helm" / "oraculum" / "values.yaml"
# What the chart's values call a need, and what stands for it here.
SERVERS: Final = {"postgres": "postgres", "kafka": "kafka", "redis": "valkey", "mail": "mail"}
WORLD: Final = "stand-in"
PORTS: Final = {
    **dict.fromkeys(SERVICES, 9000),
    "gateway": 8080,
    "postgres": 5432,
    "kafka": 9092,
    "valkey": 6379,
    "mail": 8025,
    WORLD: 8700,
}
INTERNAL_PORT: Final = 9090
# People come to it from the host, as from an ingress controller; whether it is ready, the host asks everybody, as kubelets do.
PUBLIC: Final = "gateway"
# Containers from which it is tried: the others have no Python, and call nobody.
ORIGINS: Final = (*PROCESSES, WORLD)
# Tries every place that it is given at once and prints those that opened. Silence is long enough for a busy machine.
PROBE: Final = """
import asyncio, sys
async def open_one(place):
    host, port = place.rsplit(":", 1)
    try:
        async with asyncio.timeout(5):
            _, writer = await asyncio.open_connection(host, int(port))
    except (OSError, TimeoutError):
        return
    writer.close()
    print(place)
async def main():
    await asyncio.gather(*map(open_one, sys.argv[1:]))
asyncio.run(main())
"""


def arrows(values: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Whom each process may open, as the chart has it; whoever may reach the world may reach its stand-in."""
    return {
        name: frozenset(
            {
                *one.get("calls", ()),
                *(SERVERS[need] for need in one.get("needs", ())),
                *((WORLD,) if one.get("internet") else ()),
            }
        )
        for name, one in values["services"].items()
    }


def rules(port: int, sources: Iterable[str], host: Iterable[str], *, public: bool = False) -> str:
    """What iptables-restore puts into a container's network: its port is open to these, its internal pages to the host.

    The container's own calls and their answers pass. Others are refused, not ignored, so that nobody waits.
    """
    asked = (port, INTERNAL_PORT) if public else (INTERNAL_PORT,)
    opened = [f"-A INPUT -p tcp -s {source} --dport {port} -j ACCEPT" for source in sorted(sources)]
    opened += [
        f"-A INPUT -p tcp -s {address} --dport {number} -j ACCEPT"
        for address in sorted(host)
        for number in asked
    ]
    return "\n".join(
        (
            "*filter",
            ":INPUT DROP [0:0]",
            ":FORWARD ACCEPT [0:0]",
            ":OUTPUT ACCEPT [0:0]",
            "-A INPUT -i lo -j ACCEPT",
            "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
            *opened,
            "-A INPUT -p tcp -j REJECT --reject-with tcp-reset",
            "COMMIT",
            "",
        )
    )


@dataclass(frozen=True)
class Place:
    """A container in one network."""

    service: str
    network: str
    host: str


@dataclass(frozen=True)
class Separation:
    """Who may open whose port in a project."""

    compose: Compose

    @cached_property
    def enforced(self) -> bool:
        """Whether rules can be put into the networks of containers; without them only networks separate."""
        programs = ("nsenter", "iptables-restore")
        return os.geteuid() == 0 and all(shutil.which(program) for program in programs)

    def may_open(self, origin: str) -> frozenset[str]:
        """The services that containers of this one may open, where they share a network with them."""
        return self._arrows.get(origin, frozenset()) if self.enforced else frozenset(PORTS)

    def enforce(self) -> None:
        """Put rules into every container, for the containers that are there now."""
        if not self.enforced:
            return
        there = self._listening()
        for container in there:
            sources = {
                host
                for other in there
                if container.service in self.may_open(other.service)
                for host in other.addresses.values()
            }
            port, is_public = PORTS[container.service], container.service == PUBLIC
            _restore(container, rules(port, sources, container.host_addresses, public=is_public))

    def prove(self) -> None:
        """Try every address from inside one container of each kind: what opens is what may be opened, and nothing else."""
        there = self._listening()
        places = [
            Place(one.service, network, host) for one in there for network, host in one.addresses.items()
        ]
        first = {one.service: one for one in reversed(there)}
        with ThreadPoolExecutor(len(ORIGINS)) as pool:
            opened = list(pool.map(lambda origin: _opened_by(first[origin], places), ORIGINS))
        for origin, seen in zip(ORIGINS, opened, strict=True):
            agree(f"what {origin} can open", _named(self._allowed(origin, places)), _named(seen))
            who = ", ".join(sorted({place.service for place in seen}))
            print(f"{origin:<14}opens {who or 'nobody'}", flush=True)
        by = "the chart's arrows" if self.enforced else "networks alone (by arrows for root with iptables)"
        print(f"nobody opens another of {len(places)} addresses: separated by {by}", flush=True)

    @cached_property
    def _arrows(self) -> dict[str, frozenset[str]]:
        return arrows(yaml.safe_load(VALUES.read_text()))

    @cached_property
    def _networks(self) -> dict[str, frozenset[str]]:
        return {name: frozenset(one["networks"]) for name, one in described()["services"].items()}

    def _allowed(self, origin: str, places: Sequence[Place]) -> set[Place]:
        return {
            place
            for place in _others(origin, places)
            if place.network in self._networks[origin] and place.service in self.may_open(origin)
        }

    def _listening(self) -> list[Container]:
        return [one for one in self.compose.running() if one.service in PORTS]


def _opened_by(origin: Container, places: Sequence[Place]) -> set[Place]:
    tried = {f"{place.host}:{PORTS[place.service]}": place for place in _others(origin.service, places)}
    return {
        tried[line] for line in docker("exec", origin.id, "/app/bin/python", "-c", PROBE, *tried).splitlines()
    }


def _others(origin: str, places: Sequence[Place]) -> list[Place]:
    """A container always opens its own port, so its kind is left out."""
    return [place for place in places if place.service != origin]


def _named(places: Iterable[Place]) -> list[str]:
    return sorted(f"{place.service} {place.host} ({place.network})" for place in places)


def _restore(container: Container, text: str) -> None:
    command = ["nsenter", "--target", str(container.process), "--net", "iptables-restore", "--wait"]
    finished = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise ProgramError(f"no rules could be put into {container.name}: {finished.stderr.strip()}")
