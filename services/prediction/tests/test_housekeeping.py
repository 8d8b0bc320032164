"""Jobs as their runner does them: which of them never give up."""

from typing import Any

from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum_kit.testing.messaging import eventually, running
from oraculum_prediction.housekeeping import job_runner

USDC = 1_000_000
HOUSE = (wallet.ACCOUNT_KIND_HOUSE, "", "USDC")


async def test_people_are_paid_however_often_wallet_refused(house: Any) -> None:
    """An incident may last for days: the settlement waits for its end, and needs nobody to start it again."""
    event_id, loser, winner = await house.open(), house.person(), house.person()
    await house.place(loser, event_id, "k", outcome=1, amount_units=5 * USDC)
    order = (await house.place(winner, event_id, "k", outcome=0, amount_units=5 * USDC)).order
    house.post_fills()
    await house.close(event_id)
    await house.hear(event_id, [0, 1_000_000])
    await house.settle(event_id)
    house.books.deposit(loser, -house.books.user(loser))
    before = house.books.user(winner)
    capital, house.books.balances[HOUSE] = house.books.balances[HOUSE], 0
    await house.hear(event_id, [1_000_000, 0], revision=2)
    # Two revisions under one key: the job that the first asked for is there still.
    house.rows("update job set attempts = 500, due_at = now()")
    replica = house.replicas[0]
    jobs = job_runner(replica.database, replica.settler, replica.fundings)

    async def job() -> dict[str, Any]:
        (row,) = house.rows("select attempts, lease, dead_at, last_error from job where kind = 'settle'")
        return dict(row)

    async def refused() -> bool:
        row = await job()
        return row["attempts"] > 500 and row["lease"] is None

    async with running(jobs.run):
        await eventually(refused)
    assert (await job())["dead_at"] is None
    assert "HouseFundsShort" in (await job())["last_error"]

    house.books.balances[HOUSE] = capital
    house.rows("update job set due_at = now()")
    async with running(jobs.run):
        await eventually(lambda: _settled(house))
    assert before + order.shares == house.books.user(winner)


async def _settled(house: Any) -> bool:
    return not house.rows("select id from job where kind = 'settle'")
