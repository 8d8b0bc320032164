"""Quotes, predictions, positions, trades."""

from typing import Final, Literal

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_gateway.assets import EventAssets
from oraculum_gateway.caching import keeping
from oraculum_gateway.money import (
    amount_in,
    amount_out,
    price_in,
    price_out,
    prices_out,
    refuse,
    shares_in,
    units_out,
)
from oraculum_gateway.route import Call, Created, Limit, Route, Who
from oraculum_gateway.services import Services
from oraculum_gateway.shapes import events as event_shapes
from oraculum_gateway.shapes import trading as shapes
from oraculum_gateway.shapes.base import Listed, PageQuery, listed_by_cursor
from oraculum_kit.timestamps import from_wire, to_wire
from oraculum_money import PRICE_ONE, Price, format_price, mul_div_ceil

SIDES: Final = {"buy": pb.SIDE_BUY, "sell": pb.SIDE_SELL}
SIDE_NAMES: Final[dict[int, event_shapes.SideName]] = {pb.SIDE_BUY: "buy", pb.SIDE_SELL: "sell"}
_STATUSES: Final[dict[pb.OrderStatus.ValueType, shapes.PredictionStatus]] = {
    pb.ORDER_STATUS_PENDING: "pending",
    pb.ORDER_STATUS_FILLED: "confirmed",
    pb.ORDER_STATUS_REJECTED: "rejected",
    pb.ORDER_STATUS_FAILED: "failed",
    pb.ORDER_STATUS_SETTLED: "settled",
    pb.ORDER_STATUS_REFUNDED: "refunded",
    pb.ORDER_STATUS_OPEN: "open",
    pb.ORDER_STATUS_PARTIALLY_FILLED: "partially_filled",
    pb.ORDER_STATUS_CANCELLED: "cancelled",
    pb.ORDER_STATUS_EXPIRED: "expired",
}
_ORDER_TYPES: Final = {"market": pb.ORDER_TYPE_MARKET, "limit": pb.ORDER_TYPE_LIMIT}
_ORDER_TYPE_NAMES: Final[dict[int, Literal["market", "limit", "merge", "subsidy"]]] = {
    pb.ORDER_TYPE_MARKET: "market",
    pb.ORDER_TYPE_LIMIT: "limit",
    pb.ORDER_TYPE_MERGE: "merge",
    pb.ORDER_TYPE_SUBSIDY: "subsidy",
}
_TIMES: Final = {
    "gtc": pb.TIME_IN_FORCE_GTC,
    "gtd": pb.TIME_IN_FORCE_GTD,
    "ioc": pb.TIME_IN_FORCE_IOC,
    "fok": pb.TIME_IN_FORCE_FOK,
}
_TIME_NAMES: Final[dict[int, shapes.TimeInForceName]] = {
    pb.TIME_IN_FORCE_GTC: "gtc",
    pb.TIME_IN_FORCE_GTD: "gtd",
    pb.TIME_IN_FORCE_IOC: "ioc",
    pb.TIME_IN_FORCE_FOK: "fok",
}
ASSETS: Final = EventAssets()
STATUSES_FROM_NAME: Final[dict[str, pb.OrderStatus.ValueType]] = {
    name: status for status, name in _STATUSES.items()
}


async def place(call: Call) -> Created:
    """Place a bet."""
    body: shapes.PredictionIn = call.body
    prediction = await place_order(call.services, body, call.idempotency_key)
    return Created(prediction, f"/api/v1/predictions/{prediction.id}", pending=prediction.status == "pending")


async def place_order(
    services: Services, body: shapes.PredictionIn, idempotency_key: str
) -> shapes.PredictionOut:
    """Place a bet, by HTTP or by socket."""
    request = pb.PlaceOrderRequest(
        event_id=str(body.event_id),
        outcome=body.outcome,
        side=SIDES[body.side],
        idempotency_key=idempotency_key,
    )
    _add_terms(request, body)
    trading_asset = await ASSETS.of(services, request.event_id)
    limit = body.max_price if body.side == "buy" else body.min_price
    if limit is not None:
        request.limit_price_millionths = price_in("max_price" if body.side == "buy" else "min_price", limit)
    if body.amount is not None:
        request.amount_units = amount_in("amount", body.amount, trading_asset)
    elif body.shares is not None:
        request.shares = shares_in("shares", body.shares, trading_asset)
    return prediction_out((await services.prediction.PlaceOrder(request)).order)


