"""Objectives, alerts, runbooks and dashboards: written from one place, understood by Prometheus, one runbook each."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from oraculum_dev.observe import rules
from oraculum_dev.observe.boards import BOARDS
from oraculum_dev.project import ROOT

RUNBOOKS = ROOT / "docs" / "runbooks"
SECTIONS = ("## Meaning", "## Impact", "## Diagnosis", "## Mitigation")
# What Prometheus' own client or the kubelet brings.
FOREIGN = {"process_cpu_seconds_total", "process_resident_memory_bytes"}
# What is exported and on no dashboard, by its name without an ending, and why.
LEFT_OUT: dict[str, str] = {}
NAME = re.compile(r"\b(?:oraculum|process)_[a-z_]+\b")


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed (Debian has it in the package prometheus)")
    return found


def test_what_is_committed_is_what_the_code_says() -> None:
    assert 0 == rules.main(["--check"]), "run `make observability`"


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert {alert.name for alert in rules.every_alert()} == {path.stem for path in RUNBOOKS.glob("*.md")}


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_a_runbook_says_what_somebody_at_night_must_know(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {path.stem}\n")
    places = [text.index(section) for section in SECTIONS]
    assert places == sorted(places)
    assert all(part.strip() for part in re.split("|".join(SECTIONS), text)[1:])


def test_prometheus_understands_the_rules(promtool, tmp_path) -> None:
    for name, content in rules.rule_groups().items():
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump(content))
        checked = subprocess.run(
            [promtool, "check", "rules", str(path)], capture_output=True, text=True, check=False
        )
        assert 0 == checked.returncode, checked.stdout + checked.stderr


def test_prometheus_understands_every_panel(promtool, tmp_path) -> None:
    """Each query as a rule: what does not parse, or adds what does not match, is refused without a server."""
    queries = [
        query.expression.replace("$__rate_interval", "1m")
        for board in BOARDS
        for row in board.rows
        for panel in row.panels
        for query in panel.queries
    ]
    recorded = [{"record": f"panel:{number}", "expr": query} for number, query in enumerate(queries)]
    path = tmp_path / "panels.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))
    checked = subprocess.run(
        [promtool, "check", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert 0 == checked.returncode, checked.stdout + checked.stderr


def declared() -> set[str]:
    """The names of all series that our processes export, read from where they are declared."""
    names: set[str] = set(FOREIGN)
    call = re.compile(r"\b(Counter|Gauge|Histogram)\(\s*\"(oraculum_[a-z_]+)\"")
    for folder in ("libs", "services", "gateway"):
        for path in (ROOT / folder).rglob("*.py"):
            if "tests" in path.parts:
                continue
            for kind, name in call.findall(path.read_text(encoding="utf-8")):
                endings = {
                    "Counter": ("_total",),
                    "Histogram": ("_bucket", "_count", "_sum"),
                    "Gauge": ("",),
                }[kind]
                names |= {name.removesuffix("_total") + ending for ending in endings}
    return names


def asked_for() -> dict[str, str]:
    """The series that dashboards, alerts and objectives speak of, and where."""
    asked = {
        name: board.name
        for board in BOARDS
        for row in board.rows
        for panel in row.panels
        for query in panel.queries
        for name in NAME.findall(query.expression)
    } | {name: alert.name for alert in rules.every_alert() for name in NAME.findall(alert.expression)}
    for objective in rules.OBJECTIVES:
        asked |= dict.fromkeys(NAME.findall(objective.bad + objective.all), objective.name)
    return asked


def test_alerts_and_dashboards_speak_only_of_what_is_exported() -> None:
    known, asked = declared(), asked_for()
    assert len(asked) > 50
    assert not {name: where for name, where in asked.items() if name not in known}


def family(name: str) -> str:
    """What a series is a part of: a histogram has three, a counter one with an ending."""
    return re.sub(r"_(?:total|bucket|count|sum)$", "", name)


def test_whatever_is_exported_somebody_can_see() -> None:
    """A number that is on no dashboard and in no alert is found by nobody at night."""
    seen = {family(name) for name in asked_for()}
    exported = {family(name) for name in declared() - FOREIGN}
    assert set() == exported - seen - LEFT_OUT.keys()
    assert set() == LEFT_OUT.keys() - (exported - seen), "these are not left out any more"


def test_a_dashboard_of_each_part_is_what_grafana_reads() -> None:
    parts = {
        "overview",
        "gateway",
        "trading",
        "wallet",
        "market-data",
        "real-time",
        "infrastructure",
        "slos",
        "business",
    }
    assert parts == {board.name for board in BOARDS}
    uids = set()
    for path in (rules.FILES / "dashboards").glob("*.json"):
        board = json.loads(path.read_text(encoding="utf-8"))
        uids.add(board["uid"])
        panels = [panel for panel in board["panels"] if panel["type"] != "row"]
        assert panels
        for panel in panels:
            assert panel["title"]
            assert panel["fieldConfig"]["defaults"]["unit"]
            assert all(target["expr"] for target in panel["targets"])
    assert len(parts) == len(uids)


def test_the_adapter_makes_what_autoscalers_ask_for_of_what_is_exported(objects) -> None:
    """An autoscaler that cannot ask for one of its numbers never takes a pod away."""
    told = yaml.safe_load((ROOT / "k8s" / "prometheus-adapter.yaml").read_text(encoding="utf-8"))
    made = {one["name"]["as"]: one["seriesQuery"].split("{")[0] for one in told["rules"]["custom"]}
    asked = {
        metric["pods"]["metric"]["name"]
        for scaler in objects.of("HorizontalPodAutoscaler")
        for metric in scaler["spec"]["metrics"]
        if metric["type"] == "Pods"
    }
    assert asked <= made.keys()
    assert set(made.values()) <= declared()
