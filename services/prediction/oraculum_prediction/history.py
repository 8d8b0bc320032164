"""What a person won and lost over time: the questions, and the answers as the contract shows them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import analytics_service_pb2 as analytics_pb
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.db import Connection
from oraculum_kit.paging import Page, decode_cursor
from oraculum_kit.timestamps import to_wire
from oraculum_kit.validation import Violations
from oraculum_money import Units
from oraculum_prediction import statuses, wire
from oraculum_prediction.repository import history as repository
from oraculum_prediction.repository.history import HistoryRow, Profit

POINTS_MAX: Final = 366
_POINTS: Final = 30

# As date_trunc knows them.
_INTERVALS: Final[Mapping[int, str]] = {
    pb.PROFIT_INTERVAL_UNSPECIFIED: "day",
    pb.PROFIT_INTERVAL_HOUR: "hour",
    pb.PROFIT_INTERVAL_DAY: "day",
    pb.PROFIT_INTERVAL_WEEK: "week",
    pb.PROFIT_INTERVAL_MONTH: "month",
}


async def page(
    connection: Connection, user_id: UUID, event_id: UUID | None, *, limit: int, cursor: str
) -> pb.ListRealisationsResponse:
    """A page of what a person's positions came to."""
    before = decode_cursor(cursor, datetime, UUID, int)
    rows = await repository.page(
        connection,
        user_id,
        event_id=event_id,
        before=(before[0], before[1], before[2]) if before else None,
        row_count=limit + 1,
    )
    cut = Page.cut(rows, limit, lambda row: (row.realised_at, row.event_id, row.sequence))
    return pb.ListRealisationsResponse(realisations=map(realisation, cut.rows), next_cursor=cut.next_cursor)


def asked(
    request: pb.GetProfitRequest | analytics_pb.GetMyAnalyticsRequest, *, hours: bool = True
) -> tuple[str, int]:
    """Spans of which length are asked for, and how many."""
    check = Violations()
    interval = _INTERVALS.get(request.interval, "")
    if not interval or (interval == "hour" and not hours):
        check.refuse("interval", "is hour, day, week or month" if hours else "is day, week or month")
    points = check.integer("points", request.points, minimum=0, maximum=POINTS_MAX)
    check.finish()
    return interval, points or _POINTS


def realisation(row: HistoryRow) -> pb.Realisation:
    """A sale or a settlement as the contract shows it."""
    told = pb.Realisation(
        event_id=str(row.event_id),
        shares=row.shares,
        proceeds=wire.amount(Units(row.cost_units + row.result_units), row.asset),
        cost=wire.amount(row.cost_units, row.asset),
        result=wire.amount(row.result_units, row.asset),
        realised_at=to_wire(row.realised_at),
    )
    if row.outcome is None:
        told.kind, told.revision = pb.REALISATION_KIND_SETTLEMENT, -row.sequence
        return told
    told.kind = pb.REALISATION_KIND_SETS if row.role == statuses.SET else pb.REALISATION_KIND_SALE
    told.outcome, told.sequence = row.outcome, row.sequence
    told.fill_id, told.order_id = str(row.fill_id), str(row.order_id)
    return told


def series(rows: Iterable[Profit]) -> list[pb.ProfitSeries]:
    """What was won or lost span by span, by asset."""
    return [
        pb.ProfitSeries(
            asset=asset,
            points=[
                pb.ProfitPoint(
                    starts_at=to_wire(row.starts_at),
                    result=wire.amount(row.result_units, asset),
                    total=wire.amount(row.total_units, asset),
                )
                for row in of_asset
            ],
        )
        for asset, of_asset in groupby(rows, lambda row: row.asset)
    ]
