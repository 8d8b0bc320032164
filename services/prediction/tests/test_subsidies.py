"""Liquidity that people add: paid once, at once whole or not at all, and gone for good."""

import asyncio
import json
from typing import Any

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import InvalidArgument, Unavailable
from oraculum_kit.idempotency import IdempotencyConflict
from oraculum_prediction.errors import InsufficientFunds, MarketNotFound, MarketNotOpen, OrderAbandoned
from oraculum_prediction.replay import replay, verify

USDC = 1_000_000


async def test_makes_a_market_deeper_and_moves_no_price(house: Any) -> None:
    """The same bet moves the price less than before; whoever gave it holds nothing by it."""
    anna, ben = house.person(), house.person()
    event_id = await house.open()
    await house.place(ben, event_id, "b", amount_units=30 * USDC)
    (before,) = house.rows("select prices, liquidity_units, escrow_units, version, volume_units from market")
    answer = await house.subsidise(anna, event_id, "k", 100 * USDC)
    (after,) = house.rows(
        "select prices, liquidity_units, escrow_units, subsidy_units, volume_units from market"
    )
    assert before["prices"] == after["prices"]
    assert after["liquidity_units"] == answer.liquidity_parameter_units > before["liquidity_units"]
    assert 200 * USDC == after["subsidy_units"]
    assert before["escrow_units"] + 100 * USDC == after["escrow_units"] == answer.liquidity.units
    assert before["volume_units"] == after["volume_units"]
    order = answer.order
    assert (pb.ORDER_TYPE_SUBSIDY, pb.ORDER_STATUS_FILLED) == (order.type, order.status)
    assert (100 * USDC, 0, 0) == (order.gross.units, order.shares, order.fee.units)
    house.post_fills()
    assert (900 * USDC, after["escrow_units"]) == (house.books.user(anna), house.books.escrow(event_id))
    assert [] == house.books.open_holds()
    assert [] == house.rows("select shares from position where user_id = %(anna)s", anna=anna)
    with house.parties.signed_in(anna):
        assert order == (await house.stub.GetOrder(pb.GetOrderRequest(order_id=order.order_id))).order
        assert [] == list((await house.stub.ListFills(pb.ListFillsRequest())).fills)
        trades = await house.stub.ListTrades(pb.ListTradesRequest(event_id=str(event_id)))
    assert [1] == [fill.sequence for fill in trades.fills]


async def test_the_same_key_pays_once(house: Any) -> None:
    anna = house.person()
    event_id = await house.open()
    first = await house.subsidise(anna, event_id, "k", 10 * USDC)
    again = await house.subsidise(anna, event_id, "k", 10 * USDC)
    assert (first.order, True) == (again.order, again.replayed)
    with pytest.raises(IdempotencyConflict):
        await house.subsidise(anna, event_id, "k", 11 * USDC)
    house.post_fills()
    assert 990 * USDC == house.books.user(anna)


class TestRefusals:
    """Nothing moves, and the next one asks as if it had not been."""

    async def test_have_a_reason(self, house: Any) -> None:
        anna = house.person(5 * USDC)
        event_id = await house.open()
        with pytest.raises(InsufficientFunds):
            await house.subsidise(anna, event_id, "much", 6 * USDC)
        with pytest.raises(InvalidArgument) as wrong:
            await house.subsidise(anna, event_id, "asset", USDC, "USD")
        assert ["amount.asset"] == [violation.field for violation in wrong.value.violations]
        with pytest.raises(InvalidArgument) as nonsense:
            await house.subsidise(anna, event_id, "form", 0, "GOLD")
        assert ["amount.asset", "amount.units"] == [each.field for each in nonsense.value.violations]
        with pytest.raises(MarketNotFound):
            await house.subsidise(anna, anna, "where", USDC)
        await house.close(event_id)
        with pytest.raises(MarketNotOpen):
            await house.subsidise(anna, event_id, "late", USDC)
        house.post_fills()
        assert (5 * USDC, []) == (house.books.user(anna), house.books.open_holds())
        assert 100 * USDC == house.books.escrow(event_id)


