"""The kinds that operators bring along, without their operators: the API server takes their objects and nobody acts on them."""

from collections.abc import Iterable
from typing import Any, Final

from oraculum_dev.chart.render import Manifest

# Kubernetes' own groups have no dot, or end so.
OWN: Final = (".k8s.io",)
OWN_GROUPS: Final = frozenset({"apps", "batch", "autoscaling", "policy"})
PLURALS: Final = {"Kafka": "kafkas", "Gateway": "gateways"}


def foreign(manifests: Iterable[Manifest]) -> set[tuple[str, str, str]]:
    """Group, version and kind of what Kubernetes itself does not know."""
    found = set()
    for manifest in manifests:
        group, _, version = manifest["apiVersion"].rpartition("/")
        if (
            group
            and group not in OWN_GROUPS
            and not (group.endswith(OWN) and not group.startswith("gateway."))
        ):
            found.add((group, version, manifest["kind"]))
    return found


def definition(group: str, version: str, kind: str) -> dict[str, Any]:
    """A definition that takes whatever is written into objects of a kind."""
    plural = PLURALS.get(kind, f"{kind.lower()}s")
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{group}",
            "annotations": {"api-approved.kubernetes.io": "unapproved, of a test"},
        },
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": anything},
                }
            ],
        },
    }
