"""The laws of matching, on markets, books and orders that hypothesis invents."""

import copy
import decimal
import json
from typing import Any

from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st
from mpmath import mp
from trading_floor import Floor, limit_taker, market_taker, order_id, person, resting, tolerance

from oraculum_money import Shares, Units
from oraculum_prediction.pricing import (
    NO_FEE,
    PICOUNITS,
    PRICE_MAX,
    Book,
    Ending,
    Fill,
    FlatFee,
    LmsrState,
    Match,
    OrderKind,
    QuadraticFee,
    Refusal,
    Role,
    Side,
    Taker,
    TimeInForce,
    match,
    quote,
    receipt,
    reserve_for,
    verify_receipt,
)

fees = st.sampled_from([NO_FEE, FlatFee(200), QuadraticFee(70_000)])
# From a market where a share moves the price to one where nothing does.
liquidities = st.sampled_from([2_000, 50_000, 100_000_000, 10**11, 2**57]).map(Units)
sides = st.sampled_from(Side)
PEOPLE = 4


@st.composite
def floors(draw: st.DrawFn) -> Floor:
    """A market before anybody has come."""
    odds = draw(st.lists(st.integers(1, 50), min_size=2, max_size=5))
    assume(max(odds) * 1_000_000 < sum(odds) * PRICE_MAX)
    return Floor.opened(LmsrState.opened(liquidity=draw(liquidities), odds=odds, fee=draw(fees)))


