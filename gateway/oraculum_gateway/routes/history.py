"""What the caller won and lost over time."""

from typing import Final

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_gateway.money import amount_out, units_out
from oraculum_gateway.route import Call, Route, Who
from oraculum_gateway.shapes import history as shapes
from oraculum_gateway.shapes.base import Listed, listed_by_cursor
from oraculum_kit.timestamps import from_wire

_KINDS: Final[dict[int, shapes.RealisationName]] = {
    pb.REALISATION_KIND_SALE: "sale",
    pb.REALISATION_KIND_SETS: "sets",
    pb.REALISATION_KIND_SETTLEMENT: "settlement",
}
_INTERVALS: Final[dict[shapes.IntervalName, pb.ProfitInterval.ValueType]] = {
    "hour": pb.PROFIT_INTERVAL_HOUR,
    "day": pb.PROFIT_INTERVAL_DAY,
    "week": pb.PROFIT_INTERVAL_WEEK,
    "month": pb.PROFIT_INTERVAL_MONTH,
}


async def realisations(call: Call) -> Listed[shapes.RealisationOut]:
    """What my sales and settlements came to, newest first."""
    query: shapes.RealisationsQuery = call.query
    answer = await call.services.prediction.ListRealisations(
        pb.ListRealisationsRequest(event_id=query.event_id, limit=query.limit, cursor=query.cursor)
    )
    return listed_by_cursor(list(map(_realisation, answer.realisations)), query, answer.next_cursor)


async def profit(call: Call) -> shapes.ProfitOut:
    """What I won or lost over time."""
    query: shapes.ProfitQuery = call.query
    answer = await call.services.prediction.GetProfit(
        pb.GetProfitRequest(interval=_INTERVALS[query.interval], points=query.points)
    )
    return shapes.ProfitOut(
        interval=query.interval,
        data=[
            shapes.ProfitSeriesOut(
                asset=row.asset,
                points=[
                    shapes.ProfitPointOut(
                        starts_at=from_wire(point.starts_at),
                        profit_loss=amount_out(point.result),
                        total=amount_out(point.total),
                    )
                    for point in row.points
                ],
            )
            for row in answer.series
        ],
    )


def _realisation(row: pb.Realisation) -> shapes.RealisationOut:
    return shapes.RealisationOut(
        event_id=row.event_id,
        kind=_KINDS[row.kind],
        outcome=row.outcome if row.HasField("outcome") else None,
        shares=units_out(row.shares, row.cost.asset),
        proceeds=amount_out(row.proceeds),
        cost=amount_out(row.cost),
        profit_loss=amount_out(row.result),
        asset=row.cost.asset,
        trade_id=row.fill_id or None,
        prediction_id=row.order_id or None,
        revision=row.revision or None,
        realised_at=from_wire(row.realised_at),
    )


ROUTES: Final = (
    Route(
        method="GET", path="/positions/history", name="listRealisations", tag="predictions",
        handler=realisations, summary="What my sales and settlements came to, newest first",
        who=Who.SIGNED_IN, query=shapes.RealisationsQuery, answer=Listed[shapes.RealisationOut],
    ),
    Route(
        method="GET", path="/portfolio/history", name="getProfit", tag="predictions", handler=profit,
        summary="What I won or lost over time", who=Who.SIGNED_IN, query=shapes.ProfitQuery,
        answer=shapes.ProfitOut,
    ),
)  # fmt: skip
