"""gRPC in, domain out: translates, never decides."""

from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1 import prediction_service_pb2_grpc
from oraculum_kit import idempotency, logs, traces
from oraculum_kit.authorization import ANYONE, SIGNED_IN, Access, require_owner, require_user
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.idempotency import Stored
from oraculum_kit.paging import Page, decode_cursor, page_size
from oraculum_kit.rpc import Context
from oraculum_kit.validation import Violations
from oraculum_prediction import form, wire
from oraculum_prediction.engine import Engine
from oraculum_prediction.errors import MarketNotFound, MarketNotOpen, OrderNotFound
from oraculum_prediction.markets import Markets
from oraculum_prediction.placement import Placement
from oraculum_prediction.pricing import Refusal, quote
from oraculum_prediction.refusals import refusal
from oraculum_prediction.repository import markets, orders
from oraculum_prediction.sweep import settle_holds

_SERVICE: Final = "/oraculum.prediction.v1.PredictionService/"
_EVENT: Final = frozenset({"event"})
_WALLET: Final = frozenset({"wallet"})

ACCESS: Final = {
    _SERVICE + "OpenMarket": Access(services=_EVENT),
    _SERVICE + "CloseMarket": Access(services=_EVENT),
    _SERVICE + "BatchGetMarkets": Access(users=ANYONE),
    _SERVICE + "GetQuote": Access(users=ANYONE),
    _SERVICE + "PlaceOrder": Access(users=SIGNED_IN),
    _SERVICE + "GetOrder": Access(users=SIGNED_IN),
    _SERVICE + "ListOrders": Access(users=SIGNED_IN),
    _SERVICE + "ListPositions": Access(users=SIGNED_IN),
    _SERVICE + "ListTrades": Access(users=ANYONE),
    _SERVICE + "ListProceeds": Access(services=_WALLET),
    _SERVICE + "SettleHolds": Access(services=_WALLET),
}


