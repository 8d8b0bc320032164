"""The last line of `make test` tells the truth."""

import pytest

from oraculum_dev.checks.results import of_commands, of_pytest, of_story

REPORT = '<testsuites><testsuite tests="10" failures="{}" errors="{}" skipped="2"/></testsuites>'


class TestOfPytest:
    def test_counts(self) -> None:
        assert (8, 0, 2) == of_pytest(REPORT.format(0, 0), 0)
        assert (5, 3, 2) == of_pytest(REPORT.format(2, 1), 1)

    def test_no_test_selected_is_no_failure(self) -> None:
        empty = '<testsuites><testsuite tests="0" failures="0" errors="0" skipped="0"/></testsuites>'
        assert (0, 0, 0) == of_pytest(empty, 5)

    @pytest.mark.parametrize(("report", "code"), [("", 3), ("<test", 139), (REPORT.format(0, 0), 2)])
    def test_a_run_that_broke_has_failed(self, report, code) -> None:
        """A crash of pytest itself must not look like success."""
        assert 1 == of_pytest(report, code)[1]


class TestOfStory:
    def test_reads_the_last_line(self) -> None:
        assert (31, 0, 0) == of_story("1 passed, 0 failed\n...\n31 passed, 0 failed\n", 0)
        assert (30, 1, 0) == of_story("30 passed, 1 failed", 1)

    def test_a_story_without_an_end_has_failed(self) -> None:
        assert (0, 1, 0) == of_story("Traceback", 1)
        assert (31, 1, 0) == of_story("31 passed, 0 failed", 1)


def test_commands_fail_together() -> None:
    assert (1, 0, 0) == of_commands([0, 0])
    assert (0, 1, 0) == of_commands([0, 1])
