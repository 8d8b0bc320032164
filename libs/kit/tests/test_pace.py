"""Rests follow the work, within bounds."""

from hypothesis import given
from hypothesis import strategies as st

from oraculum_kit.pace import Pace


def test_rests_shortly_at_first() -> None:
    assert 0.02 == Pace(0.02, 0.2).rest_seconds


def test_forgets_a_slow_batch_with_the_next() -> None:
    pace = Pace(0.02, 0.2)
    pace.worked(30.0)
    assert 0.2 == pace.rest_seconds
    pace.worked(0.001)
    assert 0.02 == pace.rest_seconds


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_more_work_never_means_a_shorter_rest(one: float, other: float) -> None:
    pace = Pace(0.02, 0.2)
    rests = []
    for seconds in sorted((one, other)):
        pace.worked(seconds)
        rests.append(pace.rest_seconds)
    assert 0.02 <= rests[0] <= rests[1] <= 0.2
