"""Orders that name a price: they rest, meet the market maker and each other, and end; their money and shares lie behind them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oraculum.prediction.v1 import bets_fact_pb2 as bets
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import InvalidArgument, Unavailable
from oraculum_kit.timestamps import to_wire
from oraculum_prediction.errors import (
    InsufficientFunds,
    InsufficientShares,
    LimitNotReached,
    MarketNotOpen,
    NotFilledWhole,
    OrderAbandoned,
    OrderNotFound,
    OrderNotOpen,
    WouldTrade,
)
from oraculum_prediction.expiry import Expiry

USDC = 1_000_000


def reserve(house: Any, order: pb.Order) -> int:
    return int(house.books.reserves[order.order_id])


def check_reserves(house: Any) -> None:
    """What lies behind an order is what it may still cost, for every order, once wallet has heard everything."""
    house.post_fills()
    rows = house.rows("""
        select order_id::text, case when status in (7, 8) and side = 1 then
            ceil((coalesce(shares, 0) + open_shares)::numeric * limit_price / 1000000)
            - ceil(coalesce(shares, 0)::numeric * limit_price / 1000000) else 0 end as needed
        from trade_order
    """)
    needed = {row["order_id"]: int(row["needed"]) for row in rows if row["needed"]}
    assert needed == {order_id: units for order_id, units in house.books.reserves.items() if units}


class TestResting:
    async def test_a_bid_below_the_price_rests_with_its_money_behind_it(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        order = await house.limit(anna, event_id, "k", 400_000)
        assert (pb.ORDER_STATUS_OPEN, 10 * USDC, 0) == (order.status, order.open_shares, order.shares)
        assert 4 * USDC == order.reserved.units
        house.post_fills()
        assert 4 * USDC == reserve(house, order)
        assert 996 * USDC == house.books.user(anna)
        (opened,) = house.rows.told()
        assert (1, 0) == (opened.order_opened.revision, opened.order_opened.after_sequence)
        with house.parties.signed_in(anna):
            got = (await house.stub.GetOrder(pb.GetOrderRequest(order_id=order.order_id))).order
        assert order == got

    async def test_a_bid_above_the_price_takes_what_is_below_it_and_rests(self, house: Any) -> None:
        """The market maker is bought up to the limit; what is left waits there."""
        anna = house.person()
        event_id = await house.open()
        order = await house.limit(anna, event_id, "k", 550_000, 100 * USDC)
        assert pb.ORDER_STATUS_PARTIALLY_FILLED == order.status
        assert 100 * USDC == order.shares + order.open_shares
        price = order.fill.price_millionths[1]
        assert 549_999 <= price <= 550_000
        check_reserves(house)
        # The fee of what was taken, and what it was cheaper than the limit, went back.
        assert 1_000 * USDC - order.gross.units - order.fee.units - order.reserved.units == house.books.user(
            anna
        )

    async def test_an_order_by_amount_rests_as_the_shares_that_the_rest_buys(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        order = await house.limit(anna, event_id, "k", 250_000, amount_units=10 * USDC)
        assert 40 * USDC == order.open_shares
        check_reserves(house)

    async def test_who_comes_first_at_a_price_is_met_first(self, house: Any) -> None:
        anna, ben, carl = (house.person() for _ in range(3))
        event_id = await house.open()
        first = await house.limit(anna, event_id, "k", 400_000)
        second = await house.limit(ben, event_id, "k", 400_000)
        better = await house.limit(ben, event_id, "b", 410_000)
        await house.place(carl, event_id, "n", outcome=0, amount_units=60 * USDC)
        with house.parties.signed_in(anna):
            anna_now = (await house.stub.GetOrder(pb.GetOrderRequest(order_id=first.order_id))).order
        with house.parties.signed_in(ben):
            page = (await house.stub.ListOrders(pb.ListOrdersRequest())).orders
        ben_now = {order.order_id: order for order in page}
        assert pb.ORDER_STATUS_FILLED == ben_now[better.order_id].status
        assert anna_now.shares >= ben_now[second.order_id].shares
        check_reserves(house)

    async def test_two_people_trade_with_each_other(self, house: Any) -> None:
        """A sale meets a bid at the bid's price: shares and money change hands, the market maker sells nothing."""
        anna, ben = house.person(), house.person()
        event_id = await house.open()
        await house.place(ben, event_id, "b", amount_units=20 * USDC)
        (before,) = house.rows("select sold, prices from market")
        bid = await house.limit(anna, event_id, "k", before["prices"][1] - 1, 5 * USDC)
        sold = (await house.place(ben, event_id, "s", side=pb.SIDE_SELL, shares=6 * USDC)).order
        (after,) = house.rows("select sold, escrow_units from market")
        # Five of the six went to the bid, and stay with people.
        assert USDC <= before["sold"][1] - after["sold"][1] < USDC + USDC // 100
        fills = house.rows(
            "select role, side, group_first, sequence, gross_units from fill order by sequence"
        )
        assert [(1, 1, None), (2, 1, 2), (1, 2, 2)] == [
            (fill["role"], fill["side"], fill["group_first"]) for fill in fills
        ]
        assert sold.fill.group_first == 2
        check_reserves(house)
        assert 0 == reserve(house, bid)
        assert after["escrow_units"] == house.books.escrow(event_id)
        ended = [fact.order_ended for fact in house.rows.told() if fact.HasField("order_ended")]
        assert [(bid.order_id, bets.ORDER_END_FILLED)] == [(each.order.order_id, each.why) for each in ended]

    async def test_shares_for_sale_cannot_be_sold_twice(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        bought = (await house.place(anna, event_id, "b", amount_units=10 * USDC)).order
        offer = await house.limit(anna, event_id, "k", 900_000, bought.shares, side=pb.SIDE_SELL)
        with pytest.raises(InsufficientShares):
            await house.place(anna, event_id, "s", side=pb.SIDE_SELL, shares=1)
        with house.parties.signed_in(anna):
            (position,) = (await house.stub.ListPositions(pb.ListPositionsRequest())).positions
        assert (bought.shares, bought.shares) == (position.shares, position.reserved_shares)
        await house.cancel(anna, offer.order_id)
        await house.place(anna, event_id, "s2", side=pb.SIDE_SELL, shares=bought.shares)
        (row,) = house.rows("select shares, reserved from position")
        assert (0, 0) == (row["shares"], row["reserved"])

    async def test_who_cannot_pay_for_all_of_it_rests_with_nothing(self, house: Any) -> None:
        anna = house.person(3 * USDC)
        event_id = await house.open()
        with pytest.raises(InsufficientFunds):
            await house.limit(anna, event_id, "k", 400_000)
        assert [] == house.rows("select order_id from trade_order")
        assert 3 * USDC == house.books.user(anna)

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"limit_price_millionths": 0}, ["limit_price_millionths"]),
            ({"limit_price_millionths": 1_000_000}, ["limit_price_millionths"]),
            ({"side": pb.SIDE_SELL, "amount_units": USDC}, ["amount_units"]),
            ({"time_in_force": pb.TIME_IN_FORCE_GTD}, ["expires_at"]),
            ({"time_in_force": pb.TIME_IN_FORCE_IOC, "post_only": True}, ["post_only"]),
            ({"type": pb.ORDER_TYPE_MARKET, "post_only": True}, ["post_only"]),
            ({"type": pb.ORDER_TYPE_MARKET, "time_in_force": pb.TIME_IN_FORCE_GTC}, ["time_in_force"]),
        ],
    )
    async def test_a_bad_form_names_its_fields(
        self, house: Any, change: dict[str, Any], fields: list[str]
    ) -> None:
        event_id = await house.open()
        with pytest.raises(InvalidArgument) as caught:
            await house.limit(house.person(), event_id, "k", **{"price": 400_000, **_renamed(change)})
        assert fields == [violation.field for violation in caught.value.violations]


