"""What VenueSilent hears: the venue's silence, and nothing any more of a process that follows no longer."""

from datetime import UTC, datetime, timedelta

from prometheus_client import REGISTRY

from oraculum_kit.clock import ManualClock
from oraculum_market_data.ages import Ages
from oraculum_market_data.intake import Heard
from oraculum_market_data.normal import Venue

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def age(venue: Venue) -> float | None:
    return REGISTRY.get_sample_value("oraculum_market_data_age_seconds", {"venue": venue.value})


def test_a_venue_is_as_silent_as_it_was_last_heard_and_one_never_heard_as_long_as_it_is_followed() -> None:
    clock, heard = ManualClock(BEGAN), {venue: Heard() for venue in Venue}
    with Ages(heard, clock) as ages:
        clock.advance(seconds=100)
        heard[Venue.KALSHI].last_at = clock.now()
        clock.advance(seconds=300)
        ages.show([Venue.KALSHI, Venue.MANIFOLD])
        assert (300.0, 400.0, None) == (age(Venue.KALSHI), age(Venue.MANIFOLD), age(Venue.POLYMARKET))


def test_what_was_heard_when_it_followed_before_makes_no_silence() -> None:
    clock = ManualClock(BEGAN)
    heard = {Venue.KALSHI: Heard(last_at=BEGAN - timedelta(hours=5))}
    with Ages(heard, clock) as ages:
        clock.advance(seconds=2)
        ages.show([Venue.KALSHI])
        assert 2.0 == age(Venue.KALSHI)


def test_whoever_follows_no_longer_says_nothing() -> None:
    """An age that stood still would fire the alert until the process ends, though another one hears the venue."""
    with Ages({Venue.KALSHI: Heard()}, ManualClock(BEGAN)) as ages:
        ages.show([Venue.KALSHI])
    assert age(Venue.KALSHI) is None
