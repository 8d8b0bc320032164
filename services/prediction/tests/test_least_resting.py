"""What rests is worth something: a book has room for so many orders, and nobody fills it with next to nothing."""

import json
from typing import Any

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_prediction.errors import RestingTooSmall
from oraculum_prediction.replay import verify

USDC = 1_000_000
LEAST = USDC // 10


def fields(caught: pytest.ExceptionInfo[RestingTooSmall]) -> list[str]:
    return [violation.field for violation in caught.value.violations]


@pytest.mark.parametrize(
    ("size", "field"),
    [({"shares": LEAST * 4 - 4}, "shares"), ({"amount_units": LEAST - 1}, "amount_units")],
)
async def test_a_bid_of_next_to_nothing_is_refused(house: Any, size: dict[str, int], field: str) -> None:
    """By its shares or its amount; a unit more rests, and what does not wait is never asked."""
    anna = house.person()
    event_id = await house.open()
    with pytest.raises(RestingTooSmall) as caught:
        await house.limit(anna, event_id, "k", 250_000, **size)
    assert [field] == fields(caught)
    assert "0.10 USDC" in caught.value.violations[0].message
    assert [] == house.rows("select from trade_order where status in (7, 8)")
    house.check_reserves()
    assert 1_000 * USDC == house.books.user(anna)
    enough = {name: value + 4 for name, value in size.items()}
    assert (await house.limit(anna, event_id, "l", 250_000, **enough)).open_shares
    taken = await house.limit(anna, event_id, "m", 900_000, LEAST // 10, time_in_force=pb.TIME_IN_FORCE_IOC)
    assert pb.ORDER_STATUS_FILLED == taken.status


async def test_what_is_left_of_an_order_and_worth_too_little_is_given_up(house: Any) -> None:
    """It keeps what it took and gets the rest of its money back; its receipt is right."""
    anna = house.person()
    limit = 550_000
    tried = await house.limit(house.person(), await house.open(), "t", limit, 100 * USDC)
    event_id = await house.open()
    order = await house.limit(anna, event_id, "k", limit, tried.shares + LEAST)
    assert (pb.ORDER_STATUS_CANCELLED, "RESTING_TOO_SMALL") == (order.status, order.reason)
    assert (tried.shares, 0) == (order.shares, order.open_shares)
    house.check_reserves()
    assert 1_000 * USDC - order.gross.units - order.fee.units == house.books.user(anna)
    with house.parties.signed_in(anna):
        (receipt,) = (await house.stub.GetReceipts(pb.GetReceiptsRequest(order_id=order.order_id))).receipts
    assert [] == verify(json.loads(receipt.document_json))


async def test_shares_for_sale_are_worth_what_they_would_bring_today(house: Any) -> None:
    """Asked for at the price of a certainty, a share of what nobody believes in is still worth next to nothing."""
    anna = house.person()
    event_id = await house.open(prior_millionths=(990_000, 10_000))
    bought = (await house.place(anna, event_id, "b", shares=20 * USDC)).order
    for_sale = {"side": pb.SIDE_SELL, "price": 900_000}
    with pytest.raises(RestingTooSmall):
        await house.limit(anna, event_id, "k", shares=2 * USDC, **for_sale)
    assert [0] == [row["reserved"] for row in house.rows("select reserved from position")]
    order = await house.limit(anna, event_id, "l", shares=bought.shares, **for_sale)
    assert bought.shares == order.open_shares


async def test_what_rests_is_not_made_smaller_than_that(house: Any) -> None:
    """In its place, or by an order that replaces it: it rests on as it is."""
    anna = house.person()
    event_id = await house.open()
    order = await house.limit(anna, event_id, "k", 400_000)
    edits: list[dict[str, Any]] = [
        {"open_shares": LEAST},
        {"open_shares": LEAST, "limit_price_millionths": 300_000},
    ]
    for number, edit in enumerate(edits):
        request = pb.EditOrderRequest(order_id=order.order_id, idempotency_key=f"e{number}", **edit)
        with house.parties.signed_in(anna), pytest.raises(RestingTooSmall) as caught:
            await house.stub.EditOrder(request)
        assert ["open_shares"] == fields(caught)
    with house.parties.signed_in(anna):
        assert order == (await house.stub.GetOrder(pb.GetOrderRequest(order_id=order.order_id))).order
    house.check_reserves()


async def test_the_operator_says_how_much_it_is(house: Any) -> None:
    """In force with the next order; 0 lets everything rest."""
    anna = house.person()
    event_id = await house.open()
    house.rows("update risk_resting set least_units = 0 where asset = 'USDC'")
    assert 1 == (await house.limit(anna, event_id, "k", 400_000, 1)).open_shares
    house.rows("update risk_resting set least_units = %(units)s where asset = 'USDC'", units=5 * USDC)
    with pytest.raises(RestingTooSmall) as caught:
        await house.limit(anna, event_id, "l", 400_000)
    assert "5.00 USDC" in caught.value.violations[0].message
