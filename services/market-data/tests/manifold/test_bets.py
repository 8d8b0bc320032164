"""Manifold's bets, and the frames that bring them."""

import json
from decimal import Decimal
from typing import Any

import pytest

from oraculum_market_data.decoding import Source
from oraculum_market_data.normal import (
    Control,
    Direction,
    Market,
    MarketChange,
    Order,
    Status,
    Trade,
    Venue,
    VenueError,
)
from oraculum_market_data.venues.manifold.socket import ManifoldSocket
from oraculum_market_data.venues.reading import reading

BET: dict[str, Any] = {
    "id": "b1", "contractId": "c1", "outcome": "NO", "amount": 10, "shares": 14.813303613234652,
    "createdTime": 1665430353986, "probBefore": 0.34, "probAfter": 0.31, "userId": "u1",
}  # fmt: skip


def broadcast(topic: str, data: Any) -> Any:
    """Decode a broadcast."""
    return ManifoldSocket().decode(json.dumps({"type": "broadcast", "topic": topic, "data": data}))


def items(**fields: Any) -> list[Any]:
    """What a bet tells."""
    decoded = broadcast("global/new-bet", {"bets": [{**BET, **fields}]})
    assert [] == [str(refused) for refused in decoded.refused]
    return decoded.items


class TestBet:
    def test_is_a_trade(self) -> None:
        (trade,) = items()
        assert isinstance(trade, Trade)
        assert ("b1", "c1", "NO", Direction.BUY, True) == (
            trade.id, trade.market_id, trade.outcome_id, trade.direction, trade.is_counted
        )  # fmt: skip
        assert (Decimal("14.813303613234652"), Decimal(10)) == (trade.size, trade.amount)
        assert ("0.34", "0.31") == (str(trade.price_before), str(trade.price))

    def test_a_negative_amount_is_a_sale(self) -> None:
        (trade,) = items(amount=-0.66, shares=-2.83)
        assert (Direction.SELL, Decimal("2.83"), Decimal("-2.83")) == (
            trade.direction,
            trade.size,
            trade.shares,
        )

    @pytest.mark.parametrize("fields", [{"isRedemption": True}, {"isAnte": True}, {"amount": 0, "shares": 0}])
    def test_what_nobody_made_counts_in_no_volume(self, fields: dict[str, Any]) -> None:
        (trade,) = items(**fields)
        assert not trade.is_counted

    def test_on_an_answer_names_the_answer(self) -> None:
        (trade,) = items(answerId="a1")
        assert ("a1", "NO") == (trade.outcome_id, trade.original_side)

    def test_an_unfilled_limit_order_is_an_order_only(self) -> None:
        (order,) = items(limitProb=0.3, orderAmount=100, amount=0, shares=0, isFilled=False)
        assert isinstance(order, Order)
        assert ("0.3", Decimal(100), Decimal(0)) == (str(order.price), order.amount, order.filled)

    def test_a_filled_limit_order_is_an_order_and_a_trade(self) -> None:
        fill = {"timestamp": 1665430353986, "matchedBetId": None, "amount": 10, "shares": 14.8}
        order, trade = items(limitProb=0.3, orderAmount=100, fills=[fill])
        assert (order.id, [Decimal("14.8")]) == (trade.id, [one.shares for one in trade.fills])

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"id": ""}, "id"),
            ({"contractId": ""}, "contractId"),
            ({"shares": "x"}, "shares"),
            ({"createdTime": None}, "createdTime"),
        ],
    )
    def test_a_broken_one_leaves_its_neighbours(self, fields: dict[str, Any], field: str) -> None:
        decoded = broadcast("global/new-bet", {"bets": [BET, {**BET, **fields}]})
        assert 1 == len(decoded.items)
        assert [("frame.data.bets[1]", field)] == [(one.record, one.field) for one in decoded.refused]


class TestFrames:
    def test_a_new_contract_is_a_market(self) -> None:
        contract = {"id": "c9", "question": "New?", "outcomeType": "BINARY", "prob": 0.5}
        market = broadcast("global/new-contract", {"contract": contract, "creator": {"id": "u"}}).items[0]
        assert isinstance(market, Market)

    def test_an_update_brings_what_changed(self) -> None:
        (change,) = broadcast(
            "global/updated-contract", {"contract": {"id": "c9", "closeTime": 1655299026599}}
        ).items
        assert isinstance(change, MarketChange)
        assert ("c9", None, None) == (change.market_id, change.status, change.resolution)
        assert change.closes_at is not None

    def test_a_resolution_can_be_undone(self) -> None:
        (change,) = broadcast("contract/c9", {"contract": {"id": "c9", "isResolved": False}}).items
        assert (Status.OPEN, None) == (change.status, change.resolution)

    def test_answers_belong_to_the_market_of_the_topic(self) -> None:
        (change,) = broadcast("contract/c9/updated-answers", {"answers": [{"id": "a1", "prob": 0.7}]}).items
        assert ("c9", [("a1", "0.7")]) == (
            change.market_id,
            [(one.id, str(one.price)) for one in change.outcomes],
        )

    def test_acknowledgements(self) -> None:
        good = ManifoldSocket().decode('{"type": "ack", "txid": 1, "success": true}').items
        bad = ManifoldSocket().decode('{"type": "ack", "txid": 2, "success": false, "error": "no"}').items
        assert ([Control], [VenueError]) == ([type(one) for one in good], [type(one) for one in bad])

    def test_unknown_topics_are_counted_by_kind(self) -> None:
        decoded = broadcast("contract/c9/new-weather", {"rain": 1})
        assert ["broadcast contract/*/new-weather"] == [one.kind for one in decoded.unknown]


def test_the_answer_to_whoever_placed_a_bet_calls_its_id_otherwise() -> None:
    placed = {**{name: value for name, value in BET.items() if name != "id"}, "betId": "b7"}
    (trade,) = reading(Venue.MANIFOLD).body(json.dumps(placed).encode(), Source()).items
    assert isinstance(trade, Trade)
    assert ("b7", "c1") == (trade.id, trade.market_id)
