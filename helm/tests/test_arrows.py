"""The arrows: who is told a target may reach it, who may reach somebody was told, and the code asks nobody else."""

import re

import pytest

from oraculum_dev.project import ROOT, SERVICES, package_of

PROCESSES = (*SERVICES, "gateway")


def component(selector) -> str:
    return selector["podSelector"]["matchLabels"]["app.kubernetes.io/component"]


def targets_in(deployment) -> set[str]:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    names = {one["name"] for one in container["env"]}
    return {name for name in SERVICES if f"{name.upper().replace('-', '_')}_TARGET" in names}


def read_by_the_code(name) -> set[str]:
    """The targets that a process reads from its environment."""
    folder = ROOT / ("gateway" if name == "gateway" else f"services/{name}") / package_of(name)
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    return {match.lower().replace("_", "-") for match in re.findall(r'"([A-Z_]+)_TARGET', text)}


def peers(rules, direction) -> set[str]:
    """The components that a policy's rules name."""
    return {
        component(peer)
        for rule in rules
        for peer in rule.get(direction, [])
        if "app.kubernetes.io/component" in peer.get("podSelector", {}).get("matchLabels", {})
    }


@pytest.mark.parametrize("name", PROCESSES)
def test_every_target_that_the_code_reads_is_given_and_no_other(objects, name) -> None:
    assert read_by_the_code(name) == targets_in(objects.one("Deployment", name))


@pytest.mark.parametrize("name", PROCESSES)
def test_a_policy_lets_out_what_is_called_and_nothing_else(objects, name) -> None:
    out = peers(objects.one("NetworkPolicy", name)["spec"]["egress"], "to") - {"valkey"}
    assert targets_in(objects.one("Deployment", name)) == out


@pytest.mark.parametrize("name", SERVICES)
def test_a_policy_lets_in_who_calls_and_nobody_else(objects, name) -> None:
    callers = {other for other in PROCESSES if name in targets_in(objects.one("Deployment", other))}
    assert callers == peers(objects.one("NetworkPolicy", name)["spec"]["ingress"], "from")


def test_only_the_gateway_is_reached_from_outside(objects) -> None:
    for policy in objects.of("NetworkPolicy"):
        ports = {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]}
        assert ("http" in ports) == (policy["metadata"]["name"] == "oraculum-gateway")


def test_only_venues_and_webhooks_are_reached_in_the_world(objects) -> None:
    for policy in objects.of("NetworkPolicy"):
        world = any(
            "ipBlock" in peer for rule in policy["spec"].get("egress", []) for peer in rule.get("to", [])
        )
        assert world == (policy["metadata"]["name"] in {"oraculum-market-data", "oraculum-notification"})


def test_the_gateway_sees_every_pod_of_prediction(objects) -> None:
    assert "None" == objects.one("Service", "prediction")["spec"]["clusterIP"]
    (container,) = objects.one("Deployment", "gateway")["spec"]["template"]["spec"]["containers"]
    (target,) = [one["value"] for one in container["env"] if one["name"] == "PREDICTION_TARGET"]
    assert "dns:///oraculum-prediction:9000" == target


def test_each_process_mounts_its_own_key_and_no_other(objects) -> None:
    for name in PROCESSES:
        volumes = objects.one("Deployment", name)["spec"]["template"]["spec"]["volumes"]
        (keys,) = [one["secret"]["items"] for one in volumes if one["name"] == "keys"]
        assert {f"{name}.pem", "services.jwks.json"} == {item["key"] for item in keys}
        for own in ("token", "data-keys"):
            assert any(one["name"] == own for one in volumes) == (name == "auth")


def test_only_who_owns_a_schema_reaches_the_books(objects) -> None:
    ingress = objects.one("NetworkPolicy", "postgres")["spec"]["ingress"]
    owners = {
        name
        for name in PROCESSES
        if any(
            one["name"] == "DATABASE_URL"
            for one in objects.one("Deployment", name)["spec"]["template"]["spec"]["containers"][0]["env"]
        )
    }
    assert owners == peers(ingress, "from") == set(SERVICES)
    # The servers among themselves and their operator; Prometheus, for its own port alone.
    others = [rule for rule in ingress if not peers([rule], "from")]
    assert [{5432, 8000}, {9187}] == [{port["port"] for port in rule["ports"]} for rule in others]
    assert all("namespaceSelector" in rule["from"][-1] for rule in others)


def test_names_are_resolved_by_whom_the_operator_says(with_values) -> None:
    cache = {"ipBlock": {"cidr": "169.254.20.10/32"}}
    for name in PROCESSES:
        policy = with_values(networkPolicies={"dns": [cache]}).one("NetworkPolicy", name)
        (resolver,) = [
            rule for rule in policy["spec"]["egress"] if {53} == {one["port"] for one in rule["ports"]}
        ]
        assert [cache] == resolver["to"]
