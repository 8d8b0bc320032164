"""Incidents begin, are seen again, are tolerated for a moment, and end."""

from datetime import UTC, datetime, timedelta

from oraculum_market_data.normal import Venue
from oraculum_market_data.quality import Incident, Kind, Subject, Watch

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MARKET = Subject(Venue.KALSHI, "K-1")
YES = Subject(Venue.KALSHI, "K-1", 1)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def told(watch: Watch) -> list[Incident]:
    return watch.take_changed()


def test_an_incident_lasts_from_when_it_began_to_when_it_ended() -> None:
    watch = Watch()
    watch.begin(Kind.GAP, MARKET, NOW, "number 7 is missing")
    watch.begin(Kind.GAP, MARKET, after(1), "number 9 is missing")
    (begun,) = told(watch)
    assert (NOW, None, "number 7 is missing") == (begun.started_at, begun.ended_at, begun.detail)
    watch.end(Kind.GAP, MARKET, after(3))
    (ended,) = told(watch)
    assert (begun.id, after(3), 0) == (ended.id, ended.ended_at, len(watch))


def test_what_trading_does_for_a_moment_is_no_incident() -> None:
    watch = Watch()
    watch.begin(Kind.CROSSED, YES, NOW, "bid 0.6, ask 0.5")
    watch.pass_time(after(1))
    watch.end(Kind.CROSSED, YES, after(1.5))
    watch.pass_time(after(10))
    assert [] == told(watch)


def test_what_stays_crossed_is_one_from_when_it_crossed() -> None:
    watch = Watch()
    watch.begin(Kind.CROSSED, YES, NOW, "bid 0.6, ask 0.5")
    watch.pass_time(after(2))
    (crossed,) = told(watch)
    assert NOW == crossed.started_at


def test_what_is_momentary_is_counted_and_over_when_it_was_seen_last() -> None:
    watch = Watch()
    for second in (0, 10, 20):
        watch.begin(Kind.DUPLICATE, MARKET, after(second), "trade 7")
    watch.pass_time(after(79))
    assert 1 == len(watch)
    watch.pass_time(after(80))
    (incident,) = told(watch)
    assert (3, after(20)) == (incident.occurrences, incident.ended_at)


def test_badges_tell_what_is_wrong_with_a_market_until_it_is_over() -> None:
    watch = Watch()
    watch.begin(Kind.GAP, MARKET, NOW, "")
    watch.begin(Kind.OUT_OF_RANGE, YES, NOW, "")
    assert {(Venue.KALSHI, "K-1"): {None: ["gap"], 1: ["out_of_range"]}} == watch.take_flags()
    assert {} == watch.take_flags()
    watch.forget(Venue.KALSHI, "K-1", after(1))
    assert {(Venue.KALSHI, "K-1"): {}} == watch.take_flags()


def test_what_could_not_be_written_is_told_again_as_it_stands_by_then() -> None:
    watch = Watch()
    watch.begin(Kind.GAP, MARKET, NOW, "")
    watch.give_back(told(watch))
    watch.end(Kind.GAP, MARKET, after(1))
    (incident,) = told(watch)
    assert after(1) == incident.ended_at


def test_there_are_not_more_than_somebody_can_look_at() -> None:
    watch = Watch(incidents_max=2)
    for number in range(5):
        watch.begin(Kind.GAP, Subject(Venue.KALSHI, f"K-{number}"), NOW, "")
    assert 2 == len(watch)
