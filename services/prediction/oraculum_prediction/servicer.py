"""gRPC in, domain out: translates, never decides."""

import json
from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1 import prediction_service_pb2_grpc
from oraculum_kit import idempotency, logs
from oraculum_kit.authorization import ANYONE, SIGNED_IN, Access, require_owner, require_user
from oraculum_kit.caller import current_caller
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.paging import Page, decode_cursor, page_size
from oraculum_kit.rpc import Context
from oraculum_kit.timestamps import to_wire
from oraculum_kit.validation import Violations
from oraculum_prediction import form, history, levels, listing, quoting, receipts, wire
from oraculum_prediction.commands import Commands
from oraculum_prediction.errors import (
    FillNotFound,
    MarketNotFound,
    MarketNotOpen,
    OrderNotFound,
    UnknownOutcome,
)
from oraculum_prediction.markets import Markets
from oraculum_prediction.meeting import MEETINGS_MAX
from oraculum_prediction.repository import history as history_repository
from oraculum_prediction.repository import markets, orders, reading, resting
from oraculum_prediction.repository.markets import MarketRow
from oraculum_prediction.risk import reviews
from oraculum_prediction.risk.origin import Origin, origin_of
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
    _SERVICE + "PlaceBasket": Access(users=SIGNED_IN),
    _SERVICE + "CancelOrder": Access(users=SIGNED_IN),
    _SERVICE + "CancelOrders": Access(users=SIGNED_IN),
    _SERVICE + "EditOrder": Access(users=SIGNED_IN),
    _SERVICE + "SetDeadMan": Access(users=SIGNED_IN),
    _SERVICE + "MergeSets": Access(users=SIGNED_IN),
    _SERVICE + "AddSubsidy": Access(users=SIGNED_IN),
    _SERVICE + "GetBook": Access(users=ANYONE),
    _SERVICE + "GetReceipts": Access(users=SIGNED_IN),
    _SERVICE + "ListFills": Access(users=SIGNED_IN),
    _SERVICE + "GetFill": Access(users=SIGNED_IN),
    _SERVICE + "GetPortfolio": Access(users=SIGNED_IN),
    _SERVICE + "ListRealisations": Access(users=SIGNED_IN),
    _SERVICE + "GetProfit": Access(users=SIGNED_IN),
    _SERVICE + "GetOrder": Access(users=SIGNED_IN),
    _SERVICE + "ListOrders": Access(users=SIGNED_IN),
    _SERVICE + "ListPositions": Access(users=SIGNED_IN),
    _SERVICE + "ListTrades": Access(users=ANYONE),
    _SERVICE + "ListProceeds": Access(services=_WALLET),
    _SERVICE + "SettleHolds": Access(services=_WALLET),
}


