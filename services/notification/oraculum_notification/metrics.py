"""What notification counts beside what the kit counts for everybody."""

from typing import Final

from prometheus_client import Counter, Gauge

LINES: Final = Counter("oraculum_notification_lines_total", "Messages that channels said.")
NOTICES: Final = Counter("oraculum_notification_notices_total", "Notices that people found.")
UNNAMED: Final = Counter(
    "oraculum_notification_unnamed_total", "Messages of channels whose names nobody could ask for."
)
STREAMS: Final = Gauge("oraculum_notification_streams", "Gateways that listen.")
WATCHED: Final = Gauge("oraculum_notification_watched_channels", "Channels that some gateway watches.")
SENT: Final = Counter("oraculum_notification_sent_total", "Messages sent to gateways.")
BROKEN: Final = Counter("oraculum_notification_streams_broken_total", "Gateways that read too slowly.")
