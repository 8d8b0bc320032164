"""What wallet counts."""

from typing import Final

from prometheus_client import Counter

TRANSFERS: Final = Counter("oraculum_wallet_transfers", "Transfers recorded.")
BATCHES_RETRIED: Final = Counter(
    "oraculum_wallet_batches_retried", "Batches that met another one and began again."
)
DISAGREEMENTS: Final = Counter(
    "oraculum_wallet_ledger_disagreements", "Batches that the database refused: each one is a defect."
)
