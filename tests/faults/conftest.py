"""What the fault tests share: one suite for all of them, and an operator who opens and ends events."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from oraculum_dev.demo.wallets import Wallet
from oraculum_dev.faults.scene import Scene, make_operator, scene_of
from oraculum_dev.fixtures.suites import Suite


@pytest.fixture(scope="session")
def suite(breakable_suite: Suite) -> Suite:
    """Nothing here leaves it alone."""
    return breakable_suite


@pytest.fixture(scope="session")
def operator(suite: Suite) -> Wallet:
    """Somebody who may open and end events."""
    return asyncio.run(make_operator(suite))


@pytest.fixture
async def scene(suite: Suite, operator: Wallet) -> AsyncIterator[Scene]:
    """The shared suite; each test opens events of its own and leaves every book in order."""
    async with scene_of(suite, operator) as scene:
        yield scene
