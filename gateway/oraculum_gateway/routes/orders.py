"""What is done with orders beside placing one: several at once, taking back, changing, merging; receipts, fills, the book."""

import asyncio
from typing import Final, Literal
from uuid import UUID

import orjson

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_gateway import problems
from oraculum_gateway.money import amount_in, amount_out, price_in, price_out, refuse, shares_in, units_out
from oraculum_gateway.route import Call, Created, Limit, Route, Who
from oraculum_gateway.routes.trading import ASSETS, SIDE_NAMES, SIDES, place_order, prediction_out
from oraculum_gateway.services import Services
from oraculum_gateway.shapes import orderbook as book_shapes
from oraculum_gateway.shapes import together
from oraculum_gateway.shapes import trading as shapes
from oraculum_gateway.shapes.base import Listed, listed_by_cursor
from oraculum_kit.errors import ServiceError
from oraculum_kit.headers import IDEMPOTENCY_KEY_LENGTH_MAX
from oraculum_kit.ids import derived
from oraculum_kit.timestamps import from_wire, to_wire
from oraculum_money import PRICE_ONE, mul_div_ceil, mul_div_floor

_ROLES: Final[dict[int, Literal["taker", "maker", "set"]]] = {
    pb.FILL_ROLE_UNSPECIFIED: "taker",
    pb.FILL_ROLE_TAKER: "taker",
    pb.FILL_ROLE_MAKER: "maker",
    pb.FILL_ROLE_SET: "set",
}

# Sixty-three bits of the coarsest asset's units, of which a million make one.
_BEYOND_ALL_ASSETS: Final = 10**13


async def place_many(call: Call) -> shapes.PlacedListOut:
    """Place several bets, each under a key of its own, so that one that is refused harms no other."""
    body: shapes.PredictionsIn = call.body
    placed = await asyncio.gather(
        *(
            _placed(call, each, _key_of(call.idempotency_key, number))
            for number, each in enumerate(body.predictions)
        )
    )
    return shapes.PlacedListOut(data=placed)


def _key_of(key: str, number: int) -> str:
    """The key of one bet of several, by its place among them; a key that has no room for that stands for itself."""
    own = f"{key}:{number}"
    return own if len(own) <= IDEMPOTENCY_KEY_LENGTH_MAX else f"{derived('predictions:batch', key)}:{number}"


async def _placed(call: Call, body: shapes.PredictionIn, key: str) -> shapes.PlacedOut:
    try:
        prediction = await place_order(call.services, body, key)
    except ServiceError as error:
        problem = problems.from_service(error, command=True)
    except problems.Problem as refused:
        problem = refused
    else:
        return shapes.PlacedOut(prediction=prediction, refused=None)
    return shapes.PlacedOut(
        prediction=None, refused=shapes.RefusedOut(code=problem.code, detail=problem.detail)
    )


async def cancel(call: Call) -> shapes.PredictionOut:
    """Take back what rests of a bet."""
    return await cancel_order(call.services, call.id("id"), call.idempotency_key)


async def cancel_order(services: Services, order_id: UUID, idempotency_key: str) -> shapes.PredictionOut:
    """Take back what rests of a bet, by HTTP or by socket."""
    response = await services.prediction.CancelOrder(
        pb.CancelOrderRequest(order_id=str(order_id), idempotency_key=idempotency_key)
    )
    return prediction_out(response.order)


async def cancel_all(call: Call) -> shapes.CancelledOut:
    """Take back everything that rests."""
    body: shapes.CancelAllIn = call.body
    response = await call.services.prediction.CancelOrders(
        pb.CancelOrdersRequest(event_id=str(body.event_id or ""))
    )
    return shapes.CancelledOut(ids=list(response.order_ids))


