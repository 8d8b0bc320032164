"""HAProxy before the gateways, as an ingress controller stands before them in a cluster.

It asks each gateway whether it is ready, and sends no request a second time: what a restart loses is seen. A gateway that
comes at another address is told to it while it runs, as a controller does it.
"""

import os
import shutil
import socket
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
    stats socket {socket} mode 600 level admin
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
COMMAND_SECONDS: Final = 5.0


@dataclass(frozen=True)
class Gateway:
    """Where one listens: for people, and for whoever asks whether it is ready."""

    host: str
    public: int
    internal: int


@dataclass(frozen=True)
class Balancer:
    """One HAProxy: its folder, its port, and the gateways by name; None is a place for one that is not there yet."""

    folder: Path
    port: int
    gateways: Mapping[str, Gateway | None]

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
        written = SETTINGS.format(address=self.address, socket=self._socket)
        settings.write_text(written + "".join(_server(*one) for one in self.gateways.items()))
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

    def take(self, name: str, gateway: Gateway) -> None:
        """Put a gateway into a place."""
        self._tell(f"set server gateways/{name} addr {gateway.host} port {gateway.public}")
        self._tell(f"set server gateways/{name} check-port {gateway.internal}")
        self._tell(f"set server gateways/{name} state ready")

    def forget(self, name: str) -> None:
        """Empty a place, whose gateway has gone."""
        self._tell(f"set server gateways/{name} state maint")

    @property
    def _socket(self) -> Path:
        return self.folder / "admin.sock"

    def _tell(self, command: str) -> None:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(COMMAND_SECONDS)
            connection.connect(str(self._socket))
            connection.sendall(f"{command}\n".encode())
            answer = b"".join(iter(lambda: connection.recv(4096), b"")).decode().strip()
        # It is silent, or says what it changed, or that there was nothing to change.
        if answer and "change" not in answer:
            raise ProgramError(f"HAProxy did not take {command!r}: {answer}")


EMPTY: Final = Gateway("0.0.0.0", 80, 80)  # noqa: S104  a place that nobody is in, as HAProxy writes it


def _server(name: str, gateway: Gateway | None) -> str:
    place = gateway or EMPTY
    state = "" if gateway else " disabled"
    return f"    server {name} {place.host}:{place.public} check port {place.internal}{state}\n"
