"""Which venue markets become events, and what they look like then."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum.market_data.v1.market_data_facts_pb2 import VenueMarketChanged
from oraculum_event.crawler import PRIOR_MIN, Rule, Rulebook, prior
from oraculum_event.drafting import check_draft
from oraculum_event.records import CATEGORIES, EventType
from oraculum_event.rulebooks import load_rulebook
from oraculum_kit.validation import Violations
from oraculum_money import Units

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SUBSIDY = Units(100_000_000)


def change(
    *, closes_in: timedelta = timedelta(hours=1), labels: tuple[str, ...] = ("NO", "YES"), **fields: object
) -> VenueMarketChanged:
    market = pb.VenueMarket(
        venue="kalshi",
        venue_market_id="KX-1",
        title="Will it rain?",
        status=pb.VENUE_MARKET_STATUS_OPEN,
        outcomes=[
            pb.VenueOutcome(index=index, label=label, venue_outcome_id=f"o{index}")
            for index, label in enumerate(labels)
        ],
        mutually_exclusive=True,
    )
    market.close_time.FromDatetime(NOW + closes_in)
    market.MergeFrom(pb.VenueMarket(**fields))
    return VenueMarketChanged(market=market)


def quoted(*millionths: int | None) -> VenueMarketChanged:
    wanted = change(labels=tuple(f"outcome {index}" for index in range(len(millionths))))
    for outcome, price in enumerate(millionths):
        if price is not None:
            wanted.quotes.append(pb.VenueQuote(outcome=outcome, probability_millionths=price))
    return wanted


BOOK = Rulebook([Rule(name="all")], SUBSIDY)


class TestDraft:
    def test_a_binary_market_becomes_a_binary_event(self) -> None:
        _, draft = BOOK.draft(change(), NOW)
        assert (draft.event_type, draft.outcome_labels) == (EventType.BINARY, ["NO", "YES"])
        assert draft.venue.outcome_ids == ["o0", "o1"]
        assert draft.locks_at == NOW + timedelta(minutes=55)

    def test_the_game_start_comes_before_the_close(self) -> None:
        wanted = change()
        wanted.market.start_time.FromDatetime(NOW + timedelta(minutes=30))
        _, draft = BOOK.draft(wanted, NOW)
        assert draft.locks_at == NOW + timedelta(minutes=25)

    def test_whatever_it_makes_is_a_valid_draft(self) -> None:
        wanted = change(title="x" * 900, description="y" * 30_000, categories=["  ", "w" * 80, "NBA"])
        _, draft = BOOK.draft(wanted, NOW)
        check = Violations()
        check_draft(draft, NOW, CATEGORIES, check, timedelta(days=3))
        check.finish()

    @pytest.mark.parametrize(
        "wanted",
        [
            change(status=pb.VENUE_MARKET_STATUS_CLOSED),
            change(closes_in=timedelta(minutes=5)),
            change(closes_in=timedelta(days=400)),
            change(labels=("YES",)),
            change(labels=("Ada", "ada")),
            change(labels=("Ada", "Eve", "")),
        ],
    )
    def test_what_cannot_be_bet_on_is_left_alone(self, wanted: VenueMarketChanged) -> None:
        assert BOOK.draft(wanted, NOW) is None

    def test_outcomes_that_do_not_exclude_each_other_are_left_alone(self) -> None:
        wanted = change(labels=("Ada", "Eve", "Bob"))
        assert BOOK.draft(wanted, NOW) is not None
        wanted.market.mutually_exclusive = False
        assert BOOK.draft(wanted, NOW) is None


class TestRule:
    @pytest.mark.parametrize(
        ("rule", "admitted"),
        [
            (Rule(name="r", venues=("kalshi",)), True),
            (Rule(name="r", venues=("manifold",)), False),
            (Rule(name="r", categories=("weather",)), True),
            (Rule(name="r", categories=("sports",)), False),
            (Rule(name="r", volume_min=Decimal(100)), True),
            (Rule(name="r", volume_min=Decimal("100.01")), False),
            (Rule(name="r", title="rain"), True),
            (Rule(name="r", title=r"\(№ \d+\)$"), False),
            (Rule(name="r", outcomes_max=1), False),
        ],
    )
    def test_it_admits_by_what_it_says(self, rule: Rule, admitted: bool) -> None:  # noqa: FBT001
        market = change(categories=["Weather"], volume="100.00").market
        assert rule.admits(market) is admitted

    def test_the_rules_that_we_ship_can_be_read(self) -> None:
        book = load_rulebook(("crawler_rules_development.toml", "crawler_rules.toml"), SUBSIDY)
        assert book.rules[0].admits(change(title="Will it rain? (№ 1700000000)").market)
        _, draft = book.draft(change(categories=["Climate and Weather"]), NOW)
        assert draft.category == "weather"


class TestPrior:
    @given(st.lists(st.integers(0, 1_000_000), min_size=2, max_size=10).filter(any))
    def test_prices_sum_to_one_and_keep_away_from_the_edge(self, millionths: list[int]) -> None:
        prices = prior(quoted(*millionths))
        assert sum(prices) == 1_000_000
        assert min(prices) >= PRIOR_MIN

    def test_it_keeps_the_order_of_the_quotes(self) -> None:
        assert prior(quoted(250_000, 750_000)) == [260_000, 740_000]

    def test_one_side_of_a_binary_market_is_enough(self) -> None:
        assert prior(quoted(None, 750_000)) == prior(quoted(250_000, 750_000))

    def test_without_quotes_the_odds_are_even(self) -> None:
        assert prior(quoted(None, None)) == []
        assert prior(quoted(100_000, None, 500_000)) == []
