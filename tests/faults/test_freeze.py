"""A process that does nothing for longer than anybody waits, and then goes on as if it had blinked."""

import asyncio

import pytest

from oraculum_dev.faults.processes import BACK_SECONDS, PAST_EVERY_DEADLINE_SECONDS, frozen
from oraculum_dev.faults.proof import prove
from oraculum_dev.faults.scene import Scene
from oraculum_dev.fixtures.crowd import Crowd

pytestmark = [pytest.mark.end_to_end, pytest.mark.faults]

# Without these a bet cannot be taken; without the others it must be.
NEEDED = ("wallet", "gateway", "postgres")
SPARED = ("prediction", "prediction-2", "kafka", "valkey")


@pytest.mark.parametrize("name", [*NEEDED, *SPARED])
async def test_wakes_to_books_in_order(scene: Scene, name: str) -> None:
    """Past every deadline the callers have given up; what it then does late is done once or not at all."""
    async with Crowd(scene.api, await scene.open_events_of_all()) as crowd:
        await crowd.until_accepted(30, 60)
        with frozen(scene.suite, name):
            if name in SPARED:
                await crowd.until_accepted(30, BACK_SECONDS)
            await asyncio.sleep(PAST_EVERY_DEADLINE_SECONDS)
        await crowd.until_accepted(60, BACK_SECONDS)
    await prove(scene.suite, crowd)