def _add_terms(request: pb.PlaceOrderRequest, body: shapes.PredictionIn) -> None:
    """How it stands, where that is more than all of it now: a plain bet is asked for as it always was."""
    if body.type != "market":
        request.type = _ORDER_TYPES[body.type]
    if body.time_in_force is not None:
        request.time_in_force = _TIMES[body.time_in_force]
    if body.post_only:
        request.post_only = True
    if body.expires_at is not None:
        request.expires_at.CopyFrom(to_wire(body.expires_at))
    if body.self_trade == "cancel_taker":
        request.self_trade = pb.SELF_TRADE_CANCEL_TAKER


async def one(call: Call) -> shapes.PredictionOut:
    """One of my bets."""
    response = await call.services.prediction.GetOrder(pb.GetOrderRequest(order_id=str(call.id("id"))))
    return prediction_out(response.order)


async def mine(call: Call) -> Listed[shapes.PredictionOut]:
    """My bets, newest first."""
    query: shapes.PredictionsQuery = call.query
    response = await call.services.prediction.ListOrders(
        pb.ListOrdersRequest(
            event_id=query.event_id,
            statuses=[STATUSES_FROM_NAME[query.status]] if query.status else [],
            limit=query.limit,
            cursor=query.cursor,
        )
    )
    return listed_by_cursor([prediction_out(order) for order in response.orders], query, response.next_cursor)


async def positions(call: Call) -> Listed[shapes.PositionOut]:
    """My positions."""
    query: shapes.PositionsQuery = call.query
    return await _positions(call, query.event_id, query)


async def positions_of_event(call: Call) -> Listed[shapes.PositionOut]:
    """My positions in one event."""
    return await _positions(call, str(call.id("event_id")), call.query)


async def quote(call: Call) -> event_shapes.QuoteOut:
    """What a bet would do now."""
    query: event_shapes.QuoteQuery = call.query
    event_id = str(call.id("id"))
    request = pb.GetQuoteRequest(event_id=event_id, outcome=query.outcome, side=SIDES[query.side])
    if (query.amount is None) == (query.shares is None):
        raise refuse("amount", "send amount or shares, one of them")
    trading_asset = await ASSETS.of(call.services, event_id)
    if query.amount is not None:
        request.amount_units = amount_in("amount", query.amount, trading_asset)
    elif query.shares is not None:
        request.shares = shares_in("shares", query.shares, trading_asset)
    answer = await call.services.prediction.GetQuote(request)
    before = answer.price_before_millionths[query.outcome]
    after = answer.price_after_millionths[query.outcome]
    return event_shapes.QuoteOut(
        event_id=event_id,
        outcome=query.outcome,
        side=query.side,
        shares=units_out(answer.shares, answer.gross.asset),
        gross=amount_out(answer.gross),
        fee=amount_out(answer.fee),
        net=amount_out(answer.net),
        asset=answer.gross.asset,
        average_price=price_out(answer.average_price_millionths),
        prices_before=prices_out(answer.price_before_millionths),
        prices_after=prices_out(answer.price_after_millionths),
        impact=("-" if after < before else "") + format_price(Price(abs(after - before))),
        sequence=answer.sequence,
    )


async def trades(call: Call) -> Listed[event_shapes.TradeOut]:
    """Fills of an event, without whose they are."""
    query: PageQuery = call.query
    response = await call.services.prediction.ListTrades(
        pb.ListTradesRequest(event_id=str(call.id("id")), limit=query.limit, cursor=query.cursor)
    )
    rows = [
        event_shapes.TradeOut(
            id=fill.fill_id,
            event_id=fill.event_id,
            outcome=fill.outcome,
            side=SIDE_NAMES[fill.side],
            shares=units_out(fill.shares, fill.gross.asset),
            amount=amount_out(fill.gross),
            prices=prices_out(fill.price_millionths),
            sequence=fill.sequence,
            created_at=from_wire(fill.filled_at),
        )
        for fill in response.fills
    ]
    return listed_by_cursor(rows, query, response.next_cursor)


async def _positions(call: Call, event_id: str, query: PageQuery) -> Listed[shapes.PositionOut]:
    response = await call.services.prediction.ListPositions(
        pb.ListPositionsRequest(event_id=event_id, limit=query.limit, cursor=query.cursor)
    )
    rows = [_position(position) for position in response.positions]
    return listed_by_cursor(rows, query, response.next_cursor)


def _position(position: pb.Position) -> shapes.PositionOut:
    code = position.cost.asset
    average = None
    if position.shares > 0:
        # A share may have cost a little more than one, fees included: then it shows as one.
        average = price_out(min(PRICE_ONE, mul_div_ceil(position.cost.units, PRICE_ONE, position.shares)))
    return shapes.PositionOut(
        event_id=position.event_id,
        outcome=position.outcome,
        shares=units_out(position.shares, code),
        reserved_shares=units_out(position.reserved_shares, code),
        cost=amount_out(position.cost),
        average_price=average,
        value=amount_out(position.value),
        realised=amount_out(position.realised),
        unrealised=units_out(position.value.units - position.cost.units, code),
        payout=amount_out(position.payout) if position.HasField("payout") else None,
        asset=code,
    )


