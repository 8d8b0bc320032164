"""Containers are separated by the arrows of the chart, and every arrow has a network to go by."""

import pytest
import yaml

from oraculum_dev.project import SERVICES
from oraculum_dev.rolling.compose import PROCESSES, described
from oraculum_dev.rolling.separation import PORTS, VALUES, arrows, rules

ARROWS = arrows(yaml.safe_load(VALUES.read_text()))


def test_arrows_are_calls_needs_and_the_world() -> None:
    values = {
        "services": {
            "gateway": {"calls": ["auth"], "needs": ["redis"], "public": True},
            "auth": {"calls": [], "needs": ["postgres", "kafka", "mail"]},
            "market-data": {"calls": ["auth"], "needs": ["postgres"], "internet": True},
        }
    }
    expected = {
        "gateway": {"auth", "valkey"},
        "auth": {"postgres", "kafka", "mail"},
        "market-data": {"auth", "postgres", "stand-in"},
    }
    assert expected == arrows(values)


def test_nobody_opens_the_gateway_and_only_some_open_prediction() -> None:
    """What the chart means: a notification that could place bets would be an arrow too many."""
    assert not any("gateway" in opened for opened in ARROWS.values())
    assert "prediction" not in ARROWS["notification"] | ARROWS["market-data"]
    assert not {"postgres", "kafka"} & ARROWS["gateway"]


@pytest.mark.parametrize("name", PROCESSES)
def test_every_arrow_has_a_network_that_both_ends_are_in(name: str) -> None:
    networks = {service: set(one["networks"]) for service, one in described()["services"].items()}
    assert {callee for callee in ARROWS[name] if networks[name] & networks[callee]} == ARROWS[name]


def test_every_container_that_listens_has_a_port() -> None:
    steps = {"migrations", "topics"}
    assert described()["services"].keys() - steps == PORTS.keys()
    assert {9000} == {PORTS[name] for name in SERVICES}


def test_a_port_is_open_to_the_callers_alone() -> None:
    """Beside them come answers, the container's own, and the host, which asks whether it is ready."""
    written = rules(9000, {"172.20.0.7", "172.20.0.5"}, {"172.20.0.1"}).splitlines()
    assert ":INPUT DROP [0:0]" in written
    assert [
        "-A INPUT -i lo -j ACCEPT",
        "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
        "-A INPUT -p tcp -s 172.20.0.5 --dport 9000 -j ACCEPT",
        "-A INPUT -p tcp -s 172.20.0.7 --dport 9000 -j ACCEPT",
        "-A INPUT -p tcp -s 172.20.0.1 --dport 9090 -j ACCEPT",
    ] == [line for line in written if line.endswith("ACCEPT")]


def test_people_come_to_a_gateway_from_the_host() -> None:
    written = rules(8080, (), {"172.21.0.1"}, public=True).splitlines()
    assert [
        "-A INPUT -p tcp -s 172.21.0.1 --dport 8080 -j ACCEPT",
        "-A INPUT -p tcp -s 172.21.0.1 --dport 9090 -j ACCEPT",
    ] == [line for line in written if "172.21.0.1" in line]
