"""Readiness as a conversation: begin as not serving, ask the checks again and again, say only what changed.

Ready means that this process's own database answers. A peer, a broker or a cache that is away makes it degraded: that
is shown in `/readyz`, in a gauge and in the log, but never takes the process out of service.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

import structlog
from grpc_health.v1 import health_pb2
from grpc_health.v1.health import aio

from oraculum_kit import metrics

_log = structlog.stdlib.get_logger(__name__)

Check = Callable[[], Awaitable[None]]

READY_EVERY_SECONDS: Final = 1.0
DEPENDENCIES_EVERY_SECONDS: Final = 5.0
# A check that takes longer than this share of its interval has failed: the next one is due.
_PATIENCE: Final = 0.9

_SERVING: Final = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING: Final = health_pb2.HealthCheckResponse.NOT_SERVING


class Health:
    """What this process thinks of itself."""

    def __init__(
        self,
        ready: Sequence[Check] = (),
        dependencies: Mapping[str, Check] | None = None,
        names: Sequence[str] = (),
    ) -> None:
        self._ready_checks = tuple(ready)
        self._dependency_checks = dict(dependencies or {})
        self._names = ("", "readiness", *names)
        self._away: set[str] = set()
        self._draining = False
        self.ready = False
        self.servicer = aio.HealthServicer()
        for name in self._dependency_checks:
            metrics.DEGRADED.labels(name).set(0)

    @property
    def degraded(self) -> list[str]:
        """The dependencies that are away."""
        return sorted(self._away)

    async def start(self) -> None:
        """Say that we live and do not serve yet."""
        await self.servicer.set("liveness", _SERVING)
        await self._tell(ready=False)

    async def run(self) -> None:
        """Keep asking until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_ready())
            for name, check in self._dependency_checks.items():
                group.create_task(self._watch_dependency(name, check))

    async def drain(self) -> None:
        """Say for good that we no longer serve, so that nobody new comes."""
        self._draining = True
        self.ready = False
        metrics.READY.set(0)
        await self.servicer.enter_graceful_shutdown()

    async def check_ready(self) -> None:
        """Ask all checks once."""
        problem = await _problem(self._ready_checks, READY_EVERY_SECONDS * _PATIENCE)
        ready = problem is None
        if ready == self.ready or self._draining:
            return
        if ready:
            _log.info("health.ready")
        else:
            _log.error("health.not_ready", problem=problem)
        await self._tell(ready=ready)

    async def check_dependency(self, name: str, check: Check) -> None:
        """Ask one dependency once."""
        problem = await _problem((check,), DEPENDENCIES_EVERY_SECONDS * _PATIENCE)
        if problem is None and name in self._away:
            self._away.discard(name)
            _log.info("health.dependency_back", dependency=name)
        elif problem is not None and name not in self._away:
            self._away.add(name)
            _log.warning("health.dependency_away", dependency=name, problem=problem)
        metrics.DEGRADED.labels(name).set(name in self._away)

    async def _watch_ready(self) -> None:
        while True:
            await self.check_ready()
            # Unready is asked more often: a start should not wait for the next full second.
            await asyncio.sleep(READY_EVERY_SECONDS if self.ready else READY_EVERY_SECONDS / 10)

    async def _watch_dependency(self, name: str, check: Check) -> None:
        while True:
            await self.check_dependency(name, check)
            # One that is away is asked as often as ourselves, so that its return is seen at once.
            await asyncio.sleep(READY_EVERY_SECONDS if name in self._away else DEPENDENCIES_EVERY_SECONDS)

    async def _tell(self, *, ready: bool) -> None:
        self.ready = ready
        metrics.READY.set(ready)
        for name in self._names:
            await self.servicer.set(name, _SERVING if ready else _NOT_SERVING)


async def _problem(checks: Sequence[Check], patience_seconds: float) -> str | None:
    """What is wrong, in one line; None when nothing is."""
    try:
        async with asyncio.timeout(patience_seconds):
            for check in checks:
                await check()
    except TimeoutError:
        return "no answer in time"
    except Exception as error:  # noqa: BLE001  any failure of a check is its answer
        return f"{type(error).__name__}: {error}"
    return None
