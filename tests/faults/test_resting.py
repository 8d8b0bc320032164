"""Orders that rest, with their money in reserve, while those who keep them die, sleep, disagree or close the market."""

import asyncio
from decimal import Decimal

import pytest

from oraculum_dev.faults.gateways import gateway_to
from oraculum_dev.faults.processes import BACK_SECONDS, PAST_EVERY_DEADLINE_SECONDS, frozen, killed
from oraculum_dev.faults.proof import paid_out, prove
from oraculum_dev.faults.scene import Scene
from oraculum_dev.fixtures.crowd import Bettor, Crowd
from oraculum_dev.fixtures.makers import Maker

pytestmark = [pytest.mark.end_to_end, pytest.mark.faults]

BOTH = (Maker, Bettor)
YES = 1


@pytest.mark.parametrize("name", ["prediction", "wallet", "kafka"])
async def test_killed(scene: Scene, name: str) -> None:
    """No order is met twice, and what is taken back gives back what its fills left of its reserve."""
    async with Crowd(scene.api, await scene.open_events_of_all(), size=8, kinds=BOTH) as crowd:
        await crowd.until_accepted(40, 60)
        async with killed(scene.suite, name):
            pass
        await crowd.until_accepted(60, BACK_SECONDS)
    await prove(scene.suite, crowd)


async def test_frozen(scene: Scene) -> None:
    """A replica whose book is out of date when it wakes meets nobody by it."""
    event_id = await scene.open_event()
    async with Crowd(scene.api, [event_id], size=8, kinds=BOTH) as crowd:
        await crowd.until_accepted(40, 60)
        with frozen(scene.suite, scene.leader_of(event_id)):
            await asyncio.sleep(PAST_EVERY_DEADLINE_SECONDS)
        await crowd.until_accepted(60, BACK_SECONDS)
    await prove(scene.suite, crowd)


async def test_in_the_books_of_two_replicas(scene: Scene) -> None:
    """Both meet what rests, neither meets it twice."""
    event_id = await scene.open_event()
    one, other = scene.predictions
    async with gateway_to(scene, one) as left, gateway_to(scene, other) as right:
        async with (
            Crowd(left, [event_id], size=4, kinds=BOTH) as here,
            Crowd(right, [event_id], size=4, kinds=BOTH) as there,
        ):
            await asyncio.gather(
                here.until_accepted(60, BACK_SECONDS), there.until_accepted(60, BACK_SECONDS)
            )
        await prove(scene.suite, here, there)


async def test_when_the_event_is_resolved(scene: Scene) -> None:
    """What rests is given back, what was met is paid."""
    event_id = await scene.open_event()
    async with Crowd(scene.api, [event_id], size=8, kinds=BOTH) as crowd:
        await crowd.until_accepted(80, 60)
        async with killed(scene.suite, scene.leader_of(event_id)):
            await scene.resolve(event_id, YES)
    for bettor in crowd.bettors:
        bettor.paid = {YES: Decimal(1)}
    await paid_out(scene.suite, crowd)
    await prove(scene.suite, crowd)
