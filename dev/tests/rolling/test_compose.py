"""What a rehearsal lays over compose.yaml reaches every process and replaces every secret."""

from pathlib import Path

from oraculum_dev.rolling.compose import PROCESSES, Container, described, settings
from oraculum_dev.rolling.stand import SETTINGS

URL = "http://127.0.0.1:12345"


def test_every_process_is_told_the_limits_and_where_people_come_in(tmp_path: Path) -> None:
    told = settings(tmp_path, URL)["services"]
    for name in PROCESSES:
        assert {**SETTINGS, "PUBLIC_URL": URL} == told[name]["environment"]


def test_no_secret_is_the_one_of_somebody_elses_suite(tmp_path: Path) -> None:
    secrets = settings(tmp_path, URL)["secrets"]
    assert described()["secrets"].keys() == secrets.keys()
    assert {str(tmp_path / name) for name in secrets} == {one["file"] for one in secrets.values()}


def test_nothing_else_is_changed(tmp_path: Path) -> None:
    """The rehearsal shall speak of the suite that people start."""
    laid = settings(tmp_path, URL)
    assert {"services", "secrets"} == laid.keys()
    assert {"environment", "healthcheck"} == {key for one in laid["services"].values() for key in one}


def test_a_container_is_known_by_its_labels_and_networks() -> None:
    told = {
        "Id": "c0ffee",
        "Name": "/oraculum-rolling_gateway_3",
        "Config": {
            "Labels": {"com.docker.compose.service": "gateway", "com.docker.compose.container-number": "3"}
        },
        "State": {"Pid": 4711},
        "NetworkSettings": {
            "Networks": {
                "oraculum-rolling_edge": {"IPAddress": "172.20.0.4", "Gateway": "172.20.0.1"},
                "oraculum-rolling_peers": {"IPAddress": "172.21.0.9", "Gateway": ""},
            }
        },
    }
    expected = Container(
        id="c0ffee",
        name="oraculum-rolling_gateway_3",
        service="gateway",
        number=3,
        process=4711,
        addresses={"edge": "172.20.0.4", "peers": "172.21.0.9"},
        host_addresses=frozenset({"172.20.0.1"}),
    )
    assert expected == Container.read("oraculum-rolling", told)
