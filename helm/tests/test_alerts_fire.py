"""Each alert on series that show its trouble: silent before its time, firing after; and silent when all is well.

Series are written as promtool has them: `0+60x30` begins at 0 and grows by 60 each minute for half an hour.
"""

import shutil
import subprocess
from collections.abc import Callable

import pytest
import yaml

from oraculum_dev.observe import rules
from oraculum_dev.project import SERVICES

HTTP = "oraculum_gateway_http_seconds_count"
ORDER = 'method="/oraculum.prediction.v1.PredictionService/PlaceOrder"'
SERVING = {f'oraculum_ready{{service="{name}",instance="a"}}': "1x90" for name in (*SERVICES, "gateway")}
POSTGRES, VALKEY = 'container="postgres"', 'container="valkey"'

# By alert: the series of trouble, a minute at which it is still silent, and one at which it fires.
TROUBLE: dict[str, tuple[dict[str, str], int, int]] = {
    "LedgerInvariantBroken": (
        {
            'oraculum_wallet_ledger_violations{law="balance",instance="a"}': "0 0 0 1 1 1",
            'oraculum_wallet_ledger_proved_timestamp_seconds{instance="a"}': "0+60x5",
        },
        2,
        4,
    ),
    "LedgerUnproved": ({"oraculum_wallet_ledger_proved_timestamp_seconds": "0x60"}, 15, 25),
    "WalletIncidentOpen": ({'oraculum_wallet_incidents_open{kind="fill_gap"}': "1x10"}, 1, 4),
    "FillsHalted": ({"oraculum_wallet_events_halted": "0 1x10"}, 1, 4),
    "FillsWaiting": ({"oraculum_wallet_fills_waiting_age_seconds": "0+60x20"}, 2, 8),
    "HoldsLeftPending": ({"oraculum_wallet_pending_age_seconds": "0+60x20"}, 3, 8),
    "SettlementStuck": ({"oraculum_prediction_settlements_undone_age_seconds": "0+60x40"}, 17, 25),
    "HouseResultOff": ({"oraculum_prediction_house_result_off_total": "0x9 1x10"}, 8, 12),
    "OutboxGrowing": ({'oraculum_outbox_age_seconds{service="wallet"}': "0+60x20"}, 2, 6),
    "NobodyPublishes": ({'oraculum_outbox_leads{service="wallet"}': "1 0x20"}, 2, 5),
    "ConsumerBehind": ({'oraculum_consumer_lag_records{group="wallet",topic="bets"}': "0+6000x20"}, 4, 10),
    "DeadLetters": ({'oraculum_consumer_records_total{result="dead",group="wallet"}': "0x9 1x10"}, 8, 12),
    "FactsMissing": ({'oraculum_consumer_gaps_total{group="wallet"}': "0x9 1x10"}, 8, 12),
    "JobsFailing": ({'oraculum_job_runs_total{kind="lock",result="dead"}': "0+1x60"}, 5, 30),
    "ServiceDown": (SERVING | {'oraculum_ready{service="wallet",instance="a"}': "1 0x10"}, 1, 4),
    "ReplicaUnready": (
        {
            'oraculum_ready{service="wallet",instance="a"}': "1x20",
            'oraculum_ready{service="wallet",instance="b"}': "1 0x20",
        },
        4,
        8,
    ),
    "DependencyAway": ({'oraculum_degraded{service="event",dependency="kafka"}': "1x20"}, 2, 5),
    "ErrorsUnhandled": ({'oraculum_unhandled_errors_total{service="event",where="x"}': "0x9 1x10"}, 8, 12),
    "ErrorRateHigh": ({f'{HTTP}{{status="500"}}': "0+5x30", f'{HTTP}{{status="200"}}': "0+95x30"}, 3, 12),
    "LatencyHigh": (
        {
            'oraculum_gateway_http_seconds_bucket{le="0.5"}': "0+50x30",
            'oraculum_gateway_http_seconds_bucket{le="1.0"}': "0+100x30",
            'oraculum_gateway_http_seconds_bucket{le="+Inf"}': "0+100x30",
        },
        3,
        12,
    ),
    "PoolExhausted": ({'oraculum_db_pool_waiting{service="event",pool="main"}': "60x20"}, 1, 4),
    "OrdersQueue": ({'oraculum_prediction_queue_orders{instance="a"}': "1500x20"}, 0, 3),
    "WebhooksOverdue": ({"oraculum_notification_webhooks_overdue_seconds": "0+60x30"}, 8, 14),
    "VenueSilent": ({'oraculum_market_data_age_seconds{venue="kalshi"}': "0+60x20"}, 5, 10),
    "HouseExposureHigh": (
        {'oraculum_prediction_house_exposure_units{asset="USDC"}': "2000000000000x20"},
        4,
        8,
    ),
    "CertificateEnding": (
        {
            'oraculum_tls_certificate_ends_timestamp_seconds{service="auth",instance="a",which="shown"}': "606600x60"
        },
        10,
        50,
    ),
    "DiskFilling": (
        {
            'kubelet_volume_stats_available_bytes{namespace="o",persistentvolumeclaim="oraculum-postgres-1"}': "100-10x30",
            'kubelet_volume_stats_capacity_bytes{namespace="o",persistentvolumeclaim="oraculum-postgres-1"}': "100x30",
        },
        15,
        22,
    ),
    "DatabaseBusy": (
        {
            f'container_cpu_usage_seconds_total{{namespace="o",pod="p-1",{POSTGRES}}}': "0+220x30",
            f'kube_pod_container_resource_limits{{namespace="o",pod="p-1",{POSTGRES},resource="cpu"}}': "4x30",
        },
        9,
        20,
    ),
    "CacheFull": (
        {
            f'container_memory_working_set_bytes{{namespace="o",pod="v-1",{VALKEY}}}': "90x30",
            f'kube_pod_container_resource_limits{{namespace="o",pod="v-1",{VALKEY},resource="memory"}}': "100x30",
        },
        8,
        15,
    ),
    "SignInUnderAttack": ({'oraculum_gateway_rate_limited_total{limit="sign_in"}': "0+600x30"}, 3, 12),
    # The objectives: one event in five is bad.
    "ApiAvailabilityBurning": (
        {f'{HTTP}{{route="/a",status="500"}}': "0+20x90", f'{HTTP}{{route="/a",status="200"}}': "0+80x90"},
        0,
        20,
    ),
    "PaymentAvailabilityBurning": (
        {
            'oraculum_rpc_server_handled_total{method="/oraculum.wallet.v1.WalletService/A",code="INTERNAL"}': "0+20x90",
            'oraculum_rpc_server_handled_total{method="/oraculum.wallet.v1.WalletService/A",code="OK"}': "0+80x90",
        },
        0,
        20,
    ),
    "ApiLatencyBurning": (
        {
            f'{HTTP}{{route="/a"}}': "0+100x90",
            'oraculum_gateway_http_seconds_bucket{route="/a",le="0.2"}': "0+5x90",
        },
        0,
        20,
    ),
    "OrderLatencyBurning": (
        {
            f"oraculum_rpc_server_duration_seconds_count{{{ORDER}}}": "0+100x90",
            f'oraculum_rpc_server_duration_seconds_bucket{{{ORDER},le="0.1"}}': "0+5x90",
        },
        0,
        20,
    ),
    "MarketDataFreshnessBurning": (
        {
            'oraculum_market_data_lag_seconds_count{sink="redis"}': "0+100x90",
            'oraculum_market_data_lag_seconds_bucket{sink="redis",le="0.5"}': "0+50x90",
        },
        0,
        20,
    ),
    "DatabaseLatencyBurning": (
        {
            'oraculum_sql_duration_seconds_count{statement="a"}': "0+100x90",
            'oraculum_sql_duration_seconds_bucket{statement="a",le="0.05"}': "0+5x90",
        },
        0,
        20,
    ),
}
QUIET = {
    'oraculum_tls_certificate_ends_timestamp_seconds{service="auth",instance="a",which="file"}': "7776000x90",
    f'container_cpu_usage_seconds_total{{namespace="o",pod="p-1",{POSTGRES}}}': "0+60x90",
    f'kube_pod_container_resource_limits{{namespace="o",pod="p-1",{POSTGRES},resource="cpu"}}': "4x90",
    f'container_memory_working_set_bytes{{namespace="o",pod="v-1",{VALKEY}}}': "60x90",
    f'kube_pod_container_resource_limits{{namespace="o",pod="v-1",{VALKEY},resource="memory"}}': "100x90",
    'kubelet_volume_stats_available_bytes{namespace="o",persistentvolumeclaim="data-oraculum-kafka-nodes-0"}': "60x90",
    'kubelet_volume_stats_capacity_bytes{namespace="o",persistentvolumeclaim="data-oraculum-kafka-nodes-0"}': "100x90",
    # What the last proof on this replica found was mended; the proof after it ran on another.
    'oraculum_wallet_ledger_violations{law="balance",instance="a"}': "1x90",
    'oraculum_wallet_ledger_proved_timestamp_seconds{instance="a"}': "-60x90",
    'oraculum_wallet_ledger_violations{law="balance",instance="b"}': "0x90",
    'oraculum_wallet_ledger_proved_timestamp_seconds{instance="b"}': "0+60x90",
    **SERVING,
    # Both replicas say the sum of all markets, which is less than what wakes somebody.
    **{
        f'oraculum_prediction_house_exposure_units{{asset="USDC",instance="{name}"}}': "600000000000x90"
        for name in "ab"
    },
    'oraculum_outbox_leads{service="wallet"}': "1x90",
    'oraculum_outbox_age_seconds{service="wallet"}': "1x90",
    f'{HTTP}{{route="/a",status="200"}}': "0+100x90",
    'oraculum_gateway_http_seconds_bucket{route="/a",le="0.2"}': "0+100x90",
    'oraculum_market_data_age_seconds{venue="kalshi"}': "2x90",
}


