"""What trading came to: of somebody, as far as they show it, of an event, and mine over time."""

import asyncio
from typing import Final

from oraculum.auth.v1 import auth_service_pb2 as auth_pb
from oraculum.market_data.v1 import market_data_service_pb2 as market_pb
from oraculum.prediction.v1 import analytics_service_pb2 as pb
from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum_gateway.caching import keeping
from oraculum_gateway.money import amount_out, price_out, units_out
from oraculum_gateway.problems import Problem
from oraculum_gateway.route import Call, Route, Who
from oraculum_gateway.shapes import analytics as shapes
from oraculum_gateway.shapes.base import Listed, PageQuery, listed_by_cursor
from oraculum_kit.timestamps import from_wire
from oraculum_money import PRICE_ONE

_STATES: Final[dict[int, shapes.PositionStateName]] = {
    pb.POSITION_STATE_OPEN: "open",
    pb.POSITION_STATE_SOLD: "sold",
    pb.POSITION_STATE_SETTLED: "settled",
}
_MARKETS: Final[dict[int, shapes.MarketStatusName]] = {
    prediction_pb.MARKET_STATUS_OPEN: "open",
    prediction_pb.MARKET_STATUS_CLOSED: "closed",
    prediction_pb.MARKET_STATUS_SETTLED: "settled",
}
_SPANS: Final = {
    "day": prediction_pb.PROFIT_INTERVAL_DAY,
    "week": prediction_pb.PROFIT_INTERVAL_WEEK,
    "month": prediction_pb.PROFIT_INTERVAL_MONTH,
}
_EVENT_SPANS: Final = {"hour": market_pb.CANDLE_INTERVAL_1H, "day": market_pb.CANDLE_INTERVAL_1D}


async def public_predictions(call: Call) -> Listed[shapes.PublicPositionOut]:
    """What somebody predicts and predicted."""
    query: PageQuery = call.query
    shown = await _shown(call)
    answer = await call.services.analytics.ListPublicPositions(
        pb.ListPublicPositionsRequest(
            user_id=str(call.id("id")),
            include_open=shown == auth_pb.PREDICTIONS_SHOWN_ALL,
            limit=query.limit,
            cursor=query.cursor,
        )
    )
    return listed_by_cursor(list(map(_position, answer.positions)), query, answer.next_cursor)


async def public_stats(call: Call) -> shapes.StatsOut:
    """What somebody's trading came to."""
    await _shown(call)
    user_id = str(call.id("id"))
    answer = await call.services.analytics.GetPublicStats(pb.GetPublicStatsRequest(user_id=user_id))
    return shapes.StatsOut(
        user_id=user_id,
        record=_record(answer.record),
        totals=[
            shapes.TurnoverOut(
                asset=row.asset,
                trades=row.trades,
                volume=amount_out(row.volume),
                profit_loss=amount_out(row.result),
            )
            for row in answer.totals
        ],
    )


async def my_analytics(call: Call) -> shapes.MyAnalyticsOut:
    """What my trading came to."""
    query: shapes.MyAnalyticsQuery = call.query
    answer = await call.services.analytics.GetMyAnalytics(
        pb.GetMyAnalyticsRequest(interval=_SPANS[query.interval], points=query.points)
    )
    return shapes.MyAnalyticsOut(
        record=_record(answer.record),
        totals=[_turnover(row) for row in answer.totals],
        categories=[
            shapes.CategoryTurnoverOut(
                category=row.category, events=row.events, **dict(_turnover(row.turnover))
            )
            for row in answer.categories
        ],
        interval=query.interval,
        series=[
            shapes.TurnoverSeriesOut(asset=row.asset, points=list(map(_point, row.points)))
            for row in answer.series
        ],
    )


async def event_analytics(call: Call) -> shapes.EventAnalyticsOut:
    """How an event is traded: what prediction says of its market, and market-data of what was traded in it."""
    query: shapes.EventAnalyticsQuery = call.query
    event_id = str(call.id("id"))
    markets, told = await asyncio.gather(
        call.services.prediction.BatchGetMarkets(prediction_pb.BatchGetMarketsRequest(event_ids=[event_id])),
        call.services.market_data.GetEventAnalytics(
            market_pb.GetEventAnalyticsRequest(
                event_id=event_id, interval=_EVENT_SPANS[query.interval], points=query.points
            )
        ),
    )
    if not markets.markets:
        raise Problem(404, "market_not_found", "The event has no market.")
    return _event(markets.markets[0], told, query)


async def _shown(call: Call) -> auth_pb.PredictionsShown.ValueType:
    """What somebody shows of what they predict; nothing at all is refused."""
    user = await call.services.auth.GetPublicUser(auth_pb.GetPublicUserRequest(user_id=str(call.id("id"))))
    if user.predictions_shown not in {auth_pb.PREDICTIONS_SHOWN_SETTLED, auth_pb.PREDICTIONS_SHOWN_ALL}:
        raise Problem(403, "profile_private", "This person shows nothing of what they predict.")
    return user.predictions_shown


