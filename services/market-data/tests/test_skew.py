"""A venue's clock, narrowed down by what it says and when."""

from datetime import UTC, datetime, timedelta

import pytest

from oraculum_market_data.normal import Venue
from oraculum_market_data.skew import Skew

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_nothing_heard_is_nothing_known() -> None:
    assert Skew().ahead(Venue.KALSHI) is None


def test_words_from_the_future_say_that_the_clock_is_ahead() -> None:
    skew = Skew()
    skew.heard(Venue.KALSHI, at(4), at(0))
    skew.heard(Venue.KALSHI, at(1), at(0.5))
    ahead = skew.ahead(Venue.KALSHI)
    assert ahead is not None
    assert 4 == ahead.certain_seconds


def test_old_words_say_nothing_of_a_clock() -> None:
    skew = Skew()
    skew.heard(Venue.MANIFOLD, at(-86_400), at(0))
    ahead = skew.ahead(Venue.MANIFOLD)
    assert ahead is not None
    assert (0, 0) == (ahead.certain_seconds, ahead.seconds)


def test_answers_bound_it_from_both_sides() -> None:
    """The venue is 10 s behind; each answer took 0.2 s and was dated in whole seconds."""
    skew = Skew()
    for tenth in range(0, 50, 3):
        asked = tenth / 10
        skew.answered(Venue.POLYMARKET, at(int(asked + 0.1 - 10 + 100) - 100), at(asked), at(asked + 0.2))
    ahead = skew.ahead(Venue.POLYMARKET)
    assert ahead is not None
    assert -10 == pytest.approx(ahead.seconds, abs=0.3)
    assert ahead.certain_seconds > 9


def test_a_clock_that_was_set_is_judged_by_what_came_last() -> None:
    skew = Skew()
    skew.answered(Venue.KALSHI, at(60), at(0), at(0.1))
    skew.answered(Venue.KALSHI, at(100), at(100), at(100.1))
    ahead = skew.ahead(Venue.KALSHI)
    assert ahead is not None
    assert 0.5 == pytest.approx(ahead.seconds, abs=0.5)
