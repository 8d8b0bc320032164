"""Prometheus metrics of the kit, and the one way to label them cheaply.

Names say the unit last. Labels are few and closed (a method, a statement, a status code); ids never are labels.
`labels()` of the client library takes a lock and builds a tuple, so hot paths keep the children they need: every
class here that counts something asks for its child once.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

# From half a millisecond to ten seconds, closest where the targets lie (p95 of a bet 50 ms, a page 20 ms).
SECONDS: Final[Sequence[float]] = (
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
)  # fmt: skip

RPC_SERVER_SECONDS: Final = Histogram(
    "oraculum_rpc_server_duration_seconds", "Time to answer a call.", ("method",), buckets=SECONDS
)
RPC_SERVER_HANDLED: Final = Counter(
    "oraculum_rpc_server_handled", "Calls answered, by status.", ("method", "code")
)
RPC_SERVER_RUNNING: Final = Gauge("oraculum_rpc_server_running", "Calls being answered now.", ("method",))

RPC_CLIENT_SECONDS: Final = Histogram(
    "oraculum_rpc_client_duration_seconds", "Time until a peer answered.", ("method",), buckets=SECONDS
)
RPC_CLIENT_HANDLED: Final = Counter(
    "oraculum_rpc_client_handled", "Calls to peers, by status.", ("method", "code")
)

SQL_SECONDS: Final = Histogram(
    "oraculum_sql_duration_seconds", "Time of a named statement.", ("statement",), buckets=SECONDS
)
SQL_FAILED: Final = Counter("oraculum_sql_failed", "Named statements that failed.", ("statement",))

POOL_CONNECTIONS: Final = Gauge(
    "oraculum_db_pool_connections", "Connections by what they do.", ("pool", "state")
)
POOL_WAITING: Final = Gauge("oraculum_db_pool_waiting", "Requests in the queue for a connection.", ("pool",))
POOL_WAITED: Final = Gauge(
    "oraculum_db_pool_waited_seconds", "Time spent in that queue since the start.", ("pool",)
)

READY: Final = Gauge("oraculum_ready", "1 when this process serves, 0 when it must not be asked.")
DEGRADED: Final = Gauge(
    "oraculum_degraded", "1 while a dependency is away that we can live without.", ("dependency",)
)
REPLICAS: Final = Gauge(
    "oraculum_rpc_client_replicas",
    "Replicas of a peer, by whether they say that they serve.",
    ("target", "state"),
)

CERTIFICATE_ENDS: Final = Gauge(
    "oraculum_tls_certificate_ends_timestamp_seconds",
    "When our certificate ends: `shown` to peers since the start, and that of the `file`, which is served.",
    ("which",),
)

TOKENS_VERIFIED: Final = Counter("oraculum_tokens_verified", "Tokens looked at.", ("kind", "result"))
IDEMPOTENT: Final = Counter("oraculum_idempotent_commands", "Commands by what their key told.", ("result",))
UNHANDLED: Final = Counter(
    "oraculum_unhandled_errors", "Exceptions that nobody meant: each one is a defect.", ("where",)
)


def begin_at_zero(counter: Counter, *words: Iterable[str]) -> None:
    """Show a counter at zero for all that its labels may say, label by label, before any of it happens.

    A series that begins at one has risen for nobody: `rate` and `increase` see no rise before its second sample, so an alert
    would miss the first time. Only for labels whose words are few and known.
    """
    for labels in product(*words):
        counter.labels(*labels)
