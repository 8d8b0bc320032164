"""What holds of every market maker alike: what it opens with covers it, what is kept of it makes it again, nobody gains by it."""

import json
from collections import defaultdict

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing import (
    CpmmState,
    Fill,
    FlatFee,
    LmsrState,
    MakerState,
    Mechanism,
    Order,
    QuadraticFee,
    Side,
    even_odds,
    least_escrow,
    mechanism_of,
    quote,
    shares_to_price,
    state_from_document,
    state_to_document,
)
from oraculum_prediction.pricing.mechanisms import (
    POOLS_MAX,
    Unopenable,
    deepened,
    keep,
    opened,
    restored,
    without_sets,
)

ONE = 1_000_000
FREE = FlatFee(0)


@st.composite
def fresh(draw: st.DrawFn, fee: FlatFee = FREE) -> tuple[MakerState, Units]:
    """A market that opens, and its subsidy."""
    mechanism = draw(st.sampled_from(Mechanism))
    least, most = {Mechanism.CPMM: (2, 2), Mechanism.CPMM_MULTI: (3, 6), Mechanism.LMSR: (2, 5)}[mechanism]
    subsidy = Units(draw(st.sampled_from([10**6, 10**8, 10**12])))
    odds = draw(st.lists(st.integers(1, 30), min_size=least, max_size=most))
    return opened(mechanism, subsidy=subsidy, odds=odds, fee=fee), subsidy


@st.composite
def orders(draw: st.DrawFn, state: MakerState, subsidy: Units) -> Order:
    """An order of a size that the market may take."""
    outcome, size = draw(st.integers(0, state.outcomes - 1)), draw(st.integers(1, 2 * subsidy))
    if draw(st.booleans()) and state.sold[outcome]:
        return Order(outcome, Side.SELL, shares=Shares(min(size, state.sold[outcome])))
    if draw(st.booleans()):
        return Order(outcome, Side.BUY, amount=Units(size))
    return Order(outcome, Side.BUY, shares=Shares(size))


def covered(state: MakerState) -> Units:
    """What a market needs in its escrow."""
    return least_escrow(state) if isinstance(state, LmsrState) else state.escrow


