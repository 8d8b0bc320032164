"""What wallet is told about old holds."""

from typing import Any
from uuid import uuid4

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import InvalidArgument, Unavailable
from oraculum_kit.idempotency import IdempotencyConflict
from oraculum_prediction.errors import OrderAbandoned

USDC = 1_000_000


async def test_filled_orders_await_their_fill_and_unknown_ones_are_given_up(house: Any) -> None:
    """The answer is the same whenever it is asked for."""
    event_id = await house.open()
    order = (await house.place(house.person(), event_id, "k")).order
    unknown = str(uuid4())
    for _ in range(2):
        assert [pb.HOLD_VERDICT_VOID, pb.HOLD_VERDICT_AWAIT_FILL] == await house.sweep(
            unknown, order.order_id
        )
    (row,) = house.rows("select status, reason from trade_order where user_id is null")
    assert {"status": 4, "reason": "ORDER_ABANDONED"} == row


async def test_settled_orders_await_their_fill_too(house: Any) -> None:
    """Paid or not, the money that was held for a fill belongs to it."""
    event_id = await house.open()
    order = (await house.place(house.person(), event_id, "k")).order
    house.post_fills()
    await house.close(event_id)
    await house.hear(event_id, [0, 1_000_000])
    await house.settle(event_id)
    assert [pb.HOLD_VERDICT_AWAIT_FILL] == await house.sweep(order.order_id)


async def test_a_commit_that_is_on_its_way_is_waited_for(house: Any) -> None:
    """While a row is being written its fate is open; the sweep gets its answer when it is not."""
    event_id = await house.open()
    order = (await house.place(house.person(), event_id, "k")).order
    insert = """
        insert into trade_order
        select (jsonb_populate_record(t, jsonb_build_object('order_id', %(order_id)s::text))).*
        from trade_order t where order_id = %(template)s
    """
    late = str(uuid4())
    async with (
        house.replicas[0].database.direct() as connection,
        connection.transaction(force_rollback=True),
    ):
        await connection.execute(insert, {"order_id": late, "template": order.order_id})
        with pytest.raises(Unavailable):
            await house.sweep(late)
    assert [pb.HOLD_VERDICT_VOID] == await house.sweep(late)


async def test_after_a_day_the_row_still_knows(house: Any) -> None:
    """When the stored answer is forgotten, the same key still bets only once."""
    anna, ben = house.person(), house.person()
    event_id = await house.open()
    first = (await house.place(anna, event_id, "k")).order
    await house.sweep(str(uuid4()))
    house.rows("delete from idempotency")
    again = await house.place(anna, event_id, "k")
    assert again.replayed
    assert first == again.order
    assert (await house.place(ben, event_id, "k")).order.fill.sequence == 2


@pytest.mark.parametrize(
    "change",
    [{"amount_units": 2 * USDC}, {"outcome": 0}, {"shares": USDC}, {"limit_price_millionths": 900_000}],
)
async def test_after_a_day_the_row_knows_what_was_asked_for(house: Any, change: dict[str, int]) -> None:
    """The same key for something else is told so, and not that something else was done."""
    anna = house.person()
    event_id = await house.open()
    await house.place(anna, event_id, "k")
    house.rows("delete from idempotency")
    with pytest.raises(IdempotencyConflict):
        await house.place(anna, event_id, "k", **change)
    assert 1 == len(house.rows.facts())


async def test_an_order_that_was_given_up_before_it_came(house: Any) -> None:
    """A key whose order was abandoned says so to whoever uses it, a sale included."""
    anna = house.person()
    event_id = await house.open()
    await house.place(anna, event_id, "b")
    order_id = (await house.place(anna, event_id, "s", side=pb.SIDE_SELL, shares=1000)).order.order_id
    house.rows("delete from idempotency")
    house.rows("alter table trade_order disable trigger all")
    house.rows("delete from trade_order where order_id = %(id)s", id=order_id)
    assert [pb.HOLD_VERDICT_VOID] == await house.sweep(order_id)
    with pytest.raises(OrderAbandoned):
        await house.place(anna, event_id, "s", side=pb.SIDE_SELL, shares=1000)


async def test_ids_that_are_none(house: Any) -> None:
    with pytest.raises(InvalidArgument):
        await house.sweep("x")
