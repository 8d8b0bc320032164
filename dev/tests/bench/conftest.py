import pytest

from oraculum_dev.fixtures.suites import Suite


@pytest.fixture(scope="session")
def suite(breakable_suite: Suite) -> Suite:
    """It is kept busy here, and what a benchmark promises does not hold beside others."""
    return breakable_suite
