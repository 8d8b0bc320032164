"""Placing orders and reading what came of them: every refusal has its reason and moves nothing."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import InvalidArgument, PermissionDenied, ResourceExhausted, Unauthenticated
from oraculum_kit.idempotency import IdempotencyConflict, IdempotencyKeyRequired
from oraculum_kit.ids import uuid7
from oraculum_prediction.errors import (
    InsufficientFunds,
    InsufficientShares,
    MarketNotFound,
    MarketNotOpen,
    MoneyFrozen,
    OrderNotFound,
    OrderTooSmall,
    PriceOutOfBounds,
    SlippageExceeded,
    UnknownOutcome,
)

USDC = 1_000_000


class TestPlaceOrder:
    @pytest.mark.parametrize(
        ("order", "error"),
        [
            ({"outcome": 2}, UnknownOutcome),
            ({"limit_price_millionths": 400_000}, SlippageExceeded),
            ({"amount_units": 2_000 * USDC}, PriceOutOfBounds),
            ({"amount_units": 600 * USDC}, InsufficientFunds),
            ({"side": pb.SIDE_SELL}, InsufficientShares),
            ({"side": pb.SIDE_SELL, "shares": 1}, InsufficientShares),
        ],
    )
    async def test_a_refusal_moves_nothing_and_is_remembered(
        self, house: Any, order: dict[str, Any], error: type[Exception]
    ) -> None:
        """Whoever asks again under the same key is refused again, whatever has changed meanwhile."""
        anna = house.person(500 * USDC)
        event_id = await house.open()
        with pytest.raises(error):
            await house.place(anna, event_id, "k", **order)
        house.books.deposit(anna, 10_000 * USDC)
        with pytest.raises(error):
            await house.place(anna, event_id, "k", **order)
        assert [] == house.books.open_holds()
        assert [] == house.rows("select order_id from trade_order where status = 2")
        assert 10_500 * USDC == house.books.user(anna)

    async def test_a_frozen_market_takes_no_purchase_and_others_go_on(self, house: Any) -> None:
        anna = house.person(500 * USDC)
        frozen, other = await house.open(), await house.open()
        house.books.frozen.add(str(frozen))
        with pytest.raises(MoneyFrozen):
            await house.place(anna, frozen, "k")
        with pytest.raises(MoneyFrozen):
            await house.limit(anna, frozen, "l", 400_000)
        await house.place(anna, other, "m")
        assert 1 == len(house.books.open_holds())

    async def test_selling_so_little_that_it_is_worth_nothing(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        await house.place(anna, event_id, "1")
        with pytest.raises(OrderTooSmall):
            await house.place(anna, event_id, "2", side=pb.SIDE_SELL, shares=1)

    async def test_more_than_one_has_cannot_be_sold_in_one_batch_either(self, house: Any) -> None:
        """Orders of one batch see each other: what the first sells the second cannot."""
        anna, ben = house.person(), house.person()
        event_id = await house.open()
        bought = await asyncio.gather(house.place(anna, event_id, "1"), house.place(ben, event_id, "1"))
        shares = bought[0].order.shares
        results = await asyncio.gather(
            *(
                house.place(anna, event_id, f"s{number}", side=pb.SIDE_SELL, shares=shares)
                for number in range(5)
            ),
            return_exceptions=True,
        )
        assert 1 == sum(isinstance(result, pb.PlaceOrderResponse) for result in results)
        assert 4 == sum(isinstance(result, InsufficientShares) for result in results)

    async def test_a_market_that_does_not_exist(self, house: Any) -> None:
        with pytest.raises(MarketNotFound):
            await house.place(house.person(), uuid7(), "k")

    async def test_a_closed_market(self, house: Any) -> None:
        event_id = await house.open()
        await house.close(event_id)
        with pytest.raises(MarketNotOpen):
            await house.place(house.person(), event_id, "k")
        assert [] == [call for call in house.books.calls[1:] if call]

    async def test_the_same_key_for_something_else(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        await house.place(anna, event_id, "k", amount_units=USDC)
        with pytest.raises(IdempotencyConflict):
            await house.place(anna, event_id, "k", amount_units=2 * USDC)

    async def test_the_same_key_of_somebody_else_is_another_key(self, house: Any) -> None:
        event_id = await house.open()
        first = await house.place(house.person(), event_id, "k")
        second = await house.place(house.person(), event_id, "k")
        assert first.order.order_id != second.order.order_id
        assert not second.replayed

    async def test_the_same_key_many_times_at_once(self, house: Any) -> None:
        """One fill, one hold, and everybody is told of the same order."""
        anna = house.person()
        event_id = await house.open()
        answers = await asyncio.gather(*(house.place(anna, event_id, "k") for _ in range(10)))
        assert 1 == len({answer.order.order_id for answer in answers})
        assert 1 == sum(not answer.replayed for answer in answers)
        assert 1 == len(house.rows.facts())

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"event_id": "x"}, ["event_id"]),
            ({"side": 0}, ["side"]),
            ({"outcome": -1}, ["outcome"]),
            ({"amount_units": 0}, ["amount_units"]),
            ({"limit_price_millionths": 1_000_001}, ["limit_price_millionths"]),
        ],
    )
    async def test_a_bad_form_names_its_fields(
        self, house: Any, change: dict[str, Any], fields: list[str]
    ) -> None:
        request = {
            "event_id": str(uuid4()),
            "idempotency_key": "k",
            "outcome": 1,
            "side": pb.SIDE_BUY,
            "amount_units": 1,
        }
        with house.parties.signed_in(), pytest.raises(InvalidArgument) as caught:
            await house.stub.PlaceOrder(pb.PlaceOrderRequest(**{**request, **change}))
        assert fields == [violation.field for violation in caught.value.violations]

    @pytest.mark.parametrize("key", ["", "k" * 129])
    async def test_a_key_is_required(self, house: Any, key: str) -> None:
        with pytest.raises(IdempotencyKeyRequired):
            await house.place(house.person(), uuid7(), key)

    async def test_nobody_bets_without_signing_in(self, house: Any) -> None:
        async with house.parties.channel(house.targets[0]) as channel:
            with pytest.raises(Unauthenticated):
                await type(house.stub)(channel).PlaceOrder(pb.PlaceOrderRequest(idempotency_key="k"))

    async def test_by_shares_without_a_limit_little_more_is_held_than_it_costs(self, house: Any) -> None:
        """The hold is the price now and 5 %, not a whole unit for each share."""
        anna = house.person()
        event_id = await house.open()
        order = (await house.place(anna, event_id, "k", shares=10 * USDC)).order
        (row,) = house.rows("select hold_units, limit_price from trade_order")
        cost = order.gross.units + order.fee.units
        assert cost <= row["hold_units"] <= cost * 106 // 100
        assert row["limit_price"] is None

    async def test_a_full_queue_says_when_to_come_again(self, premises: Any) -> None:
        async with premises.replica(running=False, workers=1, queue_max=2):
            event_id = await premises.open()
            waiting = [
                asyncio.ensure_future(premises.place(premises.person(), event_id, "k")) for _ in range(2)
            ]
            worker = premises.replicas[0].engine._workers[0]
            async with asyncio.timeout(5):
                while len(worker._queue) < 2:  # noqa: ASYNC110  the queue has no event for being full
                    await asyncio.sleep(0)
            with pytest.raises(ResourceExhausted) as caught:
                await premises.place(premises.person(), event_id, "k")
            assert 1 == caught.value.retry_after_seconds
            for task in waiting:
                task.cancel()
            await asyncio.wait(waiting)


async def order_ids_by_page(list_page: Any, request: Any, rows: str) -> list[list[str]]:
    """Which orders each page of a list shows, or shows something of."""
    pages: list[list[str]] = []
    while not pages or request.cursor:
        page = await list_page(request)
        pages.append([row.order_id for row in getattr(page, rows)])
        request.cursor = page.next_cursor
    return pages


class TestReading:
    async def test_somebody_elses_order_looks_like_none(self, house: Any) -> None:
        event_id = await house.open()
        anna = house.person()
        order = (await house.place(anna, event_id, "k")).order
        request = pb.GetOrderRequest(order_id=order.order_id)
        with house.parties.signed_in(anna):
            assert order == (await house.stub.GetOrder(request)).order
        with house.parties.signed_in():
            with pytest.raises(OrderNotFound):
                await house.stub.GetOrder(request)
            assert [] == list((await house.stub.ListOrders(pb.ListOrdersRequest())).orders)
            assert [] == list((await house.stub.ListPositions(pb.ListPositionsRequest())).positions)

    async def test_what_is_rare_among_many_is_found_in_portions(
        self, house: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However many somebody has, a page looks at so many; where it goes on it says, though it shows none."""
        monkeypatch.setattr("oraculum_prediction.listing.LOOKED_AT_MAX", 3)
        anna, rare, often = house.person(), await house.open(), await house.open()
        placed = [
            (await house.place(anna, rare if number in {0, 7} else often, f"k{number}")).order.order_id
            for number in range(8)
        ]
        with house.parties.signed_in(anna):
            request = pb.ListOrdersRequest(event_id=str(rare), limit=2)
            pages = await order_ids_by_page(house.stub.ListOrders, request, "orders")
        assert [[placed[7]], [], [placed[0]]] == pages

    async def test_fills_that_are_rare_among_many_are_found_in_portions(
        self, house: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """On one event, of orders that arrived and of one that rested: each once, newest first, though a page may show none."""
        monkeypatch.setattr("oraculum_prediction.listing.LOOKED_AT_MAX", 3)
        anna, ben, rare, often = house.person(), house.person(), await house.open(), await house.open()
        wanted: list[str] = []

        async def buys(number: int, event_id: Any) -> None:
            order = (await house.place(anna, event_id, f"k{number}")).order
            if event_id == rare:
                wanted.insert(0, order.order_id)

        await buys(0, rare)
        resting = await house.limit(anna, rare, "rests", 400_000)
        for number in range(1, 4):
            await buys(number, often)
        await house.place(ben, rare, "b", outcome=0, amount_units=60 * USDC)
        wanted.insert(0, resting.order_id)
        await buys(4, rare)
        await buys(5, often)
        await buys(6, often)
        with house.parties.signed_in(anna):
            request = pb.ListFillsRequest(event_id=str(rare), limit=2)
            pages = await order_ids_by_page(house.stub.ListFills, request, "fills")
        assert wanted == [order_id for page in pages for order_id in page]
        assert [] in pages

    async def test_pages_of_orders_positions_and_trades(self, house: Any) -> None:
        anna = house.person()
        events = [await house.open() for _ in range(3)]
        for number, event_id in enumerate(events):
            await house.place(anna, event_id, f"y{number}", outcome=1)
            await house.place(anna, event_id, f"n{number}", outcome=0)
        with house.parties.signed_in(anna):
            orders, positions = [], []
            request = pb.ListOrdersRequest(limit=4)
            while not orders or request.cursor:
                page = await house.stub.ListOrders(request)
                orders += page.orders
                request.cursor = page.next_cursor
            wanted = pb.ListPositionsRequest(limit=2)
            while not positions or wanted.cursor:
                held = await house.stub.ListPositions(wanted)
                positions += held.positions
                wanted.cursor = held.next_cursor
            one = await house.stub.ListOrders(pb.ListOrdersRequest(event_id=str(events[0])))
            none = await house.stub.ListOrders(
                pb.ListOrdersRequest(statuses=[pb.ORDER_STATUS_SETTLED, pb.ORDER_STATUS_PENDING])
            )
        assert 6 == len({order.order_id for order in orders})
        assert sorted((order.created_at.ToNanoseconds() for order in orders), reverse=True) == [
            order.created_at.ToNanoseconds() for order in orders
        ]
        assert [(str(event_id), outcome) for event_id in reversed(events) for outcome in (0, 1)] == [
            (position.event_id, position.outcome) for position in positions
        ]
        assert 2 == len(one.orders)
        assert [] == list(none.orders)
        trades = await house.stub.ListTrades(pb.ListTradesRequest(event_id=str(events[0]), limit=1))
        rest = await house.stub.ListTrades(
            pb.ListTradesRequest(event_id=str(events[0]), limit=1, cursor=trades.next_cursor)
        )
        assert [2, 1] == [fill.sequence for fill in [*trades.fills, *rest.fills]]
        assert "" == rest.next_cursor

    async def test_markets_in_the_order_asked(self, house: Any) -> None:
        events = [await house.open() for _ in range(2)]
        anna = house.person()
        await house.place(anna, events[0], "k", amount_units=5 * USDC)
        await house.place(anna, events[0], "l", amount_units=5 * USDC, outcome=0)
        asked = [str(events[1]), str(uuid7()), str(events[0])]
        markets = (await house.stub.BatchGetMarkets(pb.BatchGetMarketsRequest(event_ids=asked))).markets
        assert [asked[0], asked[2]] == [market.event_id for market in markets]
        traded = markets[1]
        assert (1, 2, 10 * USDC) == (traded.participant_count, traded.sequence, traded.volume.units)
        assert [5 * USDC, 5 * USDC] == list(traded.outcome_volume_units)
        assert 110 * USDC == traded.liquidity.units
        assert 1_000_000 == sum(traded.price_millionths)

    async def test_wallet_is_told_of_sales(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        await house.place(anna, event_id, "b")
        sold = (await house.place(anna, event_id, "s", side=pb.SIDE_SELL, amount_units=USDC // 2)).order
        async with house.parties.channel(house.targets[0], service="wallet") as channel:
            answer = await type(house.stub)(channel).ListProceeds(pb.ListProceedsRequest(user_id=str(anna)))
        (proceeds,) = answer.proceeds
        assert (2, sold.gross.units - sold.fee.units) == (proceeds.sequence, proceeds.net.units)

    async def test_only_wallet_asks_about_holds(self, house: Any) -> None:
        with house.parties.signed_in(roles={"admin"}), pytest.raises(PermissionDenied):
            await house.stub.SettleHolds(pb.SettleHoldsRequest())
