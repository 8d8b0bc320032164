"""An order that meets many others has the process for itself, so there is an end to it; a quote says the same, and reads no more."""

from typing import Any

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1 import risk_service_pb2 as risk
from oraculum_prediction import meeting, quoting, servicer
from oraculum_prediction.errors import OrderTooLarge

USDC = 1_000_000


async def test_what_would_meet_too_many_is_placed_in_parts(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal moves nothing; what meets just so many is filled, and was quoted at what it came to."""
    for module in (meeting, quoting, servicer):
        monkeypatch.setattr(module, "MEETINGS_MAX", 2)
    maker, taker, event_id = house.person(), house.person(), await house.open()
    for number in range(4):
        # The best are those of the middle, and neither the first nor the last to come.
        price = 470_000 - 10_000 * abs(2 * number - 3)
        await house.limit(maker, event_id, f"bid {number}", price, 5 * USDC, outcome=0)

    async def quoted(units: int) -> pb.GetQuoteResponse:
        return await house.stub.GetQuote(  # type: ignore[no-any-return]
            pb.GetQuoteRequest(event_id=str(event_id), outcome=1, side=pb.SIDE_BUY, amount_units=units)
        )

    for asked in (quoted(60 * USDC), house.place(taker, event_id, "far", amount_units=60 * USDC)):
        with pytest.raises(OrderTooLarge) as caught:
            await asked
        assert "in parts" in caught.value.message
    house.post_fills()
    assert (1_000 * USDC, []) == (house.books.user(taker), house.books.open_holds())
    quote = await quoted(16 * USDC)
    order = (await house.place(taker, event_id, "near", amount_units=16 * USDC)).order
    assert (quote.shares, quote.gross.units) == (order.shares, order.gross.units)
    met = house.rows("select limit_price from trade_order where outcome = 0 and shares > 0")
    assert [460_000] * 2 == [row["limit_price"] for row in met]


async def test_a_wall_of_small_orders_keeps_no_stop_loss_from_selling(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owner is not there to place it in parts, and the wall costs who built it no more than orders that rest."""
    monkeypatch.setattr(meeting, "MEETINGS_MAX", 2)
    holder, rival, event_id = house.person(), house.person(), await house.open()
    held = (await house.place(holder, event_id, "in", amount_units=50 * USDC)).order
    for number in range(4):
        await house.limit(rival, event_id, f"wall {number}", 520_000 - 1_000 * number, USDC, outcome=1)
    with pytest.raises(OrderTooLarge):
        await house.place(holder, event_id, "out", side=pb.SIDE_SELL, shares=held.shares)
    with house.parties.signed_in(holder):
        await house.replicas[0].risk.CreateTrigger(
            risk.CreateTriggerRequest(
                event_id=str(event_id),
                outcome=1,
                kind=risk.TRIGGER_KIND_STOP_LOSS,
                price_millionths=900_000,
                idempotency_key="stop",
            )
        )
    await house.replicas[0].triggers.sweep()
    left = house.rows("select shares from position where user_id = %(id)s and outcome = 1", id=holder)
    assert [0] == [row["shares"] for row in left]
