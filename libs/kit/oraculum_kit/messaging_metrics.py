"""Prometheus metrics of outbox, consumers and jobs. Same rules as `metrics`: unit last, few and closed labels."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from oraculum_kit.metrics import SECONDS

OUTBOX_DEPTH: Final = Gauge(
    "oraculum_outbox_depth", "Facts that wait to be published (the leader says it, counted up to 100,000)."
)
OUTBOX_AGE: Final = Gauge("oraculum_outbox_age_seconds", "How long the oldest fact has been waiting.")
OUTBOX_LEADS: Final = Gauge("oraculum_outbox_leads", "1 in the process whose relay publishes for its schema.")
OUTBOX_PUBLISHED: Final = Counter("oraculum_outbox_published", "Facts that the broker acknowledged.")
OUTBOX_FAILED: Final = Counter("oraculum_outbox_failed", "Batches that the broker did not take as a whole.")

CONSUMED: Final = Counter(
    "oraculum_consumer_records",
    "Records taken from a topic, by what became of them: handled, duplicate, dead, ignored.",
    ("group", "topic", "result"),
)
CONSUMER_SECONDS: Final = Histogram(
    "oraculum_consumer_batch_duration_seconds",
    "Time to handle a batch and commit it.",
    ("group",),
    buckets=SECONDS,
)
CONSUMER_DELAY: Final = Histogram(
    "oraculum_consumer_delay_seconds",
    "From the moment a fact became true until it was handled; the oldest of each batch.",
    ("group",),
    buckets=(*SECONDS, 30.0, 60.0, 300.0, 3600.0),
)
CONSUMER_LAG: Final = Gauge(
    "oraculum_consumer_lag_records",
    "Records in a partition that are not handled yet.",
    ("group", "topic", "partition"),
)
CONSUMER_RETRIES: Final = Counter(
    "oraculum_consumer_retries", "Attempts to handle that failed and were made again.", ("group", "kind")
)
CONSUMER_GAPS: Final = Counter(
    "oraculum_consumer_gaps", "Sequence numbers that never came: a fact may be lost.", ("group", "topic")
)

JOB_SECONDS: Final = Histogram(
    "oraculum_job_duration_seconds", "Time of one run of a job.", ("kind",), buckets=SECONDS
)
JOB_RUNS: Final = Counter(
    "oraculum_job_runs", "Runs of jobs by how they ended: done, retried, dead, lost.", ("kind", "result")
)
JOB_LATENESS: Final = Histogram(
    "oraculum_job_lateness_seconds", "From the time a job was due until it ran.", ("kind",), buckets=SECONDS
)
JOBS_WAITING: Final = Gauge("oraculum_jobs_waiting", "Jobs that are due or will be.", ("kind",))
JOBS_OVERDUE: Final = Gauge(
    "oraculum_jobs_overdue_seconds", "How long the oldest due job has waited.", ("kind",)
)
JOBS_DEAD: Final = Gauge("oraculum_jobs_dead", "Jobs that were given up and wait for a person.", ("kind",))
