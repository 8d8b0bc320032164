"""Renders the chart as `helm template` would."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import helm_python as helm
import yaml

from oraculum_dev.project import ROOT

CHART: Final = ROOT / "helm" / "oraculum"
RELEASE: Final = "oraculum"
NAMESPACE: Final = "oraculum"
# Each profile with its values file; `default` is the chart as it comes.
PROFILES: Final[Mapping[str, str | None]] = {
    "default": None,
    "kind": "values-kind.yaml",
    "production": "values-production.yaml",
}

# A manifest as YAML has it.
Manifest = dict[str, Any]


def profile_values(profile: str) -> dict[str, Any]:
    """What a profile says beyond the chart's own values."""
    name = PROFILES[profile]
    return {} if name is None else yaml.safe_load((CHART / name).read_text(encoding="utf-8"))


def render_texts(values: Mapping[str, Any], chart: Path = CHART) -> dict[str, str]:
    """The text of each template; raises `helm.HelmError` with Helm's own sentence where values are refused."""
    with helm.Chart.load(chart) as loaded:
        loaded.validate_schema(loaded.merge_values(dict(values)))
        return loaded.render(dict(values), name=RELEASE, namespace=NAMESPACE)


def render(values: Mapping[str, Any]) -> list[Manifest]:
    """Every object, in the order of the templates' names."""
    texts = render_texts(values)
    return [
        manifest
        for path in sorted(texts)
        if path.endswith(".yaml")
        for manifest in yaml.safe_load_all(texts[path])
        if manifest
    ]
