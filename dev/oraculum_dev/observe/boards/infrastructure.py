"""What every service stands on: database, log, jobs, processes."""

from typing import Final

from oraculum_dev.observe.board import Board, Row, lines, quantiles, rate

INFRASTRUCTURE: Final = Board(
    "infrastructure",
    "Oraculum: infrastructure",
    "PostgreSQL and Kafka as the services see them, jobs, processes.",
    [
        Row(
            "Calls between services",
            [
                lines(
                    "By service and code",
                    "ops",
                    (rate("oraculum_rpc_server_handled_total", by="service, code"), "{{service}} {{code}}"),
                ),
                quantiles("p95 by service", "oraculum_rpc_server_duration_seconds", by="service"),
                lines(
                    "Being answered now",
                    "short",
                    ("sum by (service) (oraculum_rpc_server_running)", "{{service}}"),
                ),
            ],
        ),
        Row(
            "PostgreSQL",
            [
                quantiles("p95 by service", "oraculum_sql_duration_seconds", by="service"),
                lines(
                    "Slowest statements",
                    "s",
                    (
                        "topk(10, histogram_quantile(0.95, sum by (le, statement) (rate(oraculum_sql_duration_seconds_bucket[$__rate_interval]))))",
                        "{{statement}}",
                    ),
                ),
                lines(
                    "Connections",
                    "short",
                    ("sum by (service, state) (oraculum_db_pool_connections)", "{{service}} {{state}}"),
                ),
                lines(
                    "Waiting for a connection",
                    "short",
                    ("sum by (service) (oraculum_db_pool_waiting)", "{{service}}"),
                    threshold=50,
                ),
            ],
        ),
        Row(
            "Kafka",
            [
                lines(
                    "Facts published a second",
                    "ops",
                    (rate("oraculum_outbox_published_total", by="service"), "{{service}}"),
                ),
                lines(
                    "Facts that wait", "short", ("max by (service) (oraculum_outbox_depth)", "{{service}}")
                ),
                lines(
                    "Records handled a second",
                    "ops",
                    (rate("oraculum_consumer_records_total", by="group, result"), "{{group}} {{result}}"),
                ),
                quantiles("From true to handled", "oraculum_consumer_delay_seconds", by="group"),
            ],
        ),
        Row(
            "Jobs and processes",
            [
                lines(
                    "Runs of jobs",
                    "ops",
                    (rate("oraculum_job_runs_total", by="kind, result"), "{{kind}} {{result}}"),
                ),
                lines("Overdue", "s", ("max by (kind) (oraculum_jobs_overdue_seconds)", "{{kind}}")),
                lines("CPU", "percentunit", (rate("process_cpu_seconds_total", by="service"), "{{service}}")),
                lines("Memory", "bytes", ("sum by (service) (process_resident_memory_bytes)", "{{service}}")),
            ],
        ),
    ],
)
