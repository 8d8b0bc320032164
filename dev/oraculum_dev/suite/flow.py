"""How much flows through each process: rates read from the counters on its metrics page."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from oraculum_dev.suite.probe import get

# What a person sees, and the counter it is the rate of; the samples of all labels are added up.
FLOWS: Sequence[tuple[str, str]] = (
    ("requests", "oraculum_gateway_http_seconds_count"),
    ("socket messages", "oraculum_gateway_messages_total"),
    ("calls", "oraculum_rpc_server_handled_total"),
    ("venue updates", "oraculum_market_data_updates_total"),
    ("fills", "oraculum_prediction_fills_total"),
    ("transfers", "oraculum_wallet_transfers_total"),
    ("facts out", "oraculum_outbox_published_total"),
    ("facts in", "oraculum_consumer_records_total"),
)
_LABEL_OF = {counter: label for label, counter in FLOWS}


@dataclass
class Flow:
    """The rates of one process between its last two readings."""

    port: int
    rates: dict[str, float] = field(default_factory=dict)
    _totals: Mapping[str, float] = field(default_factory=dict)
    _read_at: float = 0.0

    async def read(self) -> None:
        """Fetch the page once more; a process that does not answer has no flow."""
        answer, now = await get(self.port, "/metrics"), time.monotonic()
        totals = sums(answer[1].decode(errors="replace")) if answer and answer[0] == 200 else {}
        passed = now - self._read_at
        # A counter that went back belongs to a new process: its first reading is a beginning, not a flow.
        self.rates = {
            label: (total - self._totals[label]) / passed
            for label, total in totals.items()
            if label in self._totals and total >= self._totals[label]
        }
        self._totals, self._read_at = totals, now

    def __str__(self) -> str:
        """What moves, in a few words."""
        return ", ".join(f"{rate:,.0f} {label}/s" for label, rate in self.rates.items() if rate >= 0.5)


def sums(page: str) -> dict[str, float]:
    """Add up the counters that we show, from a page in Prometheus' text format."""
    totals: dict[str, float] = defaultdict(float)
    for line in page.splitlines():
        name = line.partition("{")[0].partition(" ")[0]
        if label := _LABEL_OF.get(name):
            # A sample is `name{labels} value` or, with a time of its own, `name{labels} value time`.
            totals[label] += float((line.rpartition("}")[2] or line).split()[0 if "}" in line else 1])
    return dict(totals)
