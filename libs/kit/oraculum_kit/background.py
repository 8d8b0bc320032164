"""Loops that run beside the server: stopped gracefully, restarted when they fail, never silent about it."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from oraculum_kit import metrics
from oraculum_kit.retries import Backoff, is_transient

_log = structlog.get_logger(__name__)


async def run_gracefully(
    name: str, work: Callable[[asyncio.Event], Awaitable[None]], *, grace_seconds: float
) -> None:
    """Run `work(stop)` until this task is cancelled; then set `stop` and let the work end what it has begun.

    Work that fails is begun again after a pause: a consumer that dies quietly would be found out by its lag only.
    What has not ended within the grace is cancelled.
    """
    stop = asyncio.Event()
    task = asyncio.ensure_future(_again_and_again(name, work, stop))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        stop.set()
        _, pending = await asyncio.wait({task}, timeout=grace_seconds)
        if pending:
            _log.warning("background.cut_short", name=name, grace_seconds=grace_seconds)
            task.cancel()
            await asyncio.wait({task})
        raise


async def pause(stop: asyncio.Event, seconds: float) -> bool:
    """Wait, but no longer than until we are asked to stop; True when we were."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True


async def _again_and_again(
    name: str, work: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event
) -> None:
    metrics.begin_at_zero(metrics.UNHANDLED, [name])
    waits = iter(Backoff(first_seconds=0.2, longest_seconds=5.0))
    while not stop.is_set():
        started = asyncio.get_running_loop().time()
        try:
            await work(stop)
        except Exception as error:  # noqa: BLE001  whatever it was, it is told and the loop goes on
            if is_transient(error):
                _log.warning("background.interrupted", name=name, error=repr(error))
            else:
                metrics.UNHANDLED.labels(name).inc()
                _log.exception("background.failed", name=name)
        if asyncio.get_running_loop().time() - started > 60:
            waits = iter(Backoff(first_seconds=0.2, longest_seconds=5.0))
        await pause(stop, next(waits))
