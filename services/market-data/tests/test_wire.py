"""The contracts' words: outcomes, titles and payouts as those who open and resolve events need them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_market_data.board import Board, probability_millionths, top_to_wire
from oraculum_market_data.figures import Price
from oraculum_market_data.normal import (
    Direction,
    Market,
    Outcome,
    Payout,
    Quote,
    Resolution,
    ResolutionKind,
    Status,
    Trade,
    Venue,
)
from oraculum_market_data.trades import deal_of
from oraculum_market_data.wire import market_to_wire

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = (Venue.KALSHI, "m", 1)
THREE = tuple(Outcome(index=index, label=label, id=label) for index, label in enumerate("ABC"))
MARKET = Market(
    venue=Venue.MANIFOLD, id="m", title="Who?", status=Status.OPEN, outcomes=THREE, mutually_exclusive=True
)


def price(text: str) -> Price:
    return Price(Decimal(text))


class TestPayouts:
    @pytest.mark.parametrize(
        ("weights", "expected"),
        [
            ({0: "100"}, [1_000_000, 0, 0]),
            ({0: "33.333333", 1: "33.333333", 2: "33.333333"}, [333_334, 333_333, 333_333]),
            ({0: "50", 1: "49.9"}, [500_501, 499_499, 0]),
        ],
    )
    def test_weights_sum_to_one(self, weights, expected) -> None:
        payouts = tuple(Payout(index, Decimal(share), 100) for index, share in weights.items())
        resolution = Resolution(kind=ResolutionKind.SPLIT, payouts=payouts, final=True)
        assert expected == list(
            market_to_wire(replace(MARKET, resolution=resolution)).resolution.payout_millionths
        )

    def test_a_winner_without_payouts_gets_all(self) -> None:
        resolution = Resolution(kind=ResolutionKind.WINNER, winner=2, final=True)
        wire = market_to_wire(replace(MARKET, resolution=resolution)).resolution
        assert ([0, 0, 1_000_000], pb.VENUE_RESOLUTION_KIND_WINNER) == (
            list(wire.payout_millionths),
            wire.kind,
        )

    def test_independent_answers_are_paid_as_the_venue_says(self) -> None:
        payouts = (Payout(0, Decimal(1)), Payout(1, Decimal(1)), Payout(2, Decimal(0)))
        resolution = Resolution(kind=ResolutionKind.SPLIT, payouts=payouts, final=True)
        market = replace(MARKET, mutually_exclusive=False, resolution=resolution)
        assert [1_000_000, 1_000_000, 0] == list(market_to_wire(market).resolution.payout_millionths)

    def test_a_market_called_off_names_no_payouts(self) -> None:
        resolution = Resolution(kind=ResolutionKind.VOID, final=True)
        wire = market_to_wire(replace(MARKET, resolution=resolution)).resolution
        assert (pb.VENUE_RESOLUTION_KIND_VOID, [], True) == (
            wire.kind,
            list(wire.payout_millionths),
            wire.final,
        )

    def test_a_proposal_without_a_result_is_no_result(self) -> None:
        resolution = Resolution(kind=ResolutionKind.NONE, original="proposed")
        assert not market_to_wire(replace(MARKET, resolution=resolution)).HasField("resolution")


class TestLabels:
    def test_the_same_words_on_both_sides_become_no_and_yes(self) -> None:
        market = replace(
            MARKET,
            group_title="49° or above",
            title="How warm will it be?",
            outcomes=(Outcome(index=0, label="49° or above"), Outcome(index=1, label="49° or above")),
        )
        wire = market_to_wire(market)
        assert ["No", "Yes"] == [outcome.label for outcome in wire.outcomes]
        assert "49° or above: How warm will it be?" == wire.title

    def test_a_title_that_says_which_it_is_stays(self) -> None:
        assert "Who? (№ 7)" == market_to_wire(replace(MARKET, title="Who? (№ 7)", group_title="№ 7")).title


class TestQuotes:
    def test_figures_keep_every_digit(self) -> None:
        quote = Quote(
            venue=Venue.POLYMARKET,
            market_id="m",
            outcome_id="t",
            bid=price("0.21999995306666104"),
            ask=price("0.230"),
            bid_size=Decimal("5.000000"),
            ask_size=Decimal("1E+3"),
            received_at=NOW,
        )
        top = Board().quote(quote, (Venue.POLYMARKET, "m", 0))
        assert top is not None
        wire = top_to_wire(top)
        assert ("0.21999995306666104", "0.230", "5.000000", "1000") == (
            wire.bid,
            wire.ask,
            wire.bid_size,
            wire.ask_size,
        )

    def test_the_probability_is_the_middle_else_the_last_price_else_absent(self) -> None:
        assert 450_000 == probability_millionths(price("0.4"), price("0.5"), price("0.1"))
        assert 100_000 == probability_millionths(price("0.4"), None, price("0.1"))
        assert probability_millionths(price("0.4"), None, None) is None

    def test_a_book_does_not_forget_the_last_trade(self) -> None:
        board = Board()
        quote = Quote(venue=Venue.KALSHI, market_id="m", outcome_id="yes", last=price("0.3"), received_at=NOW)
        board.quote(quote, KEY)
        top = board.quote(replace(quote, last=None, bid=price("0.2")), KEY)
        assert top is not None
        assert (price("0.2"), price("0.3")) == (top.bid, top.last)

    def test_the_same_again_is_no_news(self) -> None:
        board = Board()
        quote = Quote(venue=Venue.KALSHI, market_id="m", outcome_id="yes", bid=price("0.3"), received_at=NOW)
        assert board.quote(quote, KEY) is not None
        assert board.quote(replace(quote, bid=price("0.30")), KEY) is None


class TestTrades:
    BET = Trade(
        venue=Venue.MANIFOLD,
        market_id="m",
        outcome_id="NO",
        id="b",
        price=price("0.4"),
        size=Decimal(5),
        direction=Direction.BUY,
        original_side="NO",
        venue_time=NOW,
    )

    def test_a_bet_on_no_sells_yes(self) -> None:
        deal = deal_of(self.BET, 1, NOW)
        assert deal is not None
        assert "sell" == deal.taker_side

    def test_what_nobody_made_is_no_trade(self) -> None:
        assert deal_of(replace(self.BET, is_counted=False), 1, NOW) is None