def _position(row: pb.PublicPosition) -> shapes.PublicPositionOut:
    return shapes.PublicPositionOut(
        event_id=row.event_id,
        outcome=row.outcome,
        status=_STATES[row.state],
        shares=units_out(row.shares, row.cost.asset),
        cost=amount_out(row.cost),
        value=amount_out(row.value),
        profit_loss=amount_out(row.result),
        asset=row.cost.asset,
        settled_at=from_wire(row.settled_at) if row.HasField("settled_at") else None,
    )


def _record(record: pb.Record) -> shapes.RecordOut:
    return shapes.RecordOut(
        events=record.events,
        settled_events=record.settled_events,
        won_events=record.won_events,
        lost_events=record.lost_events,
        win_rate=_part(record.won_events, record.settled_events),
        calls=record.calls,
        right_calls=record.right_calls,
        accuracy=_part(record.right_calls, record.calls),
        brier=price_out(record.brier_millionths) if record.HasField("brier_millionths") else None,
    )


def _part(some: int, of_all: int) -> str | None:
    """A part as decimal text, rounded down; none of nothing."""
    return price_out(some * PRICE_ONE // of_all) if of_all else None


def _turnover(row: pb.Turnover) -> shapes.MyTurnoverOut:
    return shapes.MyTurnoverOut(
        asset=row.asset,
        trades=row.trades,
        volume=amount_out(row.volume),
        profit_loss=amount_out(row.result),
        fees=amount_out(row.fees),
    )


def _point(point: pb.TurnoverPoint) -> shapes.TurnoverPointOut:
    return shapes.TurnoverPointOut(
        starts_at=from_wire(point.starts_at),
        trades=point.trades,
        volume=amount_out(point.volume),
        fees=amount_out(point.fees),
        profit_loss=amount_out(point.result),
        total=amount_out(point.total),
    )


def _event(
    market: prediction_pb.Market,
    told: market_pb.GetEventAnalyticsResponse,
    query: shapes.EventAnalyticsQuery,
) -> shapes.EventAnalyticsOut:
    prices = {row.outcome: row for row in told.outcomes}
    return shapes.EventAnalyticsOut(
        event_id=market.event_id,
        status=_MARKETS[market.status],
        asset=market.volume.asset,
        total_volume=amount_out(market.volume),
        total_liquidity=amount_out(market.liquidity),
        participant_count=market.participant_count,
        trades=told.trades,
        first_trade_at=from_wire(told.first_trade_at) if told.HasField("first_trade_at") else None,
        last_trade_at=from_wire(told.last_trade_at) if told.HasField("last_trade_at") else None,
        outcomes=[
            _outcome(market, outcome, prices.get(outcome)) for outcome in range(len(market.price_millionths))
        ],
        interval=query.interval,
        data=[
            shapes.EventSpanOut(starts_at=from_wire(span.starts_at), volume=span.volume, trades=span.trades)
            for span in told.spans
        ],
    )


def _outcome(
    market: prediction_pb.Market, outcome: int, prices: market_pb.OutcomeRange | None
) -> shapes.OutcomePricesOut:
    return shapes.OutcomePricesOut(
        outcome=outcome,
        price=price_out(market.price_millionths[outcome]),
        volume=units_out(market.outcome_volume_units[outcome], market.volume.asset),
        open=price_out(prices.open_millionths) if prices else None,
        high=price_out(prices.high_millionths) if prices else None,
        low=price_out(prices.low_millionths) if prices else None,
    )


_HIDDEN: Final = {403: "profile_private", 404: "user_not_found"}

ROUTES: Final = (
    Route(
        method="GET", path="/users/{id}/predictions", name="listPublicPredictions", tag="users",
        handler=public_predictions, summary="What somebody predicts and predicted, as far as they show it",
        query=PageQuery, answer=Listed[shapes.PublicPositionOut], shared_seconds=30, keep=keeping.a_user(30),
        refusals=_HIDDEN,
    ),
    Route(
        method="GET", path="/users/{id}/stats", name="getPublicStats", tag="users", handler=public_stats,
        summary="What somebody's trading came to until yesterday, as far as they show it", answer=shapes.StatsOut,
        shared_seconds=30, keep=keeping.a_user(60), refusals=_HIDDEN,
    ),
    Route(
        method="GET", path="/analytics/users/me", name="getMyAnalytics", tag="analytics",
        handler=my_analytics, summary="What my trading came to: in all, by category, over time",
        who=Who.SIGNED_IN, query=shapes.MyAnalyticsQuery, answer=shapes.MyAnalyticsOut,
    ),
    Route(
        method="GET", path="/analytics/events/{id}", name="getEventAnalytics", tag="analytics",
        handler=event_analytics, summary="How an event is traded: volume, people, prices, over time",
        query=shapes.EventAnalyticsQuery, answer=shapes.EventAnalyticsOut, shared_seconds=5,
        keep=keeping.for_seconds(5), refusals={404: "market_not_found"},
    ),
)  # fmt: skip
