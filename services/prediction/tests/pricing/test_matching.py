"""What an order may ask for and what comes of it, one case each. The laws that hold for all are in the properties."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from mpmath import mp, mpf
from trading_floor import limit_taker, market_taker, order_id, person, resting

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing import (
    FORMULA_VERSION_LMSR,
    FORMULA_VERSION_MATCH,
    Book,
    Change,
    Ending,
    FlatFee,
    LmsrState,
    Match,
    Order,
    OrderKind,
    ParimutuelState,
    QuadraticFee,
    Reason,
    Refusal,
    Role,
    SelfTrade,
    Side,
    Taker,
    TimeInForce,
    even_odds,
    match,
    quote,
    reserve_for,
    shares_to_price,
)

ONE = 1_000_000
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
EVEN = LmsrState.opened(liquidity=Units(100 * ONE), odds=even_odds(2))
# Shares of both outcomes are outstanding, so that they can be sold.
HELD = replace(EVEN, sold=(Shares(200 * ONE), Shares(200 * ONE)))
THREE = LmsrState.opened(liquidity=Units(100 * ONE), odds=(5, 3, 2))


def matched(state: LmsrState, book: Book, taker: Taker, now: datetime | None = None) -> Match:
    found = match(state, book, taker, now)
    assert isinstance(found, Match), found
    return found


def refused(state: LmsrState, book: Book, taker: Taker) -> Reason:
    found = match(state, book, taker)
    assert isinstance(found, Refusal), found
    return found.reason


def shares_of(found: Match) -> dict[int, int]:
    return {fill.order_id.int: fill.shares for fill in found.fills}


class TestPeopleAndTheMarketMaker:
    def test_a_bid_for_the_other_outcome_shares_complete_sets(self) -> None:
        """MATH section 4 with two outcomes: up to the bid from the curve, then 0.55 a share, then the curve again."""
        book = Book([resting(1, 0, Side.BUY, 450_000, 50 * ONE)])
        found = matched(EVEN, book, market_taker(1, Side.BUY, shares=100 * ONE))
        # The curve at both ends, and 50 sets between, of which the bidder pays 0.45 each.
        b, half = mpf(100), mpf(1) / 2
        first = b * mp.log(mpf(55) / 45)
        curve = b * mp.log(half + half * mp.exp((100 - mpf(50)) / b))
        assert 0 < first < 50
        assert abs(found.taker.gross - (curve + 50 * mpf("0.55")) * ONE) < 1
        assert {1: 50 * ONE, 900: 100 * ONE} == shares_of(found)
        assert (50 * ONE, 100 * ONE) == found.state.sold
        assert 22_500_000 == next(fill.gross for fill in found.fills if fill.role is Role.MAKER)
        assert FORMULA_VERSION_MATCH == found.formula_version

    def test_a_resting_sale_changes_hands_and_the_market_stays(self) -> None:
        book = Book([resting(1, 1, Side.SELL, 500_000, 30 * ONE)])
        found = matched(HELD, book, market_taker(1, Side.BUY, shares=20 * ONE))
        assert HELD.sold == found.state.sold
        assert [(900, 10 * ONE), (1, 10 * ONE)] == [(fill.order_id.int, fill.gross) for fill in found.fills]
        assert [Change.SHRUNK] == [each.change for each in found.makers]
        assert 10 * ONE == found.makers[0].after.left

    def test_a_seller_meets_bids_and_sales_of_the_other(self) -> None:
        """The mirror: a bid is sold to at 0.48, a sale of the other at 0.53 is a bid at 0.47."""
        book = Book([resting(1, 1, Side.BUY, 480_000, 5 * ONE), resting(2, 0, Side.SELL, 530_000, 7 * ONE)])
        found = matched(HELD, book, market_taker(1, Side.SELL, shares=30 * ONE))
        assert {1: 5 * ONE, 900: 30 * ONE, 2: 7 * ONE} == shares_of(found)
        assert [Side.BUY, Side.SELL, Side.SELL] == [fill.side for fill in found.fills]
        assert (200 * ONE - 7 * ONE, 200 * ONE - 25 * ONE) == found.state.sold
        assert found.prices_before[1] > 470_000 > found.state.prices[1]

    def test_of_two_at_one_price_the_earlier_is_filled_first(self) -> None:
        book = Book([resting(2, 0, Side.BUY, 450_000, 50 * ONE), resting(1, 0, Side.BUY, 450_000, 10 * ONE)])
        found = matched(EVEN, book, market_taker(1, Side.BUY, shares=50 * ONE))
        assert [1, 2] == [each.before.order_id.int for each in found.makers]
        assert [Change.FILLED, Change.SHRUNK] == [each.change for each in found.makers]

    def test_bids_on_several_outcomes_are_pinned_at_once(self) -> None:
        """With weights w and T = (w_i + F) / (1 - sum r), w_j = r_j T: the definition, in other arithmetic."""
        book = Book([resting(1, 0, Side.BUY, 450_000, 10**12), resting(2, 1, Side.BUY, 280_000, 10**12)])
        found = matched(THREE, book, market_taker(2, Side.BUY, shares=60 * ONE))
        liquidity, quantities = THREE.liquidity, THREE.quantities
        # Both are pinned long before 60 shares, so nothing is free: p_i = 1 - 0.45 - 0.28.
        total = mp.exp(mpf(quantities[2] + 60 * ONE) / liquidity) / mpf("0.27")
        for number, price in ((1, "0.45"), (2, "0.28")):
            shares = liquidity * mp.log(mpf(price) * total) - quantities[number - 1]
            assert abs(shares_of(found)[number] - shares) <= 0.5
        assert (450_000, 280_000, 270_000) == found.state.prices

    def test_nobody_met_is_the_quote(self) -> None:
        far = Book([resting(1, 0, Side.BUY, 10_000, ONE), resting(2, 1, Side.SELL, 990_000, ONE)])
        for size in ({"amount": 10 * ONE}, {"shares": 10 * ONE}):
            taker = market_taker(1, Side.BUY, **size)
            found, quoted = matched(EVEN, far, taker), quote(EVEN, taker.order)
            assert (quoted.shares, quoted.net) == (found.taker.shares, found.taker.net)
            assert FORMULA_VERSION_LMSR == found.formula_version

    def test_an_amount_is_spent_to_the_unit(self) -> None:
        book = Book([resting(1, 0, Side.BUY, 450_000, 50 * ONE), resting(2, 1, Side.SELL, 530_000, ONE)])
        held = replace(EVEN, sold=(Shares(0), Shares(0)))
        found = matched(held, Book(list(book)[:1]), market_taker(1, Side.BUY, amount=40 * ONE))
        assert 40 * ONE == found.taker.gross
        found = matched(HELD, book, market_taker(1, Side.BUY, amount=5 * ONE))
        assert 5 * ONE == found.taker.gross

    def test_an_amount_is_fetched_to_the_unit_by_the_fewest_shares(self) -> None:
        book = Book([resting(1, 1, Side.BUY, 480_000, 5 * ONE), resting(2, 0, Side.SELL, 530_000, 7 * ONE)])
        for amount in (1_000, ONE, 5 * ONE, 12 * ONE):
            found = matched(HELD, book, market_taker(1, Side.SELL, amount=amount))
            assert amount == found.taker.gross
            fewer = matched(HELD, book, market_taker(1, Side.SELL, shares=found.taker.shares - 1))
            assert fewer.taker.gross < amount


class TestFees:
    def test_only_the_taker_pays_one(self) -> None:
        state = replace(EVEN, fee=FlatFee(200))
        book = Book([resting(1, 0, Side.BUY, 450_000, 50 * ONE)])
        found = matched(state, book, market_taker(1, Side.BUY, shares=100 * ONE))
        taker = found.taker
        assert -(-taker.gross * 200 // 10_000) == taker.fee
        assert [0] == [fill.fee for fill in found.fills if fill.role is Role.MAKER]

    def test_the_quadratic_one_follows_the_whole_way(self) -> None:
        """On the curve b |dp|, under a bid at r shares x r (1 - r), whoever takes the other side."""
        rate = 70_000
        state = replace(EVEN, fee=QuadraticFee(rate))
        book = Book([resting(1, 0, Side.BUY, 450_000, 50 * ONE)])
        found = matched(state, book, market_taker(1, Side.BUY, shares=100 * ONE))
        b = mpf(100)
        end = 1 / (1 + mp.exp(-mpf(50) / b))
        uncertainty = b * (end - mpf(1) / 2) + 50 * mpf("0.55") * mpf("0.45")
        expected = uncertainty * rate
        assert abs(found.taker.fee - expected) < 1.001


class TestTimesInForce:
    book = Book([resting(1, 0, Side.BUY, 480_000, 10 * ONE)])

    def test_what_is_left_rests(self) -> None:
        found = matched(EVEN, self.book, limit_taker(1, Side.BUY, shares=200 * ONE, limit=600_000))
        assert Ending.RESTS is found.ending
        assert found.left == 200 * ONE - found.taker.shares
        rests = found.rests
        assert (found.left, 0, 600_000) == (rests.left, rests.filled, rests.price)
        assert 600_000 == found.state.prices[1]

    def test_money_that_is_left_rests_as_the_shares_it_buys(self) -> None:
        taker = limit_taker(1, Side.BUY, amount=100 * ONE, limit=600_000)
        found = matched(EVEN, self.book, taker)
        assert 100 * ONE - found.taker.gross == found.left
        assert found.left * ONE // 600_000 == found.rests.left
        assert found.taker.gross + found.rests.reserve <= reserve_for(EVEN, taker)

    def test_a_limit_that_is_not_reached_rests_whole(self) -> None:
        found = matched(EVEN, Book(), limit_taker(1, Side.BUY, shares=ONE, limit=400_000))
        assert ((), Ending.RESTS, ONE) == (found.fills, found.ending, found.left)
        assert (EVEN, ONE, 0) == (found.state, found.rests.left, found.rests.filled)

    def test_a_sale_rests_too(self) -> None:
        found = matched(HELD, Book(), limit_taker(1, Side.SELL, shares=50 * ONE, limit=450_000))
        assert -shares_to_price(HELD, 1, Price(450_000)) == found.taker.shares
        assert (Side.SELL, 450_000) == (found.rests.side, found.rests.price)

    def test_at_once_gives_up_the_rest(self) -> None:
        taker = limit_taker(1, Side.BUY, shares=200 * ONE, limit=600_000, time_in_force=TimeInForce.IOC)
        found = matched(EVEN, self.book, taker)
        assert (Ending.LIMIT, None) == (found.ending, found.rests)
        nothing = limit_taker(1, Side.BUY, shares=ONE, limit=400_000, time_in_force=TimeInForce.IOC)
        assert ((), ONE) == (matched(EVEN, Book(), nothing).fills, matched(EVEN, Book(), nothing).left)

    def test_all_or_nothing(self) -> None:
        fok = TimeInForce.FOK
        most = matched(
            EVEN, self.book, limit_taker(1, Side.BUY, shares=200 * ONE, limit=600_000)
        ).taker.shares
        assert (
            most
            == matched(
                EVEN, self.book, limit_taker(1, Side.BUY, shares=most, limit=600_000, time_in_force=fok)
            ).taker.shares
        )
        assert Reason.NOT_ALL is refused(
            EVEN, self.book, limit_taker(1, Side.BUY, shares=most + 1, limit=600_000, time_in_force=fok)
        )

    def test_post_only_never_takes(self) -> None:
        crossing = limit_taker(1, Side.BUY, shares=ONE, limit=500_001)
        assert Reason.WOULD_TRADE is refused(EVEN, Book(), replace(crossing, post_only=True))
        resting_only = replace(limit_taker(1, Side.BUY, shares=ONE, limit=500_000), post_only=True)
        assert ONE == matched(EVEN, Book(), resting_only).rests.left

    def test_what_rests_meets_the_next(self) -> None:
        book = Book()
        first = matched(EVEN, book, limit_taker(0, Side.BUY, 1, 1, shares=40 * ONE, limit=450_000))
        book.apply(first)
        second = matched(first.state, book, limit_taker(1, Side.BUY, 2, 2, shares=30 * ONE, limit=550_000))
        assert {2: second.taker.shares, 1: second.makers[0].shares} == shares_of(second)
        book.apply(second)
        assert 40 * ONE - second.makers[0].shares == book.get(order_id(1)).left
        assert Ending.FILLED is second.ending


class TestSelfTrade:
    def book(self) -> Book:
        return Book(
            [
                resting(1, 0, Side.BUY, 480_000, 10 * ONE, owner=7),
                resting(2, 0, Side.BUY, 470_000, 10 * ONE),
                resting(3, 0, Side.BUY, 300_000, 10 * ONE, owner=7),
            ]
        )

    def test_cancels_the_resting_order_that_is_met_and_no_other(self) -> None:
        book = self.book()
        found = matched(EVEN, book, market_taker(1, Side.BUY, owner=7, shares=40 * ONE))
        assert [Change.SELF_TRADE, Change.FILLED] == [each.change for each in found.makers]
        assert {2, 900} == set(shares_of(found))
        book.apply(found)
        assert [3] == [each.order_id.int for each in book]

    def test_or_stops_the_taker(self) -> None:
        taker = limit_taker(1, Side.BUY, owner=7, shares=40 * ONE, limit=600_000)
        found = matched(EVEN, self.book(), replace(taker, self_trade=SelfTrade.CANCEL_TAKER))
        assert (Ending.SELF_TRADE, (), None) == (found.ending, found.makers, found.rests)
        assert order_id(1) == found.blocked_by.order_id
        assert 520_000 == found.state.prices[1]

    def test_and_all_of_a_market_order(self) -> None:
        taker = market_taker(1, Side.BUY, owner=7, shares=40 * ONE)
        stopping = replace(taker, self_trade=SelfTrade.CANCEL_TAKER)
        assert Reason.SELF_TRADE is refused(EVEN, self.book(), stopping)


def test_expired_orders_are_met_by_nobody_and_cancelled_as_they_are_reached() -> None:
    old = replace(resting(1, 0, Side.BUY, 480_000, 10 * ONE), expires_at=NOON)
    far = replace(resting(2, 0, Side.BUY, 100_000, 10 * ONE), expires_at=NOON)
    taker = market_taker(1, Side.BUY, shares=40 * ONE)
    found = matched(EVEN, Book([old, far]), taker, NOON)
    assert [(order_id(1), Change.EXPIRED)] == [(each.before.order_id, each.change) for each in found.makers]
    assert {900} == set(shares_of(found))
    just_before = matched(EVEN, Book([old, far]), taker, NOON - timedelta(microseconds=1))
    assert {1, 900} == set(shares_of(just_before))


class TestRefusals:
    def test_an_average_beyond_the_limit_of_a_market_order(self) -> None:
        book = Book([resting(1, 0, Side.BUY, 450_000, 50 * ONE)])
        taker = market_taker(1, Side.BUY, shares=100 * ONE, limit=560_000)
        gross = matched(EVEN, book, replace(taker, order=replace(taker.order, limit=None))).taker.gross
        average = -(-gross // 100)
        assert matched(EVEN, book, replace(taker, order=replace(taker.order, limit=Price(average)))).fills
        beyond = replace(taker, order=replace(taker.order, limit=Price(average - 1)))
        assert Reason.PRICE_LIMIT is refused(EVEN, book, beyond)

    def test_the_ceiling(self) -> None:
        book = Book([resting(1, 0, Side.BUY, 450_000, 50 * ONE)])
        huge = market_taker(1, Side.BUY, shares=5_000 * ONE)
        found = match(EVEN, book, huge)
        assert isinstance(found, Refusal)
        assert Reason.PRICE_CEILING is found.reason
        assert matched(EVEN, book, market_taker(1, Side.BUY, shares=found.fits)).taker.shares == found.fits
        # What can never trade further does not rest in front of the ceiling either.
        given_up = matched(EVEN, book, limit_taker(1, Side.BUY, shares=5_000 * ONE, limit=999_990))
        assert (Ending.CEILING, None) == (given_up.ending, given_up.rests)

    def test_a_book_fills_what_the_market_maker_alone_could_not(self) -> None:
        book = Book([resting(1, 0, Side.BUY, 450_000, 5_000 * ONE)])
        assert matched(EVEN, book, market_taker(1, Side.BUY, shares=5_000 * ONE)).ending is Ending.FILLED

    @pytest.mark.parametrize(
        ("taker", "reason"),
        [
            (market_taker(2, Side.BUY, shares=1), Reason.UNKNOWN_OUTCOME),
            (limit_taker(2, Side.BUY, shares=1, limit=5), Reason.UNKNOWN_OUTCOME),
            (market_taker(1, Side.SELL, shares=200 * ONE + 1), Reason.NOT_ENOUGH_SHARES),
            (market_taker(1, Side.SELL, amount=200 * ONE), Reason.NOT_ENOUGH_SHARES),
            (market_taker(1, Side.SELL, shares=1), Reason.TOO_SMALL),
            (limit_taker(1, Side.SELL, shares=1, limit=400_000), Reason.TOO_SMALL),
            (market_taker(1, Side.BUY, shares=2**63), Reason.TOO_LARGE),
        ],
    )
    def test_have_a_reason(self, taker: Taker, reason: Reason) -> None:
        book = Book([resting(1, 0, Side.BUY, 450_000, ONE)])
        assert reason is refused(HELD, book, taker)

    def test_only_lmsr_markets_have_a_book(self) -> None:
        pool = ParimutuelState.opened(outcomes=2)
        assert Reason.NOT_OFFERED is refused(pool, Book(), limit_taker(0, Side.BUY, shares=1, limit=5))
        assert 5 == matched(pool, Book(), market_taker(0, Side.BUY, amount=5)).taker.gross

    @pytest.mark.parametrize(
        "wrong",
        [
            {"time_in_force": TimeInForce.GTC},
            {"post_only": True},
            {"kind": OrderKind.LIMIT},
            {"expires_at": NOON},
        ],
    )
    def test_market_orders_that_make_no_sense(self, wrong: dict) -> None:
        with pytest.raises(ValueError, match="order"):
            Taker(order_id(1), person(1), Order(0, Side.BUY, shares=Shares(1)), **wrong)

    def test_limit_orders_that_make_no_sense(self) -> None:
        limit = Price(500_000)
        for order in (
            Order(0, Side.SELL, amount=Units(5), limit=limit),
            Order(0, Side.BUY, shares=Shares(1), limit=Price(1_000_000)),
        ):
            with pytest.raises(ValueError, match="limit order"):
                Taker(order_id(1), person(1), order, OrderKind.LIMIT)


def test_a_reserve_is_the_worst_case_with_its_fee() -> None:
    state = replace(EVEN, fee=FlatFee(200))
    now_or_never = limit_taker(1, Side.BUY, shares=100 * ONE, limit=600_000, time_in_force=TimeInForce.IOC)
    assert 61_200_000 == reserve_for(state, now_or_never)
    # What it takes and what it rests with are rounded each by itself.
    assert 61_200_001 == reserve_for(state, limit_taker(1, Side.BUY, shares=100 * ONE, limit=600_000))
    resting_only = replace(limit_taker(1, Side.BUY, shares=100 * ONE, limit=600_000), post_only=True)
    assert 61_200_000 == reserve_for(state, resting_only)
    assert 102_000_000 == reserve_for(state, limit_taker(1, Side.BUY, amount=100 * ONE, limit=600_000))
    assert 102_000_000 == reserve_for(state, market_taker(1, Side.BUY, shares=100 * ONE))
    assert 0 == reserve_for(state, market_taker(1, Side.SELL, shares=100 * ONE))


def test_a_sale_that_shall_fetch_what_no_market_has_ends() -> None:
    """Sales of the other outcomes rest at every price, so no price stops it: what is outstanding does."""
    opened = LmsrState.opened(liquidity=Units(2_000), odds=(1, 2, 3), fee=FlatFee(100))
    state = LmsrState(opened.liquidity, opened.prior, (Shares(0), Shares(2), Shares(2)), opened.fee)
    book = Book([resting(1, 1, Side.SELL, 1, 2), resting(2, 2, Side.SELL, 1, 2)])
    assert isinstance(match(state, book, market_taker(1, Side.SELL, amount=2**40)), Refusal)