async def edit(call: Call) -> together.EditedOut:
    """Change what rests of a bet, or sell what a filled one bought and buy anew."""
    body: shapes.PredictionEdit = call.body
    order_id = str(call.id("id"))
    request = pb.EditOrderRequest(
        order_id=order_id, idempotency_key=call.idempotency_key, outcome=body.outcome
    )
    if body.price is not None:
        request.limit_price_millionths = price_in("price", body.price)
    if body.min_price is not None:
        request.sale_limit_price_millionths = price_in("min_price", body.min_price)
    # Which asset it is stands in the order; what fits none is refused before we look for that.
    for name, value in (("shares", body.shares), ("amount", body.amount)):
        if value is not None and not 0 < value < _BEYOND_ALL_ASSETS:
            raise refuse(name, f"must be above 0 and below {_BEYOND_ALL_ASSETS}")
    if body.shares is not None or body.amount is not None:
        asked = await call.services.prediction.GetOrder(pb.GetOrderRequest(order_id=order_id))
        asset = await ASSETS.of(call.services, asked.order.event_id)
        if body.shares is not None:
            request.open_shares = shares_in("shares", body.shares, asset)
        if body.amount is not None:
            request.amount_units = amount_in("amount", body.amount, asset)
    if body.expires_at is not None:
        request.expires_at.CopyFrom(to_wire(body.expires_at))
    answer = await call.services.prediction.EditOrder(request)
    sale = prediction_out(answer.sale) if answer.HasField("sale") else None
    return together.EditedOut(**dict(prediction_out(answer.order)), sale=sale)


async def place_basket(call: Call) -> together.BasketOut:
    """Place several bets that are filled together or not at all."""
    body: together.BasketIn = call.body
    request = pb.PlaceBasketRequest(event_id=str(body.event_id), idempotency_key=call.idempotency_key)
    asset = await ASSETS.of(call.services, request.event_id)
    if body.max_cost is not None:
        request.most_units = amount_in("max_cost", body.max_cost, asset)
    for number, leg in enumerate(body.legs):
        asked = request.legs.add(outcome=leg.outcome, side=SIDES[leg.side])
        at = f"legs[{number}]."
        if leg.price is not None:
            asked.limit_price_millionths = price_in(at + "price", leg.price)
        if leg.amount is not None:
            asked.amount_units = amount_in(at + "amount", leg.amount, asset)
        elif leg.shares is not None:
            asked.shares = shares_in(at + "shares", leg.shares, asset)
    answer = await call.services.prediction.PlaceBasket(request)
    return together.BasketOut(data=[prediction_out(order) for order in answer.orders])


async def dead_man(call: Call) -> shapes.DeadManOut:
    """Set when everything that rests is cancelled."""
    body: shapes.DeadManIn = call.body
    response = await call.services.prediction.SetDeadMan(
        pb.SetDeadManRequest(timeout_seconds=body.timeout_seconds)
    )
    return shapes.DeadManOut(fires_at=from_wire(response.fires_at) if response.HasField("fires_at") else None)


async def merge(call: Call) -> shapes.PredictionOut:
    """Turn complete sets into cash."""
    body: shapes.MergeIn = call.body
    event_id = str(call.id("event_id"))
    asset = await ASSETS.of(call.services, event_id)
    response = await call.services.prediction.MergeSets(
        pb.MergeSetsRequest(
            event_id=event_id,
            shares=shares_in("shares", body.shares, asset),
            idempotency_key=call.idempotency_key,
        )
    )
    return prediction_out(response.order)


async def subsidise(call: Call) -> Created:
    """Add liquidity to a market."""
    body: shapes.SubsidyIn = call.body
    event_id = str(call.id("id"))
    asset = await ASSETS.of(call.services, event_id)
    response = await call.services.prediction.AddSubsidy(
        pb.AddSubsidyRequest(
            event_id=event_id,
            amount=Amount(units=amount_in("amount", body.amount, asset), asset=asset.code),
            idempotency_key=call.idempotency_key,
        )
    )
    order = response.order
    told = shapes.SubsidyOut(
        id=order.order_id,
        event_id=order.event_id,
        amount=amount_out(order.gross),
        asset=order.gross.asset,
        liquidity_parameter=units_out(response.liquidity_parameter_units, order.gross.asset),
        total_liquidity=amount_out(response.liquidity),
        created_at=from_wire(order.created_at),
    )
    return Created(told, f"/api/v1/predictions/{order.order_id}")


async def receipt(call: Call) -> shapes.ReceiptsOut:
    """All that computes the fills of a bet anew."""
    response = await call.services.prediction.GetReceipts(pb.GetReceiptsRequest(order_id=str(call.id("id"))))
    return shapes.ReceiptsOut(
        data=[
            {"fill_id": each.fill.fill_id, "sequence": each.fill.sequence, **orjson.loads(each.document_json)}
            for each in response.receipts
        ]
    )


