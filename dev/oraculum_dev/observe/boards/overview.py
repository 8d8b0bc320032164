"""The first dashboard in an incident: is it up, is it slow, is the money right, where to look next."""

from typing import Final

from oraculum_dev.observe.alerts import LEDGER_VIOLATIONS, NOBODY_SERVES
from oraculum_dev.observe.board import Board, Row, lines, number, quantiles, rate

_ALL: Final = rate("oraculum_gateway_http_seconds_count")
_FAILED: Final = rate("oraculum_gateway_http_seconds_count", 'status=~"5.."')

OVERVIEW: Final = Board(
    "overview",
    "Oraculum: overview",
    "Begin here. What is red leads to the dashboard of its part.",
    [
        Row(
            "Now",
            [
                number(
                    "Services without a ready replica",
                    "short",
                    f"count({NOBODY_SERVES}) or vector(0)",
                    threshold=1,
                ),
                number("Requests a second", "reqps", rate("oraculum_gateway_http_seconds_count")),
                number(
                    "Requests that failed",
                    "percentunit",
                    f"({_FAILED} or vector(0)) / {_ALL}",
                    threshold=0.01,
                ),
                number(
                    "Laws of the ledger that are broken",
                    "short",
                    f"sum({LEDGER_VIOLATIONS}) or vector(0)",
                    threshold=1,
                ),
                number(
                    "Incidents of wallet",
                    "short",
                    "sum(max by (kind) (oraculum_wallet_incidents_open)) or vector(0)",
                    threshold=1,
                ),
                number(
                    "Venues silent",
                    "short",
                    "count(max by (venue) (oraculum_market_data_age_seconds) > 60) or vector(0)",
                    threshold=1,
                ),
            ],
        ),
        Row(
            "Traffic",
            [
                lines(
                    "Requests by class",
                    "reqps",
                    (
                        rate("oraculum_gateway_http_seconds_count", by="status"),
                        "{{status}}",
                    ),
                ),
                quantiles("Time to answer", "oraculum_gateway_http_seconds", 'route!~"/ws|/api/v1/ws"'),
                lines(
                    "Fills a second", "ops", (rate("oraculum_prediction_fills_total", by="side"), "{{side}}")
                ),
            ],
        ),
        Row(
            "What holds things up",
            [
                lines(
                    "Oldest fact not published",
                    "s",
                    ("max by (service) (oraculum_outbox_age_seconds)", "{{service}}"),
                    threshold=60,
                ),
                lines(
                    "Records not handled",
                    "short",
                    ("sum by (group) (oraculum_consumer_lag_records)", "{{group}}"),
                ),
                lines(
                    "Away, and lived without",
                    "short",
                    (
                        "max by (service, dependency) (oraculum_degraded) == 1",
                        "{{service}} without {{dependency}}",
                    ),
                ),
                lines(
                    "Exceptions that nobody meant",
                    "short",
                    (
                        "sum by (service, where) (increase(oraculum_unhandled_errors_total[$__rate_interval]))",
                        "{{service}} {{where}}",
                    ),
                    threshold=1,
                ),
            ],
        ),
    ],
)
