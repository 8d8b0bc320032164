"""Alerts as they are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries

_SQL: Final = queries("oraculum_prediction", "sql/risk_alerts.sql")


class AlertRow(NamedTuple):
    """Something that a person should know; the numbers of `kind` are those of the contract."""

    alert_id: UUID
    user_id: UUID
    kind: int
    subject: str
    message: str
    event_id: UUID | None
    order_id: UUID | None
    created_at: datetime


async def insert(connection: Connection, alerts: Sequence[AlertRow]) -> list[AlertRow]:
    """Keep alerts; those that are new, with the time at which they were kept."""
    rows = await _SQL.insert_alerts.tuples(
        connection,
        alert_ids=[alert.alert_id for alert in alerts],
        user_ids=[alert.user_id for alert in alerts],
        kinds=[alert.kind for alert in alerts],
        subjects=[alert.subject for alert in alerts],
        messages=[alert.message for alert in alerts],
        event_ids=[alert.event_id for alert in alerts],
        order_ids=[alert.order_id for alert in alerts],
    )
    times = dict(rows)
    return [alert._replace(created_at=times[alert.alert_id]) for alert in alerts if alert.alert_id in times]


async def of_user(
    connection: Connection, user_id: UUID, *, before: tuple[datetime, UUID] | None, row_count: int
) -> list[AlertRow]:
    """A page of a person's alerts."""
    time, alert_id = before or (None, None)
    rows = await _SQL.alerts_of_user.tuples(
        connection, user_id=user_id, before_time=time, before_id=alert_id, row_count=row_count
    )
    return [AlertRow._make(row) for row in rows]
