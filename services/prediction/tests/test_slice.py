"""A market's whole life over gRPC: opened, traded, closed, settled."""

from typing import Any

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.wallet.v1 import wallet_service_pb2 as wallet

USDC = 1_000_000


async def test_a_market_from_its_opening_to_the_last_payout(house: Any) -> None:
    """Two people bet, one sells half, the winner is paid to the unit, and the house has the rest."""
    anna, ben = house.person(), house.person()
    event_id = await house.open()
    assert 100 * USDC == house.books.escrow(event_id)

    bought = (await house.place(anna, event_id, "1", outcome=1, amount_units=10 * USDC)).order
    assert pb.ORDER_STATUS_FILLED == bought.status
    assert (10 * USDC, USDC // 10) == (bought.gross.units, bought.fee.units)
    assert bought.shares > 10 * USDC
    against = (await house.place(ben, event_id, "1", outcome=0, amount_units=20 * USDC)).order
    sold = (
        await house.place(anna, event_id, "2", side=pb.SIDE_SELL, outcome=1, shares=bought.shares // 2)
    ).order
    assert [1, 2, 3] == [bought.fill.sequence, against.fill.sequence, sold.fill.sequence]
    house.post_fills()
    assert [] == house.books.open_holds()

    closed = await house.close(event_id, "cancel")
    assert 3 == closed.closing_sequence
    assert 1_000_000 == sum(closed.void_price_millionths)

    await house.hear(event_id, [0, 1_000_000])
    before = house.books.user(anna)
    await house.settle(event_id)
    held = bought.shares - bought.shares // 2
    assert before + held == house.books.user(anna)
    assert 0 == house.books.escrow(event_id)
    house.books.check()
    (market,) = house.rows("select status, escrow_units from market")
    assert 3 == market["status"]
    (settlement,) = house.rows("select * from settlement")
    assert market["escrow_units"] - held == settlement["house_result_units"]
    house_money = house.books.balance(wallet.ACCOUNT_KIND_HOUSE)
    assert 1_000_000 * USDC - 100 * USDC + settlement["house_result_units"] == house_money

    with house.parties.signed_in(anna):
        listed = await house.stub.ListOrders(pb.ListOrdersRequest())
        positions = await house.stub.ListPositions(pb.ListPositionsRequest())
    assert [pb.ORDER_STATUS_SETTLED] * 2 == [order.status for order in listed.orders]
    assert [held] == [position.payout.units for position in positions.positions]
    assert house.books.user(anna) - 1_000 * USDC == positions.positions[0].realised.units


async def test_the_same_key_gives_the_same_answer(house: Any) -> None:
    """Whoever asks again is told what happened, and pays once."""
    anna = house.person()
    event_id = await house.open()
    first = await house.place(anna, event_id, "k")
    again = await house.place(anna, event_id, "k")
    assert again.replayed
    assert first.order == again.order
    assert 1 == len(house.rows("select sequence from fill"))


@pytest.mark.parametrize("outcome", [0, 1])
async def test_a_quote_is_what_the_order_then_costs(house: Any, outcome: int) -> None:
    """The same state gives the same numbers."""
    anna = house.person()
    event_id = await house.open()
    quote = await house.stub.GetQuote(
        pb.GetQuoteRequest(event_id=str(event_id), outcome=outcome, side=pb.SIDE_BUY, shares=5 * USDC)
    )
    order = (await house.place(anna, event_id, "k", outcome=outcome, shares=5 * USDC)).order
    assert quote.gross == order.gross
    assert quote.fee == order.fee
    assert list(quote.price_after_millionths) == list(order.fill.price_millionths)