@pytest.fixture(scope="module")
def check(tmp_path_factory) -> Callable[[dict[str, str], list[tuple[str, int, bool]]], str]:
    """Runs promtool on series and expectations: how many alerts of a name fire at which minute."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian has it in the package prometheus)")
    folder = tmp_path_factory.mktemp("rules")
    for name, content in rules.rule_groups().items():
        # Once a minute is often enough for series of one value a minute, and many times cheaper.
        for group in content["groups"]:
            del group["interval"]
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content))

    def run(series: dict[str, str], expected: list[tuple[str, int, bool]]) -> str:
        tests = [
            {
                "expr": f'(count(ALERTS{{alertname=~"{name}",alertstate="firing"}}) > bool 0) or vector(0)',
                "eval_time": f"{minute}m",
                "exp_samples": [{"labels": "{}", "value": int(fires)}],
            }
            for name, minute, fires in expected
        ]
        case = {
            "interval": "1m",
            "input_series": [{"series": one, "values": values} for one, values in series.items()],
            "promql_expr_test": tests,
        }
        path = folder / "case.yaml"
        path.write_text(
            yaml.safe_dump(
                {
                    "rule_files": [str(file) for file in sorted(folder.glob("*s.yaml"))],
                    "evaluation_interval": "1m",
                    "tests": [case],
                }
            )
        )
        done = subprocess.run(
            [promtool, "test", "rules", str(path)], capture_output=True, text=True, check=False
        )
        return "" if done.returncode == 0 else done.stdout + done.stderr

    return run


def test_every_alert_is_tried() -> None:
    assert {alert.name for alert in rules.every_alert()} == TROUBLE.keys()


@pytest.mark.parametrize("name", sorted(TROUBLE))
def test_an_alert_fires_when_its_trouble_has_lasted(check, name) -> None:
    series, silent, fires = TROUBLE[name]
    assert "" == check(series, [(name, silent, False), (name, fires, True)])


def test_nothing_fires_when_all_is_well(check) -> None:
    assert "" == check(QUIET, [(".+", minute, False) for minute in (5, 30, 80)])


def test_a_service_whose_every_process_has_gone_is_down_though_nobody_says_so(check) -> None:
    series = {one: values for one, values in QUIET.items() if 'service="auth"' not in one}
    assert "" == check(series, [("ServiceDown", 0, False), ("ServiceDown", 4, True)])