async def my_trades(call: Call) -> Listed[shapes.MyTradeOut]:
    """My fills, newest first."""
    query: shapes.TradesQuery = call.query
    response = await call.services.prediction.ListFills(
        pb.ListFillsRequest(event_id=query.event_id, limit=query.limit, cursor=query.cursor)
    )
    return listed_by_cursor([_trade(fill) for fill in response.fills], query, response.next_cursor)


async def my_trade(call: Call) -> shapes.MyTradeOut:
    """One fill of mine."""
    response = await call.services.prediction.GetFill(pb.GetFillRequest(fill_id=str(call.id("id"))))
    return _trade(response.fill)


async def portfolio(call: Call) -> shapes.PortfolioOut:
    """What my positions come to."""
    response = await call.services.prediction.GetPortfolio(pb.GetPortfolioRequest())
    return shapes.PortfolioOut(
        data=[
            shapes.PortfolioTotalOut(
                asset=total.cost.asset,
                cost=amount_out(total.cost),
                value=amount_out(total.value),
                realised=amount_out(total.realised),
                unrealised=amount_out(total.unrealised),
                open_positions=total.open_positions,
                reserved=amount_out(total.reserved),
            )
            for total in response.totals
        ]
    )


async def book(call: Call) -> book_shapes.BookOut:
    """What is to be had at which price."""
    query: book_shapes.BookQuery = call.query
    event_id = str(call.id("id"))
    response = await call.services.prediction.GetBook(
        pb.GetBookRequest(
            event_id=event_id,
            outcome=query.outcome,
            levels=query.levels,
            step_millionths=price_in("step", query.step),
        )
    )
    return book_shapes.BookOut(
        event_id=event_id,
        outcome=query.outcome,
        price=price_out(response.price_millionths),
        bids=[_level(level, response.asset) for level in response.bids],
        asks=[_level(level, response.asset) for level in response.asks],
        sequence=response.sequence,
        asset=response.asset,
    )


def _level(level: pb.BookLevel, code: str) -> book_shapes.LevelOut:
    return book_shapes.LevelOut(
        price=price_out(level.price_millionths),
        shares=units_out(level.resting_shares, code),
        orders=level.resting_orders,
        market_maker_shares=units_out(level.market_maker_shares, code),
    )


def _trade(fill: pb.Fill) -> shapes.MyTradeOut:
    rounded = mul_div_ceil if fill.side == pb.SIDE_BUY else mul_div_floor
    return shapes.MyTradeOut(
        id=fill.fill_id,
        prediction_id=fill.order_id,
        event_id=fill.event_id,
        outcome=fill.outcome,
        side=SIDE_NAMES[fill.side],
        role=_ROLES[fill.role],
        shares=units_out(fill.shares, fill.gross.asset),
        amount=amount_out(fill.gross),
        fee=amount_out(fill.fee),
        price=price_out(min(PRICE_ONE, rounded(fill.gross.units, PRICE_ONE, fill.shares))),
        asset=fill.gross.asset,
        sequence=fill.sequence,
        group=fill.group_first,
        created_at=from_wire(fill.filled_at),
    )


_OF_EVENT: Final = {"event_id": "01890000-0000-7000-8000-000000000001"}
_SEVERAL: Final = {
    "predictions": [
        {**_OF_EVENT, "outcome": 1, "type": "limit", "shares": "10.00", "max_price": "0.45"},
        {**_OF_EVENT, "outcome": 0, "type": "limit", "shares": "10.00", "max_price": "0.45"},
    ]
}
_BASKET: Final = {
    **_OF_EVENT,
    "legs": [{"outcome": 0, "shares": "10.00"}, {"outcome": 1, "amount": "5.00", "price": "0.60"}],
    "max_cost": "12.00",
}
_NOT_OPEN: Final = {404: "order_not_found", 409: "order_not_open"}

