"""What people find in their inboxes of their limits, triggers and orders that are looked at. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import risk_service_pb2 as risk
from oraculum.prediction.v1.risk_fact_pb2 import RiskFact
from oraculum_notification.records import Notice

_TITLES: Final[dict[int, tuple[str, str]]] = {
    risk.ALERT_KIND_LIMIT_REACHED: ("limit.reached", "You have reached a limit"),
    risk.ALERT_KIND_TRIGGER_FIRED: ("trigger.fired", "Your trigger has fired"),
    risk.ALERT_KIND_TRIGGER_FAILED: ("trigger.failed", "Your trigger could not sell"),
    risk.ALERT_KIND_ORDER_HELD: ("order.held", "Your order is being looked at"),
    risk.ALERT_KIND_ORDER_REVIEWED: ("order.reviewed", "Your order was looked at"),
}


def of_risk(fact: RiskFact, time: datetime) -> Iterator[Notice]:
    """There is something that a person should know."""
    if fact.WhichOneof("fact") != "alert_raised":
        return
    alert = fact.alert_raised.alert
    # A kind that is new to us is told all the same: its words came with it.
    kind, title = _TITLES.get(alert.kind, ("alert", "There is something that you should know"))
    yield Notice(
        user_id=UUID(fact.user_id),
        cause=f"alert:{alert.alert_id}",
        kind=kind,
        title=title,
        body=alert.message,
        data={
            "subject": alert.subject.lower(),
            "event_id": alert.event_id or None,
            "order_id": alert.order_id or None,
        },
        occurred_at=time,
    )
