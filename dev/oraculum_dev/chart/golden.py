"""`oraculum manifests [--check]`: write the rendered chart into k8s/, one file for each profile, or prove that it is there.

Who does not want Helm applies these; who reviews a change of the chart sees here what it does.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any, Final

import yaml

from oraculum_dev.chart.render import PROFILES, profile_values, render
from oraculum_dev.project import ROOT

FOLDER: Final = ROOT / "k8s"
_HEAD: Final = "# Rendered from helm/oraculum, profile `{}`. Written by `make manifests`; change the chart, not this file.\n"


def main(arguments: Sequence[str]) -> int:
    """Write or check; 1 when a file differs."""
    parser = argparse.ArgumentParser(prog="oraculum manifests")
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a file would change")
    options = parser.parse_args(arguments)
    different = []
    for profile in PROFILES:
        path, text = FOLDER / f"{profile}.yaml", rendered(profile)
        if options.check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                different.append(path)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in different:
        print(
            f"{path.relative_to(ROOT)} is not what the chart renders; run `make manifests`", file=sys.stderr
        )
    return int(bool(different))


def rendered(profile: str) -> str:
    """The file of a profile."""
    documents = [_dump(manifest) for manifest in render(profile_values(profile))]
    return _HEAD.format(profile) + "---\n" + "---\n".join(documents)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _dump(manifest: dict[str, Any]) -> str:
    return yaml.dump(manifest, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)