def _renamed(change: dict[str, Any]) -> dict[str, Any]:
    return {("price" if name == "limit_price_millionths" else name): value for name, value in change.items()}


class TestAtOnce:
    async def test_immediate_or_cancel_takes_what_it_can(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        ioc = {"time_in_force": pb.TIME_IN_FORCE_IOC}
        order = await house.limit(anna, event_id, "k", 550_000, 100 * USDC, **ioc)
        assert (pb.ORDER_STATUS_CANCELLED, "LIMIT_NOT_REACHED") == (order.status, order.reason)
        assert 0 < order.shares < 100 * USDC
        with pytest.raises(LimitNotReached):
            await house.limit(anna, event_id, "l", 500_000, 100 * USDC, **ioc)
        house.post_fills()
        assert [] == house.books.open_holds()
        assert 1_000 * USDC - order.gross.units - order.fee.units == house.books.user(anna)

    async def test_fill_or_kill_takes_all_or_nothing(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        fok = {"time_in_force": pb.TIME_IN_FORCE_FOK}
        with pytest.raises(NotFilledWhole):
            await house.limit(anna, event_id, "k", 550_000, 100 * USDC, **fok)
        order = await house.limit(anna, event_id, "l", 550_000, 2 * USDC, **fok)
        assert (pb.ORDER_STATUS_FILLED, 2 * USDC) == (order.status, order.shares)
        house.post_fills()
        assert [] == house.books.open_holds()

    async def test_post_only_never_trades_at_once(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        with pytest.raises(WouldTrade):
            await house.limit(anna, event_id, "k", 550_000, post_only=True)
        order = await house.limit(anna, event_id, "l", 450_000, post_only=True)
        assert pb.ORDER_STATUS_OPEN == order.status
        check_reserves(house)

    async def test_nobody_trades_with_themselves(self, house: Any) -> None:
        """The resting order gives way, or the arriving one, as it asks."""
        anna, ben = house.person(), house.person()
        event_id = await house.open()
        await house.place(anna, event_id, "b", amount_units=20 * USDC)
        (market,) = house.rows("select prices from market")
        offer = await house.limit(
            anna, event_id, "k", market["prices"][1] + 2_000, 5 * USDC, side=pb.SIDE_SELL
        )
        late = {"self_trade": pb.SELF_TRADE_CANCEL_TAKER, "time_in_force": pb.TIME_IN_FORCE_IOC}
        taken = await house.limit(anna, event_id, "t", 900_000, 10 * USDC, **late)
        assert "SELF_TRADE_PREVENTED" == taken.reason
        bought = await house.limit(
            anna, event_id, "u", 900_000, 10 * USDC, time_in_force=pb.TIME_IN_FORCE_IOC
        )
        assert 10 * USDC == bought.shares
        with house.parties.signed_in(anna):
            gone = (await house.stub.GetOrder(pb.GetOrderRequest(order_id=offer.order_id))).order
        assert (pb.ORDER_STATUS_CANCELLED, "SELF_TRADE") == (gone.status, gone.reason)
        assert [] == house.rows("select from fill where role = 2")
        check_reserves(house)
        assert ben


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
        check_reserves(house)
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
        check_reserves(house)
        assert 3 * USDC == reserve(house, others)

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
        check_reserves(house)

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
        check_reserves(house)

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
        check_reserves(house)
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
        check_reserves(house)
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
        check_reserves(house)


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
        check_reserves(house)
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
        check_reserves(house)
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
        check_reserves(house)
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
        check_reserves(house)

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
        check_reserves(house)
        assert 1_000 * USDC == house.books.user(anna)
