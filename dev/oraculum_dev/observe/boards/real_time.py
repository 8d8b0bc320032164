"""Sockets and channels."""

from typing import Final

from oraculum_dev.observe.board import Board, Row, lines, quantiles, rate

REAL_TIME: Final = Board(
    "real-time",
    "Oraculum: real time",
    "From a fact to the sockets that hear of it.",
    [
        Row(
            "Sockets",
            [
                lines("Open", "short", ("sum by (instance) (oraculum_gateway_sockets)", "{{instance}}")),
                lines(
                    "Channels watched",
                    "short",
                    ("sum by (instance) (oraculum_gateway_channels)", "{{instance}}"),
                ),
                lines(
                    "Messages written a second", "ops", (rate("oraculum_gateway_messages_total"), "messages")
                ),
                lines(
                    "Replaced by newer ones", "ops", (rate("oraculum_gateway_conflated_total"), "messages")
                ),
                lines("Closed, nobody read", "ops", (rate("oraculum_gateway_sockets_shed_total"), "sockets")),
            ],
        ),
        Row(
            "Notification",
            [
                lines("Said in channels", "ops", (rate("oraculum_notification_lines_total"), "messages")),
                lines("Sent to gateways", "ops", (rate("oraculum_notification_sent_total"), "messages")),
                lines("Gateways that listen", "short", ("sum(oraculum_notification_streams)", "streams")),
                lines(
                    "Streams broken", "ops", (rate("oraculum_notification_streams_broken_total"), "streams")
                ),
                lines("Notices to people", "ops", (rate("oraculum_notification_notices_total"), "notices")),
            ],
        ),
        Row(
            "Webhooks",
            [
                lines(
                    "Sent, by what came of it",
                    "ops",
                    (rate("oraculum_notification_webhook_attempts_total", by="result"), "{{result}}"),
                ),
                quantiles("Answers of receivers", "oraculum_notification_webhook_seconds"),
                lines("Waiting", "short", ("max(oraculum_notification_webhooks_waiting)", "messages")),
                lines(
                    "Due, and nobody at it",
                    "s",
                    ("max(oraculum_notification_webhooks_overdue_seconds)", "longest"),
                ),
                lines(
                    "Addresses proved, and given up",
                    "ops",
                    (rate("oraculum_notification_webhooks_proved_total"), "proved"),
                    (rate("oraculum_notification_webhooks_disabled_total", by="reason"), "{{reason}}"),
                ),
                lines("Maintenance", "short", ("max(oraculum_gateway_maintenance)", "on")),
            ],
        ),
        Row(
            "Channels",
            [
                lines(
                    "Watched by some gateway",
                    "short",
                    ("max(oraculum_notification_watched_channels)", "channels"),
                ),
                lines(
                    "Messages of channels whose names nobody could ask for",
                    "ops",
                    (rate("oraculum_notification_unnamed_total"), "messages"),
                ),
            ],
        ),
    ],
)
