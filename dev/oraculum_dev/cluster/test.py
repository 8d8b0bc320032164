"""`make cluster-test`: install the chart into a real control plane, change it, roll it back, and take it away again."""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from oraculum_dev.chart.render import CHART, NAMESPACE, RELEASE, render
from oraculum_dev.chart.secrets import secrets
from oraculum_dev.cluster.control_plane import ControlPlane, running
from oraculum_dev.cluster.definitions import definition, foreign
from oraculum_dev.cluster.programs import SOURCES, programs
from oraculum_dev.faults.proof import agree
from oraculum_dev.project import SERVICES
from oraculum_dev.suite.keys import Keys

TIMEOUT: Final = "5m"
DEPLOYED: Final = frozenset({*(f"{RELEASE}-{name}" for name in SERVICES), f"{RELEASE}-gateway"})
# What outlives a release on purpose: the books, and the facts that tell of them.
KEPT: Final = frozenset(
    {("Cluster", f"{RELEASE}-postgres"), ("Kafka", f"{RELEASE}-kafka"), ("KafkaNodePool", f"{RELEASE}-nodes")}
)
CHANGED: Final = ("--set", "image.tag=0.1.1", "--set", "services.gateway.env.LOG_LEVEL=debug")


def main(_: Sequence[str]) -> int:
    """Run it; 0 when all was as it must be."""
    built = programs()
    for source in SOURCES:
        print(f"{source.module} {source.version}")
    with (
        tempfile.TemporaryDirectory(prefix="oraculum-cluster-") as folder,
        running(Path(folder), built) as plane,
    ):
        version = json.loads(plane.kubectl("version", "--output", "json"))["serverVersion"]["gitVersion"]
        print(f"control plane {version}, {len(plane.get('nodes'))} nodes in three zones")
        _prepare(plane)
        _story(plane)
    return 0


def _prepare(plane: ControlPlane) -> None:
    """What an operator does before: a namespace that refuses what is not restricted, operators' kinds, secrets."""
    wanted = [definition(*kind) for kind in sorted(foreign(render({})))]
    plane.kubectl("apply", "--filename", "-", given=yaml.safe_dump_all(wanted))
    for one in wanted:
        plane.kubectl("wait", "--for=condition=Established", f"crd/{one['metadata']['name']}")
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}
    plane.kubectl("apply", "--filename", "-", given=json.dumps(namespace))
    with tempfile.TemporaryDirectory() as folder:
        keys = Keys(Path(folder))
        keys.ensure()
        made = secrets(keys, NAMESPACE, "oraculum-postgres", "smtp://mail.example.com:587")
    plane.kubectl("apply", "--filename", "-", given=yaml.safe_dump_all(made))
    print(f"{len(wanted)} definitions of operators' kinds, {len(made)} secrets")


def _story(plane: ControlPlane) -> None:
    release = (RELEASE, str(CHART), "--namespace", NAMESPACE, "--wait", "--timeout", TIMEOUT)
    took = _timed(lambda: plane.helm("install", *release))
    manifests = [
        one for one in yaml.safe_load_all(plane.helm("get", "manifest", RELEASE, "-n", NAMESPACE)) if one
    ]
    kinds = Counter(one["kind"] for one in manifests)
    print(f"install    {took:5.1f} s to ready, {len(manifests)} objects: " + _listed(kinds))
    first = _pods(plane)
    print(
        f"           {sum(first.values())} pods ready of {len(DEPLOYED)} deployments, image {_image(plane)}"
    )

    took = _timed(lambda: plane.helm("upgrade", *release, *CHANGED))
    agree("the image after the upgrade", "0.1.1", _image(plane))
    agree("the deployments after the upgrade", set(first), set(_pods(plane)))
    print(f"upgrade    {took:5.1f} s, image {_image(plane)}")

    took = _timed(
        lambda: plane.helm("rollback", RELEASE, "1", "-n", NAMESPACE, "--wait", "--timeout", TIMEOUT)
    )
    agree("the image after the rollback", "0.1.0", _image(plane))
    agree("the deployments after the rollback", set(first), set(_pods(plane)))
    history = json.loads(plane.helm("history", RELEASE, "-n", NAMESPACE, "--output", "json"))
    print(f"rollback   {took:5.1f} s, image {_image(plane)}, revision {history[-1]['revision']}")

    took = _timed(lambda: plane.helm("uninstall", RELEASE, "-n", NAMESPACE, "--wait", "--timeout", TIMEOUT))
    left = _left(plane, set(kinds))
    agree("what is left of the release", KEPT, left)
    print(f"uninstall  {took:5.1f} s, left on purpose: " + ", ".join(" ".join(one) for one in sorted(left)))


def _pods(plane: ControlPlane) -> dict[str, int]:
    """Ready pods of each deployment; every one of our processes must have as many as its scaling asks for."""
    ready = {
        one["metadata"]["name"]: int(one["status"].get("readyReplicas", 0))
        for one in plane.get("deployments", "--namespace", NAMESPACE)
    }
    missing = DEPLOYED - {name for name, count in ready.items() if count}
    agree("deployments without a ready pod", set(), missing)
    return ready


def _image(plane: ControlPlane) -> str:
    """The tag that runs, the same for all of ours."""
    tags: set[str] = {
        container["image"].rpartition(":")[2]
        for pod in plane.get("pods", "--namespace", NAMESPACE)
        if _is_ours(pod)
        for container in pod["spec"]["containers"]
    }
    agree("tags that run beside each other", 1, len(tags))
    return tags.pop()


def _is_ours(pod: dict[str, Any]) -> bool:
    name = pod["metadata"]["labels"].get("app.kubernetes.io/component", "")
    leaving = "deletionTimestamp" in pod["metadata"]
    return f"{RELEASE}-{name}" in DEPLOYED and not leaving


def _left(plane: ControlPlane, kinds: set[str]) -> set[tuple[str, str]]:
    """Objects of the release that are still there."""
    found = set()
    for kind in sorted(kinds):
        selector = f"app.kubernetes.io/instance={RELEASE}"
        for one in plane.get(kind, "--namespace", NAMESPACE, "--selector", selector):
            found.add((kind, one["metadata"]["name"]))
    return found


def _listed(kinds: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))


def _timed(step: Callable[[], object]) -> float:
    started = time.monotonic()
    step()
    return time.monotonic() - started
