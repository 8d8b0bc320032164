"""A recording is played at the pace at which it was received, times a factor."""

from datetime import UTC, datetime, timedelta

import pytest

from oraculum_market_data.replay.pace import Pace, speed_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Time:
    """A clock that is moved by waiting alone."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def played(speed: float | None, *offsets: float | None) -> list[float]:
    time = Time()
    pace = Pace(speed, lambda: time.now, time.wait)
    for offset in offsets:
        pace.keep(None if offset is None else NOW + timedelta(seconds=offset))
    return time.waits


def test_ten_times_as_fast() -> None:
    assert [0.1, 0.4] == pytest.approx(played(10, 0, 1, 5))


def test_as_fast_as_it_can_be_read() -> None:
    assert [] == played(None, 0, 1, 5)


def test_what_has_no_time_or_goes_back_is_due_at_once() -> None:
    assert [1.0] == pytest.approx(played(1, None, 0, None, 1, 0.5))


def test_each_recording_begins_anew() -> None:
    time = Time()
    pace = Pace(1, lambda: time.now, time.wait)
    pace.keep(NOW)
    pace.begin()
    pace.keep(NOW + timedelta(days=1))
    assert [] == time.waits


@pytest.mark.parametrize(("text", "speed"), [("max", None), ("0.5", 0.5), ("100", 100.0)])
def test_a_speed(text: str, speed: float | None) -> None:
    assert speed == speed_of(text)


@pytest.mark.parametrize("text", ["0", "-1", "fast", "inf", "nan"])
def test_what_is_no_speed(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        speed_of(text)
