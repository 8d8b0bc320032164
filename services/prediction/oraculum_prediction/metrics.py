"""What prediction counts. Labels are few and closed; hot paths keep the children they need."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from oraculum_kit.metrics import SECONDS, begin_at_zero

BATCH_ORDERS: Final = Histogram(
    "oraculum_prediction_batch_orders",
    "Orders that were decided together.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
)
QUEUED: Final = Gauge("oraculum_prediction_queue_orders", "Orders that wait for the next batch.", ("worker",))
_STAGE_SECONDS: Final = Histogram(
    "oraculum_prediction_batch_stage_duration_seconds",
    "Time of one stage of a batch.",
    ("stage",),
    buckets=SECONDS,
)
REFUSED: Final = Counter("oraculum_prediction_orders_refused", "Orders that were refused.", ("reason",))
FILLS: Final = Counter("oraculum_prediction_fills", "Orders that were filled.", ("side",))
VOLUME: Final = Counter(
    "oraculum_prediction_volume_units", "Money that changed hands before fees.", ("asset",)
)
CUT_OUT: Final = Counter(
    "oraculum_prediction_markets_cut_out", "Markets that changed under a batch and were priced again."
)
UNCERTAIN: Final = Counter(
    "oraculum_prediction_commits_uncertain", "Batches whose commit failed or could not be known."
)
ABANDONED: Final = Counter("oraculum_prediction_orders_abandoned", "Orders given up for wallet's sweep.")
ENDED_BY_CLOCK: Final = Counter(
    "oraculum_prediction_orders_ended_by_clock",
    "Resting orders that expired, outlived their market or owner's word.",
)
ENDINGS_POSTPONED: Final = Counter(
    "oraculum_prediction_endings_postponed",
    "Endings of resting orders that failed and are tried at the next look.",
    ("why",),
)
begin_at_zero(ENDINGS_POSTPONED, ("look", "dead_man", "clock", "barred", "excluded"))
VOIDS_FAILED: Final = Counter(
    "oraculum_prediction_voids_failed", "Holds that could not be voided at once and are left to the sweep."
)
FUNDINGS_RETURNED: Final = Counter(
    "oraculum_prediction_fundings_returned", "Subsidies brought back from markets that never came."
)
SETTLED: Final = Counter("oraculum_prediction_positions_settled", "People paid for an event.")
UNSETTLED: Final = Gauge(
    "oraculum_prediction_settlements_undone", "Results by which not everybody is paid yet."
)
UNSETTLED_SECONDS: Final = Gauge(
    "oraculum_prediction_settlements_undone_age_seconds", "How long ago the oldest of them was heard of."
)
HOUSE_RESULT_OFF: Final = Counter(
    "oraculum_prediction_house_result_off", "Escrows that held something else than was reckoned."
)

_stages: Final = {
    stage: _STAGE_SECONDS.labels(stage) for stage in ("look up", "price", "hold", "commit", "void")
}


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Time one stage of a batch."""
    started = perf_counter()
    try:
        yield
    finally:
        _stages[name].observe(perf_counter() - started)
