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
                lines(
                    "Replicas as their callers see them",
                    "short",
                    (
                        "max by (service, target, state) (oraculum_rpc_client_replicas)",
                        "{{service}} sees {{target}} {{state}}",
                    ),
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
                lines(
                    "Share of time in that queue",
                    "percentunit",
                    # A gauge that only grows: what requests have waited for since the start, all together.
                    (
                        "sum by (service) (rate(oraculum_db_pool_waited_seconds[$__rate_interval]))",
                        "{{service}}",
                    ),
                ),
                lines(
                    "Statements that failed",
                    "ops",
                    (rate("oraculum_sql_failed_total", by="statement"), "{{statement}}"),
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
                quantiles(
                    "A batch handled and committed", "oraculum_consumer_batch_duration_seconds", by="group"
                ),
                lines(
                    "Failures that were tried again",
                    "ops",
                    (rate("oraculum_consumer_retries_total", by="group, kind"), "{{group}} {{kind}}"),
                    (rate("oraculum_outbox_failed_total", by="service"), "{{service}} publishes"),
                ),
            ],
        ),
        Row(
            "Jobs",
            [
                lines(
                    "Runs of jobs",
                    "ops",
                    (rate("oraculum_job_runs_total", by="kind, result"), "{{kind}} {{result}}"),
                ),
                lines("Overdue", "s", ("max by (kind) (oraculum_jobs_overdue_seconds)", "{{kind}}")),
                lines(
                    "Due, and given up",
                    "short",
                    ("max by (kind) (oraculum_jobs_waiting)", "{{kind}} waits"),
                    ("max by (kind) (oraculum_jobs_dead)", "{{kind}} is given up"),
                ),
                quantiles("One run", "oraculum_job_duration_seconds", by="kind"),
                quantiles("From due to run", "oraculum_job_lateness_seconds", by="kind"),
            ],
        ),
        Row(
            "Processes",
            [
                lines("CPU", "percentunit", (rate("process_cpu_seconds_total", by="service"), "{{service}}")),
                lines("Memory", "bytes", ("sum by (service) (process_resident_memory_bytes)", "{{service}}")),
            ],
        ),
    ],
)
