"""What the chart refers to is what `oraculum secrets` makes."""

import yaml

from oraculum_dev.chart import secrets


def made(capsys) -> dict[str, set[str]]:
    assert 0 == secrets.main([])
    manifests = yaml.safe_load_all(capsys.readouterr().out)
    return {one["metadata"]["name"]: set(one["stringData"]) for one in manifests}


def referred(objects) -> set[tuple[str, str]]:
    """Names and keys of secrets that pods mount or read, certificates aside: cert-manager makes these."""
    found = set()
    for pod in objects.pods().values():
        for volume in pod["volumes"]:
            secret = volume.get("secret", {"secretName": "-tls"})
            if not secret["secretName"].endswith("-tls"):
                items = secret["items"]
                found |= {(secret["secretName"], item["key"]) for item in items}
        for container in [*pod.get("initContainers", []), *pod["containers"]]:
            for variable in container.get("env", []):
                if "valueFrom" in variable:
                    reference = variable["valueFrom"]["secretKeyRef"]
                    found.add((reference["name"], reference["key"]))
    return found


def test_every_secret_that_a_pod_needs_is_made(objects, capsys) -> None:
    there = made(capsys)
    needed = referred(objects)
    assert len(needed) > 10
    assert not {(name, key) for name, key in needed if key not in there.get(name, ())}


def test_roles_of_the_database_have_their_passwords(with_values, capsys) -> None:
    (cluster,) = with_values().of("Cluster")
    roles = {role["name"]: role["passwordSecret"]["name"] for role in cluster["spec"]["managed"]["roles"]}
    assert 6 == len(roles)
    assert set(roles.values()) <= made(capsys).keys()
    statements = "\n".join(cluster["spec"]["bootstrap"]["initdb"]["postInitApplicationSQL"])
    for role in roles:
        assert f"create role {role} login" in statements
        assert f"authorization {role}" in statements