def size_in(draw: st.DrawFn, state: LmsrState) -> int:
    """A size that may move the market a little, a lot, or hardly."""
    millionths = draw(st.sampled_from([1, 1_000, 50_000, 400_000, 2_000_000]))
    return max(1, state.liquidity * millionths // 1_000_000 * draw(st.integers(1, 20)) // 10)


def order_by(draw: st.DrawFn, floor: Floor, number: int, who: int) -> Taker:
    """An order of any kind that this person may give."""
    state = floor.state
    outcome, side = draw(st.integers(0, state.outcomes - 1)), draw(sides)
    size = size_in(draw, state)
    free = floor.free(person(who), outcome)
    if side is Side.SELL and free > 0:
        size = min(size, free)
    else:
        side = Side.BUY
    here = state.prices[outcome]
    limit = min(max(here + draw(st.integers(-150_000, 150_000)), 1), 999_999)
    kind = draw(st.sampled_from(["market", "limit", "limit", "limit", "ioc", "fok"]))
    counted = "amount" if side is Side.BUY and draw(st.booleans()) else "shares"
    if kind == "market":
        return market_taker(outcome, side, number, who, **{counted: size})
    force = {"limit": TimeInForce.GTC, "ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}[kind]
    return limit_taker(outcome, side, number, who, force, limit=limit, **{counted: size})


@st.composite
def lively(draw: st.DrawFn) -> Floor:
    """A market with a book in it, made by people who traded: every match on the way is checked by the floor."""
    floor = draw(floors())
    for number in range(1, draw(st.integers(0, 14)) + 1):
        floor.trade(order_by(draw, floor, number, draw(st.integers(0, PEOPLE - 1))))
    return floor


class TestEveryMatch:
    @settings(max_examples=250)
    @given(lively())
    def test_keeps_the_laws_that_the_floor_checks(self, floor: Floor) -> None:
        """See trading_floor: limits, price ranges, priority, reserves, escrow, shares, an uncrossed book."""
        assert sum(floor.state.prices) == 1_000_000
        held = [0] * floor.state.outcomes
        for (_, outcome), shares in floor.held.items():
            held[outcome] += shares
        assert tuple(held) == floor.state.sold

    @settings(max_examples=100)
    @given(floors(), st.lists(st.tuples(*[st.integers(1, 1_000_000)] * 4), min_size=1, max_size=12))
    def test_leaves_the_escrow_whole_where_orders_take_and_then_rest(
        self, floor: Floor, rounds: list[tuple[int, int, int, int]]
    ) -> None:
        """Both parts are rounded against whoever pays, each by itself: the floor adds up after every match."""
        scale = floor.state.liquidity
        bought = floor.trade(market_taker(0, Side.BUY, 1, 2, shares=scale // 3))
        assume(isinstance(bought, Match))
        for number, (above, more, bought_above, sold_below) in enumerate(rounds, start=1):
            limit = min(floor.state.prices[0] + above // 20, 999_999)
            shares = scale // 10 + scale * more // 5_000_000
            floor.trade(limit_taker(0, Side.BUY, 10 * number, 1, shares=shares, limit=limit))
            # Somebody else lifts the price off the bid and sells through the market maker into it, so that one cost and
            # one price make a fraction together.
            lift = 1 + scale * bought_above // 20_000_000
            floor.trade(market_taker(0, Side.BUY, 10 * number + 1, 2, shares=lift))
            sold = min(lift + 1 + scale * sold_below // 20_000_000, floor.free(person(2), 0))
            floor.trade(market_taker(0, Side.SELL, 10 * number + 2, 2, shares=sold))

    @settings(max_examples=150)
    @given(lively(), st.data())
    def test_costs_what_the_definition_says(self, exact: Any, floor: Floor, data: st.DataObject) -> None:
        """The taker's gross is C(q') - C(q) with what makers pay and are paid, by arithmetic of another make."""
        taker = order_by(data.draw, floor, 900, 900) if data.draw(st.booleans()) else None
        taker = taker or order_by(data.draw, floor, 901, 0)
        before = floor.state
        found = match(before, floor.book, taker)
        assume(isinstance(found, Match) and found.taker is not None)
        trade = [now - then for now, then in zip(found.state.sold, before.sold, strict=True)]
        owed = exact.cost(before.quantities, before.liquidity, trade)
        for fill in found.fills:
            if fill.role is Role.MAKER:
                sign = 1 if fill.side is Side.SELL else -1
                owed += sign * mp.mpf(fill.shares * fill.price) / 1_000_000
        sign = 1 if taker.side is Side.BUY else -1
        taken = sign * (found.taker.gross - sign * owed)
        # Rounded against the taker; an order by amount leaves the part of a unit that buys no share.
        assert -1e-11 < taken < (2.01 if taker.amount else 1.01) or found.taker.gross == 1

    @settings(max_examples=100)
    @given(lively(), st.data())
    def test_has_a_receipt_that_can_be_computed_again(self, floor: Floor, data: st.DataObject) -> None:
        taker = order_by(data.draw, floor, 900, data.draw(st.integers(0, PEOPLE)))
        found = match(floor.state, floor.book, taker)
        assume(isinstance(found, Match))
        paper = json.loads(json.dumps(receipt(floor.state, taker, found)))
        assert [] == verify_receipt(paper)
        for fill in paper["fills"]:
            wrong = copy.deepcopy(paper)
            wrong["fills"][paper["fills"].index(fill)]["gross"] = str(int(fill["gross"]) - 1)
            assert ["fills"] == verify_receipt(wrong)

    @given(lively(), st.data())
    def test_is_the_same_wherever_it_is_computed(self, floor: Floor, data: st.DataObject) -> None:
        """Nothing follows the thread's decimal context, and nothing depends on what was asked before."""
        taker = order_by(data.draw, floor, 900, data.draw(st.integers(0, PEOPLE)))
        found = match(floor.state, floor.book, taker)
        with decimal.localcontext() as context:
            context.prec = 3
            context.rounding = decimal.ROUND_UP
            assert match(floor.state, floor.book, taker) == found
        others = Book(sorted(floor.book, key=lambda each: -each.priority))
        assert match(floor.state, others, taker) == found

    @settings(max_examples=100)
    @given(lively(), st.data())
    def test_of_an_order_that_meets_nobody_is_the_quote(self, floor: Floor, data: st.DataObject) -> None:
        taker = order_by(data.draw, floor, 900, 900) if data.draw(st.booleans()) else None
        taker = taker or market_taker(0, Side.BUY, shares=size_in(data.draw, floor.state))
        found = match(floor.state, Book(), taker)
        if not isinstance(found, Match) or found.taker is None:
            return
        mine = found.taker
        if taker.kind is OrderKind.MARKET:
            assert quote(floor.state, taker.order) == fill_of(found, taker)
        else:
            by_shares = market_taker(taker.outcome, taker.side, shares=mine.shares)
            filled = quote(floor.state, by_shares.order)
            assert isinstance(filled, Fill)
            assert filled.state_after == found.state.state_hash
            # A purchase by amount that is filled spends all of it.
            assert 0 <= mine.gross - filled.gross <= (1 if taker.amount else 0)
            if not taker.amount:
                assert (filled.gross, filled.fee) == (mine.gross, mine.fee)

    @settings(max_examples=150)
    @given(lively(), st.data())
    def test_stops_where_it_should_and_not_before(self, floor: Floor, data: st.DataObject) -> None:
        """A limit order that is not filled leaves its outcome at its limit, to the step of a share."""
        taker = order_by(data.draw, floor, 900, 900)
        found = match(floor.state, floor.book, taker)
        if not isinstance(found, Match) or found.ending not in (Ending.RESTS, Ending.LIMIT):
            return
        limit, price = taker.order.limit, found.state.prices[taker.outcome]
        sign = 1 if taker.side is Side.BUY else -1
        assert sign * (limit - price) <= tolerance(floor.state)
        assert found.left > 0
        if found.rests is not None:
            taken = found.taker.shares if found.taker is not None else 0
            assert found.rests.left + taken == taker.shares or taker.amount
            assert found.rests.filled == 0
            assert (found.rests.price, found.rests.priority) == (limit, taker.priority)


def fill_of(found: Match, taker: Taker) -> Fill:
    """The same as a quote would say it."""
    mine = found.taker
    return Fill(
        taker.order,
        mine.shares,
        mine.gross,
        mine.fee,
        mine.net,
        found.rounding_picounits,
        found.prices_before[taker.outcome],
        found.state.prices[taker.outcome],
        found.state_before,
        found.state.state_hash,
        found.formula_version,
    )


class TestNobodyGains:
    @settings(max_examples=150)
    @given(lively(), st.data())
    def test_by_buying_and_selling_again(self, floor: Floor, data: st.DataObject) -> None:
        outcome = data.draw(st.integers(0, floor.state.outcomes - 1))
        bought = floor.trade(market_taker(outcome, Side.BUY, 900, shares=size_in(data.draw, floor.state)))
        assume(isinstance(bought, Match))
        sold = floor.trade(market_taker(outcome, Side.SELL, 901, shares=bought.taker.shares))
        if isinstance(sold, Match):
            assert sold.taker.net <= bought.taker.net

    @settings(max_examples=150)
    @given(lively(), st.data())
    def test_by_splitting_an_order(self, floor: Floor, data: st.DataObject) -> None:
        """K pieces cost at least what one order costs, less a unit for each."""
        outcome = data.draw(st.integers(0, floor.state.outcomes - 1))
        pieces = data.draw(st.integers(2, 5))
        whole = pieces * size_in(data.draw, floor.state)
        at_once = match(floor.state, floor.book, market_taker(outcome, Side.BUY, shares=whole))
        assume(isinstance(at_once, Match))
        paid = 0
        for piece in range(pieces):
            part = floor.trade(market_taker(outcome, Side.BUY, 900 + piece, shares=whole // pieces))
            paid += part.taker.net
        assert paid > at_once.taker.net - pieces


class TestSizes:
    @settings(max_examples=100)
    @given(
        liquidities,
        st.lists(
            st.tuples(st.integers(0, 2), sides, st.integers(1, 999_999), st.integers(0, 62)), max_size=6
        ),
        st.integers(0, 2),
        sides,
        st.integers(0, 62),
        st.sampled_from(["amount", "shares"]),
    )
    @example(10**8, [(0, Side.SELL, 1, 35), (1, Side.SELL, 1, 35)], 0, Side.SELL, 34, "amount")
    @example(10**8, [(0, Side.SELL, 1, 34), (1, Side.SELL, 1, 34)], 2, Side.SELL, 0, "amount")
    @example(2_000, [(0, Side.SELL, 34, 34), (1, Side.SELL, 1, 34)], 2, Side.SELL, 0, "amount")
    @example(2_000, [(0, Side.SELL, 1, 33), (1, Side.SELL, 1, 33)], 0, Side.SELL, 21, "amount")
    def test_no_size_that_the_types_allow_overflows(
        self,
        liquidity: Units,
        rest: list[tuple[int, Side, int, int]],
        outcome: int,
        side: Side,
        bits: int,
        counted: str,
    ) -> None:
        """Not even on books that no sequence of orders leads to."""
        state = LmsrState.opened(liquidity=liquidity, odds=(1, 2, 3), fee=FlatFee(100))
        sold = tuple(
            Shares(sum(2**size for each, way, _, size in rest if each == other and way is Side.SELL))
            for other in range(3)
        )
        try:
            state = LmsrState(state.liquidity, state.prior, sold, state.fee)
        except ValueError:
            reject()
        book = Book(
            resting(number, other, way, price, 2**size)
            for number, (other, way, price, size) in enumerate(rest, start=1)
        )
        found = match(state, book, market_taker(outcome, side, **{counted: 2**bits}))
        assert isinstance(found, Match | Refusal)
        if isinstance(found, Match):
            assert all(0 <= fill.gross < 2**63 and fill.shares < 2**63 for fill in found.fills)
            assert found.taker.net <= reserve_for(
                state, market_taker(outcome, side, **{counted: 2**bits})
            ) or (side is Side.SELL)


class TestPinnedOnSeveralOutcomes:
    @settings(max_examples=100)
    @given(st.lists(st.integers(1, 40), min_size=3, max_size=6), st.data())
    def test_bids_keep_every_price_where_they_are(self, odds: list[int], data: st.DataObject) -> None:
        """A purchase under bids for all other outcomes at their prices is paid together, share by share."""
        state = LmsrState.opened(liquidity=Units(10**9), odds=odds)
        bids = [
            resting(outcome, outcome, Side.BUY, state.prices[outcome], 10**12)
            for outcome in range(1, len(odds))
            if state.prices[outcome]
        ]
        shares = data.draw(st.integers(10**6, 10**12))
        found = match(state, Book(bids), market_taker(0, Side.BUY, shares=shares))
        assert isinstance(found, Match)
        # Prices in whole millionths are up to one below the real ones, so the last of them may have to fall to it.
        slack = 40 * len(odds)
        for fill in found.fills[1:]:
            assert abs(fill.shares - shares) <= state.liquidity * slack // 1_000_000
        for before, after in zip(state.prices, found.state.prices, strict=True):
            assert abs(after - before) <= len(odds)
        together = sum(fill.gross for fill in found.fills)
        assert abs(together - shares) <= state.liquidity * slack // 1_000_000
        assert found.rounding_picounits <= (len(odds) + 1) * PICOUNITS
        assert {order_id(each) for each in range(1, len(odds))} >= {fill.order_id for fill in found.fills[1:]}
