"""The laws of the market maker, on markets and sequences of orders that hypothesis invents."""

import decimal
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from mpmath import mp

from oraculum_money import INT64_MAX, Price, Shares, Units
from oraculum_prediction.pricing import (
    LIQUIDITY_MAX,
    LIQUIDITY_MIN,
    NO_FEE,
    OUTCOMES_MAX,
    PRICE_MAX,
    FeeSchedule,
    Fill,
    FlatFee,
    LmsrState,
    Order,
    QuadraticFee,
    Reason,
    Refusal,
    Side,
    cost,
    curve,
    hold_for,
    least_escrow,
    lmsr,
    payout,
    payout_vector,
    proceeds,
    quote,
    room,
    subsidy_for,
    verify,
    winner_takes_all,
)
from oraculum_prediction.pricing.apportionment import apportion

liquidities = (
    st.integers(10, 57)
    .flatmap(lambda bits: st.integers(2 ** (bits - 1), 2**bits))
    .map(lambda drawn: Units(min(max(drawn, LIQUIDITY_MIN), LIQUIDITY_MAX)))
)
fees = st.one_of(
    st.just(NO_FEE),
    st.integers(0, 10_000).map(FlatFee),
    st.integers(0, 1_000_000).map(QuadraticFee),
)
sides = st.sampled_from(Side)
odds_parts = st.one_of(st.integers(1, 1_000), st.integers(1, 2**60))
counts = st.sampled_from(["amount", "shares"])


@st.composite
def opened(draw: st.DrawFn) -> LmsrState:
    """A market before its first trade, at any odds that its bounds allow."""
    count = draw(st.one_of(st.integers(2, 5), st.integers(2, 12), st.just(OUTCOMES_MAX)))
    odds = draw(st.lists(odds_parts, min_size=count, max_size=count)) if count <= 12 else [1] * count
    assume(max(odds) * 1_000_000 < sum(odds) * PRICE_MAX)
    return LmsrState.opened(liquidity=draw(liquidities), odds=odds, fee=draw(fees))


def sized_order(outcome: int, side: Side, counted: str, size: int) -> Order:
    """An order of this size, counted in money or in shares."""
    if counted == "amount":
        return Order(outcome, side, amount=Units(size))
    return Order(outcome, side, shares=Shares(size))