ROUTES: Final = (
    Route(
        method="POST", path="/predictions:batch", name="placePredictions", tag="predictions", handler=place_many,
        summary="Several bets, each decided and answered by itself", who=Who.SIGNED_IN, limit=Limit.COMMAND,
        command=True, body=shapes.PredictionsIn, answer=shapes.PlacedListOut, example=_SEVERAL,
    ),
    Route(
        method="POST", path="/predictions:basket", name="placeBasket", tag="predictions", handler=place_basket,
        summary="Several bets in one event that are filled together or not at all", who=Who.SIGNED_IN,
        limit=Limit.COMMAND, command=True, body=together.BasketIn, answer=together.BasketOut, example=_BASKET,
        refusals={
            404: "market_not_found",
            409: "market_not_open, slippage_exceeded, insufficient_funds, insufficient_shares, price_out_of_bounds, "
            "not_filled_whole, self_trade_prevented or not_together",
        },
    ),
    Route(
        method="POST", path="/predictions:cancel-all", name="cancelPredictions", tag="predictions",
        handler=cancel_all, summary="Take back everything that rests", who=Who.SIGNED_IN, limit=Limit.COMMAND,
        command=True, body=shapes.CancelAllIn, answer=shapes.CancelledOut, example=_OF_EVENT,
        refusals={404: "market_not_found"},
    ),
    Route(
        method="PUT", path="/predictions/dead-man", name="setDeadMan", tag="predictions", handler=dead_man,
        summary="Cancel everything that rests after a silence", who=Who.SIGNED_IN, limit=Limit.COMMAND,
        command=True, body=shapes.DeadManIn, answer=shapes.DeadManOut,
        example={"timeout_seconds": 60},
    ),
    Route(
        method="PUT", path="/predictions/{id}", name="editPrediction", tag="predictions", handler=edit,
        summary="Change what rests of a bet, or sell what a filled one bought and buy anew in one step",
        who=Who.SIGNED_IN, limit=Limit.COMMAND, command=True, body=shapes.PredictionEdit, answer=together.EditedOut,
        refusals={
            404: "order_not_found",
            409: "order_not_open, order_edited_before, market_not_open, slippage_exceeded, insufficient_funds or "
            "insufficient_shares",
            422: "invalid_request, or resting_too_small where what would rest is worth less than the house asks for",
        },
        example={"outcome": 0, "amount": "20.00", "price": "0.60"},
    ),
    Route(
        method="DELETE", path="/predictions/{id}", name="cancelPrediction", tag="predictions", handler=cancel,
        summary="Take back what rests of a bet", who=Who.SIGNED_IN, limit=Limit.COMMAND, command=True,
        answer=shapes.PredictionOut, refusals=_NOT_OPEN,
    ),
    Route(
        method="GET", path="/predictions/{id}/receipt", name="getReceipt", tag="predictions", handler=receipt,
        summary="All that computes the fills of a bet anew", who=Who.SIGNED_IN,
        answer=shapes.ReceiptsOut, refusals={404: "order_not_found"},
    ),
    Route(
        method="GET", path="/trades", name="listMyTrades", tag="predictions", handler=my_trades,
        summary="My fills, newest first", who=Who.SIGNED_IN, query=shapes.TradesQuery,
        answer=Listed[shapes.MyTradeOut],
    ),
    Route(
        method="GET", path="/trades/{id}", name="getMyTrade", tag="predictions", handler=my_trade,
        summary="One fill of mine", who=Who.SIGNED_IN, answer=shapes.MyTradeOut,
        refusals={404: "fill_not_found"},
    ),
    Route(
        method="GET", path="/portfolio", name="getPortfolio", tag="predictions", handler=portfolio,
        summary="What my positions cost, are worth and brought", who=Who.SIGNED_IN, answer=shapes.PortfolioOut,
    ),
    Route(
        method="POST", path="/positions/{event_id}/merge", name="mergeSets", tag="predictions", handler=merge,
        summary="Turn complete sets into cash", who=Who.SIGNED_IN, limit=Limit.COMMAND, command=True,
        body=shapes.MergeIn, answer=shapes.PredictionOut, example={"shares": "10.00"},
        refusals={404: "market_not_found", 409: "market_not_open or insufficient_shares"},
    ),
    Route(
        method="POST", path="/events/{id}/subsidy", name="addSubsidy", tag="predictions", handler=subsidise,
        summary="Add liquidity to a market for good; no price moves", who=Who.SIGNED_IN, limit=Limit.COMMAND,
        command=True, body=shapes.SubsidyIn, answer=shapes.SubsidyOut, status=201, example={"amount": "50.00"},
        refusals={404: "market_not_found", 409: "market_not_open or insufficient_funds"},
    ),
    Route(
        method="GET", path="/events/{id}/book", name="getBook", tag="events", handler=book,
        summary="What rests by price, and what the market maker gives between", query=book_shapes.BookQuery,
        answer=book_shapes.BookOut, shared_seconds=1,
        refusals={404: "market_not_found", 409: "market_not_open"},
    ),
)  # fmt: skip
