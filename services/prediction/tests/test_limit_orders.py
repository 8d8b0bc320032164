"""Orders that name a price: they rest, meet the market maker and each other, and end; their money and shares lie behind them."""

from typing import Any

import pytest

from oraculum.prediction.v1 import bets_fact_pb2 as bets
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import InvalidArgument
from oraculum_prediction.errors import (
    InsufficientFunds,
    InsufficientShares,
    LimitNotReached,
    NotFilledWhole,
    WouldTrade,
)

USDC = 1_000_000


def reserve(house: Any, order: pb.Order) -> int:
    return int(house.books.reserves[order.order_id])


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
        house.check_reserves()
        # The fee of what was taken, and what it was cheaper than the limit, went back.
        assert 1_000 * USDC - order.gross.units - order.fee.units - order.reserved.units == house.books.user(
            anna
        )

    async def test_the_book_tells_what_rests_at_each_price_the_best_first(self, house: Any) -> None:
        anna, ben = house.person(), house.person()
        event_id = await house.open()
        bids = [(anna, 400_000, 2), (ben, 400_000, 3), (anna, 390_000, 2), (ben, 380_000, 5)]
        for number, (person, price, shares) in enumerate(bids):
            await house.limit(person, event_id, f"bid {number}", price, shares * USDC)
        await house.limit(ben, event_id, "of the other outcome", 395_000, 7 * USDC, outcome=0)

        async def shown(levels: int) -> list[tuple[int, int, int]]:
            request = pb.GetBookRequest(
                event_id=str(event_id), outcome=1, levels=levels, step_millionths=500_000
            )
            book = await house.stub.GetBook(request)
            assert not any(level.resting_orders for level in book.asks)
            return [
                (level.price_millionths, level.resting_shares, level.resting_orders) for level in book.bids
            ]

        told = [(400_000, 5 * USDC, 2), (390_000, 2 * USDC, 1), (380_000, 5 * USDC, 1)]
        assert told[:2] == await shown(2)
        assert told == (await shown(100))[:3]

    async def test_what_it_takes_and_what_it_rests_with_are_rounded_apart(self, house: Any) -> None:
        """Together they may pay a unit more than the limit makes of all its shares; it is behind the order from the start."""
        anna, ben = house.person(), house.person()
        # What is left is a thousandth of a share.
        house.rows("update risk_resting set least_units = 0")
        limit = 500_001
        tried = await house.limit(anna, await house.open(), "t", limit, USDC)
        whole = -(-tried.shares * limit // USDC)
        assert whole == tried.gross.units
        rests = next(
            shares
            for shares in range(1_000, 1_010)
            if whole - (-shares * limit // USDC) > -(-(tried.shares + shares) * limit // USDC)
        )
        event_id = await house.open()
        order = await house.limit(anna, event_id, "k", limit, tried.shares + rests)
        assert (tried.shares, rests) == (order.shares, order.open_shares)
        house.check_reserves()
        assert -(-rests * limit // USDC) == reserve(house, order)
        await house.place(ben, event_id, "n", outcome=0, shares=rests)
        rows = house.rows("select order_id::text, status, shares, gross_units from trade_order")
        row = next(row for row in rows if row["order_id"] == order.order_id)
        assert (2, order.shares + rests) == (row["status"], row["shares"])
        assert row["gross_units"] == -(-row["shares"] * limit // USDC) + 1
        house.check_reserves()
        assert 0 == reserve(house, order)

    async def test_an_order_by_amount_rests_as_the_shares_that_the_rest_buys(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        order = await house.limit(anna, event_id, "k", 250_000, amount_units=10 * USDC)
        assert 40 * USDC == order.open_shares
        house.check_reserves()

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
        house.check_reserves()

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
        house.check_reserves()
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

    async def test_wallet_is_told_of_sales_that_rested(self, house: Any) -> None:
        """What an offer brings arrives like any other sale, and shows among its owner's fills."""
        anna, ben = house.person(), house.person()
        event_id = await house.open()
        bought = (await house.place(anna, event_id, "b", amount_units=10 * USDC)).order
        offer = await house.limit(anna, event_id, "k", 600_000, bought.shares, side=pb.SIDE_SELL)
        await house.place(ben, event_id, "b", amount_units=60 * USDC)
        async with house.parties.channel(house.targets[0], service="wallet") as channel:
            request = pb.ListProceedsRequest(user_id=str(anna))
            (proceeds,) = (await type(house.stub)(channel).ListProceeds(request)).proceeds
        with house.parties.signed_in(anna):
            fills = (await house.stub.ListFills(pb.ListFillsRequest())).fills
            one = (await house.stub.GetFill(pb.GetFillRequest(fill_id=fills[0].fill_id))).fill
        assert [offer.order_id, bought.order_id] == [fill.order_id for fill in fills]
        assert (fills[0].sequence, fills[0].gross.units) == (proceeds.sequence, proceeds.net.units)
        assert (pb.FILL_ROLE_MAKER, fills[0]) == (one.role, one)

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
        house.check_reserves()

    async def test_an_edit_keeps_which_of_two_orders_gives_way(self, house: Any) -> None:
        """Nobody can say it in an edit: what was asked for the order holds for what takes its place."""
        anna = house.person()
        event_id = await house.open()
        await house.place(anna, event_id, "b", amount_units=20 * USDC)
        (market,) = house.rows("select prices from market")
        above = market["prices"][1] + 2_000
        offer = await house.limit(anna, event_id, "s", above, 5 * USDC, side=pb.SIDE_SELL)
        gives_way = {"self_trade": pb.SELF_TRADE_CANCEL_TAKER}
        order = await house.limit(anna, event_id, "k", 400_000, 10 * USDC, **gives_way)
        other = await house.limit(anna, event_id, "l", 400_000, 10 * USDC)

        async def edit(order_id: str, price: int) -> pb.Order:
            request = pb.EditOrderRequest(
                order_id=order_id, limit_price_millionths=price, idempotency_key=f"{order_id} {price}"
            )
            with house.parties.signed_in(anna):
                return (await house.stub.EditOrder(request)).order

        async def offered() -> int:
            with house.parties.signed_in(anna):
                found = (await house.stub.GetOrder(pb.GetOrderRequest(order_id=offer.order_id))).order
            return int(found.status)

        # What takes the place of what took its place, too.
        moved = await edit(order.order_id, 410_000)
        assert "SELF_TRADE_PREVENTED" == (await edit(moved.order_id, 900_000)).reason
        assert pb.ORDER_STATUS_OPEN == await offered()
        assert 10 * USDC == (await edit(other.order_id, 900_000)).shares
        assert pb.ORDER_STATUS_CANCELLED == await offered()
        house.check_reserves()

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
        house.check_reserves()
        assert ben
