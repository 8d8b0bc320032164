"""What is wrong with quotes and trades is seen, and what only looks so is not."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from oraculum_market_data.board import Board, Top
from oraculum_market_data.catalog import Catalog
from oraculum_market_data.figures import Price
from oraculum_market_data.inspector import Inspector
from oraculum_market_data.normal import Market, Outcome, Quote, Status, Venue
from oraculum_market_data.quality import Kind, Watch
from oraculum_market_data.trades import Deal

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOW + timedelta(seconds=10)
MARKET = Market(
    venue=Venue.KALSHI,
    id="K-1",
    title="Rain?",
    outcomes=(Outcome(index=0, label="No", id="no"), Outcome(index=1, label="Yes", id="yes")),
    status=Status.OPEN,
    mutually_exclusive=True,
)


def price(text: str | None) -> Price | None:
    return None if text is None else Price(Decimal(text))


def deal(trade_id: str) -> Deal:
    return Deal("kalshi", "K-1", 1, trade_id, Price(Decimal("0.4")), Decimal(1), "buy", NOW, NOW)


class World:
    """An inspector, and what it looks at."""

    def __init__(self) -> None:
        self.catalog, self.board, self.watch = Catalog(), Board(), Watch()
        self.catalog.put(MARKET)
        self.inspector = Inspector(self.watch, self.catalog, self.board)

    def quote(
        self, outcome: int, bid: str | None, ask: str | None, *, last: str | None = None, at: datetime = NOW
    ) -> Top:
        quote = Quote(
            venue=Venue.KALSHI,
            market_id="K-1",
            outcome_id=MARKET.outcomes[outcome].id,
            bid=price(bid),
            ask=price(ask),
            last=price(last),
            venue_time=at,
            received_at=at,
        )
        top = self.board.quote(quote, (Venue.KALSHI, "K-1", outcome))
        assert top is not None
        self.inspector.quote(top)
        return top

    def kinds(self, now: datetime = NOW) -> list[Kind]:
        """What is wrong by now: one round when it was told, and one later."""
        self.inspector.inspect(NOW)
        self.watch.pass_time(now)
        return [incident.kind for incident in self.watch]


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("bid", "ask", "kinds"),
    [
        ("0.40", "0.45", []),
        ("0.45", "0.40", [Kind.CROSSED]),
        ("0.40", "0.4000", [Kind.LOCKED]),
        ("0.40", None, []),
    ],
)
def test_a_top(world: World, bid: str, ask: str | None, kinds: list[Kind]) -> None:
    world.quote(1, bid, ask)
    assert kinds == world.kinds(LATER)


def test_a_price_outside_of_what_a_probability_can_be(world: World) -> None:
    world.quote(1, "0.4", "0.5", last="1.2")
    assert [Kind.OUT_OF_RANGE] == world.kinds()


def test_prices_that_exclude_each_other_must_sum_to_one(world: World) -> None:
    world.quote(1, "0.40", "0.42")
    assert [] == world.kinds(LATER)
    world.quote(0, "0.70", "0.72")
    assert [Kind.SUM] == world.kinds(LATER)
    world.quote(0, "0.58", "0.60")
    assert [] == world.kinds(LATER)


def test_a_wide_spread_says_nothing_of_a_sum(world: World) -> None:
    world.quote(1, "0.40", "0.42")
    world.quote(0, "0.05", "0.95")
    assert [] == world.kinds(LATER)


def test_a_time_that_runs_backwards(world: World) -> None:
    world.quote(1, "0.40", "0.42")
    world.quote(1, "0.41", "0.42", at=NOW - timedelta(milliseconds=200))
    assert [] == world.kinds()
    world.quote(1, "0.39", "0.42", at=NOW - timedelta(seconds=2))
    assert [Kind.TIME_BACKWARDS] == world.kinds()


def test_a_trade_that_a_socket_tells_twice(world: World) -> None:
    for is_live in (False, False):
        world.inspector.deal(deal("t1"), NOW, is_live=is_live)
    assert [] == world.kinds()
    world.inspector.deal(deal("t1"), NOW, is_live=True)
    assert [Kind.DUPLICATE] == world.kinds()


def test_trades_are_known_for_long_and_not_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy day has millions, and the process that looks at them runs for months."""
    monkeypatch.setattr("oraculum_market_data.inspector._SEEN_MAX", 10)
    for number in range(20):
        world.inspector.deal(deal(f"t{number}"), NOW, is_live=True)
    world.inspector.deal(deal("t0"), NOW, is_live=True)
    assert [] == world.kinds()
    world.inspector.deal(deal("t11"), NOW, is_live=True)
    assert [Kind.DUPLICATE] == world.kinds()


def test_a_market_that_ended_takes_its_incidents_along(world: World) -> None:
    world.quote(1, "0.45", "0.40")
    assert [Kind.CROSSED] == world.kinds(LATER)
    ended = Market(venue=Venue.KALSHI, id="K-1", title="Rain?", status=Status.RESOLVED)
    world.inspector.over(ended, LATER)
    assert [] == world.kinds(LATER)


def test_a_silent_venue_and_one_that_speaks_again(world: World) -> None:
    world.inspector.silence(Venue.KALSHI, is_silent=True, now=NOW, detail="nothing heard")
    assert [Kind.SILENT] == world.kinds()
    world.inspector.silence(Venue.KALSHI, is_silent=False, now=LATER, detail="")
    assert [] == world.kinds()
