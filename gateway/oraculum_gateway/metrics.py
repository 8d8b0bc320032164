"""What the gateway counts. Labels are routes as declared, never addresses as asked for."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

SECONDS: Final = Histogram(
    "oraculum_gateway_http_seconds",
    "How long requests took, by method, route and class of status.",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0),
)
REFUSED: Final = Counter(
    "oraculum_gateway_refused_total", "Requests refused, by route and code.", ["route", "code"]
)
SOCKETS: Final = Gauge("oraculum_gateway_sockets", "Sockets that are open.")
CHANNELS: Final = Gauge("oraculum_gateway_channels", "Channels that somebody watches.")
FANNED_OUT: Final = Counter("oraculum_gateway_messages_total", "Messages written to sockets.")
CONFLATED: Final = Counter(
    "oraculum_gateway_conflated_total", "Messages that a newer one replaced for a slow reader."
)
SHED: Final = Counter("oraculum_gateway_sockets_shed_total", "Sockets closed because nobody read them.")
CACHED: Final = Counter(
    "oraculum_gateway_cache_total",
    "Answers asked of the cache: found in memory or in Valkey (shared), waited for with others (together), or missed.",
    ["route", "result"],
)
CACHED_BYTES: Final = Gauge("oraculum_gateway_cache_bytes", "Bytes of answers kept in memory.")
CACHE_FAILURES: Final = Counter(
    "oraculum_gateway_cache_failures_total", "Questions to Valkey about kept answers that nobody answered."
)
MAINTENANCE: Final = Gauge("oraculum_gateway_maintenance", "1 while commands wait for maintenance to end.")

_children: Final[dict[tuple[str, str, int], Histogram]] = {}


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one finished request."""
    key = (method, route, status)
    child = _children.get(key)
    if child is None:
        child = _children[key] = SECONDS.labels(method, route, str(status))
    child.observe(seconds)
