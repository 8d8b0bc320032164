"""How what rests ends, changes and survives: taken back, expired, closed over, edited, merged; and crashes in between."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oraculum.prediction.v1 import bets_fact_pb2 as bets
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import InvalidArgument, Unavailable
from oraculum_kit.timestamps import to_wire
from oraculum_prediction.errors import (
    InsufficientShares,
    MarketNotOpen,
    OrderAbandoned,
    OrderNotFound,
    OrderNotOpen,
)
from oraculum_prediction.expiry import Expiry

USDC = 1_000_000


def reserve(house: Any, order: pb.Order) -> int:
    return int(house.books.reserves[order.order_id])


class TestEnding:
    async def test_taken_back_once(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        order = await house.limit(anna, event_id, "k", 400_000)
        with pytest.raises(OrderNotFound):
            await house.cancel(house.person(), order.order_id)
        ended = await house.cancel(anna, order.order_id)
        assert (pb.ORDER_STATUS_CANCELLED, 0) == (ended.status, ended.open_shares)
        assert ended == await house.cancel(anna, order.order_id)
        with pytest.raises(OrderNotOpen):
            await house.cancel(anna, order.order_id, "again")
        house.check_reserves()
        assert 1_000 * USDC == house.books.user(anna)

    async def test_everything_at_once(self, house: Any) -> None:
        anna, ben = house.person(), house.person()
        events = [await house.open() for _ in range(2)]
        mine = [
            await house.limit(anna, event_id, f"{number}-{price}", price)
            for number, event_id in enumerate(events)
            for price in (300_000, 400_000)
        ]
        others = await house.limit(ben, events[0], "k", 300_000)
        with house.parties.signed_in(anna):
            one = await house.stub.CancelOrders(pb.CancelOrdersRequest(event_id=str(events[0])))
            rest = await house.stub.CancelOrders(pb.CancelOrdersRequest())
            none = await house.stub.CancelOrders(pb.CancelOrdersRequest())
        assert {order.order_id for order in mine[:2]} == set(one.order_ids)
        assert {order.order_id for order in mine[2:]} == set(rest.order_ids)
        assert [] == list(none.order_ids)
        house.check_reserves()
        assert 3 * USDC == reserve(house, others)

    async def test_everything_once_and_not_what_came_since(self, house: Any) -> None:
        """Whoever lost the answer asks again with the same key, and keeps what they have quoted meanwhile."""
        anna, event_id = house.person(), await house.open()
        before = await house.limit(anna, event_id, "before", 300_000)

        async def cancel_all(key: str) -> list[str]:
            with house.parties.signed_in(anna, idempotency_key=key):
                return list((await house.stub.CancelOrders(pb.CancelOrdersRequest())).order_ids)

        assert [before.order_id] == await cancel_all("all")
        since = await house.limit(anna, event_id, "since", 300_000)
        assert [before.order_id] == await cancel_all("all")
        assert [since.order_id] == await cancel_all("all again")

    async def test_the_clock_ends_it(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        soon = datetime.now(UTC) + timedelta(seconds=0.3)
        order = await house.limit(
            anna, event_id, "k", 400_000, time_in_force=pb.TIME_IN_FORCE_GTD, expires_at=to_wire(soon)
        )
        expiry = Expiry(house.replicas[0].database, house.replicas[0].commands)
        await asyncio.to_thread(house.rows, "select pg_sleep_until(expires_at) from trade_order")
        assert 1 == sum(await asyncio.gather(expiry.look(), expiry.look()))
        with house.parties.signed_in(anna):
            ended = (await house.stub.GetOrder(pb.GetOrderRequest(order_id=order.order_id))).order
        assert pb.ORDER_STATUS_EXPIRED == ended.status
        house.check_reserves()

    async def test_what_has_expired_is_met_by_nobody(self, house: Any) -> None:
        anna, ben = house.person(), house.person()
        event_id = await house.open()
        soon = datetime.now(UTC) + timedelta(seconds=0.3)
        order = await house.limit(
            anna, event_id, "k", 499_000, time_in_force=pb.TIME_IN_FORCE_GTD, expires_at=to_wire(soon)
        )
        await asyncio.to_thread(house.rows, "select pg_sleep_until(expires_at) from trade_order")
        await house.place(ben, event_id, "n", outcome=0, amount_units=20 * USDC)
        (row,) = house.rows("select status from trade_order where order_id = %(id)s", id=order.order_id)
        assert 10 == row["status"]
        house.check_reserves()

    async def test_the_market_closes(self, house: Any) -> None:
        """Whatever rests ends with the market, in one transaction; its money and shares are free."""
        anna = house.person()
        event_id = await house.open()
        bought = (await house.place(anna, event_id, "b", amount_units=10 * USDC)).order
        await house.limit(anna, event_id, "k", 300_000)
        await house.limit(anna, event_id, "s", 900_000, bought.shares, side=pb.SIDE_SELL)
        await house.close(event_id)
        assert [] == house.rows("select from trade_order where status in (7, 8)")
        assert [0] == [row["reserved"] for row in house.rows("select reserved from position")]
        why = [fact.order_ended.why for fact in house.rows.told() if fact.HasField("order_ended")]
        assert [bets.ORDER_END_CLOSED] * 2 == why
        house.check_reserves()
        with pytest.raises(MarketNotOpen):
            await house.limit(anna, event_id, "l", 300_000)
        await house.hear(event_id, [0, 1_000_000])
        await house.settle(event_id)
        house.books.check()

    async def test_a_market_that_locks_by_the_clock_lets_go_of_it(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        first = await house.limit(anna, event_id, "k", 300_000)
        await house.limit(anna, event_id, "l", 310_000)
        house.rows("update market set locks_at = clock_timestamp(), version = version + 1")
        assert pb.ORDER_STATUS_CANCELLED == (await house.cancel(anna, first.order_id)).status
        expiry = Expiry(house.replicas[0].database, house.replicas[0].commands)
        assert 1 == await expiry.look()
        house.check_reserves()
        assert 1_000 * USDC == house.books.user(anna)

    async def test_the_dead_man(self, house: Any) -> None:
        """Silence cancels everything once; a new word puts it off, and 0 takes it back."""
        anna = house.person()
        event_id = await house.open()
        await house.limit(anna, event_id, "k", 300_000)
        expiry = Expiry(house.replicas[0].database, house.replicas[0].commands)
        with house.parties.signed_in(anna):
            await house.stub.SetDeadMan(pb.SetDeadManRequest(timeout_seconds=60))
            assert 0 == await expiry.look()
            with pytest.raises(InvalidArgument):
                await house.stub.SetDeadMan(pb.SetDeadManRequest(timeout_seconds=1))
            await house.stub.SetDeadMan(pb.SetDeadManRequest())
            assert [] == house.rows("select from dead_man")
            await house.stub.SetDeadMan(pb.SetDeadManRequest(timeout_seconds=60))
        house.rows("update dead_man set fires_at = clock_timestamp()")
        assert 1 == await expiry.look()
        assert [] == house.rows("select from dead_man")
        house.check_reserves()


class TestChanging:
    async def test_smaller_keeps_its_place(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        order = await house.limit(anna, event_id, "k", 400_000)
        request = pb.EditOrderRequest(order_id=order.order_id, open_shares=4 * USDC, idempotency_key="e")
        with house.parties.signed_in(anna):
            edited = (await house.stub.EditOrder(request)).order
            again = await house.stub.EditOrder(request)
        assert (order.order_id, 4 * USDC) == (edited.order_id, edited.open_shares)
        assert again.replayed
        house.check_reserves()
        assert 1_000 * USDC - 1_600_000 == house.books.user(anna)

    async def test_another_price_is_another_order(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        order = await house.limit(anna, event_id, "k", 400_000)
        request = pb.EditOrderRequest(
            order_id=order.order_id, limit_price_millionths=410_000, idempotency_key="e"
        )
        with house.parties.signed_in(anna):
            edited = (await house.stub.EditOrder(request)).order
            page = (await house.stub.ListOrders(pb.ListOrdersRequest())).orders
        assert (order.order_id, 10 * USDC) == (edited.replaces_order_id, edited.open_shares)
        assert {pb.ORDER_STATUS_OPEN, pb.ORDER_STATUS_CANCELLED} == {each.status for each in page}
        house.check_reserves()
        assert 4_100_000 == reserve(house, edited)

    async def test_sets_become_cash(self, house: Any) -> None:
        """A share of every outcome is one unit of money, at no fee and no change of price."""
        anna = house.person()
        event_id = await house.open()
        yes = (await house.place(anna, event_id, "y", shares=10 * USDC)).order
        no = (await house.place(anna, event_id, "n", shares=10 * USDC, outcome=0)).order
        (before,) = house.rows("select prices, escrow_units, volume_units from market")
        request = pb.MergeSetsRequest(event_id=str(event_id), shares=4 * USDC, idempotency_key="m")
        with house.parties.signed_in(anna):
            merged = (await house.stub.MergeSets(request)).order
            assert (await house.stub.MergeSets(request)).replayed
            with pytest.raises(InsufficientShares):
                await house.stub.MergeSets(
                    pb.MergeSetsRequest(event_id=str(event_id), shares=7 * USDC, idempotency_key="n")
                )
        (after,) = house.rows("select prices, escrow_units, volume_units, sold from market")
        assert (4 * USDC, pb.ORDER_TYPE_MERGE) == (merged.gross.units, merged.type)
        assert before["prices"] == after["prices"]
        assert before["escrow_units"] - 4 * USDC == after["escrow_units"]
        assert before["volume_units"] == after["volume_units"]
        assert [6 * USDC, 6 * USDC] == after["sold"]
        house.post_fills()
        paid = sum(order.gross.units + order.fee.units for order in (yes, no))
        assert 1_000 * USDC - paid + 4 * USDC == house.books.user(anna)


class TestCrashes:
    async def test_the_sweep_comes_between_reserve_and_commit(self, house: Any) -> None:
        """The money goes back, and a late commit of the resting order fails."""
        anna = house.person()
        event_id = await house.open()
        swept = False

        async def sweep(transfers: Any) -> None:
            nonlocal swept
            if not swept and any(transfer.reference_id for transfer in transfers):
                swept = True
                order_id = transfers[0].reference_id
                assert [pb.HOLD_VERDICT_VOID] == await house.sweep(order_id)

        house.books.after = sweep
        for _ in range(2):
            with pytest.raises(OrderAbandoned):
                await house.limit(anna, event_id, "k", 400_000)
        house.check_reserves()
        assert 1_000 * USDC == house.books.user(anna)
        assert [] == house.rows.told()

    async def test_the_answer_to_the_reserve_is_lost(self, house: Any) -> None:
        """The same key finds its own reserve there, and rests behind it."""
        anna = house.person()
        event_id = await house.open()

        async def die(_: object) -> None:
            raise Unavailable

        house.books.after = die
        with pytest.raises(Unavailable):
            await house.limit(anna, event_id, "k", 400_000)
        house.books.after = None
        order = await house.limit(anna, event_id, "k", 400_000)
        assert [pb.HOLD_VERDICT_AWAIT_FILL] == await house.sweep(order.order_id)
        house.check_reserves()

    async def test_the_market_closes_between_reserve_and_commit(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        closed = False

        async def close(transfers: Any) -> None:
            nonlocal closed
            if not closed and any(transfer.reference_id for transfer in transfers):
                closed = True
                await house.close(event_id)

        house.books.after = close
        with pytest.raises(MarketNotOpen):
            await house.limit(anna, event_id, "k", 400_000)
        house.check_reserves()
        assert 1_000 * USDC == house.books.user(anna)
