"""What an operator sees of risk."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from oraculum_kit.metrics import SECONDS, begin_at_zero

BREACHES: Final = Counter("oraculum_prediction_limit_breaches", "Orders that a limit refused.", ("rule",))
MOVED: Final = Counter(
    "oraculum_prediction_limits_moved", "Batches decided again because others used the same limits."
)
ALERTS: Final = Counter("oraculum_prediction_alerts", "What people were told of.", ("kind",))
begin_at_zero(ALERTS, ("limit_reached", "trigger_fired", "trigger_failed", "order_held", "order_reviewed"))
HELD: Final = Counter("oraculum_prediction_orders_held", "Orders that wait for somebody to look at them.")
REVIEWED: Final = Counter("oraculum_prediction_reviews", "Orders that were looked at.", ("decision",))
begin_at_zero(REVIEWED, ("approved", "rejected"))
TRIGGERS_WAITING: Final = Gauge("oraculum_prediction_triggers_waiting", "Triggers that this process watches.")
TRIGGERS: Final = Counter("oraculum_prediction_triggers", "Triggers by what became of them.", ("outcome",))
begin_at_zero(TRIGGERS, ("sold", "refused", "nothing to sell"))
TRIGGER_SECONDS: Final = Histogram(
    "oraculum_prediction_trigger_duration_seconds",
    "From the firing of a trigger to the answer to its sale.",
    buckets=SECONDS,
)
TRIGGERS_CAUGHT: Final = Counter(
    "oraculum_prediction_triggers_caught", "Triggers that only the sweep has found: their moment was missed."
)
HOUSE_EXPOSURE: Final = Gauge(
    "oraculum_prediction_house_exposure_units", "What the market makers can still lose.", ("asset",)
)
