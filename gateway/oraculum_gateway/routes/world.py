"""The venues' markets and what they say."""

from typing import Final, Literal

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_gateway.caching import keeping
from oraculum_gateway.money import price_out, prices_out
from oraculum_gateway.problems import Problem
from oraculum_gateway.route import Call, Route
from oraculum_gateway.shapes import events as event_shapes
from oraculum_gateway.shapes import world as shapes
from oraculum_gateway.shapes.base import Listed, PageQuery, listed_by_cursor, listed_by_page
from oraculum_kit.timestamps import from_wire, to_wire_optional

OWN_VENUE: Final = "oraculum"

_STATUSES: Final[dict[int, shapes.MarketStatus]] = {
    pb.VENUE_MARKET_STATUS_UNSPECIFIED: "unknown",
    pb.VENUE_MARKET_STATUS_UPCOMING: "upcoming",
    pb.VENUE_MARKET_STATUS_OPEN: "open",
    pb.VENUE_MARKET_STATUS_PAUSED: "paused",
    pb.VENUE_MARKET_STATUS_CLOSED: "closed",
    pb.VENUE_MARKET_STATUS_DETERMINED: "determined",
    pb.VENUE_MARKET_STATUS_DISPUTED: "disputed",
    pb.VENUE_MARKET_STATUS_RESOLVED: "resolved",
    pb.VENUE_MARKET_STATUS_VOID: "void",
}
_INTERVALS: Final = {
    "1m": pb.CANDLE_INTERVAL_1M,
    "5m": pb.CANDLE_INTERVAL_5M,
    "1h": pb.CANDLE_INTERVAL_1H,
    "1d": pb.CANDLE_INTERVAL_1D,
}
_QUALITIES: Final[dict[int, shapes.QualityKind]] = {
    pb.QUALITY_KIND_STALE: "stale",
    pb.QUALITY_KIND_GAP: "gap",
    pb.QUALITY_KIND_CROSSED: "crossed",
    pb.QUALITY_KIND_LOCKED: "locked",
    pb.QUALITY_KIND_OUT_OF_RANGE: "out_of_range",
    pb.QUALITY_KIND_TIME_BACKWARDS: "time_backwards",
    pb.QUALITY_KIND_DUPLICATE: "duplicate",
    pb.QUALITY_KIND_SUM: "sum",
    pb.QUALITY_KIND_SILENT: "silent",
    pb.QUALITY_KIND_SKEW: "skew",
}
_KINDS: Final = {
    pb.VENUE_RESOLUTION_KIND_UNSPECIFIED: "unknown",
    pb.VENUE_RESOLUTION_KIND_WINNER: "winner",
    pb.VENUE_RESOLUTION_KIND_SPLIT: "split",
    pb.VENUE_RESOLUTION_KIND_VOID: "void",
}


async def markets(call: Call) -> Listed[shapes.MarketOut]:
    """A page of venue markets."""
    query: shapes.MarketsQuery = call.query
    statuses = []
    if query.status is not None:
        statuses = [pb.VenueMarketStatus.Value(_status_name(query.status))]
    response = await call.services.market_data.ListMarkets(
        pb.ListMarketsRequest(
            venue=query.venue or "",
            statuses=statuses,
            query=query.q,
            limit=query.limit,
            cursor=query.cursor,
            page=query.page,
        )
    )
    rows = [_market(market) for market in response.markets]
    if query.page:
        return listed_by_page(
            rows, limit=query.limit, page=query.page, total=response.total, next_cursor=response.next_cursor
        )
    return listed_by_cursor(rows, query, response.next_cursor)


async def market(call: Call) -> shapes.MarketOut:
    """One venue market with its latest prices."""
    response = await call.services.market_data.GetMarket(
        pb.GetMarketRequest(venue=_venue(call), venue_market_id=call.text("id"))
    )
    return _market(response.market, [_quote(quote) for quote in response.quotes])


async def quotes(call: Call) -> shapes.QuotesOut:
    """The latest prices of a venue market."""
    response = await call.services.market_data.GetQuotes(
        pb.GetQuotesRequest(venue=_venue(call), venue_market_id=call.text("id"))
    )
    return shapes.QuotesOut(data=[_quote(quote) for quote in response.quotes])


async def book(call: Call) -> shapes.BooksOut:
    """The order book of a venue market."""
    response = await call.services.market_data.GetBook(
        pb.GetBookRequest(venue=_venue(call), venue_market_id=call.text("id"))
    )
    return shapes.BooksOut(
        data=[
            shapes.BookOut(
                outcome=entry.outcome,
                bids=[shapes.LevelOut(price=level.price, size=level.size) for level in entry.bids],
                asks=[shapes.LevelOut(price=level.price, size=level.size) for level in entry.asks],
                venue_time=from_wire(entry.venue_time) if entry.HasField("venue_time") else None,
            )
            for entry in response.books
        ]
    )


