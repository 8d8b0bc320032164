"""`kill -9` of anything that a bet passes: it comes back, and not one bet is lost, doubled or half done."""

import pytest

from oraculum_dev.faults.lag import broker_serves
from oraculum_dev.faults.processes import BACK_SECONDS, killed
from oraculum_dev.faults.proof import prove
from oraculum_dev.faults.scene import Scene
from oraculum_dev.fixtures.crowd import Crowd

pytestmark = pytest.mark.end_to_end

# What `make test` has time for: the two that move money. The rest is `make faults`.
OFTEN = ("prediction", "wallet")
RARELY = ("prediction-2", "gateway", "postgres", "kafka", "valkey")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", [*OFTEN, *(pytest.param(name, marks=pytest.mark.faults) for name in RARELY)])
async def test_nothing_is_lost_or_doubled(scene: Scene, name: str) -> None:
    """The bets of a crowd go on over the death of a process, and all books agree afterwards."""
    async with Crowd(scene.api, await scene.open_events_of_all()) as crowd:
        await crowd.until_accepted(30, 60)
        async with killed(scene.suite, name):
            pass
        await crowd.until_accepted(60, BACK_SECONDS)
    await prove(scene.suite, crowd)


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_again_and_again(scene: Scene) -> None:
    """Whoever dies while the others still come back finds nothing half done either."""
    async with Crowd(scene.api, await scene.open_events_of_all()) as crowd:
        for name in ("prediction", "wallet", "prediction-2", "kafka", "wallet", "prediction"):
            await crowd.until_accepted(5, BACK_SECONDS)
            scene.suite.kill(name)
        await crowd.until_accepted(60, BACK_SECONDS)
    await broker_serves(scene.suite)
    await prove(scene.suite, crowd)
