"""A venue is asked as often as it allows and as the operator wants, whichever of its services is asked."""

import pytest

from oraculum_market_data.normal import Venue
from oraculum_market_data.venues.budget import PUBLISHED, Rate, RateBudget


class Time:
    """A clock that stands still between requests."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def moments(budget: RateBudget, time: Time, count: int, service: str = "", path: str = "") -> list[float]:
    """When so many requests leave, each asked for at once."""
    return [time.now + budget.reserve(service, path) for _ in range(count)]


def most_within(made: list[float], seconds: float) -> int:
    """The most requests in any stretch of so many seconds."""
    return max(sum(at <= other < at + seconds for other in made) for at in made)


@pytest.mark.parametrize(("venue", "service", "path"), [
    (Venue.POLYMARKET, "gamma", "/markets"),
    (Venue.POLYMARKET, "gamma", "/events/keyset"),
    (Venue.POLYMARKET, "data", "/trades"),
    (Venue.KALSHI, "", "/markets"),
    (Venue.MANIFOLD, "", "/bets"),
])  # fmt: skip
def test_no_stretch_of_time_has_more_than_the_venue_allows(venue: Venue, service: str, path: str) -> None:
    time = Time()
    made = moments(RateBudget(10_000, PUBLISHED[venue], now=time), time, 1_200, service, path)
    for rate in PUBLISHED[venue]:
        if rate.holds_for(service, path):
            assert most_within(made, rate.seconds - 1e-6) <= rate.requests
    # Nor is anything given away: the narrowest rate is used up.
    assert any(
        most_within(made, rate.seconds - 1e-6) == rate.requests
        for rate in PUBLISHED[venue]
        if rate.holds_for(service, path)
    )


def test_services_of_one_venue_share_what_holds_for_all_of_them() -> None:
    time = Time()
    budget = RateBudget(10_000, [Rate(10, 1), Rate(8, 1, "data")], now=time)
    made = moments(budget, time, 8, "data") + moments(budget, time, 8, "gamma")
    assert 10 == most_within(sorted(made), 1 - 1e-6)


def test_the_operators_pace_is_kept_after_a_small_burst() -> None:
    time = Time()
    made = moments(RateBudget(2, now=time, burst=3), time, 13)
    assert [0.0, 0.0, 0.0] == [at - time.now for at in made[:3]]
    assert 5.0 == made[-1] - time.now
