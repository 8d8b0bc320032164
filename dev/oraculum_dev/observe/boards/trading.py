"""The path of a bet through prediction."""

from typing import Final

from oraculum_dev.observe.board import Board, Row, lines, number, quantiles, rate

_PLACE: Final = 'method="/oraculum.prediction.v1.PredictionService/PlaceOrder"'

TRADING: Final = Board(
    "trading",
    "Oraculum: trading",
    "Orders, batches, the market maker, risk and settlement.",
    [
        Row(
            "Orders",
            [
                lines(
                    "Filled a second", "ops", (rate("oraculum_prediction_fills_total", by="side"), "{{side}}")
                ),
                lines(
                    "Refused a second",
                    "ops",
                    (rate("oraculum_prediction_orders_refused_total", by="reason"), "{{reason}}"),
                ),
                quantiles("Time to decide an order", "oraculum_rpc_server_duration_seconds", _PLACE),
                lines(
                    "Waiting for the next batch",
                    "short",
                    (
                        "max by (instance, worker) (oraculum_prediction_queue_orders)",
                        "{{instance}} {{worker}}",
                    ),
                    threshold=1000,
                ),
            ],
        ),
        Row(
            "Batches",
            [
                lines(
                    "Orders in a batch",
                    "short",
                    (
                        f"{rate('oraculum_prediction_batch_orders_sum')} / {rate('oraculum_prediction_batch_orders_count')}",
                        "mean",
                    ),
                ),
                quantiles(
                    "p95 of each stage", "oraculum_prediction_batch_stage_duration_seconds", by="stage"
                ),
                lines(
                    "Priced again, since somebody was faster",
                    "ops",
                    (rate("oraculum_prediction_markets_cut_out_total"), "markets"),
                ),
                lines(
                    "Commits of which nobody knew the end",
                    "ops",
                    (rate("oraculum_prediction_commits_uncertain_total"), "batches"),
                    threshold=1,
                ),
            ],
        ),
        Row(
            "Risk",
            [
                lines(
                    "Limits that refused",
                    "ops",
                    (rate("oraculum_prediction_limit_breaches_total", by="rule"), "{{rule}}"),
                ),
                lines(
                    "Held for review and looked at",
                    "ops",
                    (rate("oraculum_prediction_orders_held_total"), "held"),
                    (rate("oraculum_prediction_reviews_total", by="decision"), "{{decision}}"),
                ),
                lines(
                    "What the house can still lose",
                    "short",
                    ("max by (asset) (oraculum_prediction_house_exposure_units) / 1e6", "{{asset}}"),
                ),
                lines(
                    "Triggers",
                    "ops",
                    (rate("oraculum_prediction_triggers_total", by="outcome"), "{{outcome}}"),
                ),
            ],
        ),
        Row(
            "Settlement",
            [
                lines(
                    "People paid a second",
                    "ops",
                    (rate("oraculum_prediction_positions_settled_total"), "people"),
                ),
                number(
                    "Results not fully paid",
                    "short",
                    "max(oraculum_prediction_settlements_undone) or vector(0)",
                ),
                number(
                    "Age of the oldest",
                    "s",
                    "max(oraculum_prediction_settlements_undone_age_seconds) or vector(0)",
                    threshold=900,
                ),
                number(
                    "Escrows that were off",
                    "short",
                    "sum(oraculum_prediction_house_result_off_total) or vector(0)",
                    threshold=1,
                ),
            ],
        ),
        Row(
            "Orders that ended otherwise",
            [
                lines(
                    "By the clock, and given up",
                    "ops",
                    (rate("oraculum_prediction_orders_ended_by_clock_total"), "by the clock"),
                    (rate("oraculum_prediction_orders_abandoned_total"), "given up for the sweep"),
                    (
                        rate("oraculum_prediction_endings_postponed_total"),
                        "put off, for they could not be ended",
                    ),
                ),
                lines(
                    "Money that comes back later",
                    "ops",
                    (rate("oraculum_prediction_voids_failed_total"), "holds left to the sweep"),
                    (
                        rate("oraculum_prediction_fundings_returned_total"),
                        "subsidies of markets that never came",
                    ),
                ),
                lines(
                    "Batches decided again for limits in use elsewhere",
                    "ops",
                    (rate("oraculum_prediction_limits_moved_total"), "batches"),
                ),
                lines(
                    "What people were warned of",
                    "ops",
                    (rate("oraculum_prediction_alerts_total", by="kind"), "{{kind}}"),
                ),
            ],
        ),
        Row(
            "Triggers",
            [
                lines("Watched", "short", ("sum(oraculum_prediction_triggers_waiting)", "triggers")),
                quantiles("From firing to the answer", "oraculum_prediction_trigger_duration_seconds"),
                lines(
                    "Whose moment was missed",
                    "ops",
                    (rate("oraculum_prediction_triggers_caught_total"), "triggers"),
                ),
            ],
        ),
    ],
)
