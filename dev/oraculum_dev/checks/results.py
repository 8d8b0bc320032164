"""What came of a step, counted: each test and each named fact of the demo counts for itself, any other step as one."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET


@dataclass(frozen=True)
class Result:
    """One step's outcome."""

    name: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    output: str


def of_pytest(report: str, code: int) -> tuple[int, int, int]:
    """Passed, failed and skipped, from pytest's report; a run that could not report has failed once."""
    try:
        suites = list(ET.fromstring(report).iter("testsuite"))  # noqa: S314 (written by our own pytest a moment ago)
    except ET.ParseError:
        return 0, 1, 0
    total, failures, errors, skipped = (
        sum(int(suite.get(name, "0")) for suite in suites)
        for name in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    # Code 5 says that no test was selected; any other code without a failure is one that has no test to its name.
    if code not in {0, 5} and not failed:
        failed = 1
    return max(0, total - failures - errors - skipped), failed, skipped


def of_story(output: str, code: int) -> tuple[int, int, int]:
    """Passed and failed, from the last line `N passed, N failed`."""
    found = re.findall(r"(\d+) passed, (\d+) failed", output)
    passed, failed = map(int, found[-1]) if found else (0, 0)
    return passed, max(failed, int(code != 0)), 0


def of_commands(codes: list[int]) -> tuple[int, int, int]:
    """One passed or one failed."""
    failed = int(any(codes))
    return 1 - failed, failed, 0