def part_of_room(state: LmsrState, outcome: int, side: Side, counted: str, millionths: int) -> Order:
    """An order that takes this part of the room there is, or of the shares that are out."""
    most = room(state, outcome, side)
    if side is Side.SELL:
        most = min(most, state.sold[outcome])
    size = max(1, most * millionths // 1_000_000)
    if counted == "amount":
        worth = cost if side is Side.BUY else proceeds
        size = max(1, worth(state, outcome, Shares(size)))
    return sized_order(outcome, side, counted, size)


@st.composite
def orders_on(draw: st.DrawFn, state: LmsrState, side: Side | None = None) -> Order:
    """An order of a size that the market could take, down to a single unit."""
    outcome = draw(st.integers(0, state.outcomes - 1))
    millionths = draw(st.one_of(st.integers(0, 1_000_000), st.integers(0, 100)))
    chosen = side or draw(sides)
    return part_of_room(state, outcome, chosen, draw(counts), millionths)


def traded(draw: st.DrawFn, state: LmsrState, count: int) -> tuple[LmsrState, list[Fill]]:
    """Trade up to `count` orders one after the other."""
    fills = []
    for _ in range(count):
        fill = quote(state, draw(orders_on(state)))
        if isinstance(fill, Fill):
            fills.append(fill)
            state = state.after(fill)
    return state, fills


@st.composite
def histories(draw: st.DrawFn) -> tuple[LmsrState, list[Fill], LmsrState]:
    """A market, what was traded on it, and where that led."""
    start = draw(opened())
    end, fills = traded(draw, start, draw(st.integers(0, 12)))
    return start, fills, end


@st.composite
def markets(draw: st.DrawFn) -> LmsrState:
    """A market somewhere in its life."""
    return draw(histories())[2]


@st.composite
def quoted(draw: st.DrawFn, side: Side | None = None) -> tuple[LmsrState, Fill]:
    """A market and a fill on it."""
    state = draw(markets())
    fill = quote(state, draw(orders_on(state, side)))
    assume(isinstance(fill, Fill))
    assert isinstance(fill, Fill)
    return state, fill


def cash_flow(fill: Fill) -> int:
    """What the trade did to the person's money."""
    return -fill.net if fill.order.side is Side.BUY else fill.net


class TestPrices:
    @given(markets())
    def test_add_up_to_one_below_the_ceiling(self, state: LmsrState) -> None:
        assert sum(state.prices) == 1_000_000
        assert all(0 <= price <= state.price_max + 1 for price in state.prices)

    @given(quoted())
    def test_move_with_the_trade(self, case: tuple[LmsrState, Fill]) -> None:
        _, fill = case
        if fill.order.side is Side.BUY:
            assert fill.price_after >= fill.price_before - 1
        else:
            assert fill.price_after <= fill.price_before + 1


class TestFills:
    @given(quoted())
    def test_gross_is_the_exact_amount_rounded_against_the_person(
        self, exact: Any, case: tuple[LmsrState, Fill]
    ) -> None:
        state, fill = case
        buying = fill.order.side is Side.BUY
        trade = [0] * state.outcomes
        trade[fill.order.outcome] = fill.shares if buying else -fill.shares
        rise = exact.cost(state.quantities, state.liquidity, trade)
        # Within the two picounits of the rounded potential.
        assert (
            abs(abs(rise) + (1 if buying else -1) * fill.rounding_picounits / mp.mpf(10) ** 12 - fill.gross)
            < 1.01e-12
        )
        assert 0 <= fill.rounding_picounits <= 10**12

    @given(quoted())
    def test_fee_is_the_schedule_rounded_up(self, exact: Any, case: tuple[LmsrState, Fill]) -> None:
        state, fill = case
        schedule = state.fee
        if isinstance(schedule, FlatFee):
            expected = mp.mpf(fill.gross) * schedule.rate_bps / 10_000
        else:
            after = state.after(fill)
            before, later = (
                exact.prices(each.quantities, state.liquidity)[fill.order.outcome] for each in (state, after)
            )
            expected = abs(later - before) * state.liquidity * schedule.rate_millionths / 10**6
        assert -1e-11 < fill.fee - expected < 1 + 1e-11

    @given(quoted())
    def test_net_is_gross_with_the_fee(self, case: tuple[LmsrState, Fill]) -> None:
        _, fill = case
        sign = 1 if fill.order.side is Side.BUY else -1
        assert fill.net == fill.gross + sign * fill.fee
        assert 0 < fill.net <= INT64_MAX

    @given(quoted())
    def test_an_amount_is_met_exactly(self, case: tuple[LmsrState, Fill]) -> None:
        state, fill = case
        if fill.order.amount is not None:
            assert fill.gross == fill.order.amount
            outcome = fill.order.outcome
            if fill.order.side is Side.BUY:
                assert cost(state, outcome, Shares(fill.shares + 1)) > fill.order.amount
            else:
                assert proceeds(state, outcome, Shares(fill.shares - 1)) < fill.order.amount

    @given(quoted(side=Side.BUY))
    def test_a_share_never_costs_more_than_it_can_pay(self, case: tuple[LmsrState, Fill]) -> None:
        _, fill = case
        assert 0 < fill.gross <= fill.shares

    @given(quoted())
    def test_the_hold_covers_it(self, case: tuple[LmsrState, Fill]) -> None:
        state, fill = case
        paid = fill.net if fill.order.side is Side.BUY else 0
        assert paid <= hold_for(state, fill.order) <= INT64_MAX

    @given(quoted(), st.integers(1, 1_000_000))
    def test_a_limit_holds(self, case: tuple[LmsrState, Fill], limit: int) -> None:
        state, fill = case
        order = fill.order
        limited = Order(order.outcome, order.side, order.amount, order.shares, Price(limit))
        answer = quote(state, limited)
        worst = Fraction(limit * fill.shares, 1_000_000)
        kept = fill.gross < worst + 1 if order.side is Side.BUY else fill.gross > worst - 1
        if kept:
            assert isinstance(answer, Fill)
            assert (answer.shares, answer.net) == (fill.shares, fill.net)
            assert cash_flow(fill) >= 0 or fill.net <= hold_for(state, limited)
        else:
            assert isinstance(answer, Refusal)
            assert answer.reason is Reason.PRICE_LIMIT


class TestNobodyGains:
    @given(quoted(side=Side.BUY))
    def test_by_selling_what_was_bought(self, case: tuple[LmsrState, Fill]) -> None:
        state, bought = case
        sold = quote(state.after(bought), Order(bought.order.outcome, Side.SELL, shares=bought.shares))
        if isinstance(sold, Fill):
            assert sold.net <= bought.net
            assert state.after(bought).after(sold) == state
        else:
            assert sold.reason is Reason.TOO_SMALL

    @given(markets(), st.data())
    def test_by_any_way_round(self, state: LmsrState, data: st.DataObject) -> None:
        """Whatever is bought and sold in between: back at the start, the person has no more than before."""
        now, fills = traded(data.draw, state, 6)
        for outcome in range(state.outcomes):
            excess = now.sold[outcome] - state.sold[outcome]
            if excess:
                side = Side.SELL if excess > 0 else Side.BUY
                fill = quote(now, Order(outcome, side, shares=Shares(abs(excess))))
                if isinstance(fill, Refusal):
                    return
                fills.append(fill)
                now = now.after(fill)
        assert now == state
        assert sum(map(cash_flow, fills)) <= 0

    @given(quoted(), st.lists(st.integers(1, 1_000), min_size=2, max_size=6))
    def test_by_splitting_an_order(self, case: tuple[LmsrState, Fill], weights: list[int]) -> None:
        """In k parts it costs no less than whole, and at most k units more for the amount and k for the fee."""
        state, whole = case
        parts = []
        now = state
        for shares in filter(None, apportion(weights, whole.shares)):
            part = quote(now, Order(whole.order.outcome, whole.order.side, shares=Shares(shares)))
            if isinstance(part, Refusal):
                assert part.reason is Reason.TOO_SMALL
                return
            parts.append(part)
            now = now.after(part)
        assert now == state.after(whole)
        loss = cash_flow(whole) - sum(map(cash_flow, parts))
        assert 0 <= loss < 2 * len(parts)


class TestEscrow:
    @given(histories())
    def test_covers_every_outcome_at_every_step(
        self, history: tuple[LmsrState, list[Fill], LmsrState]
    ) -> None:
        """Bounded loss: the subsidy and what came in pay any winner, after every trade."""
        state, fills, _ = history
        odds_subsidy = least_escrow(state)
        escrow = odds_subsidy
        for fill in fills:
            state = state.after(fill)
            escrow += fill.gross if fill.order.side is Side.BUY else -fill.gross
            assert escrow >= least_escrow(state) >= max(state.sold)

    @given(opened())
    def test_subsidy_is_the_least_escrow_of_a_new_market(self, state: LmsrState) -> None:
        if not any(state.prior):
            assert subsidy_for(state.liquidity, [1] * state.outcomes) == least_escrow(state)

    @given(opened())
    def test_subsidy_is_the_worst_loss_of_the_formula(self, exact: Any, state: LmsrState) -> None:
        """S = b ln(1 / p_min), rounded up; p_min is that of the whole-share offsets."""
        prices = exact.prices(state.quantities, state.liquidity)
        assert 0 <= least_escrow(state) - state.liquidity * mp.log(1 / min(prices)) < 1 + 1e-11

    @given(
        histories(), st.lists(st.integers(0, 1_000), min_size=OUTCOMES_MAX, max_size=OUTCOMES_MAX), st.data()
    )
    def test_covers_any_payout_vector(
        self, history: tuple[LmsrState, list[Fill], LmsrState], weights: list[int], data: st.DataObject
    ) -> None:
        """A void, a partial result, a winner: all persons together are paid no more than the escrow."""
        start, fills, end = history
        escrow = least_escrow(start) + sum(
            fill.gross if fill.order.side is Side.BUY else -fill.gross for fill in fills
        )
        weights = weights[: end.outcomes]
        vectors = [winner_takes_all(end.outcomes, data.draw(st.integers(0, end.outcomes - 1)))]
        if any(weights):
            vectors.append(payout_vector(apportion(weights, 1_000_000)))
        first = (
            [Shares(data.draw(st.integers(0, count))) for count in end.sold]
            if end.outcomes < 20
            else end.sold
        )
        second = [Shares(count - own) for count, own in zip(end.sold, first, strict=True)]
        for vector in vectors:
            assert payout(first, vector) + payout(second, vector) <= escrow


class TestReplay:
    @given(histories())
    def test_reproduces_every_bit(self, history: tuple[LmsrState, list[Fill], LmsrState]) -> None:
        """Without a cache and under a foreign decimal context, the fills are the same and so is the state."""
        start, fills, end = history
        hostile = decimal.Context(prec=3, rounding=decimal.ROUND_UP, Emax=5, Emin=-5)
        curve.evaluate.cache_clear()
        curve._exponential.cache_clear()
        with decimal.localcontext(hostile):
            now = LmsrState(start.liquidity, start.prior, start.sold, start.fee, start.price_max)
            for fill in fills:
                curve.evaluate.cache_clear()
                lmsr._standing.cache_clear()
                assert verify(now, fill)
                now = now.after(fill)
                assert now.state_hash == fill.state_after
        assert now == end
        assert (now.point, now.state_hash) == (end.point, end.state_hash)


class TestAnySize:
    @given(markets(), st.data(), st.integers(1, INT64_MAX), sides, counts)
    def test_is_filled_or_refused(
        self, state: LmsrState, data: st.DataObject, size: int, side: Side, counted: str
    ) -> None:
        """No size that an int64 holds leads to anything but a fill or a refusal."""
        outcome = data.draw(st.integers(0, state.outcomes - 1))
        answer = quote(state, sized_order(outcome, side, counted, size))
        if isinstance(answer, Refusal):
            assert answer.message
        else:
            assert state.after(answer).state_hash == answer.state_after

    @given(markets(), st.data(), sides, counts)
    def test_what_a_refusal_says_would_fit_fits(
        self, state: LmsrState, data: st.DataObject, side: Side, counted: str
    ) -> None:
        outcome = data.draw(st.integers(0, state.outcomes - 1))
        refusal = quote(state, sized_order(outcome, side, counted, INT64_MAX))
        assert isinstance(refusal, Refusal)
        assert refusal.reason in {Reason.PRICE_CEILING, Reason.NOT_ENOUGH_SHARES}
        fits = refusal.fits
        assert fits is not None
        if fits:
            accepted = quote(state, sized_order(outcome, side, counted, fits))
            assert isinstance(accepted, Fill) or accepted.reason in {
                Reason.TOO_SMALL,
                Reason.NOT_ENOUGH_SHARES,
                Reason.PRICE_CEILING if refusal.reason is Reason.NOT_ENOUGH_SHARES else None,
            }
        more = quote(state, sized_order(outcome, side, counted, fits + 1))
        assert isinstance(more, Refusal)


def test_fee_types_are_all_tried() -> None:
    """The strategies above know every schedule that there is."""
    assert set(FeeSchedule.__args__) == {FlatFee, QuadraticFee}
