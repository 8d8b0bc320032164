"""What a crash left pending: prediction decides, and nothing is let go without its word."""

import asyncio
from typing import Any

import pytest

from oraculum.prediction.v1.prediction_service_pb2 import HoldVerdict
from oraculum.prediction.v1.prediction_service_pb2_grpc import PredictionServiceStub
from oraculum_kit.client import Channel
from oraculum_kit.db import Database
from oraculum_kit.testing.messaging import eventually
from oraculum_wallet.accounts import Account
from oraculum_wallet.consumers import FillsConsumer
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.repository.ledger import lock_accounts
from oraculum_wallet.sweep import ORDERS_MAX, PAGES_MAX, Sweeper
from oraculum_wallet.transfers import Result, Transfer


class Swept:
    """A sweeper that takes every hold for old, unless told otherwise."""

    def __init__(self, database: Database, ledger: Ledger, channel: Channel) -> None:
        self.database, self.ledger = database, ledger
        self._channel = channel

    def sweeper(self, *, age_seconds: float = 0.0) -> Sweeper:
        return Sweeper(
            database=self.database,
            ledger=self.ledger,
            fills=FillsConsumer(self.ledger),
            prediction=PredictionServiceStub(self._channel),
            hold_age_seconds=age_seconds,
            every_seconds=0.01,
        )

    async def available(self, user: Account) -> int:
        async with self.database.transaction() as connection:
            (balance,) = await lock_accounts(connection, [user.id])
        return balance.available_units


@pytest.fixture
def swept(database: Database, ledger: Ledger, prediction_channel: Channel) -> Swept:
    return Swept(database, ledger, prediction_channel)


@pytest.fixture
async def hold(ledger: Ledger, make: Any, funded: Any) -> Transfer:
    """Sixty of a person's hundred units."""
    hold: Transfer = make.hold(await funded(100), make.escrow(), 60)
    assert [answer.result for answer in await ledger.create([hold])] == [Result.CREATED]
    return hold


async def test_an_abandoned_order_gets_its_money_back(swept: Swept, prediction: Any, hold: Transfer) -> None:
    assert await swept.sweeper().settle_holds() == 1
    assert prediction.asked == [[hold.reference_id]]
    assert hold.debit is not None
    assert await swept.available(hold.debit) == 100
    assert await swept.sweeper().settle_holds() == 0


async def test_a_filled_order_keeps_its_hold(swept: Swept, prediction: Any, hold: Transfer) -> None:
    prediction.verdicts[hold.reference_id] = HoldVerdict.HOLD_VERDICT_AWAIT_FILL
    assert await swept.sweeper().settle_holds() == 0
    assert hold.debit is not None
    assert await swept.available(hold.debit) == 40


async def test_no_word_is_no_void(swept: Swept, prediction: Any, hold: Transfer) -> None:
    prediction.verdicts[hold.reference_id] = HoldVerdict.HOLD_VERDICT_UNSPECIFIED
    assert await swept.sweeper().settle_holds() == 0
    prediction.away = True
    assert await swept.sweeper().settle_holds() == 0
    assert hold.debit is not None
    assert await swept.available(hold.debit) == 40
    prediction.away = False
    prediction.verdicts.clear()
    assert await swept.sweeper().settle_holds() == 1


async def test_young_holds_are_let_be(swept: Swept, prediction: Any, hold: Transfer) -> None:
    assert await swept.sweeper(age_seconds=60).settle_holds() == 0
    assert prediction.asked == []


async def test_a_hold_that_ended_while_we_asked_stays_as_it_ended(
    swept: Swept, prediction: Any, make: Any, hold: Transfer
) -> None:
    async def void() -> None:
        await swept.ledger.create([make.void(hold)])

    prediction.meanwhile = void
    assert await swept.sweeper().settle_holds() == 0
    assert hold.debit is not None
    assert await swept.available(hold.debit) == 100


async def test_a_filled_order_that_prediction_let_go_is_an_incident(
    swept: Swept, prediction: Any, make: Any, hold: Transfer
) -> None:
    async def post() -> None:
        await swept.ledger.create([make.post(hold, 50)])

    prediction.meanwhile = post
    assert await swept.sweeper().settle_holds() == 0
    assert hold.debit is not None
    assert await swept.available(hold.debit) == 50
    async with swept.database.connection() as connection:
        rows = await connection.execute("select kind, reference_id::text from incident")
        assert await rows.fetchall() == [("hold_stranded", hold.reference_id)]


async def test_two_sweeps_at_once_void_once(swept: Swept, hold: Transfer) -> None:
    counts = await asyncio.gather(*(swept.sweeper().settle_holds() for _ in range(4)))
    assert sum(counts) == 1
    assert hold.debit is not None
    assert await swept.available(hold.debit) == 100


async def test_many_holds_are_asked_about_page_by_page(
    swept: Swept, prediction: Any, make: Any, funded: Any
) -> None:
    user, escrow = await funded(10**6), make.escrow()
    count = ORDERS_MAX * PAGES_MAX + 10
    holds = [make.hold(user, escrow, 1) for _ in range(count)]
    await swept.ledger.create(holds)
    for hold in holds:
        prediction.verdicts[hold.reference_id] = HoldVerdict.HOLD_VERDICT_AWAIT_FILL
    prediction.verdicts[holds[-1].reference_id] = HoldVerdict.HOLD_VERDICT_VOID
    sweeper = swept.sweeper()
    voided = [await sweeper.settle_holds() for _ in range(2)]
    assert sum(voided) == 1
    assert {order for page in prediction.asked for order in page} == {hold.reference_id for hold in holds}
    assert all(len(page) <= ORDERS_MAX for page in prediction.asked)


async def test_it_runs_beside_the_server_and_stops(swept: Swept, hold: Transfer, make: Any) -> None:
    """Two replicas run the loop; holds are settled as they come, and both loops end when told to."""
    user = hold.debit
    assert user is not None

    async def everything_is_free() -> bool:
        return await swept.available(user) == 100

    tasks = [asyncio.create_task(swept.sweeper().run()) for _ in range(2)]
    await eventually(everything_is_free)
    again = make.hold(user, make.escrow(), 70)
    assert [answer.result for answer in await swept.ledger.create([again])] == [Result.CREATED]
    await eventually(everything_is_free)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert all(task.cancelled() for task in tasks)
