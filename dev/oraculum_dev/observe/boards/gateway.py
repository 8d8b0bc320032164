"""The public surface: requests, refusals, limits."""

from typing import Final

from oraculum_dev.observe.board import Board, Row, lines, quantiles, rate

_HTTP: Final = "oraculum_gateway_http_seconds"
_FOUND: Final = rate("oraculum_gateway_cache_total", 'result!="missed"', by="route")

GATEWAY: Final = Board(
    "gateway",
    "Oraculum: gateway",
    "What the world asks and how it is answered.",
    [
        Row(
            "Requests",
            [
                lines(
                    "By route",
                    "reqps",
                    (f"topk(15, {rate(_HTTP + '_count', by='method, route')})", "{{method}} {{route}}"),
                ),
                lines("By status", "reqps", (rate(f"{_HTTP}_count", by="status"), "{{status}}")),
                quantiles("Time to answer", _HTTP, 'route!~"/ws|/api/v1/ws"'),
                quantiles("p95 by route", _HTTP, 'route!~"/ws|/api/v1/ws"', by="route"),
            ],
        ),
        Row(
            "Refusals",
            [
                lines("By code", "reqps", (rate("oraculum_gateway_refused_total", by="code"), "{{code}}")),
                lines(
                    "By limit",
                    "reqps",
                    (rate("oraculum_gateway_rate_limited_total", by="limit"), "{{limit}}"),
                ),
                lines(
                    "Failures of ours by route",
                    "reqps",
                    (
                        rate(f"{_HTTP}_count", 'status=~"5.."', by="method, route, status"),
                        "{{status}} {{method}} {{route}}",
                    ),
                ),
            ],
        ),
        Row(
            "Calls to services",
            [
                lines(
                    "By service and code",
                    "ops",
                    (rate("oraculum_rpc_client_handled_total", 'service="gateway"', by="code"), "{{code}}"),
                ),
                quantiles(
                    "p95 by method", "oraculum_rpc_client_duration_seconds", 'service="gateway"', by="method"
                ),
                lines(
                    "Tokens looked at",
                    "ops",
                    (rate("oraculum_tokens_verified_total", by="kind, result"), "{{kind}} {{result}}"),
                ),
                lines(
                    "Commands by what their key told",
                    "ops",
                    (rate("oraculum_idempotent_commands_total", by="result"), "{{result}}"),
                ),
            ],
        ),
        Row(
            "Cache of public answers",
            [
                lines(
                    "Share that it answered",
                    "percentunit",
                    (f"{_FOUND} / {rate('oraculum_gateway_cache_total', by='route')}", "{{route}}"),
                ),
                lines(
                    "Where answers came from",
                    "ops",
                    (rate("oraculum_gateway_cache_total", by="result"), "{{result}}"),
                ),
                lines(
                    "Kept in memory",
                    "bytes",
                    ("max by (instance) (oraculum_gateway_cache_bytes)", "{{instance}}"),
                ),
                lines(
                    "Valkey did not answer",
                    "ops",
                    (rate("oraculum_gateway_cache_failures_total"), "kept answers"),
                    (rate("oraculum_gateway_rate_limit_failures_total", by="limit"), "limit {{limit}}"),
                ),
            ],
        ),
    ],
)
