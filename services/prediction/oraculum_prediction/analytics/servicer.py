"""gRPC in, figures out: translates, never decides."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import analytics_service_pb2 as pb
from oraculum.prediction.v1 import analytics_service_pb2_grpc
from oraculum_kit.authorization import SIGNED_IN, Access, require_user
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.paging import Page, decode_cursor, page_size
from oraculum_kit.rpc import Context
from oraculum_prediction import form, history
from oraculum_prediction.analytics import everybody, figures
from oraculum_prediction.analytics.turnover import Turnovers
from oraculum_prediction.repository import analytics as repository
from oraculum_prediction.repository import history as history_repository

_SERVICE: Final = "/oraculum.prediction.v1.AnalyticsService/"
_ADMIN: Final = frozenset({"admin"})
# What somebody shows is auth's to know, and the gateway asks it.
_GATEWAY: Final = frozenset({"gateway"})

ACCESS: Final = {
    _SERVICE + "ListPublicPositions": Access(services=_GATEWAY),
    _SERVICE + "GetPublicStats": Access(services=_GATEWAY),
    _SERVICE + "GetMyAnalytics": Access(users=SIGNED_IN),
    _SERVICE + "ListAllOrders": Access(users=_ADMIN),
    _SERVICE + "GetTradingTotals": Access(users=_ADMIN),
}


class AnalyticsServicer(analytics_service_pb2_grpc.AnalyticsServiceServicer):
    """oraculum.prediction.v1.AnalyticsService."""

    def __init__(self, database: Database, turnovers: Turnovers, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._turnovers = turnovers

    async def ListPublicPositions(
        self, request: pb.ListPublicPositionsRequest, context: Context
    ) -> pb.ListPublicPositionsResponse:
        """Give a page of a person's positions for others to see."""
        user_id = form.one_id("user_id", request.user_id)
        limit = page_size(request.limit)
        after = decode_cursor(request.cursor, UUID, int)
        async with self._database.connection() as connection:
            rows = await repository.public_positions(
                connection,
                user_id,
                include_open=request.include_open,
                after=(after[0], after[1]) if after else None,
                row_count=limit + 1,
            )
        page = Page.cut(rows, limit, lambda row: (row.event_id, row.outcome))
        return pb.ListPublicPositionsResponse(
            positions=map(figures.position, page.rows), next_cursor=page.next_cursor
        )

    async def GetPublicStats(
        self, request: pb.GetPublicStatsRequest, context: Context
    ) -> pb.GetPublicStatsResponse:
        """Give what a person's trading came to, as far as it tells nobody what they hold: until yesterday, and of settled events.

        Figures of this moment beside the tape of all trades would say which of them was theirs.
        """
        user_id = form.one_id("user_id", request.user_id)
        today = self._clock.now().date()
        days = [each for each in await self._turnovers.of(user_id) if each.day < today]
        async with self._database.connection() as connection:
            record = await repository.record(connection, user_id)
            results = await repository.results(connection, user_id, settled_only=True)
        return pb.GetPublicStatsResponse(
            record=figures.record(replace(record, events=record.settled_events)),
            totals=figures.totals(days, results),
        )

    async def GetMyAnalytics(
        self, request: pb.GetMyAnalyticsRequest, context: Context
    ) -> pb.GetMyAnalyticsResponse:
        """Give what the caller's trading came to, over time and by category."""
        interval, points = history.asked(request, hours=False)
        user_id = require_user().id
        days = await self._turnovers.of(user_id)
        async with self._database.connection() as connection:
            record = await repository.record(connection, user_id)
            results = await repository.results(connection, user_id)
            profits = await history_repository.profit(connection, user_id, interval=interval, points=points)
        return pb.GetMyAnalyticsResponse(
            record=figures.record(record),
            totals=figures.totals(days, results),
            categories=figures.categories(days, results),
            series=figures.series(days, profits, interval),
        )

    async def ListAllOrders(
        self, request: pb.ListAllOrdersRequest, context: Context
    ) -> pb.ListAllOrdersResponse:
        """Give a page of everybody's orders."""
        question = everybody.asked(request)
        async with self._database.connection() as connection:
            return await everybody.page(connection, question)

    async def GetTradingTotals(
        self, request: pb.GetTradingTotalsRequest, context: Context
    ) -> pb.GetTradingTotalsResponse:
        """Give what all markets come to."""
        async with self._database.connection() as connection:
            totals = await repository.totals(connection)
            resting = await repository.resting(connection)
        return pb.GetTradingTotalsResponse(totals=map(figures.trading_total, totals), resting_orders=resting)
