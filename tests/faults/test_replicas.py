"""Several replicas on one market, and one that sleeps between its hold and its commit."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from oraculum_dev.demo.person import until
from oraculum_dev.faults.gateways import gateway_to
from oraculum_dev.faults.inside import connected
from oraculum_dev.faults.processes import BACK_SECONDS, freeze, thaw
from oraculum_dev.faults.proof import prove
from oraculum_dev.faults.scene import Scene
from oraculum_dev.fixtures.crowd import Crowd

pytestmark = pytest.mark.end_to_end

ABANDONED = 4
SWEPT_SECONDS = 60.0
HELD_WITHOUT_AN_ORDER = """
    select p.reference_id as order_id
    from wallet.pending_transfer p
    left join prediction.trade_order o on o.order_id = p.reference_id
    where p.event_id = %s and o.order_id is null
"""
WAITING = """
    select count(*) as waiting
    from pg_stat_activity
    where usename = 'oraculum_prediction' and wait_event_type = 'Lock'
"""


async def test_two_of_them_on_one_market(scene: Scene) -> None:
    """Gateways that disagree about the leader cost time and nothing else."""
    event_id = await scene.open_event()
    one, other = scene.predictions
    async with gateway_to(scene, one) as left, gateway_to(scene, other) as right:
        async with Crowd(left, [event_id]) as here, Crowd(right, [event_id]) as there:
            await asyncio.gather(
                here.until_accepted(60, BACK_SECONDS), there.until_accepted(60, BACK_SECONDS)
            )
        await prove(scene.suite, here, there)


class Sleeper:
    """The leader of an event, stopped while money is held for orders that it has not committed."""

    def __init__(self, scene: Scene, event_id: str) -> None:
        self._scene = scene
        self._event_id = event_id
        self.order_ids: list[str] = []

    async def stop_it(self) -> Callable[[], None]:
        """Stop it at moments under load until one is between the hold and the commit; what wakes it."""
        chance = random.Random(7)  # noqa: S311 (moments, not keys)
        name = self._scene.leader_of(self._event_id)
        for _ in range(300):
            family = freeze(self._scene.suite, name)
            # What it had sent before it stopped may still be on its way through the database.
            await asyncio.sleep(0.05)
            self.order_ids = [
                str(row["order_id"]) for row in await self._ask(HELD_WITHOUT_AN_ORDER, self._event_id)
            ]
            if self.order_ids:
                return lambda: thaw(family)
            thaw(family)
            await asyncio.sleep(chance.uniform(0.01, 0.05))
        raise AssertionError(f"{name} was never met between a hold and its commit")

    async def wait_until_swept(self) -> None:
        """Wait until a row says of each of its orders that it will never be filled."""
        await until(
            "the sweep to give them up",
            lambda: self._ask(
                "select status from prediction.trade_order where order_id = any(%s::uuid[])", self.order_ids
            ),
            lambda rows: [row["status"] for row in rows] == [ABANDONED] * len(self.order_ids),
            SWEPT_SECONDS,
        )
        await until(
            "their holds to be released",
            lambda: self._ask(
                "select id from wallet.pending_transfer where reference_id = any(%s::uuid[])", self.order_ids
            ),
            lambda rows: not rows,
            SWEPT_SECONDS,
        )

    async def fills(self) -> list[dict[str, Any]]:
        """What became of its orders all the same."""
        return await self._ask(
            "select * from prediction.fill where order_id = any(%s::uuid[])", self.order_ids
        )

    async def _ask(self, statement: str, *parameters: object) -> list[dict[str, Any]]:
        async with await connected(self._scene.suite) as connection:
            return await (await connection.execute(statement.encode(), parameters)).fetchall()


@pytest.mark.faults
async def test_one_sleeps_between_hold_and_commit(scene: Scene) -> None:
    """Woken after the sweep it finds its orders given up, and fills none of them."""
    event_id = await scene.open_event()
    sleeper = Sleeper(scene, event_id)
    async with Crowd(scene.api, [event_id]) as crowd:
        await crowd.until_accepted(30, 60)
        wake = await sleeper.stop_it()
        try:
            await sleeper.wait_until_swept()
        finally:
            wake()
        await crowd.until_accepted(60, BACK_SECONDS)
    await prove(scene.suite, crowd)
    assert [] == await sleeper.fills()


@asynccontextmanager
async def held_up(scene: Scene, event_id: str) -> AsyncIterator[None]:
    """Every commit of an event waits, holding nothing yet, for a row that we hold."""
    async with await connected(scene.suite) as connection, connection.transaction():
        await connection.execute("select from prediction.market where event_id = %s for update", [event_id])
        yield


@pytest.mark.faults
async def test_one_sleeps_inside_its_commit(scene: Scene) -> None:
    """It holds the market's row; the database ends its session, the others go on, and it wakes to nothing of its own."""
    event_id = await scene.open_event()
    name = scene.leader_of(event_id)
    async with Crowd(scene.api, [event_id]) as crowd, await connected(scene.suite) as connection:
        await crowd.until_accepted(30, 60)
        async with held_up(scene, event_id):

            async def waiting() -> int:
                rows = await (await connection.execute(WAITING)).fetchall()
                return int(rows[0]["waiting"])

            await until("a commit to wait", waiting, bool, 20)
            family = freeze(scene.suite, name)
        try:
            await crowd.until_accepted(30, BACK_SECONDS)
        finally:
            thaw(family)
        await crowd.until_accepted(30, BACK_SECONDS)
    await prove(scene.suite, crowd)
