"""gRPC in, domain out: translates, never decides."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum.market_data.v1 import market_data_service_pb2_grpc
from oraculum_kit.authorization import ANYONE, Access
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.paging import Page, decode_cursor, page_size
from oraculum_kit.rpc import Context
from oraculum_kit.timestamps import to_wire_optional
from oraculum_kit.validation import Violations
from oraculum_market_data import event_analytics
from oraculum_market_data.bookshelf import Bookshelf
from oraculum_market_data.comparison import compared, markets_of
from oraculum_market_data.errors import VenueMarketNotFound
from oraculum_market_data.follower import Follower
from oraculum_market_data.latest import Latest
from oraculum_market_data.repository.incidents import Incidents
from oraculum_market_data.repository.markets import MarketRow, Markets
from oraculum_market_data.repository.matches import Matches
from oraculum_market_data.repository.trades import Trades
from oraculum_market_data.trades import Deal, deal_to_wire
from oraculum_market_data.wire import STATUS_FROM_WIRE, incident_to_wire, market_to_wire

_SERVICE: Final = "/oraculum.market_data.v1.MarketDataService/"
_METHODS: Final = (
    "ListMarkets",
    "GetMarket",
    "GetQuotes",
    "GetBook",
    "ListTrades",
    "ListCandles",
    "GetEventAnalytics",
    "GetFeeds",
    "ListIncidents",
    "ListMatches",
)

# What the venues say is public.
ACCESS: Final = {_SERVICE + method: Access(users=ANYONE) for method in _METHODS}

_PAGE_MAX: Final = 1_000
_QUERY_LENGTH_MAX: Final = 200
_ID_LENGTH_MAX: Final = 200
_TRADES_MAX: Final = 500
_CANDLES_MAX: Final = 5_000
# So many of the surest matches are compared; more than one looks at, and few enough to ask for their prices at once.
_MATCHES_COMPARED: Final = 300
_CANDLES_OVER: Final = timedelta(days=1)
_SPANS: Final = {
    pb.CANDLE_INTERVAL_1M: 60,
    pb.CANDLE_INTERVAL_5M: 300,
    pb.CANDLE_INTERVAL_1H: 3600,
    pb.CANDLE_INTERVAL_1D: 86400,
}
OWN_VENUE: Final = "oraculum"


class MarketDataServicer(market_data_service_pb2_grpc.MarketDataServiceServicer):
    """oraculum.market_data.v1.MarketDataService."""

    def __init__(self, database: Database, latest: Latest, follower: Follower, clock: Clock) -> None:
        self._database = database
        self._latest = latest
        self._follower = follower
        self._bookshelf = Bookshelf()
        self._clock = clock
        self._markets = Markets()
        self._trades = Trades()
        self._incidents = Incidents()
        self._matches = Matches()

    async def ListMarkets(self, request: pb.ListMarketsRequest, context: Context) -> pb.ListMarketsResponse:
        """A page of venue markets."""
        limit = page_size(request.limit)
        filters = _filters(request)
        skip = limit * (request.page - 1) if request.page else 0
        after = decode_cursor(request.cursor, datetime, str, str)
        async with self._database.connection() as connection:
            rows = await self._markets.page(connection, filters, after=after, row_count=limit + 1, skip=skip)
            total = await self._markets.count(connection, filters) if request.page else None
        page = Page.cut(rows, limit, _position)
        return pb.ListMarketsResponse(
            markets=[market_to_wire(row.market) for row in page.rows],
            next_cursor=page.next_cursor,
            total=total,
        )

    async def GetMarket(self, request: pb.GetMarketRequest, context: Context) -> pb.GetMarketResponse:
        """One venue market."""
        market_id = _market_id(request)
        async with self._database.connection() as connection:
            market = await self._markets.one(connection, request.venue, market_id)
            if market is None:
                raise VenueMarketNotFound(venue=request.venue, venue_market_id=market_id)
            quotes = await self._latest.of_market(connection, request.venue, market_id)
        return pb.GetMarketResponse(market=market_to_wire(market), quotes=quotes)

    async def GetQuotes(self, request: pb.GetQuotesRequest, context: Context) -> pb.GetQuotesResponse:
        """Latest quote of each outcome."""
        market_id = _market_id(request)
        async with self._database.connection() as connection:
            await self._require(connection, request.venue, market_id)
            quotes = await self._latest.of_market(connection, request.venue, market_id)
        return pb.GetQuotesResponse(quotes=quotes)

    async def ListTrades(self, request: pb.ListTradesRequest, context: Context) -> pb.ListTradesResponse:
        """Trades of a venue market, newest first."""
        market_id = _market_id(request)
        limit = page_size(request.limit, default=50, maximum=_TRADES_MAX)
        before = decode_cursor(request.cursor, datetime, str)
        async with self._database.connection() as connection:
            await self._require(connection, request.venue, market_id)
            rows = await self._trades.page(
                connection,
                request.venue,
                market_id,
                before=None if before is None else (before[0], before[1]),
                row_count=limit + 1,
            )
        page = Page.cut(rows, limit, _trade_position)
        return pb.ListTradesResponse(
            trades=[deal_to_wire(deal) for deal in page.rows], next_cursor=page.next_cursor
        )

    async def ListCandles(self, request: pb.ListCandlesRequest, context: Context) -> pb.ListCandlesResponse:
        """Candles of a venue market or of an event of ours, oldest first."""
        market_id = _market_id(request)
        check = Violations()
        span = _SPANS.get(request.interval, 0)
        if not span:
            check.refuse("interval", "must be one of 1m, 5m, 1h, 1d")
        to_time = check.time("to_time", request) or self._clock.now()
        from_time = check.time("from_time", request) or to_time - _CANDLES_OVER
        check.finish()
        async with self._database.connection() as connection:
            if request.venue != OWN_VENUE:
                await self._require(connection, request.venue, market_id)
            return await self._trades.candles(
                connection,
                request.venue,
                market_id,
                span=span,
                from_time=from_time,
                to_time=to_time,
                outcome=request.outcome if request.HasField("outcome") else None,
                row_count=_CANDLES_MAX,
            )

    async def GetEventAnalytics(
        self, request: pb.GetEventAnalyticsRequest, context: Context
    ) -> pb.GetEventAnalyticsResponse:
        """How an event of ours is traded."""
        event_id, span, points = event_analytics.asked(request)
        async with self._database.connection() as connection:
            return await event_analytics.analytics(
                connection, OWN_VENUE, event_id, span=span, points=points, now=self._clock.now()
            )

    async def GetFeeds(self, request: pb.GetFeedsRequest, context: Context) -> pb.GetFeedsResponse:
        """How each venue's feed does."""
        async with self._database.connection() as connection:
            markets = await self._markets.count_by_venue(connection)
        return pb.GetFeedsResponse(
            feeds=[
                pb.Feed(
                    venue=feed.venue.value,
                    state=feed.state,
                    markets=markets.get(feed.venue.value, 0),
                    updates=feed.updates,
                    refused=feed.refused,
                    last_update_at=to_wire_optional(feed.last_update_at),
                )
                for feed in self._follower.states()
            ]
        )

    async def GetBook(self, request: pb.GetBookRequest, context: Context) -> pb.GetBookResponse:
        """Order book of each outcome."""
        market_id = _market_id(request)
        async with self._database.connection() as connection:
            market = await self._markets.one(connection, request.venue, market_id)
        if market is None:
            raise VenueMarketNotFound(venue=request.venue, venue_market_id=market_id)
        return pb.GetBookResponse(books=await self._bookshelf.of_market(market, self._follower.feeds))

    async def ListIncidents(
        self, request: pb.ListIncidentsRequest, context: Context
    ) -> pb.ListIncidentsResponse:
        """What was wrong, newest first."""
        venue, market_id = _venue_and_market(request)
        limit = page_size(request.limit)
        before = decode_cursor(request.cursor, datetime, UUID)
        async with self._database.connection() as connection:
            rows = await self._incidents.page(
                connection,
                venue=venue,
                market_id=market_id,
                open_only=request.open_only,
                before=None if before is None else (before[0], before[1]),
                row_count=limit + 1,
            )
        page = Page.cut(rows, limit, lambda row: (row.started_at, row.id))
        return pb.ListIncidentsResponse(
            incidents=[incident_to_wire(row) for row in page.rows], next_cursor=page.next_cursor
        )

    async def ListMatches(self, request: pb.ListMatchesRequest, context: Context) -> pb.ListMatchesResponse:
        """The same question on several venues."""
        venue, market_id = _venue_and_market(request)
        limit = page_size(request.limit)
        async with self._database.connection() as connection:
            rows = await self._matches.find(
                connection, venue=venue, market_id=market_id, row_count=_MATCHES_COMPARED
            )
        quotes = await self._latest.of_markets(markets_of(rows))
        return pb.ListMatchesResponse(matches=compared(rows, quotes, limit))

    async def _require(self, connection: Connection, venue: str, market_id: str) -> None:
        if not await self._markets.exists(connection, venue, market_id):
            raise VenueMarketNotFound(venue=venue, venue_market_id=market_id)


