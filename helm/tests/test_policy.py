"""What holds for every pod: the restricted level of the pod security standards, and what a node needs to know."""

from typing import Any


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
