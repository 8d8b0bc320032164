"""What the platform is for: events, bets, volume, people, revenue."""

from typing import Final

from oraculum_dev.observe.board import Board, Row, lines, number, rate

BUSINESS: Final = Board(
    "business",
    "Oraculum: business",
    "Events, bets, money.",
    [
        Row(
            "Bets",
            [
                number(
                    "Bets today", "short", "sum(increase(oraculum_prediction_fills_total[24h])) or vector(0)"
                ),
                number(
                    "Volume today",
                    "short",
                    "sum(increase(oraculum_prediction_volume_units_total[24h])) / 1e6 or vector(0)",
                ),
                lines(
                    "Volume a second",
                    "short",
                    (f"{rate('oraculum_prediction_volume_units_total', by='asset')} / 1e6", "{{asset}}"),
                ),
                lines(
                    "People paid a second",
                    "ops",
                    (rate("oraculum_prediction_positions_settled_total"), "people"),
                ),
            ],
        ),
        Row(
            "Events",
            [
                lines(
                    "Opened from venues",
                    "ops",
                    (rate("oraculum_event_crawled_total", by="rule, outcome"), "{{rule}} {{outcome}}"),
                ),
                lines(
                    "Not opened", "ops", (rate("oraculum_event_not_opened_total", by="reason"), "{{reason}}")
                ),
                lines(
                    "Venue markets that changed",
                    "ops",
                    (rate("oraculum_market_data_markets_changed_total", by="venue"), "{{venue}}"),
                ),
            ],
        ),
        Row(
            "House",
            [
                lines(
                    "What it can still lose",
                    "short",
                    ("max by (asset) (oraculum_prediction_house_exposure_units) / 1e6", "{{asset}}"),
                ),
                lines("People online", "short", ("sum(oraculum_gateway_sockets)", "sockets")),
            ],
        ),
    ],
)
