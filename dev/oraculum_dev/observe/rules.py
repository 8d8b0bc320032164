"""`oraculum observability [--check]`: write rules and dashboards into the chart, or prove that they are there."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from oraculum_dev.chart.render import CHART
from oraculum_dev.observe import burn_rates
from oraculum_dev.observe.alerts import SYMPTOMS, Alert
from oraculum_dev.observe.dashboards import dashboards
from oraculum_dev.observe.objectives import OBJECTIVES

FILES: Final = CHART / "files"
_HEAD: Final = "# Written by `make observability` from dev/oraculum_dev/observe; change that, not this.\n"


def every_alert() -> list[Alert]:
    """Those on objectives and those on symptoms."""
    return [*(alert for objective in OBJECTIVES for alert in burn_rates.alerts(objective)), *SYMPTOMS]


def rule_groups() -> Mapping[str, dict[str, Any]]:
    """The content of each rules file, by its name."""
    objectives = [
        {
            "name": f"oraculum-slo-{objective.name}",
            "interval": "30s",
            "rules": [
                *burn_rates.recording_rules(objective),
                *(alert.rule() for alert in burn_rates.alerts(objective)),
            ],
        }
        for objective in OBJECTIVES
    ]
    symptoms = {"name": "oraculum-symptoms", "interval": "15s", "rules": [alert.rule() for alert in SYMPTOMS]}
    return {"objectives": {"groups": objectives}, "symptoms": {"groups": [symptoms]}}


def files() -> dict[Path, str]:
    """Everything that is written, by its path."""
    rules = {
        FILES / "rules" / f"{name}.yaml": _HEAD + yaml.safe_dump(content, sort_keys=False, width=110)
        for name, content in rule_groups().items()
    }
    boards = {FILES / "dashboards" / f"{name}.json": text for name, text in dashboards().items()}
    return rules | boards


def main(arguments: Sequence[str]) -> int:
    """Write or check; 1 when a file differs."""
    parser = argparse.ArgumentParser(prog="oraculum observability")
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a file would change")
    options = parser.parse_args(arguments)
    wrong = []
    for path, text in files().items():
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            wrong.append(path)
    for path in wrong:
        print(f"{path.name} is not what the code says; run `make observability`", file=sys.stderr)
    return int(bool(wrong))