@given(st.data())
def test_the_escrow_covers_whatever_is_traded_merged_and_added(data: st.DataObject) -> None:
    """The house never loses more than the subsidies, and what is kept and written makes the same market again."""
    state, subsidy = data.draw(fresh(FlatFee(data.draw(st.sampled_from([0, 200])))))
    escrow = int(subsidy)
    for step in data.draw(
        st.lists(st.sampled_from(["trade", "trade", "trade", "merge", "deepen"]), max_size=8)
    ):
        if step == "trade":
            fill = quote(state, data.draw(orders(state, subsidy)))
            if not isinstance(fill, Fill):
                continue
            state = state.after(fill)
            escrow += fill.gross if fill.order.side is Side.BUY else -fill.gross
        elif step == "merge" and min(state.sold):
            sets = Shares(data.draw(st.integers(1, min(state.sold))))
            after = without_sets(state, sets)
            assert after.prices == state.prices
            state, escrow = after, escrow - sets
        elif step == "deepen":
            brought = Units(data.draw(st.integers(subsidy // 100, 2 * subsidy)))
            try:
                state = deepened(state, brought)
            except ValueError:
                # So little pays for nothing where one outcome is all but certain.
                continue
            escrow += brought
        assert escrow >= covered(state) >= max(state.sold)
        assert sum(state.prices) == ONE
        again = restored(mechanism_of(state), keep(state), state.fee, state.price_max)
        assert (again, again.state_hash) == (state, state.state_hash)
        written = state_from_document(json.loads(json.dumps(state_to_document(state))))
        assert (written, written.state_hash) == (state, state.state_hash)


@given(st.data())
def test_nobody_gains_by_coming_back(data: st.DataObject) -> None:
    """Whoever sells all that they bought has lost, whatever way they took, and gets no more than the subsidies they gave."""
    state, subsidy = data.draw(fresh())
    paid, given_away, mine = 0, 0, defaultdict[int, int](int)
    for _ in range(data.draw(st.integers(1, 6))):
        if data.draw(st.integers(0, 3)) == 0:
            brought = Units(data.draw(st.integers(subsidy // 10, subsidy)))
            try:
                state = deepened(state, brought)
            except ValueError:
                continue
            given_away += brought
            continue
        fill = quote(state, data.draw(orders(state, subsidy)))
        if isinstance(fill, Fill):
            sign = 1 if fill.order.side is Side.BUY else -1
            state, paid = state.after(fill), paid + sign * fill.gross
            mine[fill.order.outcome] += sign * fill.shares
    for outcome, shares in mine.items():
        fill = quote(state, Order(outcome, Side.SELL, shares=Shares(shares))) if shares else None
        if isinstance(fill, Fill):
            state, paid = state.after(fill), paid - fill.gross
    # Rounded shares in pools that have grown are worth a few units at most.
    assert paid + given_away >= (-4 * state.outcomes if given_away else 0)


@given(st.data(), st.integers(2, 20))
def test_parts_cost_what_the_whole_costs(data: st.DataObject, parts: int) -> None:
    """Splitting an order into k never gets more than k units out of it."""
    state, subsidy = data.draw(fresh())
    outcome = data.draw(st.integers(0, state.outcomes - 1))
    size = data.draw(st.integers(parts, 2 * subsidy)) // parts
    whole = quote(state, Order(outcome, Side.BUY, shares=Shares(size * parts)))
    assume(isinstance(whole, Fill))
    assert isinstance(whole, Fill)
    paid = 0
    for _ in range(parts):
        fill = quote(state, Order(outcome, Side.BUY, shares=Shares(size)))
        assume(isinstance(fill, Fill))
        assert isinstance(fill, Fill)
        state, paid = state.after(fill), paid + fill.gross
    assert whole.gross <= paid + parts * state.outcomes


@given(st.data())
def test_more_depth_moves_no_price(data: st.DataObject) -> None:
    state, subsidy = data.draw(fresh())
    fill = quote(state, data.draw(orders(state, subsidy)))
    state = state.after(fill) if isinstance(fill, Fill) else state
    # A share more or less in the smallest pool moves its price by so much.
    smallest = min(keep(state).pools[: state.outcomes * 2] or (subsidy,))
    assume(smallest > 100)
    after = deepened(state, subsidy)
    off = 3 + ONE * state.outcomes // smallest
    assert all(abs(now - then) <= off for now, then in zip(after.prices, state.prices, strict=True))
    small = Order(0, Side.BUY, amount=Units(subsidy // 10))
    shallow, deep = quote(state, small), quote(after, small)
    assume(isinstance(shallow, Fill) and isinstance(deep, Fill))
    assert isinstance(shallow, Fill)
    assert isinstance(deep, Fill)
    assert shallow.shares <= deep.shares


@given(st.data())
def test_shares_to_a_price_bring_it_there(data: st.DataObject) -> None:
    state, subsidy = data.draw(fresh())
    outcome = data.draw(st.integers(0, state.outcomes - 1))
    target = data.draw(st.integers(state.prices[outcome] + 1_000, 999_000))
    shares = shares_to_price(state, outcome, Price(target))
    fill = quote(state, Order(outcome, Side.BUY, shares=Shares(shares)))
    assert isinstance(fill, Fill)
    # To a share or two, which move a price the more the smaller the pools are.
    assert abs(fill.price_after - target) <= 2 + 40 * ONE // subsidy
    back = shares_to_price(state.after(fill), outcome, state.prices[outcome])
    assert abs(back + fill.shares) <= 4 + subsidy // 10_000


class TestOpening:
    def test_a_pool_holds_all_of_its_subsidy(self) -> None:
        state = opened(Mechanism.CPMM, subsidy=Units(10**8), odds=(300_000, 700_000), fee=FREE)
        assert isinstance(state, CpmmState)
        assert ((10**8, 10**8), 700_000) == (state.pools, state.prices[1])

    def test_pools_use_their_subsidy_to_the_last_units(self) -> None:
        state = opened(Mechanism.CPMM_MULTI, subsidy=Units(10**8), odds=(5, 3, 2), fee=FREE)
        assert (500_000, 300_000, 200_000) == state.prices
        assert 10**8 - 10 <= covered(state) <= 10**8

    @pytest.mark.parametrize(
        ("mechanism", "odds", "subsidy", "field"),
        [
            (Mechanism.CPMM, (1, 1, 1), 10**8, "mechanism"),
            (Mechanism.CPMM_MULTI, (1, 1), 10**8, "mechanism"),
            (Mechanism.CPMM_MULTI, even_odds(POOLS_MAX + 1), 10**8, "mechanism"),
            (Mechanism.CPMM, (1, 1), 999, "subsidy"),
            (Mechanism.CPMM_MULTI, (1, 1, 1), 999, "subsidy"),
            (Mechanism.LMSR, (1, 1), 1, "subsidy"),
            (Mechanism.CPMM, (1, 999_999), 10**8, "prior_millionths"),
            (Mechanism.CPMM, (9_999, 990_001), 10**8, "prior_millionths"),
            (Mechanism.CPMM, (990_001, 9_999), 10**8, "prior_millionths"),
            (Mechanism.CPMM_MULTI, (1, 1, 999_998), 10**8, "prior_millionths"),
            (Mechanism.LMSR, (1, 999_999), 10**8, "prior_millionths"),
        ],
    )
    def test_what_cannot_open_says_why(
        self, mechanism: Mechanism, odds: tuple[int, ...], subsidy: int, field: str
    ) -> None:
        with pytest.raises(Unopenable) as refused:
            opened(mechanism, subsidy=Units(subsidy), odds=odds, fee=FREE)
        assert field == refused.value.field

    def test_one_pool_opens_between_a_hundredth_and_the_rest(self) -> None:
        for odds in ((990_000, 10_000), (10_000, 990_000)):
            assert odds == opened(Mechanism.CPMM, subsidy=Units(10**8), odds=odds, fee=FREE).prices

    def test_pools_charge_flat_fees(self) -> None:
        with pytest.raises(Unopenable, match="flat fees only"):
            opened(Mechanism.CPMM, subsidy=Units(10**8), odds=(1, 1), fee=QuadraticFee(20_000))


def test_another_weight_would_give_away_what_was_there() -> None:
    """Why a pool grows at its weight: to hold the price by the weight makes k smaller, and k is what can be taken out."""
    state = CpmmState(Price(500_000), (Shares(10**6), Shares(10**2)), (Shares(0), Shares(999_900)), FREE)
    after = deepened(state, Units(100))
    assert isinstance(after, CpmmState)
    assert after.weight == state.weight
    assert after.pools[0] * after.pools[1] >= state.pools[0] * state.pools[1]
    assert (0, 99) == after.idle
