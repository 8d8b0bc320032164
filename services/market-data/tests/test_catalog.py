"""What is known of markets: pieces are put together, older states change nothing, results are not lost."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from oraculum_market_data.catalog import Catalog
from oraculum_market_data.documents import document, market_of
from oraculum_market_data.figures import Price
from oraculum_market_data.normal import (
    Market,
    MarketChange,
    Outcome,
    Payout,
    Resolution,
    ResolutionKind,
    Status,
    Venue,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MARKET = Market(
    venue=Venue.KALSHI,
    id="RAIN",
    title="Will it rain?",
    description="By the gauge.",
    category="Weather",
    status=Status.OPEN,
    outcomes=(Outcome(index=0, label="No", id="no"), Outcome(index=1, label="Yes", id="yes")),
    volume=Decimal(100),
    updated_at=NOW,
    received_at=NOW,
)
WON = Resolution(
    kind=ResolutionKind.WINNER,
    payouts=(Payout(0, Decimal(0)), Payout(1, Decimal(1))),
    winner=1,
    original="yes",
)


def catalog_with(market: Market = MARKET) -> Catalog:
    catalog = Catalog()
    assert catalog.put(market)
    return catalog


class TestNews:
    def test_what_is_known_is_no_news(self) -> None:
        assert not catalog_with().put(replace(MARKET, received_at=NOW + timedelta(seconds=1)))

    def test_volume_and_prices_are_told_elsewhere(self) -> None:
        priced = replace(MARKET.outcomes[1], price=Price(Decimal("0.4")))
        later = replace(
            MARKET,
            volume=Decimal(101),
            outcomes=(MARKET.outcomes[0], priced),
            traded_at=NOW,
            liquidity=Decimal(7),
        )
        assert not catalog_with().put(later)

    def test_a_volume_that_doubled_is_news(self) -> None:
        assert catalog_with().put(replace(MARKET, volume=Decimal(200)))

    def test_a_status_a_title_a_time_and_a_result_are_news(self) -> None:
        assert catalog_with().put(replace(MARKET, status=Status.CLOSED))
        assert catalog_with().put(replace(MARKET, title="Will it snow?"))
        assert catalog_with().put(replace(MARKET, closes_at=NOW))
        assert catalog_with().put(replace(MARKET, resolution=WON))


class TestPieces:
    def test_what_a_listing_leaves_out_is_kept(self) -> None:
        catalog = catalog_with()
        catalog.put(replace(MARKET, category="", description="", outcomes=(), title="Rain?"))
        known = catalog.get(Venue.KALSHI, "RAIN")
        assert known is not None
        assert ("Weather", "By the gauge.", 2) == (known.category, known.description, len(known.outcomes))
        assert "Rain?" == known.title

    def test_an_older_state_changes_nothing(self) -> None:
        catalog = catalog_with(replace(MARKET, status=Status.RESOLVED, resolution=WON))
        assert not catalog.put(replace(MARKET, updated_at=NOW - timedelta(seconds=1)))
        known = catalog.get(Venue.KALSHI, "RAIN")
        assert known is not None
        assert known.status is Status.RESOLVED

    def test_an_older_state_brings_the_outcomes_that_newer_ones_leave_out(self) -> None:
        """A market that is traded all the time is listed anew before its answers, asked for one by one, have arrived."""
        catalog = catalog_with(replace(MARKET, outcomes=(), title="Rain?"))
        assert catalog.put(replace(MARKET, updated_at=NOW - timedelta(seconds=1), title="Old", volume=None))
        known = catalog.get(Venue.KALSHI, "RAIN")
        assert known is not None
        assert (MARKET.outcomes, "Rain?", Decimal(100), NOW) == (
            known.outcomes,
            known.title,
            known.volume,
            known.updated_at,
        )
        assert 1 == catalog.outcome(Venue.KALSHI, "RAIN", "yes")

    def test_a_frame_that_says_only_that_the_result_stands_keeps_the_result(self) -> None:
        catalog = catalog_with()
        catalog.change(
            MarketChange(
                venue=Venue.KALSHI,
                market_id="RAIN",
                word="determined",
                status=Status.DETERMINED,
                resolution=WON,
            )
        )
        standing = Resolution(kind=ResolutionKind.NONE, final=True, resolved_at=NOW)
        assert catalog.change(
            MarketChange(
                venue=Venue.KALSHI,
                market_id="RAIN",
                word="settled",
                status=Status.RESOLVED,
                resolution=standing,
            )
        )
        known = catalog.get(Venue.KALSHI, "RAIN")
        assert known is not None
        assert known.resolution == replace(WON, final=True, resolved_at=NOW)

    def test_a_winner_that_is_named_by_its_id_gets_its_number(self) -> None:
        catalog = catalog_with()
        named = Resolution(kind=ResolutionKind.WINNER, winner_id="yes", final=True)
        catalog.change(MarketChange(venue=Venue.KALSHI, market_id="RAIN", word="resolved", resolution=named))
        known = catalog.get(Venue.KALSHI, "RAIN")
        assert known is not None
        assert known.resolution is not None
        assert 1 == known.resolution.winner

    def test_a_market_that_is_opened_again_has_no_result(self) -> None:
        catalog = catalog_with(replace(MARKET, status=Status.RESOLVED, resolution=WON))
        catalog.change(MarketChange(venue=Venue.KALSHI, market_id="RAIN", word="x", status=Status.OPEN))
        known = catalog.get(Venue.KALSHI, "RAIN")
        assert known is not None
        assert (Status.OPEN, None) == (known.status, known.resolution)

    def test_a_change_of_a_market_that_nobody_listed_is_no_market(self) -> None:
        assert not Catalog().change(MarketChange(venue=Venue.KALSHI, market_id="RAIN", word="x"))


class TestDocuments:
    def test_a_market_comes_back_as_it_was(self) -> None:
        priced = replace(
            MARKET, outcomes=(replace(MARKET.outcomes[0], price=Price(Decimal("0.21999995306666104"))),)
        )
        assert priced == market_of(document(priced))

    def test_the_character_that_postgresql_refuses_is_left_out_and_nothing_else(self) -> None:
        market = replace(MARKET, title="a\0b \\u0000 c", description="d\\\0e")
        assert ("ab \\u0000 c", "d\\e") == (
            market_of(document(market)).title,
            market_of(document(market)).description,
        )