def _filters(request: pb.ListMarketsRequest) -> dict[str, object]:
    check = Violations()
    filters: dict[str, object] = {}
    if request.cursor and request.page:
        check.refuse("page", "does not go together with a cursor")
    check.integer("page", request.page, minimum=0, maximum=_PAGE_MAX)
    if request.venue:
        filters["venue"] = check.text("venue", request.venue, maximum=_ID_LENGTH_MAX)
    if request.statuses:
        filters["statuses"] = [
            STATUS_FROM_WIRE[status].value for status in request.statuses if status in STATUS_FROM_WIRE
        ]
    query = check.text("query", request.query, maximum=_QUERY_LENGTH_MAX)
    if query:
        filters["query"] = query
    check.finish()
    return filters


def _venue_and_market(request: Any) -> tuple[str | None, str | None]:
    check = Violations()
    venue = check.text("venue", request.venue, maximum=_ID_LENGTH_MAX)
    market_id = check.text("venue_market_id", request.venue_market_id, maximum=_ID_LENGTH_MAX)
    if market_id and not venue:
        check.refuse("venue", "goes together with market_id")
    check.finish()
    return venue or None, market_id or None


def _market_id(request: Any) -> str:
    check = Violations()
    check.text("venue", request.venue, minimum=1, maximum=_ID_LENGTH_MAX)
    market_id = check.text("venue_market_id", request.venue_market_id, minimum=1, maximum=_ID_LENGTH_MAX)
    check.finish()
    return market_id


def _position(row: MarketRow) -> tuple[object, ...]:
    return row.first_seen_at, row.market.venue.value, row.market.id


def _trade_position(deal: Deal) -> tuple[object, ...]:
    return deal.venue_time, deal.trade_id
