"""How an event of ours is traded: its prices over all its life, and what was traded hour by hour or day by day."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_kit.db import Connection
from oraculum_kit.timestamps import to_wire
from oraculum_kit.validation import Violations
from oraculum_market_data.repository import event_analytics as repository

POINTS_MAX: Final = 366

_POINTS: Final = 30
_SPANS: Final = {
    pb.CANDLE_INTERVAL_UNSPECIFIED: 86_400,
    pb.CANDLE_INTERVAL_1H: 3_600,
    pb.CANDLE_INTERVAL_1D: 86_400,
}


def asked(request: pb.GetEventAnalyticsRequest) -> tuple[UUID, int, int]:
    """Which event, spans of how many seconds, and how many of them."""
    check = Violations()
    event_id = check.uuid("event_id", request.event_id)
    span = _SPANS.get(request.interval, 0)
    if not span:
        check.refuse("interval", "is hour or day")
    points = check.integer("points", request.points, minimum=0, maximum=POINTS_MAX)
    check.finish()
    return event_id, span, points or _POINTS


async def analytics(
    connection: Connection, venue: str, event_id: UUID, *, span: int, points: int, now: datetime
) -> pb.GetEventAnalyticsResponse:
    """How the event is traded; an event that nobody traded, or that is none, has spans with nothing in them."""
    seconds = int(now.timestamp())
    last = datetime.fromtimestamp(seconds - seconds % span, UTC)
    first = last - timedelta(seconds=span * (points - 1))
    ranges = await repository.ranges(connection, venue, str(event_id))
    spans = await repository.spans(connection, venue, str(event_id), span=span, first=first, last=last)
    answer = pb.GetEventAnalyticsResponse(
        outcomes=[
            pb.OutcomeRange(
                outcome=row.outcome,
                open_millionths=row.open_millionths,
                high_millionths=row.high_millionths,
                low_millionths=row.low_millionths,
                close_millionths=row.close_millionths,
            )
            for row in ranges
        ],
        trades=sum(row.trades for row in ranges),
        spans=[
            pb.EventSpan(starts_at=to_wire(row.starts_at), volume=row.volume, trades=row.trades)
            for row in spans
        ],
    )
    if ranges:
        answer.first_trade_at.CopyFrom(to_wire(min(row.first_at for row in ranges)))
        answer.last_trade_at.CopyFrom(to_wire(max(row.last_at for row in ranges)))
    return answer
