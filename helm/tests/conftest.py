"""The chart's objects, found by kind and name."""

import pytest

pytest.importorskip("helm_python", reason="Helm's engine comes as a wheel for Linux on x86-64 only")

from collections.abc import Callable, Mapping
from typing import Any

from oraculum_dev.chart.render import PROFILES, Manifest, profile_values, render


class Objects(list[Manifest]):
    """What a chart renders to."""

    def of(self, kind: str) -> list[Manifest]:
        """All of a kind."""
        return [manifest for manifest in self if manifest["kind"] == kind]

    def one(self, kind: str, name: str) -> Manifest:
        """The one of that name, without the release's prefix."""
        (found,) = [one for one in self.of(kind) if one["metadata"]["name"] == f"oraculum-{name}"]
        return found

    def pods(self) -> dict[str, Manifest]:
        """The pod specifications of everything that runs pods, by the owner's name."""
        owners = [one for one in self if one["kind"] in {"Deployment", "StatefulSet", "Job"}]
        return {one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in owners}


@pytest.fixture(scope="session", params=list(PROFILES))
def profile(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def objects(profile) -> Objects:
    return Objects(render(profile_values(profile)))


@pytest.fixture
def with_values() -> Callable[..., Objects]:
    def objects_with(**values: Any) -> Objects:
        return Objects(render(values))

    return objects_with


def environment(container: Mapping[str, Any]) -> dict[str, str]:
    """The variables of a container that are given as texts."""
    return {one["name"]: one.get("value", "") for one in container["env"]}
