"""What is said in inboxes of limits, triggers and held orders."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from oraculum.prediction.v1 import risk_fact_pb2 as facts
from oraculum.prediction.v1 import risk_service_pb2 as risk
from oraculum_notification.alerts import of_risk

NOW = datetime(2026, 11, 21, tzinfo=UTC)
USER = "01890000-0000-7000-8000-0000000000aa"


def fact(kind: int) -> facts.RiskFact:
    alert = risk.Alert(
        alert_id="a1",
        kind=risk.AlertKind.ValueType(kind),
        subject="DAY_STAKE",
        message="Wait.",
        order_id="o1",
    )
    return facts.RiskFact(user_id=USER, alert_raised=facts.AlertRaised(alert=alert))


@pytest.mark.parametrize("kind", [value for value in risk.AlertKind.values() if value])
def test_every_kind_of_alert_has_a_title_of_its_own(kind: int) -> None:
    (notice,) = of_risk(fact(kind), NOW)
    assert notice.kind != "alert"
    assert (notice.user_id, notice.cause, notice.body) == (UUID(USER), "alert:a1", "Wait.")
    assert notice.data == {"subject": "day_stake", "event_id": None, "order_id": "o1"}


def test_what_is_new_to_us_is_told_all_the_same_and_nothing_is_nothing() -> None:
    (notice,) = of_risk(fact(99), NOW)
    assert (notice.kind, notice.body) == ("alert", "Wait.")
    assert list(of_risk(facts.RiskFact(user_id=USER), NOW)) == []
