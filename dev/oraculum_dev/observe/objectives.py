"""The service level objectives, as data.

Each is a share of good events among all events. `bad` and `all` are PromQL rates with `WINDOW` where the range stands;
burn-rate rules, alerts and the dashboard `slos` follow from them (see burn_rates.py).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

# Codes that a caller cannot help: what it asked may have been fine.
_OUR_FAULT: Final = "INTERNAL|UNKNOWN|UNAVAILABLE|DEADLINE_EXCEEDED|DATA_LOSS"


@dataclass(frozen=True)
class Objective:
    """A promise, and how it is measured."""

    name: str
    # What people get by it, for the alert and the dashboard.
    promise: str
    # Good events per hundred.
    percent: Decimal
    bad: str
    all: str

    @property
    def budget(self) -> Decimal:
        """The share of events that may be bad."""
        return 1 - self.percent / 100


def _slow(histogram: str, labels: str, bound: str) -> tuple[str, str]:
    """Bad and all of a latency objective: what took longer than a bucket's bound."""
    every = f"sum(rate({histogram}_count{{{labels}}}[WINDOW]))"
    separator = "," if labels else ""
    fast = f'sum(rate({histogram}_bucket{{{labels}{separator}le="{bound}"}}[WINDOW]))'
    return f"({every} - {fast})", every


_API = 'route!~"/ws|/api/v1/ws"'
_API_SLOW = _slow("oraculum_gateway_http_seconds", _API, "0.2")
_ORDER = 'method="/oraculum.prediction.v1.PredictionService/PlaceOrder"'
_ORDER_SLOW = _slow("oraculum_rpc_server_duration_seconds", _ORDER, "0.1")
_QUOTES_SLOW = _slow("oraculum_market_data_lag_seconds", 'sink="redis"', "0.5")
_SQL_SLOW = _slow("oraculum_sql_duration_seconds", "", "0.05")
_MONEY = 'method=~"/oraculum.wallet.v1.WalletService/.*"'

OBJECTIVES: Final = (
    Objective(
        "api-availability",
        "requests to the public API are answered without a failure of ours",
        Decimal("99.9"),
        f'sum(rate(oraculum_gateway_http_seconds_count{{{_API},status=~"5.."}}[WINDOW]))',
        f"sum(rate(oraculum_gateway_http_seconds_count{{{_API}}}[WINDOW]))",
    ),
    Objective(
        "api-latency", "requests to the public API are answered within 200 ms", Decimal(95), *_API_SLOW
    ),
    Objective("order-latency", "orders are decided within 100 ms", Decimal(95), *_ORDER_SLOW),
    Objective(
        "payment-availability",
        "calls to the ledger are answered without a failure of ours",
        Decimal("99.99"),
        f'sum(rate(oraculum_rpc_server_handled_total{{{_MONEY},code=~"{_OUR_FAULT}"}}[WINDOW]))',
        f"sum(rate(oraculum_rpc_server_handled_total{{{_MONEY}}}[WINDOW]))",
    ),
    Objective(
        "market-data-freshness",
        "what a venue says is visible within 500 ms",
        Decimal("99.95"),
        *_QUOTES_SLOW,
    ),
    Objective("database-latency", "statements take less than 50 ms", Decimal(95), *_SQL_SLOW),
)
