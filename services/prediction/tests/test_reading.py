"""What is read of a market's history, from whichever end is nearer."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.ids import uuid7
from oraculum_prediction.repository import markets, reading

USDC = 1_000_000


async def test_what_was_outstanding_before_each_fill(house: Any) -> None:
    """Counted from the first fill or back from the last, it is the same."""
    event_id, who = await house.open(), house.person()
    for number in range(4):
        await house.place(who, event_id, f"b{number}", outcome=number % 2, amount_units=(number + 1) * USDC)
    await house.place(who, event_id, "s", side=pb.SIDE_SELL, shares=2 * USDC)
    await house.subsidise(who, event_id, "d", 10 * USDC)
    await house.place(who, event_id, "last")
    fills = house.rows("select sequence, outcome, side, shares from fill order by sequence")
    async with house.replicas[0].database.connection() as connection:
        market = await markets.market(connection, event_id)
        assert market is not None
        outstanding: Counter[int] = Counter()
        for row in fills:
            found = await reading.sold_before(connection, market, row["sequence"])
            assert (outstanding[0], outstanding[1]) == found
            outstanding[row["outcome"]] += row["shares"] if row["side"] == 1 else -row["shares"]
    assert (outstanding[0], outstanding[1]) == tuple(market.sold)


async def test_a_fill_is_found_by_the_time_in_its_id_and_no_id_is_too_odd(house: Any) -> None:
    event_id, who = await house.open(), house.person()
    for key in ("a", "b", "c"):
        await house.place(who, event_id, key)
    (fill_id,) = [row["fill_id"] for row in house.rows("select fill_id from fill where sequence = 2")]
    async with house.replicas[0].database.connection() as connection:
        found = await reading.fill(connection, who, fill_id)
        assert found is not None
        assert (2, fill_id) == (found.sequence, found.fill_id)
        assert await reading.fill(connection, uuid7(), fill_id) is None
        for odd in (uuid7(), uuid4(), UUID(int=0), UUID(int=2**128 - 1)):
            assert await reading.fill(connection, who, odd) is None


async def test_a_fill_of_an_order_that_had_waited_is_found_all_the_same(house: Any) -> None:
    """Its id is of when it was filled, and the order is older by as long as somebody looked at it."""
    event_id, who = await house.open(), house.person()
    await house.place(who, event_id, "k")
    house.rows("alter table trade_order disable trigger user")
    house.rows("update trade_order set created_at = created_at - interval '1 hour'")
    (fill_id,) = [row["fill_id"] for row in house.rows("select fill_id from fill")]
    async with house.replicas[0].database.connection() as connection:
        found = await reading.fill(connection, who, fill_id)
        assert found is not None
        assert fill_id == found.fill_id
        assert await reading.fill(connection, house.person(), fill_id) is None
