"""Processes that stop for a while, as a machine without memory or a paused virtual machine stops them."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress

import psutil

from oraculum_dev.faults.lag import broker_serves
from oraculum_dev.fixtures.suites import Suite

# Longer than any call waits: five seconds of the gateway's, two of a hold, five of the sweep's.
PAST_EVERY_DEADLINE_SECONDS = 12.0
BACK_SECONDS = 60.0


def freeze(suite: Suite, name: str) -> list[psutil.Process]:
    """SIGSTOP a part and all it started: PostgreSQL's sessions are processes of their own."""
    parent = suite.process(name)
    parent.suspend()
    family = [parent, *parent.children(recursive=True)]
    for process in family[1:]:
        with suppress(psutil.NoSuchProcess):
            process.suspend()
    return family


def thaw(family: Sequence[psutil.Process]) -> None:
    """SIGCONT them; whoever was killed meanwhile stays so."""
    for process in reversed(family):
        with suppress(psutil.NoSuchProcess):
            process.resume()


@contextmanager
def frozen(suite: Suite, *names: str) -> Iterator[None]:
    """Some parts do nothing for the length of the block."""
    with ExitStack() as stack:
        for name in names:
            stack.callback(thaw, freeze(suite, name))
        yield


@asynccontextmanager
async def killed(suite: Suite, name: str) -> AsyncIterator[None]:
    """`kill -9` a part; at the end of the block the runner has started it again, and a broker serves again."""
    number = suite.kill(name)
    yield
    await asyncio.to_thread(suite.wait_for_another, name, number, BACK_SECONDS)
    if name == "kafka":
        # What is waited for from here on hangs on what it tells; how long a machine takes to start it is another matter.
        await broker_serves(suite)
