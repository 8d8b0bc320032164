"""The venues: what they say, how fresh it is, and what is wrong with it."""

from typing import Final

from oraculum_dev.observe.board import Board, Row, lines, quantiles, rate

MARKET_DATA: Final = Board(
    "market-data",
    "Oraculum: market data",
    "Polymarket, Kalshi and Manifold as they are followed.",
    [
        Row(
            "Flow",
            [
                lines(
                    "Updates a second",
                    "ops",
                    (rate("oraculum_market_data_updates_total", by="venue, kind"), "{{venue}} {{kind}}"),
                ),
                quantiles("From receipt to visible", "oraculum_market_data_lag_seconds", by="sink"),
                lines(
                    "Silent for",
                    "s",
                    ("max by (venue) (oraculum_market_data_age_seconds)", "{{venue}}"),
                    threshold=300,
                ),
                lines(
                    "Waiting to be written",
                    "short",
                    ("max by (sink) (oraculum_market_data_waiting)", "{{sink}}"),
                ),
            ],
        ),
        Row(
            "Venues",
            [
                lines(
                    "Requests",
                    "ops",
                    (rate("oraculum_market_data_requests_total", by="venue, answer"), "{{venue}} {{answer}}"),
                ),
                lines(
                    "Sockets opened again",
                    "ops",
                    (
                        rate("oraculum_market_data_reconnects_total", by="venue, reason"),
                        "{{venue}} {{reason}}",
                    ),
                ),
                lines(
                    "Records refused",
                    "ops",
                    (rate("oraculum_market_data_refused_total", by="venue, field"), "{{venue}} {{field}}"),
                ),
                lines(
                    "Clock ahead of ours",
                    "s",
                    ("max by (venue) (oraculum_market_data_skew_seconds)", "{{venue}}"),
                ),
            ],
        ),
        Row(
            "Quality",
            [
                lines(
                    "Incidents open",
                    "short",
                    ("sum by (venue, kind) (oraculum_market_data_incidents_open)", "{{venue}} {{kind}}"),
                ),
                lines(
                    "Incidents begun",
                    "ops",
                    (rate("oraculum_market_data_incidents_total", by="venue, kind"), "{{venue}} {{kind}}"),
                ),
                lines(
                    "Books not trusted",
                    "ops",
                    (
                        rate("oraculum_market_data_book_troubles_total", by="venue, kind"),
                        "{{venue}} {{kind}}",
                    ),
                ),
                lines(
                    "Overtaken before written",
                    "ops",
                    (rate("oraculum_market_data_conflated_total", by="sink"), "{{sink}}"),
                ),
            ],
        ),
        Row(
            "What was missed",
            [
                lines(
                    "Trades that a venue's history knew and no socket had told",
                    "ops",
                    (rate("oraculum_market_data_backfilled_total", by="venue"), "{{venue}}"),
                ),
                lines(
                    "Messages of a kind that nobody told us of",
                    "ops",
                    (rate("oraculum_market_data_unknown_total", by="venue"), "{{venue}}"),
                ),
            ],
        ),
    ],
)