class PredictionServicer(prediction_service_pb2_grpc.PredictionServiceServicer):
    """oraculum.prediction.v1.PredictionService."""

    def __init__(
        self, database: Database, commands: Commands, opening: Markets, clock: Clock, *, trace_key: bytes
    ) -> None:
        self._database = database
        self._commands = commands
        self._markets = opening
        self._clock = clock
        self._trace_key = trace_key

    def _origin(self) -> Origin:
        return origin_of(current_caller(), self._trace_key)

    async def OpenMarket(self, request: pb.OpenMarketRequest, context: Context) -> pb.OpenMarketResponse:
        """Open the market of an event."""
        row = await self._markets.open(form.terms(request))
        return pb.OpenMarketResponse(market=wire.market(row))

    async def CloseMarket(self, request: pb.CloseMarketRequest, context: Context) -> pb.CloseMarketResponse:
        """Close a market for good."""
        check = Violations()
        event_id = check.uuid("event_id", request.event_id)
        reason = check.text("reason", request.reason, maximum=500)
        hour_ends_at = check.time("void_hour_ends_at", request)
        check.finish()
        closing = await self._markets.close(event_id, reason, void_hour_ends_at=hour_ends_at)
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
            row = self._trading(event_id, await markets.market(connection, event_id))
            rests = await resting.ahead(connection, event_id, order, orders_max=MEETINGS_MAX + 1)
        return quoting.quoted(row, rests, order, self._clock.now())

    async def GetBook(self, request: pb.GetBookRequest, context: Context) -> pb.GetBookResponse:
        """Say what is to be had at which price."""
        event_id, outcome, count, step = form.book(request)
        async with self._database.connection() as connection:
            row = self._trading(event_id, await markets.market(connection, event_id))
            rests = await resting.levels(connection, event_id, outcome, levels_max=count)
        if outcome >= len(row.sold):
            raise UnknownOutcome
        bids, asks = await levels.book(row.state(), rests, outcome, levels=count, step=step)
        return pb.GetBookResponse(
            price_millionths=row.prices[outcome],
            bids=bids,
            asks=asks,
            sequence=row.sequence,
            asset=row.asset,
        )

    def _trading(self, event_id: UUID, row: MarketRow | None) -> MarketRow:
        if row is None:
            raise MarketNotFound(event_id=event_id)
        if row.status != markets.OPEN or row.locks_at <= self._clock.now():
            raise MarketNotOpen(event_id=event_id)
        return row

    async def GetReceipts(self, request: pb.GetReceiptsRequest, context: Context) -> pb.GetReceiptsResponse:
        """Give all that recomputes the fills of an order of the caller."""
        order_id = form.one_id("order_id", request.order_id)
        missing = OrderNotFound(order_id=order_id)
        async with self._database.connection() as connection:
            row = await orders.by_id(connection, order_id)
            if row is None:
                raise missing
            require_owner(row.user_id, missing=missing)
            return pb.GetReceiptsResponse(
                receipts=[
                    receipts.to_wire(fill, document if isinstance(document, str) else json.dumps(document))
                    for fill, document in await receipts.receipts(connection, order_id)
                ]
            )

    async def ListFills(self, request: pb.ListFillsRequest, context: Context) -> pb.ListFillsResponse:
        """Give a page of the caller's fills."""
        event_id = form.optional_id("event_id", request.event_id)
        limit = page_size(request.limit)
        async with self._database.connection() as connection:
            page = await listing.fills_page(
                connection, require_user().id, event_id, limit=limit, cursor=request.cursor
            )
        return pb.ListFillsResponse(fills=map(wire.fill, page.rows), next_cursor=page.next_cursor)

    async def GetFill(self, request: pb.GetFillRequest, context: Context) -> pb.GetFillResponse:
        """Give one fill of the caller."""
        fill_id = form.one_id("fill_id", request.fill_id)
        async with self._database.connection() as connection:
            row = await reading.fill(connection, require_user().id, fill_id)
        if row is None:
            raise FillNotFound(fill_id=fill_id)
        return pb.GetFillResponse(fill=wire.fill(row))

    async def GetPortfolio(
        self, request: pb.GetPortfolioRequest, context: Context
    ) -> pb.GetPortfolioResponse:
        """Give what the caller's positions come to."""
        async with self._database.connection() as connection:
            totals, reserved = await reading.portfolio(connection, require_user().id)
        return pb.GetPortfolioResponse(totals=wire.portfolio(totals, reserved))

    async def ListRealisations(
        self, request: pb.ListRealisationsRequest, context: Context
    ) -> pb.ListRealisationsResponse:
        """Give a page of what the caller's sales and settlements came to."""
        event_id = form.optional_id("event_id", request.event_id)
        limit, user_id = page_size(request.limit), require_user().id
        async with self._database.connection() as connection:
            return await history.page(connection, user_id, event_id, limit=limit, cursor=request.cursor)

    async def GetProfit(self, request: pb.GetProfitRequest, context: Context) -> pb.GetProfitResponse:
        """Give what the caller won or lost over time."""
        interval, points = history.asked(request)
        async with self._database.connection() as connection:
            rows = await history_repository.profit(
                connection, require_user().id, interval=interval, points=points
            )
        return pb.GetProfitResponse(series=history.series(rows))

    async def PlaceOrder(self, request: pb.PlaceOrderRequest, context: Context) -> pb.PlaceOrderResponse:
        """Queue an order and answer when it is decided."""
        user = require_user()
        command = idempotency.command(request, key=request.idempotency_key)
        event_id, order = form.order(request)
        terms = form.order_terms(request, order)
        logs.note(event_id=request.event_id, order_id=str(command.id))
        return await self._commands.place(command, user.id, event_id, order, terms, self._origin())

    async def PlaceBasket(self, request: pb.PlaceBasketRequest, context: Context) -> pb.PlaceBasketResponse:
        """Queue orders that go together and answer when they are decided."""
        user = require_user()
        command = idempotency.command(request, key=request.idempotency_key)
        event_id, legs, most = form.basket(request)
        logs.note(event_id=request.event_id, basket_id=str(command.id))
        return await self._commands.basket(command, user.id, event_id, legs, most, self._origin())

    async def CancelOrder(self, request: pb.CancelOrderRequest, context: Context) -> pb.CancelOrderResponse:
        """Take back what rests of an order."""
        command = idempotency.command(request, key=request.idempotency_key)
        return await self._commands.cancel(command, form.one_id("order_id", request.order_id))

    async def CancelOrders(
        self, request: pb.CancelOrdersRequest, context: Context
    ) -> pb.CancelOrdersResponse:
        """Take back everything that rests; whoever asks again with the same key means what rested then."""
        event_id = form.optional_id("event_id", request.event_id)
        user_id = require_user().id

        async def cancel() -> pb.CancelOrdersResponse:
            return pb.CancelOrdersResponse(order_ids=await self._commands.cancel_all(user_id, event_id))

        return await idempotency.in_parts(self._database, request, pb.CancelOrdersResponse, cancel)

    async def EditOrder(self, request: pb.EditOrderRequest, context: Context) -> pb.EditOrderResponse:
        """Change what rests of an order."""
        command = idempotency.command(request, key=request.idempotency_key)
        order_id, change = form.change(request)
        return await self._commands.edit(command, order_id, change, self._origin())

    async def SetDeadMan(self, request: pb.SetDeadManRequest, context: Context) -> pb.SetDeadManResponse:
        """Set when everything is taken back."""
        seconds = form.dead_man_seconds(request)
        async with self._database.transaction() as connection:
            if not seconds:
                await resting.drop_dead_man(connection, require_user().id)
                return pb.SetDeadManResponse()
            fires_at = await resting.set_dead_man(connection, require_user().id, seconds)
        return pb.SetDeadManResponse(fires_at=to_wire(fires_at))

    async def MergeSets(self, request: pb.MergeSetsRequest, context: Context) -> pb.MergeSetsResponse:
        """Turn complete sets into cash."""
        command = idempotency.command(request, key=request.idempotency_key)
        event_id, shares = form.sets(request)
        return await self._commands.merge(command, require_user().id, event_id, shares)

    async def AddSubsidy(self, request: pb.AddSubsidyRequest, context: Context) -> pb.AddSubsidyResponse:
        """Add liquidity to a market."""
        command = idempotency.command(request, key=request.idempotency_key)
        event_id, units, asset = form.subsidy(request)
        origin = self._origin()
        return await self._commands.subsidise(command, require_user().id, event_id, units, asset, origin)

    async def GetOrder(self, request: pb.GetOrderRequest, context: Context) -> pb.GetOrderResponse:
        """Give one order of the caller."""
        check = Violations()
        order_id = check.uuid("order_id", request.order_id)
        check.finish()
        async with self._database.connection() as connection:
            row = await orders.by_id(connection, order_id)
            held = await reviews.held_order(connection, order_id) if row is None else None
        missing = OrderNotFound(order_id=order_id)
        if row is not None:
            require_owner(row.user_id, missing=missing)
            return pb.GetOrderResponse(order=wire.order(row))
        if held is None:
            raise missing
        require_owner(UUID(held.user_id), missing=missing)
        return pb.GetOrderResponse(order=held)

    async def ListOrders(self, request: pb.ListOrdersRequest, context: Context) -> pb.ListOrdersResponse:
        """Give a page of the caller's orders."""
        event_id = form.optional_id("event_id", request.event_id)
        async with self._database.connection() as connection:
            page = await listing.orders_page(
                connection,
                require_user().id,
                event_id,
                request.statuses,
                limit=page_size(request.limit),
                cursor=request.cursor,
            )
        return pb.ListOrdersResponse(orders=[each.order for each in page.rows], next_cursor=page.next_cursor)

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
        return pb.ListTradesResponse(fills=map(wire.fill, page.rows), next_cursor=page.next_cursor)

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
