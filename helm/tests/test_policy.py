"""What holds for every pod: the restricted level of the pod security standards, and what a node needs to know."""

from typing import Any

from oraculum_kit.db import DatabaseConfig


def containers(pod) -> list[dict[str, Any]]:
    return [*pod.get("initContainers", []), *pod["containers"]]


def test_pods_keep_the_restricted_level(objects) -> None:
    for name, pod in objects.pods().items():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert "RuntimeDefault" == pod["securityContext"]["seccompProfile"]["type"], name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(), name
        assert {"emptyDir", "secret"} >= {
            next(iter(volume.keys() - {"name"})) for volume in pod["volumes"]
        }, name
        for container in containers(pod):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False, name
            assert ["ALL"] == context["capabilities"]["drop"], name
            assert context["readOnlyRootFilesystem"] is True, name
            assert not any("hostPort" in port for port in container.get("ports", [])), name


def test_nobody_speaks_with_the_kubernetes_api(objects) -> None:
    assert all(pod["automountServiceAccountToken"] is False for pod in objects.pods().values())
    assert all(one["automountServiceAccountToken"] is False for one in objects.of("ServiceAccount"))


def test_every_container_says_what_it_needs_and_which_image_exactly(objects) -> None:
    for name, pod in objects.pods().items():
        for container in containers(pod):
            for bound in ("requests", "limits"):
                assert {"cpu", "memory"} <= container["resources"][bound].keys(), name
            _, _, tag = container["image"].rpartition(":")
            assert tag
            assert "latest" != tag, name


def test_every_served_port_exists_in_the_pods_behind_it(objects) -> None:
    for service in objects.of("Service"):
        (deployment,) = [
            one
            for one in objects.of("Deployment")
            if one["spec"]["selector"]["matchLabels"] == service["spec"]["selector"]
        ]
        named = {
            port["name"]
            for container in deployment["spec"]["template"]["spec"]["containers"]
            for port in container["ports"]
        }
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= named


def test_whatever_runs_twice_has_a_budget_and_spreads(objects) -> None:
    budgets = {one["metadata"]["name"] for one in objects.of("PodDisruptionBudget")}
    scaled = {one["metadata"]["name"] for one in objects.of("HorizontalPodAutoscaler")}
    for deployment in objects.of("Deployment"):
        name, spec = deployment["metadata"]["name"], deployment["spec"]
        if name in scaled or spec["replicas"] > 1:
            assert name in budgets
            keys = {one["topologyKey"] for one in spec["template"]["spec"]["topologySpreadConstraints"]}
            assert {"topology.kubernetes.io/zone", "kubernetes.io/hostname"} == keys


def test_a_new_pod_serves_before_an_old_one_goes(objects) -> None:
    for deployment in objects.of("Deployment"):
        if "valkey" not in deployment["metadata"]["name"]:
            assert 0 == deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"]
            assert deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > 15


def test_the_scaling_is_what_operators_were_promised(with_values) -> None:
    objects = with_values()
    scalers = objects.of("HorizontalPodAutoscaler")
    assert 7 == len(scalers)
    for scaler in scalers:
        spec = scaler["spec"]
        assert (2, 20) == (spec["minReplicas"], spec["maxReplicas"])
        targets = {
            one["resource"]["name"]: one["resource"]["target"]["averageUtilization"]
            for one in spec["metrics"]
        }
        assert {"cpu": 70, "memory": 80} == targets
        assert [2] == [policy["value"] for policy in spec["behavior"]["scaleUp"]["policies"]]
        assert 600 == spec["behavior"]["scaleDown"]["stabilizationWindowSeconds"]


def test_a_process_has_the_time_to_drain_and_to_end_what_it_began(objects) -> None:
    """Ten seconds for calls and ten for work, after the time in which balancers hear of it; in every environment."""
    for deployment in objects.of("Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        variables = {one["name"]: one.get("value") for one in pod["containers"][0].get("env", [])}
        if "valkey" not in deployment["metadata"]["name"]:
            assert 3 <= int(variables["DRAIN_SECONDS"])
            assert int(variables["DRAIN_SECONDS"]) + 25 <= pod["terminationGracePeriodSeconds"]


def test_postgres_takes_the_connections_of_as_many_as_there_may_be(objects) -> None:
    """Pods that the autoscaler adds would otherwise be refused, and take the room of those that serve."""
    parameters = objects.one("Cluster", "postgres")["spec"]["postgresql"]["parameters"]
    scaled = {
        one["metadata"]["name"]: one["spec"]["maxReplicas"] for one in objects.of("HorizontalPodAutoscaler")
    }
    pool_max = DatabaseConfig("", "", "").pool_max
    pools = sum(
        (scaled.get(one["metadata"]["name"]) or one["spec"]["replicas"]) * pool_max
        for one in objects.of("Deployment")
        if any(
            "migrations" == init["name"] for init in one["spec"]["template"]["spec"].get("initContainers", [])
        )
    )
    assert pools < int(parameters["max_connections"])


def test_an_operator_has_the_last_word_on_postgres_but_for_what_a_restore_needs(with_values) -> None:
    objects = with_values(
        postgres={
            "parameters": {"shared_buffers": "1GB", "max_wal_size": "8GB", "track_commit_timestamp": "off"}
        }
    )
    parameters = objects.one("Cluster", "postgres")["spec"]["postgresql"]["parameters"]
    assert ("1GB", "8GB", "on") == tuple(
        parameters[name] for name in ("shared_buffers", "max_wal_size", "track_commit_timestamp")
    )


def test_a_secret_variable_comes_from_its_secret_alone(with_values) -> None:
    reference = {"name": "kalshi", "key": "private.pem"}
    objects = with_values(services={"market-data": {"secretEnv": {"KALSHI_PRIVATE_KEY": reference}}})
    (container,) = objects.one("Deployment", "market-data")["spec"]["template"]["spec"]["containers"]
    (variable,) = [one for one in container["env"] if one["name"] == "KALSHI_PRIVATE_KEY"]
    assert {"name": "KALSHI_PRIVATE_KEY", "valueFrom": {"secretKeyRef": reference}} == variable


def test_what_outlives_the_release_is_what_cannot_be_made_again(objects) -> None:
    kept = {
        one["kind"]
        for one in objects
        if "keep" == one["metadata"].get("annotations", {}).get("helm.sh/resource-policy")
    }
    assert {"Cluster", "Kafka", "KafkaNodePool"} == kept


def test_prometheus_finds_monitors_and_rules_by_the_operators_labels(with_values) -> None:
    objects = with_values(observability={"labels": {"release": "prometheus"}})
    chosen = [*objects.of("ServiceMonitor"), *objects.of("PrometheusRule")]
    assert 3 == len(chosen)
    assert all("prometheus" == one["metadata"]["labels"]["release"] for one in chosen)
