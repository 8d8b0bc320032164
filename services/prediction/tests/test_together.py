"""Orders that go together: baskets over several outcomes, and filled purchases that are edited. All of it or nothing."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import InvalidArgument, Unavailable
from oraculum_kit.idempotency import IdempotencyConflict
from oraculum_prediction import holds
from oraculum_prediction.errors import (
    InsufficientFunds,
    InsufficientShares,
    MarketNotOpen,
    NotTogether,
    OrderAbandoned,
    OrderEditedBefore,
    OrderNotFound,
    OrderNotOpen,
    SlippageExceeded,
)

USDC = 1_000_000


def leg(outcome: int, *, sell: bool = False, limit: int = 0, **quantity: int) -> pb.BasketLeg:
    side = pb.SIDE_SELL if sell else pb.SIDE_BUY
    return pb.BasketLeg(outcome=outcome, side=side, limit_price_millionths=limit, **quantity)


async def basket(
    house: Any, user_id: UUID, event_id: UUID, key: str, *legs: pb.BasketLeg, most: int | None = None
) -> pb.PlaceBasketResponse:
    request = pb.PlaceBasketRequest(event_id=str(event_id), legs=legs, most_units=most, idempotency_key=key)
    with house.parties.signed_in(user_id):
        return await house.stub.PlaceBasket(request)  # type: ignore[no-any-return]


async def edit(house: Any, user_id: UUID, order_id: str, key: str, **change: Any) -> pb.EditOrderResponse:
    request = pb.EditOrderRequest(order_id=order_id, idempotency_key=key, **change)
    with house.parties.signed_in(user_id):
        return await house.stub.EditOrder(request)  # type: ignore[no-any-return]


def all_quiet(house: Any, user_id: UUID, units: int) -> None:
    """Nothing is held, and what the person has is what the books say."""
    house.post_fills()
    assert (units, []) == (house.books.user(user_id), house.books.open_holds())


def positions(house: Any, user_id: UUID) -> dict[int, int]:
    rows = house.rows(
        "select outcome, shares from position where user_id = %(id)s and shares > 0", id=user_id
    )
    return {row["outcome"]: row["shares"] for row in rows}


class TestBasket:
    async def test_more_purchases_than_wallet_takes_in_one_call(
        self, house: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """They are held in several, and so is let go of them what is not needed."""
        monkeypatch.setattr(holds, "TRANSFERS_MAX", 2)
        anna, event_id = house.person(), await house.open(outcome_count=4)
        before = len(house.books.calls)
        legs = [leg(outcome, shares=USDC) for outcome in range(4)]
        answer = await basket(house, anna, event_id, "k", *legs)
        assert 4 == len(answer.orders)
        assert [2, 2] == [len(call) for call in house.books.calls[before:]]
        poor, before = house.person(9 * USDC // 10), len(house.books.calls)
        with pytest.raises(InsufficientFunds):
            await basket(house, poor, event_id, "k", *legs)
        assert [2, 2, 2, 1] == [len(call) for call in house.books.calls[before:]]
        all_quiet(house, poor, 9 * USDC // 10)

    async def test_is_filled_whole(self, house: Any) -> None:
        """Each leg is an order with a fill, a hold and a receipt of its own; they follow each other in the market."""
        anna = house.person()
        event_id = await house.open(outcome_count=4)
        answer = await basket(
            house,
            anna,
            event_id,
            "k",
            leg(0, shares=5 * USDC),
            leg(2, amount_units=3 * USDC),
            leg(3, shares=USDC),
        )
        orders = list(answer.orders)
        assert [pb.ORDER_STATUS_FILLED] * 3 == [order.status for order in orders]
        assert [(0, 1), (2, 2), (3, 3)] == [(order.outcome, order.fill.sequence) for order in orders]
        assert {order.outcome: order.shares for order in orders} == positions(house, anna)
        all_quiet(house, anna, 1_000 * USDC - sum(order.gross.units + order.fee.units for order in orders))
        with house.parties.signed_in(anna):
            for order in orders:
                assert order == (await house.stub.GetOrder(pb.GetOrderRequest(order_id=order.order_id))).order
                receipts = await house.stub.GetReceipts(pb.GetReceiptsRequest(order_id=order.order_id))
                assert [order.fill] == [each.fill for each in receipts.receipts]
        again = await basket(
            house,
            anna,
            event_id,
            "k",
            leg(0, shares=5 * USDC),
            leg(2, amount_units=3 * USDC),
            leg(3, shares=USDC),
        )
        assert (orders, True) == (list(again.orders), again.replayed)
        with pytest.raises(IdempotencyConflict):
            await basket(house, anna, event_id, "k", leg(0, shares=5 * USDC))

    async def test_meets_what_rests(self, house: Any) -> None:
        """A leg that meets somebody's order leaves it to the next leg as it is then."""
        anna, ben = house.person(), house.person()
        event_id = await house.open()
        bought = (await house.place(ben, event_id, "b", amount_units=10 * USDC)).order
        await house.limit(ben, event_id, "s", 600_000, bought.shares, side=pb.SIDE_SELL)
        answer = await basket(house, anna, event_id, "k", leg(1, shares=100 * USDC), leg(0, shares=USDC))
        assert [100 * USDC, USDC] == [order.shares for order in answer.orders]
        assert bought.shares > positions(house, ben).get(1, 0)
        house.check_reserves()

    async def test_has_one_limit_for_all_of_it(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        legs = (leg(0, shares=10 * USDC), leg(1, shares=10 * USDC))
        with pytest.raises(SlippageExceeded):
            await basket(house, anna, event_id, "k", *legs, most=10 * USDC)
        all_quiet(house, anna, 1_000 * USDC)
        assert 2 == len((await basket(house, anna, event_id, "l", *legs, most=11 * USDC)).orders)

    @pytest.mark.parametrize("short", ["money", "shares", "price"])
    async def test_one_leg_that_fails_undoes_all(self, house: Any, short: str) -> None:
        """Nothing is bought, nothing stays held, nothing counts towards a limit, and those behind it trade as if it had not been."""
        anna, ben = house.person(6 * USDC), house.person()
        event_id = await house.open(outcome_count=3)
        wrong, why = {
            "money": (leg(1, amount_units=4 * USDC), InsufficientFunds),
            "shares": (leg(1, sell=True, shares=USDC), InsufficientShares),
            "price": (leg(1, limit=100_000, amount_units=USDC), SlippageExceeded),
        }[short]
        results = await asyncio.gather(
            basket(house, anna, event_id, "k", leg(0, amount_units=3 * USDC), wrong),
            house.place(ben, event_id, "b", outcome=2),
            return_exceptions=True,
        )
        assert isinstance(results[0], why)
        assert isinstance(results[1], pb.PlaceOrderResponse)
        with pytest.raises(why):
            await basket(house, anna, event_id, "k", leg(0, amount_units=3 * USDC), wrong)
        all_quiet(house, anna, 6 * USDC)
        assert {} == positions(house, anna)
        assert [1] == [fact.fill.sequence for fact in house.rows.facts()]
        used = house.rows("select sum(open_units) as units from risk_use where user_id = %(id)s", id=anna)
        assert not used[0]["units"]

    async def test_form(self, house: Any) -> None:
        """Every bad field is named, and nothing happens."""
        anna = house.person()
        event_id = await house.open()
        for legs, fields in (
            ((), ["legs"]),
            ((leg(0, shares=1), leg(0, shares=1)), ["legs"]),
            (tuple(leg(number, shares=1) for number in range(21)), ["legs"]),
            (
                (leg(0, shares=-1), pb.BasketLeg(outcome=1)),
                ["legs[0].shares", "legs[1].side", "legs[1].quantity"],
            ),
        ):
            with pytest.raises(InvalidArgument) as wrong:
                await basket(house, anna, event_id, "k", *legs)
            assert fields == [violation.field for violation in wrong.value.violations]
        all_quiet(house, anna, 1_000 * USDC)

    async def test_what_must_be_looked_at_is_not_kept(self, house: Any) -> None:
        """Half of it would be: the whole is refused, and the same key says so again."""
        anna = house.person()
        event_id = await house.open()
        house.rows(
            "insert into risk_override (user_id, asset, minute_orders) values (%(u)s, 'USDC', 1)", u=anna
        )
        house.rows("update risk_policy set review_score = 60, version = version + 1")
        for _ in range(2):
            with pytest.raises(NotTogether):
                await basket(house, anna, event_id, "k", leg(0, shares=USDC), leg(1, shares=USDC))
        all_quiet(house, anna, 1_000 * USDC)

    async def test_after_a_lost_answer_the_same_holds_serve(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        legs = (leg(0, amount_units=USDC), leg(1, amount_units=USDC))

        async def die(_: object) -> None:
            raise Unavailable

        house.books.after = die
        with pytest.raises(Unavailable):
            await basket(house, anna, event_id, "k", *legs)
        house.books.after = None
        assert 2 == len(house.books.open_holds())
        answer = await basket(house, anna, event_id, "k", *legs)
        assert 2 == len(house.books.pending)
        all_quiet(
            house, anna, 1_000 * USDC - sum(each.gross.units + each.fee.units for each in answer.orders)
        )

    async def test_after_the_sweep_it_never_will_be(self, house: Any) -> None:
        """One leg was given up under its id: then none of them can be filled, by whatever attempt."""
        anna = house.person()
        event_id = await house.open()
        legs = (leg(0, amount_units=USDC), leg(1, amount_units=USDC))

        async def die(_: object) -> None:
            raise Unavailable

        house.books.after = die
        with pytest.raises(Unavailable):
            await basket(house, anna, event_id, "k", *legs)
        house.books.after = None
        pending = [house.books.pending[hold_id] for hold_id in house.books.open_holds()]
        first, second = (each.transfer.reference_id for each in pending)
        assert [pb.HOLD_VERDICT_VOID] == await house.sweep(first)
        with pytest.raises(OrderAbandoned):
            await basket(house, anna, event_id, "k", *legs)
        await house.sweep(second)
        all_quiet(house, anna, 1_000 * USDC)

    async def test_is_remembered_longer_than_its_answer(self, house: Any) -> None:
        anna = house.person()
        event_id = await house.open()
        first = await basket(house, anna, event_id, "k", leg(0, shares=USDC), leg(1, shares=USDC))
        house.rows("delete from idempotency")
        again = await basket(house, anna, event_id, "k", leg(0, shares=USDC), leg(1, shares=USDC))
        assert (list(first.orders), True) == (list(again.orders), again.replayed)
        house.rows("delete from idempotency")
        with pytest.raises(IdempotencyConflict):
            await basket(house, anna, event_id, "k", leg(0, shares=USDC), leg(1, shares=2 * USDC))


class TestEdit:
    async def test_sells_what_was_bought_and_buys_anew(self, house: Any) -> None:
        """Other outcome, same stake, in one step; both have receipts, and nothing is gained by it."""
        anna = house.person()
        event_id = await house.open()
        bought = (await house.place(anna, event_id, "b", amount_units=10 * USDC)).order
        answer = await edit(house, anna, bought.order_id, "e", outcome=0)
        sale, purchase = answer.sale, answer.order
        assert (pb.SIDE_SELL, 1, bought.shares) == (sale.side, sale.outcome, sale.shares)
        assert (pb.SIDE_BUY, 0, bought.gross) == (purchase.side, purchase.outcome, purchase.gross)
        assert bought.order_id == purchase.replaces_order_id
        assert (2, 3) == (sale.fill.sequence, purchase.fill.sequence)
        assert sale.gross.units <= bought.gross.units
        assert {0: purchase.shares} == positions(house, anna)
        spent = sum(each.gross.units + each.fee.units for each in (bought, purchase))
        all_quiet(house, anna, 1_000 * USDC - spent + sale.gross.units - sale.fee.units)
        with house.parties.signed_in(anna):
            shown = (await house.stub.GetOrder(pb.GetOrderRequest(order_id=purchase.order_id))).order
            receipts = await house.stub.GetReceipts(pb.GetReceiptsRequest(order_id=purchase.order_id))
        assert purchase == shown
        assert [purchase.fill] == [each.fill for each in receipts.receipts]

    async def test_happens_once(self, house: Any) -> None:
        """By key; and an order whose place was taken is edited no more, not even at the same time."""
        anna = house.person()
        event_id = await house.open()
        bought = (await house.place(anna, event_id, "b")).order
        first, *others = await asyncio.gather(
            edit(house, anna, bought.order_id, "e", amount_units=2 * USDC),
            edit(house, anna, bought.order_id, "f", amount_units=2 * USDC),
            edit(house, anna, bought.order_id, "g", amount_units=2 * USDC),
            return_exceptions=True,
        )
        done = [each for each in (first, *others) if isinstance(each, pb.EditOrderResponse)]
        refused = [each for each in (first, *others) if isinstance(each, OrderEditedBefore)]
        assert (1, 2) == (len(done), len(refused))
        with pytest.raises(OrderEditedBefore):
            await edit(house, anna, bought.order_id, "h", amount_units=2 * USDC)
        assert {1: done[0].order.shares} == positions(house, anna)
        chained = await edit(house, anna, done[0].order.order_id, "i", open_shares=USDC, outcome=0)
        again = await edit(house, anna, done[0].order.order_id, "i", open_shares=USDC, outcome=0)
        assert (chained.order, chained.sale, True) == (again.order, again.sale, again.replayed)
        assert {0: USDC} == positions(house, anna)

    @pytest.mark.parametrize("change", [{"limit_price_millionths": 440_000}, {"open_shares": USDC}])
    async def test_what_is_said_of_one_that_rests_sells_nothing(
        self, house: Any, change: dict[str, int]
    ) -> None:
        """Somebody changes a bid that was filled before they heard of it: its shares are neither sold nor bought anew."""
        anna, ben = house.person(), house.person()
        event_id = await house.open()
        bid = await house.limit(anna, event_id, "k", 450_000)
        await house.place(ben, event_id, "n", outcome=0, amount_units=40 * USDC)
        house.check_reserves()
        left = house.books.user(anna)
        for _ in range(2):
            with pytest.raises(OrderNotOpen):
                await edit(house, anna, bid.order_id, "e", **change)
        all_quiet(house, anna, left)
        assert {1: 10 * USDC} == positions(house, anna)

    async def test_what_was_said_while_it_rested_is_told_again(self, house: Any) -> None:
        """A bid was made smaller, the answer was lost, and it was filled before the same was asked again."""
        anna, ben = house.person(), house.person()
        event_id = await house.open()
        bid = await house.limit(anna, event_id, "k", 450_000)
        smaller = await edit(house, anna, bid.order_id, "e", open_shares=5 * USDC)
        await house.place(ben, event_id, "n", outcome=0, amount_units=40 * USDC)
        again = await edit(house, anna, bid.order_id, "e", open_shares=5 * USDC)
        assert (smaller.order, True) == (again.order, again.replayed)
        assert {1: 5 * USDC} == positions(house, anna)

    async def test_both_or_neither(self, house: Any) -> None:
        """A purchase that fails leaves the shares where they are; so does a sale that would bring too little."""
        anna = house.person(12 * USDC)
        event_id = await house.open()
        bought = (await house.place(anna, event_id, "b", amount_units=10 * USDC)).order
        house.post_fills()
        left = house.books.user(anna)
        for key, change, why in (
            ("money", {"amount_units": 50 * USDC}, InsufficientFunds),
            (
                "price",
                {"outcome": 0, "amount_units": USDC, "limit_price_millionths": 100_000},
                SlippageExceeded,
            ),
            (
                "sale",
                {"outcome": 0, "amount_units": USDC, "sale_limit_price_millionths": 990_000},
                SlippageExceeded,
            ),
        ):
            with pytest.raises(why):
                await edit(house, anna, bought.order_id, key, **change)
        all_quiet(house, anna, left)
        assert {1: bought.shares} == positions(house, anna)
        assert 1 == len(house.rows.facts())
        await edit(house, anna, bought.order_id, "fits", outcome=0, amount_units=USDC)
        house.post_fills()
        assert [] == house.books.open_holds()

    async def test_refusals(self, house: Any) -> None:
        anna, ben = house.person(), house.person()
        event_id = await house.open()
        bought = (await house.place(anna, event_id, "b", amount_units=10 * USDC)).order
        rests = await house.limit(anna, event_id, "l", 300_000)
        with pytest.raises(OrderNotFound):
            await edit(house, ben, bought.order_id, "e", amount_units=USDC)
        with pytest.raises(OrderNotOpen):
            await edit(house, anna, rests.order_id, "e", outcome=0)
        with pytest.raises(InvalidArgument) as both:
            await edit(house, anna, bought.order_id, "f", amount_units=USDC, open_shares=USDC)
        with pytest.raises(InvalidArgument) as none:
            await edit(house, anna, bought.order_id, "g", sale_limit_price_millionths=1)
        assert [["amount_units"], ["open_shares"]] == [
            [violation.field for violation in wrong.value.violations] for wrong in (both, none)
        ]
        for order in (bought, rests):
            with pytest.raises(InvalidArgument) as timed:
                await edit(house, anna, order.order_id, "t", outcome=0, expires_at=order.created_at)
            assert ["expires_at"] == [violation.field for violation in timed.value.violations]
        sold = (await house.place(anna, event_id, "s", side=pb.SIDE_SELL, shares=bought.shares)).order
        with pytest.raises(InsufficientShares):
            await edit(house, anna, bought.order_id, "h", amount_units=USDC)
        with pytest.raises(OrderNotOpen):
            await edit(house, anna, sold.order_id, "i", open_shares=USDC)
        await house.close(event_id)
        with pytest.raises(MarketNotOpen):
            await edit(house, anna, bought.order_id, "j", amount_units=USDC)
