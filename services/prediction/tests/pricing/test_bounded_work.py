"""No order keeps a process busy: what is searched from is a number that an account could hold, and few steps lead from there."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from trading_floor import market_taker, resting

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing import (
    Book,
    CpmmState,
    Fill,
    FlatFee,
    LmsrState,
    Match,
    Order,
    Reason,
    Refusal,
    Side,
    cpmm_state,
    even_odds,
    match,
    quote,
    settling,
)
from oraculum_prediction.pricing.cpmm import Side as PoolSide
from oraculum_prediction.pricing.search import last_within

ONE = 1_000_000
# A search takes two steps for each digit that its guess is off by; an amount has 63.
STEPS_MAX = 200


@pytest.fixture
def guesses(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Whatever is searched from; a search that takes too many steps fails at once."""
    seen: list[int] = []

    def counted(guess: int, exceeds: Callable[[int], bool]) -> int:
        assert guess.bit_length() <= 64
        seen.append(guess)
        left = iter(range(STEPS_MAX))

        def step(number: int) -> bool:
            assert next(left, None) is not None
            return exceeds(number)

        return last_within(guess, step)

    for module in (cpmm_state, settling):
        monkeypatch.setattr(module, "last_within", counted)
    return seen


def pool(yes_millionths: int, *, sold: int = 0) -> CpmmState:
    """A pool that opened at a price, and in which so many of both were sold."""
    subsidy = Shares(10**8)
    return CpmmState(
        Price(yes_millionths), (subsidy, subsidy), (Shares(sold), Shares(sold)), FlatFee(0), Price(999_900)
    )


@pytest.mark.parametrize("yes", [10_000, 500_000, 990_000, 999_000, 999_900, 999_999])
@pytest.mark.parametrize("less", [1, 2, 1_000])
@pytest.mark.parametrize("outcome", [0, 1])
class TestSalesForAllThatIsInAPool:
    """Nearly all of a pool costs numbers of up to a million digits of the other side, and nobody has any of it."""

    def test_of_nothing_are_refused_unseen(
        self, guesses: list[int], yes: int, less: int, outcome: int
    ) -> None:
        state = pool(yes)
        order = Order(outcome, Side.SELL, amount=Units(state.pools[1 - outcome] - less))
        refused = quote(state, order)
        assert isinstance(refused, Refusal)
        assert Reason.NOT_ENOUGH_SHARES is refused.reason
        assert [] == guesses

    def test_of_enough_take_few_steps(self, guesses: list[int], yes: int, less: int, outcome: int) -> None:
        state = pool(yes, sold=10**9)
        order = Order(outcome, Side.SELL, amount=Units(state.pools[1 - outcome] - less))
        done = quote(state, order)
        assert isinstance(done, Fill | Refusal)
        assert guesses

    def test_of_either_beside_a_book(self, guesses: list[int], yes: int, less: int, outcome: int) -> None:
        for sold in (0, 10**9):
            state = pool(yes, sold=sold)
            amount = state.pools[1 - outcome] - less
            rests = Book([resting(1, outcome, Side.BUY, 1, 1_000)])
            done = match(state, rests, market_taker(outcome, Side.SELL, amount=amount))
            assert isinstance(done, Match | Refusal)
        assert guesses


@pytest.mark.parametrize("weight", ["0.000001", "0.01", "0.5", "0.99", "0.999999"])
def test_what_no_money_buys_is_not_computed(weight: str) -> None:
    """It is either an amount of a few dozen digits, or said to be none."""
    side = PoolSide(Decimal(10**8), Decimal(10**8), Decimal(weight))
    for gain in (1, 10**7, 10**8 - 1, 10**8, 2**63):
        spent = side.amount_to_gain(Decimal(gain))
        assert spent is None or 0 <= spent < 10**60
    assert side.amount_to_gain(Decimal(10**8)) is None


@pytest.mark.parametrize(
    ("size", "meets"), [({"amount": 30 * ONE}, 4), ({"shares": 60 * ONE}, 4), ({"amount": ONE}, 0)]
)
def test_a_walk_past_more_orders_than_it_may_meet(size: dict[str, int], meets: int) -> None:
    """It is refused whole, for a part would have to be found again by who computes it anew; just so many it meets."""
    state = LmsrState.opened(liquidity=Units(100 * ONE), odds=even_odds(2), fee=FlatFee(0))
    book = Book(resting(number, 0, Side.BUY, 495_000 - 5_000 * number, ONE) for number in range(4))
    taker = market_taker(1, Side.BUY, **size)
    free = match(state, book, taker)
    assert isinstance(free, Match)
    assert meets == len(free.makers)
    assert free == match(state, book, taker, meetings_max=meets)
    if meets:
        refused = match(state, book, taker, meetings_max=meets - 1)
        assert isinstance(refused, Refusal)
        assert Reason.TOO_LARGE == refused.reason
