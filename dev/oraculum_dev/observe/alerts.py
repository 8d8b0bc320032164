"""Alerts on symptoms: what an operator must know beside the objectives, one runbook for each in docs/runbooks."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from oraculum_dev.project import SERVICES


class Severity(StrEnum):
    """Who is told, and when."""

    # Now, at night too.
    CRITICAL = "critical"
    # In the morning.
    WARNING = "warning"


class Class(StrEnum):
    """What it is about; Alertmanager routes by it."""

    AVAILABILITY = "availability"
    PERFORMANCE = "performance"
    COMPLIANCE = "compliance"
    SECURITY = "security"


@dataclass(frozen=True)
class Alert:
    """A condition that must hold for some minutes before anybody is told."""

    name: str
    expression: str
    severity: Severity
    kind: Class
    summary: str
    minutes: int = 0

    def rule(self) -> dict[str, Any]:
        """The alert as Prometheus has it."""
        return {
            "alert": self.name,
            "expr": self.expression,
            **({"for": f"{self.minutes}m"} if self.minutes else {}),
            "labels": {"severity": self.severity.value, "class": self.kind.value},
            "annotations": {"summary": self.summary, "runbook": f"docs/runbooks/{self.name}.md"},
        }


_CRITICAL, _WARNING = Severity.CRITICAL, Severity.WARNING
_AVAILABILITY, _PERFORMANCE = Class.AVAILABILITY, Class.PERFORMANCE

# Each proof runs on one replica, and the others keep what their own last one found: the newest counts.
LEDGER_VIOLATIONS: Final = (
    "max by (law) (oraculum_wallet_ledger_violations"
    " and on (instance) topk(1, oraculum_wallet_ledger_proved_timestamp_seconds))"
)
# A service of which every process has gone says nothing any more, which is no zero.
NOBODY_SERVES: Final = " or ".join(
    (
        "sum by (service) (oraculum_ready) == 0",
        *(f'absent(oraculum_ready{{service="{name}"}})' for name in (*SERVICES, "gateway")),
    )
)


def _share_of_limit(before: str, after: str, container: str, resource: str) -> str:
    """How much of its limit a container of Kubernetes takes."""
    return (
        f'sum by (namespace, pod) ({before}{{container="{container}"}}{after})'
        " / sum by (namespace, pod) "
        f'(kube_pod_container_resource_limits{{container="{container}",resource="{resource}"}})'
    )


SYMPTOMS: Final = (
    # Money.
    Alert(
        "LedgerInvariantBroken",
        f"{LEDGER_VIOLATIONS} > 0",
        _CRITICAL,
        Class.COMPLIANCE,
        "The ledger breaks its law {{ $labels.law }}.",
    ),
    Alert(
        "LedgerUnproved",
        "time() - max(oraculum_wallet_ledger_proved_timestamp_seconds) > 900",
        _CRITICAL,
        Class.COMPLIANCE,
        "Nobody has proved the ledger for more than a quarter of an hour.",
        minutes=5,
    ),
    Alert(
        "WalletIncidentOpen",
        "max by (kind) (oraculum_wallet_incidents_open) > 0",
        _CRITICAL,
        Class.COMPLIANCE,
        "Something that cannot happen did: {{ $labels.kind }}.",
        minutes=2,
    ),
    Alert(
        "FillsHalted",
        "max(oraculum_wallet_events_halted) > 0",
        _CRITICAL,
        Class.COMPLIANCE,
        "Wallet applies no fill of {{ $value }} events any more.",
        minutes=1,
    ),
    Alert(
        "FillsWaiting",
        "max(oraculum_wallet_fills_waiting_age_seconds) > 60",
        _WARNING,
        _AVAILABILITY,
        "Fills wait for one before them that does not come.",
        minutes=2,
    ),
    Alert(
        "HoldsLeftPending",
        "max(oraculum_wallet_pending_age_seconds) > 60",
        _WARNING,
        _AVAILABILITY,
        "Money has been held for more than a minute; the sweep does not get through.",
        minutes=3,
    ),
    Alert(
        "SettlementStuck",
        "max(oraculum_prediction_settlements_undone_age_seconds) > 900",
        _CRITICAL,
        _AVAILABILITY,
        "A resolved event has not been paid out for a quarter of an hour.",
        minutes=5,
    ),
    Alert(
        "HouseResultOff",
        "increase(oraculum_prediction_house_result_off_total[1h]) > 0",
        _CRITICAL,
        Class.COMPLIANCE,
        "A settled escrow held something else than was reckoned.",
    ),
    # The paths that facts take.
    Alert(
        "OutboxGrowing",
        "max by (service) (oraculum_outbox_age_seconds) > 60",
        _CRITICAL,
        _AVAILABILITY,
        "{{ $labels.service }} has not told its news for {{ $value | humanizeDuration }}.",
        minutes=2,
    ),
    Alert(
        "NobodyPublishes",
        "sum by (service) (oraculum_outbox_leads) == 0",
        _CRITICAL,
        _AVAILABILITY,
        "No process publishes the facts of {{ $labels.service }}.",
        minutes=2,
    ),
    Alert(
        "ConsumerBehind",
        "sum by (group, topic) (oraculum_consumer_lag_records) > 10000",
        _WARNING,
        _PERFORMANCE,
        "{{ $labels.group }} is {{ $value }} records behind on {{ $labels.topic }}.",
        minutes=5,
    ),
    Alert(
        "DeadLetters",
        'increase(oraculum_consumer_records_total{result="dead"}[15m]) > 0',
        _WARNING,
        _AVAILABILITY,
        "{{ $labels.group }} could not handle records of {{ $labels.topic }}; they lie in its dead letters.",
    ),
    Alert(
        "FactsMissing",
        "increase(oraculum_consumer_gaps_total[15m]) > 0",
        _CRITICAL,
        _AVAILABILITY,
        "{{ $labels.group }} misses sequence numbers of {{ $labels.topic }}.",
    ),
    Alert(
        "JobsFailing",
        'sum by (kind) (increase(oraculum_job_runs_total{result="dead"}[1h])) > 10',
        _WARNING,
        _AVAILABILITY,
        "More than ten jobs of the kind {{ $labels.kind }} were given up within an hour.",
    ),
    # Processes and what they stand on.
    Alert(
        "ServiceDown",
        NOBODY_SERVES,
        _CRITICAL,
        _AVAILABILITY,
        "No replica of {{ $labels.service }} serves.",
        minutes=1,
    ),
    Alert(
        "ReplicaUnready",
        "min by (service, instance) (oraculum_ready) == 0",
        _WARNING,
        _AVAILABILITY,
        "{{ $labels.instance }} of {{ $labels.service }} has not been ready for five minutes.",
        minutes=5,
    ),
    Alert(
        "DependencyAway",
        "max by (service, dependency) (oraculum_degraded) == 1",
        _WARNING,
        _AVAILABILITY,
        "{{ $labels.service }} goes on without {{ $labels.dependency }}.",
        minutes=3,
    ),
    Alert(
        "ErrorsUnhandled",
        "sum by (service, where) (increase(oraculum_unhandled_errors_total[10m])) > 0",
        _WARNING,
        _AVAILABILITY,
        "{{ $labels.service }} met an exception that nobody meant, in {{ $labels.where }}.",
    ),
    Alert(
        "ErrorRateHigh",
        'sum(rate(oraculum_gateway_http_seconds_count{status=~"5.."}[5m])) '
        "/ sum(rate(oraculum_gateway_http_seconds_count[5m])) > 0.01",
        _CRITICAL,
        _AVAILABILITY,
        "More than one request in a hundred fails.",
        minutes=5,
    ),
    Alert(
        "LatencyHigh",
        "histogram_quantile(0.95, sum by (le) (rate(oraculum_gateway_http_seconds_bucket[5m]))) > 0.5",
        _WARNING,
        _PERFORMANCE,
        "One request in twenty takes longer than half a second.",
        minutes=5,
    ),
    Alert(
        "PoolExhausted",
        "max by (service, pool) (oraculum_db_pool_waiting) > 50",
        _WARNING,
        _PERFORMANCE,
        "Requests of {{ $labels.service }} queue for a connection to the database.",
        minutes=2,
    ),
    Alert(
        "OrdersQueue",
        "max by (instance) (oraculum_prediction_queue_orders) > 1000",
        _WARNING,
        _PERFORMANCE,
        "A thousand orders wait in {{ $labels.instance }}; soon people are told to come back.",
        minutes=1,
    ),
    Alert(
        "CertificateEnding",
        "min by (service, instance, which) (oraculum_tls_certificate_ends_timestamp_seconds) - time() < 604800",
        _WARNING,
        Class.SECURITY,
        "The certificate of {{ $labels.instance }} of {{ $labels.service }} ({{ $labels.which }}) ends within a week.",
        minutes=15,
    ),
    # What Kubernetes says of the machines below: series of the kubelet and of kube-state-metrics, which a laptop has not.
    Alert(
        "DiskFilling",
        'min by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes{persistentvolumeclaim=~".*(postgres|kafka).*"}'
        " / kubelet_volume_stats_capacity_bytes) < 0.2",
        _CRITICAL,
        _AVAILABILITY,
        "{{ $labels.persistentvolumeclaim }} is more than four fifths full.",
        minutes=10,
    ),
    Alert(
        "DatabaseBusy",
        f"{_share_of_limit('rate(container_cpu_usage_seconds_total', '[5m])', 'postgres', 'cpu')} > 0.8",
        _WARNING,
        _PERFORMANCE,
        "{{ $labels.pod }} takes more than four fifths of its CPU.",
        minutes=10,
    ),
    Alert(
        "CacheFull",
        f"{_share_of_limit('container_memory_working_set_bytes', '', 'valkey', 'memory')} > 0.8",
        _WARNING,
        _PERFORMANCE,
        "{{ $labels.pod }} takes more than four fifths of its memory.",
        minutes=10,
    ),
    # The world outside.
    Alert(
        "WebhooksOverdue",
        "max(oraculum_notification_webhooks_overdue_seconds) > 300",
        _WARNING,
        _PERFORMANCE,
        "Webhooks that are due have waited for a hand for more than five minutes.",
        minutes=5,
    ),
    Alert(
        "VenueSilent",
        "max by (venue) (oraculum_market_data_age_seconds) > 300",
        _WARNING,
        _AVAILABILITY,
        "{{ $labels.venue }} has said nothing for five minutes; its quotes are stale.",
        minutes=2,
    ),
    Alert(
        "HouseExposureHigh",
        # Every replica says the sum of all markets.
        "max by (asset) (oraculum_prediction_house_exposure_units) > 1e12",
        _WARNING,
        Class.COMPLIANCE,
        "The market makers can lose more than a million {{ $labels.asset }}.",
        minutes=5,
    ),
    Alert(
        "SignInUnderAttack",
        'sum(rate(oraculum_gateway_rate_limited_total{limit="sign_in"}[5m])) > 5',
        _WARNING,
        Class.SECURITY,
        "More than five sign-ins a second are turned away.",
        minutes=5,
    ),
)
