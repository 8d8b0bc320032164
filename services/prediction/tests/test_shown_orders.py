"""Orders of a settled event: what people see of them follows from its settlement, and no order is written for it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_prediction.repository import settlements as repository

USDC = 1_000_000
FILLED, SETTLED, CANCELLED = pb.ORDER_STATUS_FILLED, pb.ORDER_STATUS_SETTLED, pb.ORDER_STATUS_CANCELLED
REFUNDED = pb.ORDER_STATUS_REFUNDED


async def listed(house: Any, person: UUID, *statuses: pb.OrderStatus.ValueType) -> Sequence[pb.Order]:
    """A person's orders, the first one first; those in these states only where any is named."""
    with house.parties.signed_in(person):
        orders: Sequence[pb.Order] = (
            await house.stub.ListOrders(pb.ListOrdersRequest(statuses=statuses))
        ).orders
    return orders[::-1]


def brought(order: pb.Order, price_millionths: int) -> int:
    return order.shares * price_millionths // USDC - order.gross.units - order.fee.units


async def test_they_are_settled_when_their_event_is_and_not_before(house: Any) -> None:
    """Traded ones, that is: what rested and was never filled stays cancelled."""
    event_id, elsewhere, person = await house.open(), await house.open(), house.person()
    await house.place(person, event_id, "taken", outcome=1)
    await house.limit(person, event_id, "partly", 520_000, 500 * USDC)
    await house.limit(person, event_id, "never", 10_000, 50 * USDC)
    await house.place(person, event_id, "sold", side=pb.SIDE_SELL, shares=USDC // 2)
    await house.place(person, elsewhere, "open", outcome=1)
    house.post_fills()
    await house.close(event_id)
    await house.hear(event_id, [250_000, 750_000])
    before = await listed(house, person)
    assert [FILLED, CANCELLED, CANCELLED, FILLED, FILLED] == [order.status for order in before]
    assert not any(order.HasField("settled_at") or order.HasField("profit_loss") for order in before)
    rows = house.rows("select order_id, ctid::text from trade_order order by order_id")
    await house.settle(event_id)

    taken, partly, never, sold, other = await listed(house, person)
    assert [SETTLED, SETTLED, CANCELLED, SETTLED, FILLED] == [
        order.status for order in (taken, partly, never, sold, other)
    ]
    for order in (taken, partly):
        assert brought(order, 750_000) == order.profit_loss.units
    (settlement,) = house.rows("select settled_at from settlement")
    for order in (taken, partly, sold):
        assert settlement["settled_at"] == order.settled_at.ToDatetime(tzinfo=settlement["settled_at"].tzinfo)
    assert not any(order.HasField("profit_loss") for order in (never, sold, other))
    assert [taken, partly, sold] == await listed(house, person, SETTLED)
    assert [never] == await listed(house, person, CANCELLED)
    assert [other] == await listed(house, person, FILLED)
    assert rows == house.rows("select order_id, ctid::text from trade_order order by order_id")


async def test_a_correction_is_seen_when_it_is_paid(house: Any) -> None:
    event_id, person = await house.open(), house.person()
    await house.place(person, event_id, "k", outcome=1)
    house.post_fills()
    await house.close(event_id)
    await house.hear(event_id, [0, 1_000_000])
    await house.settle(event_id)
    (won,) = await listed(house, person)
    await house.hear(event_id, [1_000_000, 0], revision=2)
    assert [won] == await listed(house, person)
    await house.settle(event_id)
    (lost,) = await listed(house, person)
    assert (brought(won, 1_000_000), brought(won, 0)) == (won.profit_loss.units, lost.profit_loss.units)
    assert won.settled_at.ToNanoseconds() < lost.settled_at.ToNanoseconds()
    await house.hear(event_id, [500_000, 500_000], revision=3, cancelled=True)
    await house.settle(event_id)
    (refunded,) = await listed(house, person)
    assert (REFUNDED, brought(refunded, 500_000)) == (refunded.status, refunded.profit_loss.units)


async def test_what_an_earlier_release_marked_ends_and_is_corrected_like_all_others(house: Any) -> None:
    """It wrote orders as settled in a step of its own, and may have stopped in the middle of that."""
    event_id, person = await house.open(), house.person()
    await house.place(person, event_id, "marked", outcome=1)
    await house.place(person, event_id, "not yet", outcome=1)
    house.post_fills()
    await house.close(event_id)
    await house.hear(event_id, [0, 1_000_000])
    replica = house.replicas[0]
    for _ in range(2):
        async with replica.database.connection() as connection:
            settlement = await repository.next_undone(connection, event_id)
        await replica.settler._step(settlement)
    assert repository.EMPTYING == house.rows("select step from settlement")[0]["step"]
    house.rows("update settlement set step = 3, after_user_id = null, after_sequence = 1")
    house.rows(
        "update trade_order set status = 5, settled_at = clock_timestamp(), profit_loss_units = 1 where fill_sequence = 1"
    )
    assert [SETTLED, FILLED] == [order.status for order in await listed(house, person)]
    await house.settle(event_id)
    assert 0 == house.books.escrow(event_id)
    orders = await listed(house, person)
    assert [SETTLED, SETTLED] == [order.status for order in orders]
    assert [brought(order, 1_000_000) for order in orders] == [order.profit_loss.units for order in orders]
    await house.hear(event_id, [1_000_000, 0], revision=2)
    house.rows("update trade_order set status = 5, settled_at = clock_timestamp(), profit_loss_units = 2")
    assert orders == await listed(house, person)
    await house.settle(event_id)
    orders = await listed(house, person)
    assert [brought(order, 0) for order in orders] == [order.profit_loss.units for order in orders]