class TestCrashes:
    async def test_the_answer_of_wallet_is_lost(self, house: Any) -> None:
        """The money is held and nothing more: the same key goes on from there."""
        anna = house.person()
        event_id = await house.open()

        async def die(_: object) -> None:
            raise Unavailable

        house.books.after = die
        with pytest.raises(Unavailable):
            await house.subsidise(anna, event_id, "k", 10 * USDC)
        assert 1 == len(house.books.open_holds())
        house.books.after = None
        await house.subsidise(anna, event_id, "k", 10 * USDC)
        house.post_fills()
        assert ([], 110 * USDC) == (house.books.open_holds(), house.books.escrow(event_id))

    async def test_nobody_asks_again(self, house: Any) -> None:
        """The sweep gives back what was held for a subsidy that was never decided, and it never will be."""
        anna = house.person()
        event_id = await house.open()

        async def die(_: object) -> None:
            raise Unavailable

        house.books.after = die
        with pytest.raises(Unavailable):
            await house.subsidise(anna, event_id, "k", 10 * USDC)
        house.books.after = None
        (hold,) = house.books.pending.values()
        assert [pb.HOLD_VERDICT_VOID] == await house.sweep(hold.transfer.reference_id)
        assert 1_000 * USDC == house.books.user(anna)
        with pytest.raises(OrderAbandoned):
            await house.subsidise(anna, event_id, "k", 10 * USDC)
        (market,) = house.rows("select subsidy_units, escrow_units from market")
        assert (100 * USDC, 100 * USDC) == (market["subsidy_units"], market["escrow_units"])

    async def test_the_market_closes_meanwhile(self, house: Any) -> None:
        """It is refused, and the money goes back."""
        anna = house.person()
        event_id = await house.open()

        async def close(transfers: Any) -> None:
            if any(transfer.debit.owner_id == str(anna) for transfer in transfers):
                house.books.after = None
                await house.close(event_id)

        house.books.after = close
        with pytest.raises(MarketNotOpen):
            await house.subsidise(anna, event_id, "k", 10 * USDC)
        house.post_fills()
        assert (1_000 * USDC, []) == (house.books.user(anna), house.books.open_holds())
        assert 100 * USDC == house.books.escrow(event_id)


async def test_bets_and_subsidies_on_two_replicas_at_once(premises: Any) -> None:
    """Whoever is cut out is priced again on the deeper market; every fill is rebuilt from the one before."""
    async with premises.replica(), premises.replica():
        anna, ben = premises.person(), premises.person()
        event_id = await premises.open()
        await asyncio.gather(
            *(premises.subsidise(anna, event_id, f"s{n}", (n + 1) * USDC, replica=n % 2) for n in range(6)),
            *(premises.place(ben, event_id, f"b{n}", amount_units=3 * USDC, replica=n % 2) for n in range(6)),
        )
        premises.post_fills()
        (market,) = premises.rows("select sequence, subsidy_units, escrow_units from market")
        assert (12, 121 * USDC) == (market["sequence"], market["subsidy_units"])
        assert market["escrow_units"] == premises.books.escrow(event_id) == 139 * USDC
        async with premises.replicas[0].database.connection() as connection:
            last, _ = await replay(connection, event_id)
        assert 12 == last


async def test_receipts_know_the_liquidity_of_their_time(house: Any) -> None:
    """What was traded before a subsidy and after it is computed again from what the market was then."""
    anna, ben = house.person(), house.person()
    event_id = await house.open()
    before = (await house.place(ben, event_id, "b", amount_units=10 * USDC)).order
    given = (await house.subsidise(anna, event_id, "k", 50 * USDC)).order
    between = (await house.place(ben, event_id, "m", amount_units=10 * USDC)).order
    await house.subsidise(anna, event_id, "l", 50 * USDC)
    after = (await house.place(ben, event_id, "a", amount_units=10 * USDC)).order
    assert before.shares > after.shares
    for owner, order in ((ben, before), (anna, given), (ben, between), (ben, after)):
        with house.parties.signed_in(owner):
            answer = await house.stub.GetReceipts(pb.GetReceiptsRequest(order_id=order.order_id))
        (receipt,) = answer.receipts
        document = json.loads(receipt.document_json)
        assert [] == verify(document)
        wrong = document | {"state_after": "00" * 32}
        assert ["state_after"] == verify(wrong)


async def test_what_the_market_does_not_lose_of_it_is_the_house_s(house: Any) -> None:
    anna, ben = house.person(), house.person()
    event_id = await house.open()
    bought = (await house.place(ben, event_id, "b", amount_units=10 * USDC)).order
    given = (await house.subsidise(anna, event_id, "k", 50 * USDC)).order
    house.post_fills()
    await house.close(event_id)
    await house.hear(event_id, [0, 1_000_000])
    await house.settle(event_id)
    (settlement,) = house.rows("select house_result_units from settlement")
    assert 160 * USDC - bought.shares == settlement["house_result_units"]
    assert (0, 950 * USDC) == (house.books.escrow(event_id), house.books.user(anna))
    with house.parties.signed_in(anna):
        order = (await house.stub.GetOrder(pb.GetOrderRequest(order_id=given.order_id))).order
    assert (pb.ORDER_STATUS_SETTLED, False) == (order.status, order.HasField("profit_loss"))
