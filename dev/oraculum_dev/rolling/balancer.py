"""HAProxy before two gateways, as an ingress controller stands before them in a cluster.

It asks each gateway whether it is ready, and sends no request a second time: what a restart loses is seen.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from oraculum_dev.infrastructure.ports import HOST, answers
from oraculum_dev.infrastructure.programs import Program, ProgramError

SETTINGS: Final = """\
global
    maxconn 8000
    nbthread 1
defaults
    mode http
    retries 0
    timeout connect 2s
    timeout client 60s
    timeout server 30s
    timeout tunnel 1h
frontend public
    bind {address}
    default_backend gateways
backend gateways
    balance leastconn
    option httpchk GET /readyz
    default-server inter 250ms fall 2 rise 2
"""


@dataclass(frozen=True)
class Balancer:
    """One HAProxy: its folder, its port, and the gateways by name with their public and internal ports."""

    folder: Path
    port: int
    gateways: Mapping[str, tuple[int, int]]

    @property
    def address(self) -> str:
        """Where people come in."""
        return f"{HOST}:{self.port}"

    def program(self) -> Program:
        """How it is started."""
        found = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
        if found is None:
            raise ProgramError("haproxy is not installed (apt-get install haproxy)")
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = self.folder / "haproxy.cfg"
        servers = [
            f"    server {name} {HOST}:{public} check port {internal}\n"
            for name, (public, internal) in self.gateways.items()
        ]
        settings.write_text(SETTINGS.format(address=self.address) + "".join(servers))
        return Program(
            name="haproxy",
            command=[found, "-db", "-f", str(settings)],
            directory=self.folder,
            log=self.folder / "haproxy.log",
            environment={"PATH": os.environ.get("PATH", os.defpath)},
        )

    def ready(self) -> bool:
        """Tell whether it takes connections."""
        return answers(self.port)