async def trades(call: Call) -> Listed[shapes.MarketTradeOut]:
    """Trades of a venue market, newest first."""
    query: PageQuery = call.query
    response = await call.services.market_data.ListTrades(
        pb.ListTradesRequest(
            venue=_venue(call), venue_market_id=call.text("id"), limit=query.limit, cursor=query.cursor
        )
    )
    rows = [
        shapes.MarketTradeOut.model_validate(
            {
                "id": trade.trade_id,
                "outcome": trade.outcome,
                "price": trade.price,
                "size": trade.size,
                "taker_side": trade.taker_side or None,
                "venue_time": from_wire(trade.venue_time) if trade.HasField("venue_time") else None,
                "received_at": from_wire(trade.received_at) if trade.HasField("received_at") else None,
            }
        )
        for trade in response.trades
    ]
    return listed_by_cursor(rows, query, response.next_cursor)


async def market_candles(call: Call) -> event_shapes.CandlesOut:
    """Candles of a venue market."""
    return await _candles(call, _venue(call), call.text("id"))


async def event_candles(call: Call) -> event_shapes.CandlesOut:
    """Candles of an event of ours."""
    return await _candles(call, OWN_VENUE, str(call.id("id")))


async def _candles(call: Call, venue: str, market_id: str) -> event_shapes.CandlesOut:
    query: event_shapes.CandlesQuery = call.query
    response = await call.services.market_data.ListCandles(
        pb.ListCandlesRequest(
            venue=venue,
            venue_market_id=market_id,
            interval=_INTERVALS[query.interval],
            from_time=to_wire_optional(query.start),
            to_time=to_wire_optional(query.end),
            outcome=query.outcome,
        )
    )
    return event_shapes.CandlesOut(
        interval=query.interval,
        data=[
            event_shapes.CandleOut(
                outcome=candle.outcome,
                time=from_wire(candle.open_time),
                open=price_out(candle.open_millionths),
                high=price_out(candle.high_millionths),
                low=price_out(candle.low_millionths),
                close=price_out(candle.close_millionths),
                volume=candle.volume,
                trades=candle.trades,
            )
            for candle in response.candles
        ],
    )


async def incidents(call: Call) -> Listed[shapes.IncidentOut]:
    """What was wrong with what the venues said, newest first."""
    query: shapes.IncidentsQuery = call.query
    response = await call.services.market_data.ListIncidents(
        pb.ListIncidentsRequest(
            venue=query.venue or "",
            venue_market_id=query.market_id,
            open_only=query.open == "true",
            limit=query.limit,
            cursor=query.cursor,
        )
    )
    rows = [
        shapes.IncidentOut(
            id=incident.incident_id,
            kind=_QUALITIES.get(incident.kind, "unknown"),
            venue=incident.venue,
            market_id=incident.venue_market_id or None,
            outcome=incident.outcome if incident.HasField("outcome") else None,
            started_at=from_wire(incident.started_at),
            ended_at=from_wire(incident.ended_at) if incident.HasField("ended_at") else None,
            occurrences=incident.occurrences,
            detail=incident.detail,
        )
        for incident in response.incidents
    ]
    return listed_by_cursor(rows, query, response.next_cursor)


async def matches(call: Call) -> shapes.MatchesOut:
    """The same question on several venues, with the price gap."""
    query: shapes.MatchesQuery = call.query
    response = await call.services.market_data.ListMatches(
        pb.ListMatchesRequest(venue=query.venue or "", venue_market_id=query.market_id, limit=query.limit)
    )
    sides: dict[int, Literal["first", "second"]] = {1: "first", 2: "second"}
    return shapes.MatchesOut(
        data=[
            shapes.MatchOut(
                first=_side(match.first),
                second=_side(match.second),
                score=price_out(match.score_millionths),
                gap=_signed(match.gap_millionths) if match.HasField("gap_millionths") else None,
                edge=_signed(match.edge_millionths) if match.HasField("edge_millionths") else None,
                buy=sides.get(match.buy_side),
            )
            for match in response.matches
        ]
    )


def _venue(call: Call) -> str:
    venue = call.text("venue")
    if venue not in {"polymarket", "kalshi", "manifold"}:
        raise Problem(404, "venue_not_found", "We follow polymarket, kalshi and manifold.")
    return venue


def _status_name(status: shapes.MarketStatus) -> str:
    return f"VENUE_MARKET_STATUS_{'UNSPECIFIED' if status == 'unknown' else status.upper()}"


def _market(market: pb.VenueMarket, told: list[shapes.QuoteOut] | None = None) -> shapes.MarketOut:
    def time(name: str) -> object:
        return from_wire(getattr(market, name)) if market.HasField(name) else None  # type: ignore[arg-type]  # a field's name

    return shapes.MarketOut.model_validate(
        {
            "venue": market.venue,
            "id": market.venue_market_id,
            "event_id": market.venue_event_id or None,
            "title": market.title,
            "description": market.description,
            "outcomes": [
                {"id": outcome.index, "label": outcome.label, "venue_outcome_id": outcome.venue_outcome_id}
                for outcome in market.outcomes
            ],
            "status": _STATUSES[market.status],
            "original_status": market.original_status,
            "type": market.original_type,
            "categories": list(market.categories),
            "open_time": time("open_time"),
            "start_time": time("start_time"),
            "close_time": time("close_time"),
            "tick_size": price_out(market.tick_size_millionths) if market.tick_size_millionths else None,
            "volume": market.volume or None,
            "liquidity": market.liquidity or None,
            "mutually_exclusive": market.mutually_exclusive,
            "resolution": _resolution(market),
            "url": market.url or None,
            "image_url": market.image_url or None,
            "received_at": time("received_at"),
            "quotes": told,
        }
    )


