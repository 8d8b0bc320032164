"""Bets that go together, from JSON to the contract and back."""

from typing import Any

import pytest

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as pb

BASKET = "/api/v1/predictions:basket"
EVENT = "01890000-0000-7000-8000-000000000001"
BET = "01890000-0000-7000-8000-000000000002"


def usdc(units: int) -> Amount:
    return Amount(units=units, asset="USDC")


def order(outcome: int, side: pb.Side.ValueType = pb.SIDE_BUY) -> pb.Order:
    return pb.Order(
        order_id=BET, event_id=EVENT, outcome=outcome, side=side, status=pb.ORDER_STATUS_FILLED,
        gross=usdc(1_000_000), fee=usdc(10_000), shares=2_000_000,
    )  # fmt: skip


def asked(gateway: Any, method: str) -> Any:
    return [request for name, request in gateway.backend.asked if name == method]


class TestBasket:
    async def test_is_told_leg_by_leg(self, gateway: Any) -> None:
        gateway.backend.on("PlaceBasket", pb.PlaceBasketResponse(orders=[order(0), order(1)]))
        legs = [
            {"outcome": 0, "shares": "2"},
            {"outcome": 1, "side": "sell", "amount": "1.5", "price": "0.4"},
        ]
        response = await gateway.http.post(
            BASKET,
            json={"event_id": EVENT, "legs": legs, "max_cost": "3.00"},
            headers={**gateway.bearing(), "Idempotency-Key": "k"},
        )
        assert 200 == response.status_code, response.text
        assert [0, 1] == [bet["outcome"] for bet in response.json()["data"]]
        (request,) = asked(gateway, "PlaceBasket")
        assert (EVENT, 3_000_000, "k") == (request.event_id, request.most_units, request.idempotency_key)
        assert [(0, pb.SIDE_BUY, 2_000_000, 0, 0), (1, pb.SIDE_SELL, 0, 1_500_000, 400_000)] == [
            (leg.outcome, leg.side, leg.shares, leg.amount_units, leg.limit_price_millionths)
            for leg in request.legs
        ]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"legs": []}, "legs"),
            ({"legs": [{"outcome": 0}]}, "legs[0]"),
            ({"legs": [{"outcome": 0, "shares": "1", "amount": "1"}]}, "legs[0]"),
            ({"legs": [{"outcome": -1, "shares": "1"}]}, "legs[0].outcome"),
            ({"legs": [{"outcome": 0, "shares": "0.0000001"}]}, "legs[0].shares"),
            ({"max_cost": "much"}, "max_cost"),
        ],
    )
    async def test_a_bad_field_is_named_and_nobody_asked(self, gateway: Any, wrong: Any, field: str) -> None:
        body = {"event_id": EVENT, "legs": [{"outcome": 0, "shares": "1"}], **wrong}
        response = await gateway.http.post(
            BASKET, json=body, headers={**gateway.bearing(), "Idempotency-Key": "k"}
        )
        assert 422 == response.status_code
        assert [field] == [error["field"] for error in response.json()["errors"]]
        assert [] == asked(gateway, "PlaceBasket")


class TestEdit:
    async def test_of_a_filled_bet_shows_the_sale(self, gateway: Any) -> None:
        gateway.backend.on("GetOrder", pb.GetOrderResponse(order=order(1)))
        answer = pb.EditOrderResponse(order=order(0), sale=order(1, pb.SIDE_SELL))
        gateway.backend.on("EditOrder", answer)
        response = await gateway.http.put(
            f"/api/v1/predictions/{BET}",
            json={"outcome": 0, "amount": "2.00", "price": "0.6", "min_price": "0.3"},
            headers={**gateway.bearing(), "Idempotency-Key": "k"},
        )
        assert 200 == response.status_code, response.text
        told = response.json()
        assert (0, "buy", 1, "sell") == (
            told["outcome"], told["side"], told["sale"]["outcome"], told["sale"]["side"]
        )  # fmt: skip
        (request,) = asked(gateway, "EditOrder")
        assert request.HasField("outcome")
        assert (0, 2_000_000, 600_000, 300_000) == (
            request.outcome,
            request.amount_units,
            request.limit_price_millionths,
            request.sale_limit_price_millionths,
        )

    async def test_of_one_that_rests_says_nothing_of_an_outcome(self, gateway: Any) -> None:
        gateway.backend.on("EditOrder", pb.EditOrderResponse(order=order(1)))
        response = await gateway.http.put(
            f"/api/v1/predictions/{BET}",
            json={"price": "0.45"},
            headers={**gateway.bearing(), "Idempotency-Key": "k"},
        )
        assert (200, None) == (response.status_code, response.json()["sale"])
        (request,) = asked(gateway, "EditOrder")
        assert not request.HasField("outcome")
