"""What the fault tests share: one suite for all of them, and an operator who opens and ends events."""

from collections.abc import AsyncIterator

import pytest

from oraculum_dev.faults.scene import Scene, scene_of
from oraculum_dev.fixtures.suites import Suite


@pytest.fixture
async def scene(suite: Suite) -> AsyncIterator[Scene]:
    """The shared suite; each test opens events of its own and leaves every book in order."""
    async with scene_of(suite) as scene:
        yield scene
