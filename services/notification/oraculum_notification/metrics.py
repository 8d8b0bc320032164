"""What notification counts beside what the kit counts for everybody."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

LINES: Final = Counter("oraculum_notification_lines_total", "Messages that channels said.")
NOTICES: Final = Counter("oraculum_notification_notices_total", "Notices that people found.")
UNNAMED: Final = Counter(
    "oraculum_notification_unnamed_total", "Messages of channels whose names nobody could ask for."
)
STREAMS: Final = Gauge("oraculum_notification_streams", "Gateways that listen.")
WATCHED: Final = Gauge("oraculum_notification_watched_channels", "Channels that some gateway watches.")
SENT: Final = Counter("oraculum_notification_sent_total", "Messages sent to gateways.")
BROKEN: Final = Counter("oraculum_notification_streams_broken_total", "Gateways that read too slowly.")
WEBHOOK_ATTEMPTS: Final = Counter(
    "oraculum_notification_webhook_attempts_total", "Webhooks sent, by what came of it.", ["result"]
)
WEBHOOK_SECONDS: Final = Histogram(
    "oraculum_notification_webhook_seconds",
    "How long receivers of webhooks took to answer.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
WEBHOOKS_WAITING: Final = Gauge(
    "oraculum_notification_webhooks_waiting",
    "Messages that wait for their receivers to take them, and lines of public channels that subscriptions have to look at.",
)
WEBHOOKS_OVERDUE: Final = Gauge(
    "oraculum_notification_webhooks_overdue_seconds", "For how long a due webhook has waited for a hand."
)
WEBHOOKS_PROVED: Final = Counter(
    "oraculum_notification_webhooks_proved_total", "Addresses that showed that they want to be told."
)
WEBHOOKS_DISABLED: Final = Counter(
    "oraculum_notification_webhooks_disabled_total", "Subscriptions that were given up.", ["reason"]
)
