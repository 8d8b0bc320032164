"""Stakes and price ladders: known answers, and no better stake beside the one that is advised."""

import asyncio
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oraculum_money import PRICE_ONE, Price, Units
from oraculum_prediction.pricing import (
    Fill,
    FlatFee,
    LmsrState,
    Order,
    QuadraticFee,
    Side,
    even_odds,
    quote,
)
from oraculum_prediction.risk import sizing

USDC = 1_000_000
HUGE = Units(10**9 * USDC)


def market(
    liquidity: int, fee: FlatFee | QuadraticFee | None = None, odds: tuple[int, ...] = even_odds(2)
) -> LmsrState:
    return LmsrState.opened(liquidity=Units(liquidity), odds=odds, fee=fee or FlatFee(0))


def advised(
    state: LmsrState, probability: int, bankroll: int, *, fraction: int = PRICE_ONE, **caps: int
) -> sizing.Stake:
    given_caps = {name: Units(cap) for name, cap in caps.items()} or {"bankroll": Units(bankroll)}
    return sizing.kelly(
        state,
        1,
        probability_millionths=probability,
        bankroll_units=Units(bankroll),
        fraction_millionths=fraction,
        caps=given_caps,
    )


@pytest.mark.parametrize(
    ("probability", "odds", "part"),
    [(600_000, (1, 1), 200_000), (750_000, (1, 1), 500_000), (900_000, (1, 3), 600_000)],
)
def test_in_a_market_that_hardly_moves_it_is_the_textbook(
    probability: int, odds: tuple[int, int], part: int
) -> None:
    """The part of the bankroll is (p - c) / (1 - c)."""
    bankroll = 100 * USDC
    stake = advised(market(HUGE, odds=odds), probability, bankroll)
    assert abs(stake.amount_units * PRICE_ONE // bankroll - part) <= 20


def test_nothing_is_staked_without_an_edge() -> None:
    for probability in (400_000, 500_000):
        stake = advised(market(100 * USDC), probability, 1_000 * USDC)
        assert (stake.amount_units, stake.full_units, stake.fill) == (0, 0, None)


def test_a_fee_that_eats_the_edge_leaves_nothing() -> None:
    assert advised(market(HUGE, FlatFee(2_000)), 590_000, 100 * USDC).amount_units == 0
    assert advised(market(HUGE, QuadraticFee(400_000)), 590_000, 100 * USDC).amount_units == 0
    assert advised(market(HUGE, FlatFee(100)), 590_000, 100 * USDC).amount_units > 0


def test_impact_makes_a_stake_in_a_small_market_small() -> None:
    """Naively it would be a fifth of the bankroll; the price would have run to its ceiling long before."""
    stake = advised(market(100 * USDC), 600_000, 5_000 * USDC)
    assert stake.fill is not None
    assert stake.fill.price_after < 600_000
    assert stake.amount_units < 25 * USDC


def test_a_fraction_and_the_narrowest_cap_hold() -> None:
    state = market(HUGE, FlatFee(100))
    full = advised(state, 600_000, 100 * USDC)
    half = advised(state, 600_000, 100 * USDC, fraction=500_000)
    assert half.amount_units == full.full_units // 2
    capped = advised(state, 600_000, 100 * USDC, order=5 * USDC, market=7 * USDC)
    assert capped.capped_by == "order"
    assert capped.fill is not None
    assert 5 * USDC - 2 <= capped.fill.net <= 5 * USDC
    assert advised(state, 600_000, 100 * USDC, order=0).amount_units == 0


def _growth(state: LmsrState, probability: int, bankroll: int, amount: int) -> Decimal:
    if amount <= 0:
        return Decimal(bankroll).ln()
    fill = quote(state, Order(outcome=1, side=Side.BUY, amount=Units(amount)))
    assert isinstance(fill, Fill)
    left = Decimal(bankroll - fill.net)
    p = Decimal(probability) / PRICE_ONE
    return p * (left + fill.shares).ln() + (1 - p) * left.ln()


@settings(max_examples=30, deadline=None)
@given(
    st.integers(100_000, 900_000),
    st.integers(10, 10_000),
    st.integers(10, 10_000),
    st.sampled_from([FlatFee(0), FlatFee(100), QuadraticFee(70_000)]),
)
def test_no_stake_beside_the_advised_one_grows_faster(
    probability: int, liquidity: int, bankroll: int, fee: FlatFee | QuadraticFee
) -> None:
    state, units = market(liquidity * USDC, fee), bankroll * USDC
    stake = advised(state, probability, units).amount_units
    best = _growth(state, probability, units, stake)
    for other in (stake - stake // 20, stake + max(USDC, stake // 20)):
        fill = quote(state, Order(outcome=1, side=Side.BUY, amount=Units(max(1, other))))
        if isinstance(fill, Fill) and fill.net < units:
            assert _growth(state, probability, units, other) <= best + Decimal("1e-12")


async def test_others_have_their_turn_after_each_purchase_that_is_looked_at() -> None:
    """And the stake is the same to the unit."""
    state = market(100 * USDC, FlatFee(100), even_odds(20))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    asked = {
        "probability_millionths": 200_000,
        "bankroll_units": Units(1_000 * USDC),
        "fraction_millionths": 500_000,
        "caps": {"order": Units(10 * USDC)},
    }
    looked: list[Units] = []

    def buys(amount: Units) -> Fill | None:
        looked.append(amount)
        return sizing._bought(state, 1, amount)

    expected = sizing.kelly(state, 1, **asked, buys=buys)  # type: ignore[arg-type]
    other = asyncio.create_task(count())
    assert expected == await sizing.kelly_between(state, 1, **asked)  # type: ignore[arg-type]
    other.cancel()
    assert expected.fill is not None
    assert turns >= len(set(looked)) > 20


@pytest.mark.parametrize("side", list(Side))
def test_a_ladder_says_what_gets_the_price_there(side: Side) -> None:
    state = market(1_000 * USDC)
    state = state.traded(1, 500 * USDC)
    steps = sizing.ladder(state, 1, side)
    assert len(steps) == 3
    for step, distance in zip(steps, sizing.LADDER, strict=True):
        signed = step.shares if side is Side.BUY else -step.shares
        reached = state.traded(1, signed).prices[1]
        aimed = state.prices[1] + (distance if side is Side.BUY else -distance)
        assert step.price == aimed
        assert abs(reached - aimed) <= 2
    assert sizing.ladder(market(100 * USDC), 1, Side.SELL) == []
    assert Price(0) < steps[0].price
