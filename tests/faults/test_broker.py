"""Kafka: cut off for a minute, saying everything twice, and beginning anew at the first record."""

import asyncio
import random

import pytest

from oraculum_dev.faults.lag import Broker
from oraculum_dev.faults.processes import BACK_SECONDS, frozen
from oraculum_dev.faults.proof import prove
from oraculum_dev.faults.records import publish_again, rewind
from oraculum_dev.faults.scene import Scene
from oraculum_dev.fixtures.crowd import Crowd
from oraculum_dev.project import SERVICES

pytestmark = pytest.mark.end_to_end

MINUTE_SECONDS = 60.0
# What money, positions and results hang on.
TOPICS = ("bets", "events", "settlements", "wallet", "users")


@pytest.mark.faults
@pytest.mark.timeout(400)
async def test_a_minute_without_it(scene: Scene) -> None:
    """Nothing that is sent to the broker arrives or is refused; bets go on, and afterwards all is told."""
    async with Crowd(scene.api, await scene.open_events_of_all()) as crowd:
        await crowd.until_accepted(30, 60)
        with frozen(scene.suite, "kafka"):
            before = crowd.accepted
            await asyncio.sleep(MINUTE_SECONDS)
            assert crowd.accepted > before + MINUTE_SECONDS
        await crowd.until_accepted(30, BACK_SECONDS)
    await prove(scene.suite, crowd)


async def test_every_record_twice(scene: Scene) -> None:
    """What a relay says again after a crash, keys mixed, is heard once, while new bets come in between."""
    broker = Broker.of(scene.suite)
    async with Crowd(scene.api, await scene.open_events_of_all()) as crowd:
        await crowd.until_accepted(60, 60)
        again = await asyncio.to_thread(publish_again, broker, TOPICS, random.Random(1))  # noqa: S311 (an order, not a key)
        await crowd.until_accepted(30, BACK_SECONDS)
    assert again >= 60
    await prove(scene.suite, crowd)


@pytest.mark.faults
async def test_every_record_from_the_beginning(scene: Scene) -> None:
    """Consumers whose offsets are lost read all that there ever was, and change nothing by it."""
    broker = Broker.of(scene.suite)
    services = {name for service in SERVICES for name in (service, f"{service}-2")}
    running = [name for name in scene.suite.state.processes if name in services]
    async with Crowd(scene.api, await scene.open_events_of_all()) as crowd:
        await crowd.until_accepted(60, 60)
        groups = sorted(await asyncio.to_thread(broker.groups))
        assert {"prediction", "wallet"} <= set(groups)
        with frozen(scene.suite, *running):
            assert await rewind(broker, groups) >= 60
        await crowd.until_accepted(30, BACK_SECONDS)
    await prove(scene.suite, crowd)
