"""What wallet counts."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from oraculum_kit.metrics import begin_at_zero

TRANSFERS: Final = Counter("oraculum_wallet_transfers", "Transfers recorded.")
BATCHES_RETRIED: Final = Counter(
    "oraculum_wallet_batches_retried", "Batches that met another one and began again."
)
DISAGREEMENTS: Final = Counter(
    "oraculum_wallet_ledger_disagreements", "Batches that the database refused: each one is a defect."
)
FILLS_APPLIED: Final = Counter("oraculum_wallet_fills_applied", "Fills whose money moved.")
FILLS_DUPLICATE: Final = Counter("oraculum_wallet_fills_duplicate", "Fills that came again and were skipped.")
FILLS_WAITING: Final = Gauge("oraculum_wallet_fills_waiting", "Fills that wait for one before them.")
FILLS_WAITING_SECONDS: Final = Gauge(
    "oraculum_wallet_fills_waiting_age_seconds", "How long the oldest of them has waited."
)
EVENTS_HALTED: Final = Gauge("oraculum_wallet_events_halted", "Events of which no fill is applied any more.")
EVENTS_HALTED_SECONDS: Final = Gauge(
    "oraculum_wallet_events_halted_age_seconds", "How long the first of them has stood still."
)
# As in the schema.
INCIDENT_KINDS: Final = (
    "fill_gap",
    "fill_recovered",
    "fill_refused",
    "fill_unexpected",
    "hold_stranded",
    "account_counters",
    "account_overdrawn",
    "escrow_fills",
    "ledger_unbalanced",
)
INCIDENTS: Final = Counter("oraculum_wallet_incidents", "What can't happen and did.", ("kind",))
begin_at_zero(INCIDENTS, INCIDENT_KINDS)
INCIDENTS_OPEN: Final = Gauge(
    "oraculum_wallet_incidents_open", "Incidents that nobody has closed.", ("kind",)
)
PENDING: Final = Gauge(
    "oraculum_wallet_pending_transfers", "Transfers that are pending (counted up to 100,000)."
)
PENDING_SECONDS: Final = Gauge(
    "oraculum_wallet_pending_age_seconds", "How long the oldest of them has been pending."
)
HOLDS_SWEPT: Final = Counter("oraculum_wallet_holds_swept", "Holds voided that a crash had left behind.")
RESERVES_SWEPT: Final = Counter(
    "oraculum_wallet_reserves_swept", "Reserves given back whose orders a crash had kept from being decided."
)
EXPIRED: Final = Counter(
    "oraculum_wallet_expired_transfers", "Pending transfers voided because their time was over."
)
SWEEPS_FAILED: Final = Counter(
    "oraculum_wallet_sweeps_failed", "Times that prediction did not say what to void."
)
PROCEEDS_UNKNOWN: Final = Counter(
    "oraculum_wallet_proceeds_unknown",
    "Balances answered without what is arriving, since prediction was away.",
)
VIOLATIONS: Final = Gauge(
    "oraculum_wallet_ledger_violations", "Violations that the last proof found.", ("law",)
)
PROVED_AT: Final = Gauge(
    "oraculum_wallet_ledger_proved_timestamp_seconds", "When the ledger was proved last."
)
LOOKED_AT: Final = Gauge(
    "oraculum_wallet_monitor_looked_timestamp_seconds", "When the conservation monitor looked last."
)
LOOK_SECONDS: Final = Histogram(
    "oraculum_wallet_monitor_look_seconds", "How long one look of the conservation monitor takes."
)
FROZEN: Final = Counter("oraculum_wallet_accounts_frozen", "Accounts frozen by the monitor.", ("law",))
