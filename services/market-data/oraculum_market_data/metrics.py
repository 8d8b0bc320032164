"""What market-data counts beside what the kit counts for everybody."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from oraculum_kit.metrics import begin_at_zero
from oraculum_market_data.normal.base import Venue

UPDATES: Final = Counter(
    "oraculum_market_data_updates_total",
    "What the venues said, by venue and kind of the normal form.",
    ["venue", "kind"],
)
REFUSED: Final = Counter(
    "oraculum_market_data_refused_total",
    "Records that broke the venue's own rules, by venue and field.",
    ["venue", "field"],
)
UNKNOWN: Final = Counter(
    "oraculum_market_data_unknown_total",
    "Messages of a kind that nobody has told us of, by venue.",
    ["venue"],
)
begin_at_zero(UNKNOWN, Venue)
MARKETS_CHANGED: Final = Counter(
    "oraculum_market_data_markets_changed_total", "Markets that were told of as new or changed.", ["venue"]
)
REQUESTS: Final = Counter(
    "oraculum_market_data_requests_total", "Requests to the venues, by venue and answer.", ["venue", "answer"]
)
BACKFILLED: Final = Counter(
    "oraculum_market_data_backfilled_total",
    "Trades that no socket had told and the venue's history knew, by venue.",
    ["venue"],
)
RECONNECTS: Final = Counter(
    "oraculum_market_data_reconnects_total",
    "Sockets that had to be opened again, by venue and reason.",
    ["venue", "reason"],
)
begin_at_zero(RECONNECTS, Venue, ("closed", "refused", "silent"))
TROUBLES: Final = Counter(
    "oraculum_market_data_book_troubles_total", "Books that could not be trusted any more.", ["venue", "kind"]
)
CONFLATED: Final = Counter(
    "oraculum_market_data_conflated_total",
    "Quotes that were overtaken by a newer one before they were written, by where to.",
    ["sink"],
)
WAITING: Final = Gauge(
    "oraculum_market_data_waiting", "Quotes and trades that wait to be written, by where to.", ["sink"]
)
AGE_SECONDS: Final = Gauge(
    "oraculum_market_data_age_seconds", "How long ago the venue said anything, by venue.", ["venue"]
)
SKEW_SECONDS: Final = Gauge(
    "oraculum_market_data_skew_seconds",
    "How far the venue's clock is ahead of ours, as far as known.",
    ["venue"],
)
INCIDENTS: Final = Counter(
    "oraculum_market_data_incidents_total",
    "Incidents of quality that began, by venue and kind.",
    ["venue", "kind"],
)
INCIDENTS_OPEN: Final = Gauge(
    "oraculum_market_data_incidents_open",
    "Incidents of quality under way, by venue and kind.",
    ["venue", "kind"],
)
LAG_SECONDS: Final = Histogram(
    "oraculum_market_data_lag_seconds",
    "From receipt to visible, by where.",
    ["sink"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
