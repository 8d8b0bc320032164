"""Telling a person: an alert that stays in their list, and the fact by which they hear of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import risk_fact_pb2 as facts
from oraculum.prediction.v1 import risk_service_pb2 as pb
from oraculum_kit import outbox
from oraculum_kit.db import Connection
from oraculum_kit.ids import uuid7
from oraculum_kit.timestamps import to_wire
from oraculum_prediction.events import RISK_TOPIC
from oraculum_prediction.repository import risk_alerts as repository
from oraculum_prediction.repository.risk_alerts import AlertRow
from oraculum_prediction.risk import metrics

LIMIT_REACHED: Final = 1
TRIGGER_FIRED: Final = 2
TRIGGER_FAILED: Final = 3
ORDER_HELD: Final = 4
ORDER_REVIEWED: Final = 5

_NAMES: Final = {
    LIMIT_REACHED: "limit_reached",
    TRIGGER_FIRED: "trigger_fired",
    TRIGGER_FAILED: "trigger_failed",
    ORDER_HELD: "order_held",
    ORDER_REVIEWED: "order_reviewed",
}
# The database gives the time; until then there is none.
NEVER: Final = datetime.min.replace(tzinfo=UTC)


def alert(
    kind: int,
    user_id: UUID,
    subject: str,
    message: str,
    *,
    event_id: UUID | None = None,
    order_id: UUID | None = None,
) -> AlertRow:
    """Something that a person should know."""
    return AlertRow(uuid7(), user_id, kind, subject, message, event_id, order_id, NEVER)


async def tell(connection: Connection, alerts: Sequence[AlertRow]) -> None:
    """Keep alerts and tell of the new ones, in the caller's transaction.

    In the order of their people: the outbox locks a row for each.
    """
    if not alerts:
        return
    new = await repository.insert(connection, sorted(alerts, key=lambda row: (row.user_id, row.subject)))
    await outbox.add_many(
        connection,
        [
            outbox.Fact(
                topic=RISK_TOPIC,
                key=str(row.user_id),
                message=facts.RiskFact(
                    user_id=str(row.user_id), alert_raised=facts.AlertRaised(alert=wire(row))
                ),
                occurred_at=row.created_at,
            )
            for row in new
        ],
    )
    for row in new:
        metrics.ALERTS.labels(_NAMES[row.kind]).inc()


def wire(row: AlertRow) -> pb.Alert:
    """An alert as the contract shows it."""
    return pb.Alert(
        alert_id=str(row.alert_id),
        kind=pb.AlertKind.ValueType(row.kind),
        subject=row.subject,
        message=row.message,
        event_id=str(row.event_id) if row.event_id else "",
        order_id=str(row.order_id) if row.order_id else "",
        created_at=to_wire(row.created_at),
    )