def _resolution(market: pb.VenueMarket) -> dict[str, object] | None:
    if not market.HasField("resolution"):
        return None
    resolution = market.resolution
    return {
        "kind": _KINDS[resolution.kind],
        "payouts": prices_out(resolution.payout_millionths),
        "original": resolution.original,
        "resolved_at": from_wire(resolution.resolved_at) if resolution.HasField("resolved_at") else None,
        "final": resolution.final,
    }


def _quote(quote: pb.VenueQuote) -> shapes.QuoteOut:
    probability = None
    if quote.HasField("probability_millionths"):
        probability = price_out(quote.probability_millionths)
    return shapes.QuoteOut(
        outcome=quote.outcome,
        bid=quote.bid or None,
        ask=quote.ask or None,
        bid_size=quote.bid_size or None,
        ask_size=quote.ask_size or None,
        last=quote.last or None,
        probability=probability,
        venue_time=from_wire(quote.venue_time) if quote.HasField("venue_time") else None,
        received_at=from_wire(quote.received_at) if quote.HasField("received_at") else None,
        stale=quote.stale,
        quality=[_QUALITIES.get(kind, "unknown") for kind in quote.quality],
    )


def _side(side: pb.MatchSide) -> shapes.MatchSideOut:
    return shapes.MatchSideOut(
        market=_market(side.market),
        outcome=side.outcome,
        quote=_quote(side.quote) if side.HasField("quote") else None,
    )


def _signed(millionths: int) -> str:
    """A difference of prices, which may be below zero."""
    return f"-{price_out(-millionths)}" if millionths < 0 else price_out(millionths)


_MISSING: Final = {404: "venue_not_found or venue_market_not_found"}

ROUTES: Final = (
    Route(
        method="GET", path="/markets", name="listMarkets", tag="markets", handler=markets,
        summary="Markets of the venues", query=shapes.MarketsQuery, answer=Listed[shapes.MarketOut],
        shared_seconds=2, keep=keeping.for_seconds(2),
    ),
    Route(
        method="GET", path="/markets/matches", name="listMarketMatches", tag="markets", handler=matches,
        summary="The same question on several venues, with the price gap", query=shapes.MatchesQuery,
        answer=shapes.MatchesOut, shared_seconds=2, keep=keeping.for_seconds(2),
    ),
    Route(
        method="GET", path="/markets/incidents", name="listMarketIncidents", tag="markets", handler=incidents,
        summary="What was wrong with what the venues said", query=shapes.IncidentsQuery,
        answer=Listed[shapes.IncidentOut], shared_seconds=2, keep=keeping.for_seconds(2),
    ),
    Route(
        method="GET", path="/markets/{venue}/{id}", name="getMarket", tag="markets", handler=market,
        summary="One market with its latest prices", answer=shapes.MarketOut, shared_seconds=1, keep=keeping.for_seconds(1),
        refusals=_MISSING,
    ),
    Route(
        method="GET", path="/markets/{venue}/{id}/quote", name="getMarketQuote", tag="markets",
        handler=quotes, summary="The latest prices", answer=shapes.QuotesOut, shared_seconds=1, keep=keeping.for_seconds(1),
        refusals=_MISSING,
    ),
    Route(
        method="GET", path="/markets/{venue}/{id}/book", name="getMarketBook", tag="markets", handler=book,
        summary="The order book", answer=shapes.BooksOut, shared_seconds=1, keep=keeping.for_seconds(1), refusals=_MISSING,
    ),
    Route(
        method="GET", path="/markets/{venue}/{id}/trades", name="listMarketTrades", tag="markets",
        handler=trades, summary="Trades, newest first", query=PageQuery,
        answer=Listed[shapes.MarketTradeOut], shared_seconds=1, keep=keeping.for_seconds(1), refusals=_MISSING,
    ),
    Route(
        method="GET", path="/markets/{venue}/{id}/candles", name="listMarketCandles", tag="markets",
        handler=market_candles, summary="Candles, oldest first", query=event_shapes.CandlesQuery,
        answer=event_shapes.CandlesOut, shared_seconds=10, keep=keeping.for_seconds(10), refusals=_MISSING,
    ),
    Route(
        method="GET", path="/events/{id}/candles", name="listCandles", tag="events", handler=event_candles,
        summary="Candles of an event, oldest first", query=event_shapes.CandlesQuery,
        answer=event_shapes.CandlesOut, shared_seconds=5, keep=keeping.for_seconds(5),
    ),
)  # fmt: skip
