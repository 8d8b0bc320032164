"""The ledger: what moves, what waits, and whether its laws hold."""

from typing import Final

from oraculum_dev.observe.alerts import LEDGER_VIOLATIONS
from oraculum_dev.observe.board import Board, Row, lines, number, quantiles, rate

WALLET: Final = Board(
    "wallet",
    "Oraculum: wallet and ledger",
    "Transfers, fills that move money, holds, and the proofs.",
    [
        Row(
            "Laws",
            [
                number("Broken now", "short", f"sum({LEDGER_VIOLATIONS}) or vector(0)", threshold=1),
                number(
                    "Last proof",
                    "s",
                    "time() - max(oraculum_wallet_ledger_proved_timestamp_seconds)",
                    threshold=900,
                ),
                number(
                    "Incidents open",
                    "short",
                    "sum(max by (kind) (oraculum_wallet_incidents_open)) or vector(0)",
                    threshold=1,
                ),
                number(
                    "Events halted", "short", "max(oraculum_wallet_events_halted) or vector(0)", threshold=1
                ),
                number(
                    "Accounts frozen by the monitor",
                    "short",
                    "sum(oraculum_wallet_accounts_frozen_total) or vector(0)",
                    threshold=1,
                ),
            ],
        ),
        Row(
            "Movement",
            [
                lines("Transfers a second", "ops", (rate("oraculum_wallet_transfers_total"), "transfers")),
                lines(
                    "Fills applied a second",
                    "ops",
                    (rate("oraculum_wallet_fills_applied_total"), "applied"),
                    (rate("oraculum_wallet_fills_duplicate_total"), "came again"),
                ),
                lines(
                    "Batches that began again",
                    "ops",
                    (rate("oraculum_wallet_batches_retried_total"), "batches"),
                ),
                quantiles(
                    "p95 by call", "oraculum_rpc_server_duration_seconds", 'service="wallet"', by="method"
                ),
            ],
        ),
        Row(
            "What waits",
            [
                lines("Holds pending", "short", ("max(oraculum_wallet_pending_transfers)", "transfers")),
                lines("Oldest hold", "s", ("max(oraculum_wallet_pending_age_seconds)", "age"), threshold=60),
                lines(
                    "Fills that wait for one before them",
                    "short",
                    ("max(oraculum_wallet_fills_waiting)", "fills"),
                ),
                lines("Swept after a crash", "ops", (rate("oraculum_wallet_holds_swept_total"), "holds")),
            ],
        ),
        Row(
            "What cannot happen, and did",
            [
                lines("Incidents", "ops", (rate("oraculum_wallet_incidents_total", by="kind"), "{{kind}}")),
                lines(
                    "Batches that the database refused",
                    "ops",
                    (rate("oraculum_wallet_ledger_disagreements_total"), "batches"),
                ),
                lines(
                    "Longest halt of an event's fills",
                    "s",
                    ("max(oraculum_wallet_events_halted_age_seconds)", "age"),
                    threshold=60,
                ),
                lines(
                    "Balances without what is arriving",
                    "ops",
                    (rate("oraculum_wallet_proceeds_unknown_total"), "prediction was away"),
                ),
            ],
        ),
        Row(
            "Sweeps and looks",
            [
                lines(
                    "Money given back",
                    "ops",
                    (rate("oraculum_wallet_expired_transfers_total"), "transfers whose time was over"),
                    (rate("oraculum_wallet_reserves_swept_total"), "reserves of orders never decided"),
                ),
                lines(
                    "Sweeps without an answer", "ops", (rate("oraculum_wallet_sweeps_failed_total"), "sweeps")
                ),
                quantiles("One look of the conservation monitor", "oraculum_wallet_monitor_look_seconds"),
                lines(
                    "Since it looked last",
                    "s",
                    ("time() - max(oraculum_wallet_monitor_looked_timestamp_seconds)", "age"),
                    threshold=60,
                ),
            ],
        ),
    ],
)
