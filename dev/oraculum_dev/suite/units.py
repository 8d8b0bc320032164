"""What a suite is made of: processes that run until they are stopped, and steps that are done when they return."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from oraculum_dev.infrastructure.ports import answers
from oraculum_dev.infrastructure.programs import Program
from oraculum_dev.suite.probe import AWAY, Health

READY = Health(ready=True)


def nothing() -> None:
    """Prepare nothing."""


async def always_ready() -> Health:
    """What a step says once it is done."""
    return READY


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One part of a suite, what it needs to be up before it, and how to tell that it is up itself.

    `prepare` may block: it runs in a thread. A unit without a `program` is a step, done when it is prepared.
    """

    name: str
    needs: tuple[str, ...] = ()
    prepare: Callable[[], None] = nothing
    program: Callable[[], Program] | None = None
    health: Callable[[], Awaitable[Health]] = always_ready
    # Asked again and again after that; the same question unless a cheaper one serves.
    watch: Callable[[], Awaitable[Health]] | None = None
    ports: tuple[str, ...] = ()
    where: str = ""
    metrics_port: int | None = None
    # Generous: it is for what never comes up, not for a machine that is busy with other things.
    timeout_seconds: float = 120
    stop_seconds: float = 20


class Server(Protocol):
    """An infrastructure server as its module describes it."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def port(self) -> int:
        """Where it listens."""
        ...

    @property
    def timeout_seconds(self) -> float:
        """How long it may take to start."""
        ...

    def prepare(self) -> None:
        """Make its data directory."""
        ...

    def program(self) -> Program:
        """How it is started."""
        ...

    def ready(self) -> bool:
        """Whether it does its work."""
        ...


def server_unit(server: Server, ports: tuple[str, ...], where: str) -> Unit:
    """Make a unit of an infrastructure server."""

    async def health() -> Health:
        return READY if await asyncio.to_thread(server.ready) else AWAY

    async def watch() -> Health:
        return READY if await asyncio.to_thread(answers, server.port) else AWAY

    return Unit(
        name=server.name,
        prepare=server.prepare,
        program=server.program,
        health=health,
        watch=watch,
        ports=ports,
        where=where,
        timeout_seconds=server.timeout_seconds,
    )


def outside(name: str, where: str) -> Unit:
    """A server that the environment names: somebody else runs it, the steps that use it will say if it is away."""
    return Unit(name=name, where=where)
