import json
from collections.abc import Mapping
from typing import Any

import pytest

from oraculum_dev.bench.command import main
from oraculum_dev.bench.figure import Delays, Figure
from oraculum_dev.fixtures.suites import Suite

TINY = ["--seconds", "2", "--warm-up", "1", "--people", "8", "--events", "2", "--connections", "4"]
FIELDS = {
    *("bench", "shape", "value", "unit", "p50_ms", "p95_ms", "p99_ms", "errors", "limit", "limit_what"),
    *("ratio", "cpu_s", "rss_mb", "versions"),
}
SLOW = "s after the end there waited"
PROCESSES = {"gateway", "prediction", "wallet", "postgres", "kafka", "generator"}


class TestDelays:
    def test_they_are_delays_that_occurred(self) -> None:
        """A percentile is the delay that so many of a hundred did not exceed."""
        assert Delays(50.0, 95.0, 99.0) == Delays.of([number / 1000 for number in range(100, 0, -1)])

    def test_nothing_measured_is_nothing(self) -> None:
        assert Delays(0.0, 0.0, 0.0) == Delays.of([])


@pytest.mark.end_to_end
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "shapes", "process"),
    [
        ("bets", {("bets", "many"), ("posted", "many"), ("bets", "hot"), ("posted", "hot")}, "gateway"),
        ("ledger", {("ledger", "4 calls of 4000")}, "wallet"),
        ("settlement", {("settlement", "10 events")}, "prediction"),
        ("quotes", {("quotes", "events"), ("quotes", "quote")}, "gateway"),
    ],
)
def test_a_tiny_run_measures_keeps_its_promises_and_prints_only_figures(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    suite: Suite,
    name: str,
    shapes: set[tuple[str, str]],
    process: str,
) -> None:
    """Everything that a long run checks holds after a short one; how fast it was is not asserted."""
    monkeypatch.setenv("ORACULUM_TEST_SUITE", str(suite.folder))
    code = main([name, *TINY, "--pgbench-scale", "1"])
    printed = capsys.readouterr()
    figures: list[Mapping[str, Any]] = [json.loads(line) for line in printed.out.splitlines()]
    # How soon a machine that does other things besides has caught up is no promise of the code's.
    broken = [line for line in printed.err.splitlines() if line.startswith("NOT KEPT") and SLOW not in line]
    assert ([], shapes) == (broken, {(figure["bench"], figure["shape"]) for figure in figures})
    assert (code == 0) == ("NOT KEPT" not in printed.err)
    for figure in figures:
        assert FIELDS == figure.keys()
        assert Figure(**figure).line == json.dumps(figure)
        assert (0, True, True) == (figure["errors"], figure["value"] > 0, figure["limit"] > 0)
        assert figure["p50_ms"] <= figure["p95_ms"] <= figure["p99_ms"]
        assert PROCESSES <= figure["cpu_s"].keys()
        assert figure["cpu_s"][process] > 0
        assert figure["versions"]["limit_tier"]