def prediction_out(order: pb.Order) -> shapes.PredictionOut:
    """An order as its owner sees it."""
    filled = order.HasField("fill")
    return shapes.PredictionOut(
        id=order.order_id,
        user_id=order.user_id,
        event_id=order.event_id,
        outcome=order.outcome,
        side=SIDE_NAMES[order.side],
        amount=amount_out(order.gross),
        shares=units_out(order.shares, order.gross.asset),
        price=price_out(order.price_millionths),
        fee=amount_out(order.fee),
        asset=order.gross.asset,
        status=_STATUSES[order.status],
        reason=order.reason.lower() or None,
        type=_ORDER_TYPE_NAMES.get(order.type, "market"),
        time_in_force=_TIME_NAMES.get(order.time_in_force, "fok"),
        post_only=order.post_only,
        limit_price=price_out(order.limit_price_millionths) if order.limit_price_millionths else None,
        expires_at=from_wire(order.expires_at) if order.HasField("expires_at") else None,
        open_shares=units_out(order.open_shares, order.gross.asset),
        reserved=units_out(order.reserved.units, order.gross.asset),
        replaces=order.replaces_order_id or None,
        prices_after=prices_out(order.fill.price_millionths) if filled else None,
        sequence=order.fill.sequence if filled else None,
        chain=None,
        tx_hash=None,
        created_at=from_wire(order.created_at),
        settled_at=from_wire(order.settled_at) if order.HasField("settled_at") else None,
        profit_loss=amount_out(order.profit_loss) if order.HasField("profit_loss") else None,
    )


_EXAMPLE: Final = {
    "event_id": "01890000-0000-7000-8000-000000000001",
    "outcome": 1,
    "amount": "10.00",
    "max_price": "0.60",
}

ROUTES: Final = (
    Route(
        method="POST", path="/predictions", name="placePrediction", tag="predictions", handler=place,
        summary="Buy or sell shares, by amount or by shares", who=Who.SIGNED_IN, limit=Limit.COMMAND,
        command=True, body=shapes.PredictionIn, answer=shapes.PredictionOut, status=201, example=_EXAMPLE,
        pending="The order is looked at before it is placed; no money was touched",
        refusals={
            403: "identity_check_required: POST /users/me/kyc begins it; jurisdiction_closed or person_barred",
            404: "market_not_found",
            409: "market_not_open, slippage_exceeded, insufficient_funds, insufficient_shares, price_out_of_bounds, "
            "limit_not_reached, not_filled_whole, would_trade, self_trade_prevented, self_excluded or too_many_orders",
            422: "invalid_request, or resting_too_small where what would rest is worth less than the house asks for",
        },
    ),
    Route(
        method="GET", path="/predictions", name="listPredictions", tag="predictions", handler=mine,
        summary="My bets, newest first", who=Who.SIGNED_IN, query=shapes.PredictionsQuery,
        answer=Listed[shapes.PredictionOut],
    ),
    Route(
        method="GET", path="/predictions/{id}", name="getPrediction", tag="predictions", handler=one,
        summary="One of my bets", who=Who.SIGNED_IN, answer=shapes.PredictionOut,
        refusals={404: "order_not_found"},
    ),
    Route(
        method="GET", path="/positions", name="listPositions", tag="predictions", handler=positions,
        summary="What I hold", who=Who.SIGNED_IN, query=shapes.PositionsQuery,
        answer=Listed[shapes.PositionOut],
    ),
    Route(
        method="GET", path="/positions/{event_id}", name="listPositionsOfEvent", tag="predictions",
        handler=positions_of_event, summary="What I hold of one event", who=Who.SIGNED_IN, query=PageQuery,
        answer=Listed[shapes.PositionOut],
    ),
    Route(
        method="GET", path="/events/{id}/quote", name="quote", tag="events", handler=quote,
        summary="What a bet would cost or bring now", query=event_shapes.QuoteQuery,
        answer=event_shapes.QuoteOut,
        refusals={404: "market_not_found", 409: "market_not_open or price_out_of_bounds"},
    ),
    Route(
        method="GET", path="/events/{id}/trades", name="listTrades", tag="events", handler=trades,
        summary="Fills of an event, newest first", query=PageQuery, answer=Listed[event_shapes.TradeOut],
        shared_seconds=1, keep=keeping.of_event(60),
    ),
)  # fmt: skip