class PredictionServicer(prediction_service_pb2_grpc.PredictionServiceServicer):
    """oraculum.prediction.v1.PredictionService."""

    def __init__(self, database: Database, engine: Engine, opening: Markets, clock: Clock) -> None:
        self._database = database
        self._engine = engine
        self._markets = opening
        self._clock = clock

    async def OpenMarket(self, request: pb.OpenMarketRequest, context: Context) -> pb.OpenMarketResponse:
        """Open the market of an event."""
        row = await self._markets.open(form.terms(request))
        return pb.OpenMarketResponse(market=wire.market(row))

    async def CloseMarket(self, request: pb.CloseMarketRequest, context: Context) -> pb.CloseMarketResponse:
        """Close a market for good."""
        check = Violations()
        event_id = check.uuid("event_id", request.event_id)
        reason = check.text("reason", request.reason, maximum=500)
        check.finish()
        closing = await self._markets.close(event_id, reason)
        return pb.CloseMarketResponse(
            closing_sequence=closing.sequence, void_price_millionths=closing.void_prices
        )

    async def BatchGetMarkets(
        self, request: pb.BatchGetMarketsRequest, context: Context
    ) -> pb.BatchGetMarketsResponse:
        """Give several markets in the order asked."""
        event_ids = form.ids("event_ids", request.event_ids, maximum=500)
        async with self._database.connection() as connection:
            found = {row.event_id: row for row in await markets.markets(connection, event_ids)}
        return pb.BatchGetMarketsResponse(
            markets=[wire.market(found[event_id]) for event_id in event_ids if event_id in found]
        )

    async def GetQuote(self, request: pb.GetQuoteRequest, context: Context) -> pb.GetQuoteResponse:
        """Say what a bet would do now."""
        event_id, order = form.order(request)
        async with self._database.connection() as connection:
            row = await markets.market(connection, event_id)
        if row is None:
            raise MarketNotFound(event_id=event_id)
        if row.status != markets.OPEN or row.locks_at <= self._clock.now():
            raise MarketNotOpen(event_id=event_id)
        state = row.state()
        fill = quote(state, order)
        if isinstance(fill, Refusal):
            raise refusal(fill)
        return pb.GetQuoteResponse(
            shares=fill.shares,
            gross=wire.amount(fill.gross, row.asset),
            fee=wire.amount(fill.fee, row.asset),
            net=wire.amount(fill.net, row.asset),
            average_price_millionths=wire.average_price(wire.SIDES[order.side], fill.gross, fill.shares),
            price_before_millionths=state.prices,
            price_after_millionths=state.after(fill).prices,
            sequence=row.sequence,
        )

    async def PlaceOrder(self, request: pb.PlaceOrderRequest, context: Context) -> pb.PlaceOrderResponse:
        """Queue an order and answer when it is decided."""
        user = require_user()
        command = idempotency.command(request, key=request.idempotency_key)
        event_id, order = form.order(request)
        logs.note(event_id=request.event_id, order_id=str(command.id))
        outcome = await self._engine.place(
            Placement(command, user.id, event_id, order, self._clock.now(), traces.traceparent())
        )
        if isinstance(outcome, ServiceError):
            raise outcome
        if isinstance(outcome, Stored):
            response = outcome.answer(command, pb.PlaceOrderResponse)
            response.replayed = True
            return response
        return outcome

    async def GetOrder(self, request: pb.GetOrderRequest, context: Context) -> pb.GetOrderResponse:
        """Give one order of the caller."""
        check = Violations()
        order_id = check.uuid("order_id", request.order_id)
        check.finish()
        async with self._database.connection() as connection:
            row = await orders.by_id(connection, order_id)
        missing = OrderNotFound(order_id=order_id)
        if row is None:
            raise missing
        require_owner(row.user_id, missing=missing)
        return pb.GetOrderResponse(order=wire.order(row))

    async def ListOrders(self, request: pb.ListOrdersRequest, context: Context) -> pb.ListOrdersResponse:
        """Give a page of the caller's orders."""
        event_id = form.optional_id("event_id", request.event_id)
        limit = page_size(request.limit)
        async with self._database.connection() as connection:
            rows = await orders.of_user(
                connection,
                require_user().id,
                event_id=event_id,
                statuses=form.statuses(request.statuses),
                before=decode_cursor(request.cursor, datetime, UUID),
                row_count=limit + 1,
            )
        page = Page.cut(rows, limit, lambda row: (row.created_at, row.order_id))
        return pb.ListOrdersResponse(orders=map(wire.order, page.rows), next_cursor=page.next_cursor)

    async def ListPositions(
        self, request: pb.ListPositionsRequest, context: Context
    ) -> pb.ListPositionsResponse:
        """Give a page of the caller's positions."""
        event_id = form.optional_id("event_id", request.event_id)
        limit = page_size(request.limit, default=100, maximum=500)
        async with self._database.connection() as connection:
            rows = await orders.positions(
                connection,
                require_user().id,
                event_id=event_id,
                after=decode_cursor(request.cursor, UUID, int),
                row_count=limit + 1,
            )
        page = Page.cut(rows, limit, lambda row: (row.event_id, row.outcome))
        return pb.ListPositionsResponse(positions=map(wire.position, page.rows), next_cursor=page.next_cursor)

    async def ListTrades(self, request: pb.ListTradesRequest, context: Context) -> pb.ListTradesResponse:
        """Give a page of an event's trades."""
        check = Violations()
        event_id = check.uuid("event_id", request.event_id)
        check.finish()
        limit = page_size(request.limit, default=50, maximum=500)
        position = decode_cursor(request.cursor, int)
        async with self._database.connection() as connection:
            rows = await orders.trades(
                connection, event_id, before=position[0] if position else None, row_count=limit + 1
            )
        page = Page.cut(rows, limit, lambda row: (row.sequence,))
        return pb.ListTradesResponse(fills=map(wire.trade, page.rows), next_cursor=page.next_cursor)

    async def ListProceeds(
        self, request: pb.ListProceedsRequest, context: Context
    ) -> pb.ListProceedsResponse:
        """Give a person's recent sales."""
        check = Violations()
        user_id = check.uuid("user_id", request.user_id)
        check.finish()
        async with self._database.connection() as connection:
            sales = await orders.recent_sales(connection, user_id)
        return pb.ListProceedsResponse(
            proceeds=[
                pb.Proceeds(
                    event_id=str(sale.event_id),
                    sequence=sale.sequence,
                    net=wire.amount(sale.net_units, sale.asset),
                )
                for sale in sales
            ]
        )

    async def SettleHolds(self, request: pb.SettleHoldsRequest, context: Context) -> pb.SettleHoldsResponse:
        """Say what became of orders whose holds are old."""
        order_ids = form.ids("order_ids", request.order_ids, maximum=1000)
        filled = await settle_holds(self._database, order_ids)
        return pb.SettleHoldsResponse(
            answers=[
                pb.HoldAnswer(
                    order_id=str(order_id),
                    verdict=pb.HOLD_VERDICT_AWAIT_FILL if order_id in filled else pb.HOLD_VERDICT_VOID,
                )
                for order_id in order_ids
            ]
        )
