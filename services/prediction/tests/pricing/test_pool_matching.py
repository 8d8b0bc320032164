"""Orders that rest beside a weighted pool: the laws of matching, and what is left in the pool, to the unit."""

import json

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp
from trading_floor import Floor, limit_taker, market_taker, person, resting

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing import (
    Book,
    CpmmState,
    Fill,
    FlatFee,
    Match,
    Order,
    Role,
    Side,
    Taker,
    TimeInForce,
    match,
    quote,
    receipt,
    verify_receipt,
)

USDC = 1_000_000
PEOPLE = 4
FORCES = {"limit": TimeInForce.GTC, "ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}


@st.composite
def floors(draw: st.DrawFn) -> Floor:
    """A market before anybody has come."""
    return Floor.opened(
        CpmmState.opened(
            subsidy=Units(draw(st.sampled_from([2_000, 10**6, 10**9, 10**15]))),
            probability=Price(draw(st.integers(50_000, 950_000))),
            fee=FlatFee(draw(st.sampled_from([0, 200]))),
        )
    )


def order_by(draw: st.DrawFn, floor: Floor, number: int, who: int) -> Taker:
    """An order of any kind that this person may give."""
    outcome, side = draw(st.integers(0, 1)), draw(st.sampled_from(Side))
    part = draw(st.sampled_from([1, 1_000, 50_000, 400_000])) * draw(st.integers(1, 20))
    size = max(1, floor.escrow * part // 10_000_000)
    free = floor.free(person(who), outcome)
    if side is Side.SELL and free > 0:
        size = min(size, free)
    else:
        side = Side.BUY
    limit = min(max(floor.state.prices[outcome] + draw(st.integers(-150_000, 150_000)), 1), 999_999)
    kind = draw(st.sampled_from(["market", "limit", "limit", "limit", "ioc", "fok"]))
    counted = "amount" if side is Side.BUY and draw(st.booleans()) else "shares"
    if kind == "market":
        return market_taker(outcome, side, number, who, **{counted: size})
    return limit_taker(outcome, side, number, who, FORCES[kind], limit=limit, **{counted: size})


@st.composite
def lively(draw: st.DrawFn) -> Floor:
    """A market with a book in it, made by people who traded: every match on the way is checked by the floor."""
    floor = draw(floors())
    for number in range(1, draw(st.integers(0, 14)) + 1):
        floor.trade(order_by(draw, floor, number, draw(st.integers(0, PEOPLE - 1))))
    return floor


def depth(state: CpmmState, more: int) -> mp.mpf:
    """The logarithm of k, by arithmetic of another make, of the pool with so many sets more."""
    no, yes = (mp.mpf(shares + more) for shares in state.pools)
    weight = mp.mpf(state.weight) / 1_000_000
    return weight * mp.log(yes) + (1 - weight) * mp.log(no)


@settings(max_examples=150)
@given(lively())
def test_every_match_keeps_the_laws_that_the_floor_checks(floor: Floor) -> None:
    """See trading_floor: limits, price ranges, priority, reserves, shares, an uncrossed book, and the escrow exactly."""
    held = [0, 0]
    for (_, outcome), shares in floor.held.items():
        held[outcome] += shares
    assert tuple(held) == floor.state.sold


@settings(max_examples=100)
@given(lively(), st.data())
def test_the_pool_loses_nothing_by_it(floor: Floor, data: st.DataObject) -> None:
    """Its k is what it was: a unit for each maker less at most, which that maker's rounding brought before, and few more."""
    before = floor.state
    found = match(before, floor.book, order_by(data.draw, floor, 900, data.draw(st.integers(0, PEOPLE))))
    assume(isinstance(found, Match) and found.fills)
    assert isinstance(before, CpmmState)
    assert isinstance(found.state, CpmmState)
    makers = sum(fill.role is Role.MAKER for fill in found.fills)
    assert depth(found.state, makers) >= depth(before, 0) - mp.mpf(10) ** -25
    assume(min(found.state.pools) > 100)
    # The part of a unit that buys no share of a cheap outcome stays in the pool, too.
    assert depth(found.state, -makers - 3) <= depth(before, 0)


@settings(max_examples=100)
@given(lively(), st.data())
def test_has_a_receipt_that_can_be_computed_again(floor: Floor, data: st.DataObject) -> None:
    taker = order_by(data.draw, floor, 900, data.draw(st.integers(0, PEOPLE)))
    found = match(floor.state, floor.book, taker)
    assume(isinstance(found, Match) and found.fills)
    assert isinstance(found, Match)
    paper = json.loads(json.dumps(receipt(floor.state, taker, found)))
    assert [] == verify_receipt(paper)
    paper["fills"][0]["gross"] = str(int(paper["fills"][0]["gross"]) - 1)
    assert ["fills"] == verify_receipt(paper)


@given(lively(), st.data())
def test_who_meets_nobody_trades_as_if_there_were_no_book(floor: Floor, data: st.DataObject) -> None:
    outcome = data.draw(st.integers(0, 1))
    shares = max(1, floor.escrow // 50)
    far = Book([resting(1, outcome, Side.BUY, 1, 1_000), resting(2, 1 - outcome, Side.BUY, 1, 1_000)])
    order = Order(outcome, Side.BUY, shares=Shares(shares))
    filled = quote(floor.state, order)
    found = match(floor.state, far, market_taker(outcome, Side.BUY, shares=shares))
    assume(isinstance(filled, Fill))
    assert isinstance(filled, Fill)
    assert isinstance(found, Match)
    assert (filled.gross, filled.state_after) == (found.taker.gross, found.state.state_hash)


def test_two_who_want_different_things_make_sets() -> None:
    """At an even price a bid of 0.4 for NO is met at 0.6 for YES, and until then the pool trades as it does alone."""
    state = CpmmState.opened(subsidy=Units(100 * USDC), probability=Price(500_000))
    book = Book([resting(1, 0, Side.BUY, 400_000, 10 * USDC)])
    found = match(state, book, limit_taker(1, Side.BUY, shares=100 * USDC, limit=600_000))
    assert isinstance(found, Match)
    taker, maker = found.fills
    alone = match(state, Book(), limit_taker(1, Side.BUY, shares=100 * USDC, limit=600_000))
    assert isinstance(alone, Match)
    assert (10 * USDC, 4 * USDC) == (maker.shares, maker.gross)
    assert (10 * USDC, 6 * USDC) == (taker.shares - alone.taker.shares, taker.gross - alone.taker.gross)
    assert found.state.prices == alone.state.prices
    assert 600_000 == found.state.prices[1]
