"""The steps: what each one runs."""

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oraculum_dev.project import ROOT, tool

# In the order in which a reader meets them; the tests are not typed as strictly, their code is the fixtures' guest.
TYPED = (
    "libs/*/oraculum_*",
    "services/*/oraculum_*",
    "services/*/benchmark",
    "gateway/oraculum_gateway",
    "clients/*/oraculum_*",
    "dev/oraculum_dev",
)
SHARED = "end_to_end and not own_suite and not faults"
OWN = "own_suite and not faults"


@dataclass(frozen=True)
class Step:
    """Commands that belong together; all of them run, so that one failure does not hide another."""

    name: str
    commands: Sequence[Sequence[str]]


def _tool(name: str, *arguments: str) -> list[str]:
    return [tool(name), *arguments]


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _packages() -> list[str]:
    return sorted(
        str(path.relative_to(ROOT)) for pattern in TYPED for path in ROOT.glob(pattern) if path.is_dir()
    )


def _files_naming(marker: str) -> list[str]:
    """The test files that use a marker: pytest would import all the others, too, only to leave them out."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"][
        "ini_options"
    ]
    return sorted(
        str(path.relative_to(ROOT))
        for folder in options["testpaths"]
        for path in (ROOT / folder).rglob("test_*.py")
        if marker in path.read_text(encoding="utf-8")
    )


def workers() -> int:
    """How many tests run at a time: two for each core, because every other one waits for a server or for the clock."""
    return max(2, min(8, 2 * (os.cpu_count() or 1)))


def steps() -> Mapping[str, Step]:
    """Every step that can be run by its name."""
    pytest = ("-q", "--no-header", "-p", "no:cacheprovider")
    parallel = ("-n", str(workers()), "--dist", "worksteal")
    by_suite = ("-n", "2", "--dist", "loadgroup")
    known = [
        Step(
            "lint",
            [_tool("ruff", "check"), _tool("ruff", "format", "--check"), _module("oraculum_dev.linters")],
        ),
        Step("types", [_tool("mypy", *_packages())]),
        Step("contracts", [_module("oraculum_dev.command", "protos", "--check")]),
        Step("unit", [_tool("pytest", *pytest, *parallel, "--without-servers")]),
        Step("tests", [_tool("pytest", *pytest, *parallel, "-m", "not end_to_end")]),
        Step("demo", [_module("oraculum_dev.command", "demo")]),
        # What shares a suite, one test after the other; beside it those that break one.
        Step("end to end", [_tool("pytest", *pytest, *by_suite, "-m", SHARED, *_files_naming("end_to_end"))]),
        # A suite takes half a core when nobody uses it, so these wait until the shared ones are gone.
        Step("own suites", [_tool("pytest", *pytest, *by_suite, "-m", OWN, *_files_naming("own_suite"))]),
        Step("faults", [_tool("pytest", *pytest, "tests/faults")]),
    ]
    return {step.name: step for step in known}
