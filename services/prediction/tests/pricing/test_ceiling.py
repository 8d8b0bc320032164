"""The ceiling on prices, and why there is no floor."""

import pytest

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing import (
    NO_FEE,
    Fill,
    LmsrState,
    Order,
    Reason,
    Refusal,
    Side,
    even_odds,
    quote,
    room,
)

B = Units(100_000_000)


def traded(state: LmsrState, order: Order) -> LmsrState:
    fill = quote(state, order)
    assert isinstance(fill, Fill)
    return state.after(fill)


def squeezed(rounds: int) -> LmsrState:
    """Three outcomes, of which 0 and 1 were bought up to the ceiling in turn."""
    state = LmsrState.opened(liquidity=B, odds=even_odds(3))
    for outcome in [0, 1] * rounds:
        state = traded(state, Order(outcome, Side.BUY, shares=room(state, outcome, Side.BUY)))
    return state


class TestCeiling:
    def test_is_reached_and_not_passed(self) -> None:
        state = LmsrState.opened(liquidity=B, odds=even_odds(2))
        state = traded(state, Order(1, Side.BUY, shares=room(state, 1, Side.BUY)))
        assert state.prices == (100, 999_900)
        answer = quote(state, Order(1, Side.BUY, shares=Shares(10)))
        assert isinstance(answer, Refusal)
        assert answer.reason is Reason.PRICE_CEILING

    def test_is_data_of_the_market(self) -> None:
        state = LmsrState.opened(liquidity=B, odds=even_odds(2), price_max=Price(995_000))
        assert traded(state, Order(1, Side.BUY, shares=room(state, 1, Side.BUY))).prices == (5_000, 995_000)

    def test_a_sale_must_not_lift_another_outcome_above_it(self) -> None:
        """With two outcomes, 0.0001 is therefore the lowest price."""
        state = LmsrState(B, (0, 0), (Shares(2_000_000_000), Shares(2_000_000_000)), NO_FEE)
        most = room(state, 0, Side.SELL)
        assert traded(state, Order(0, Side.SELL, shares=most)).prices == (100, 999_900)
        answer = quote(state, Order(0, Side.SELL, shares=Shares(most + 1)))
        assert isinstance(answer, Refusal)
        assert (answer.reason, answer.fits) == (Reason.PRICE_CEILING, most)

    def test_there_is_no_more_room_to_sell_than_is_outstanding(self) -> None:
        state = LmsrState(B, (0, 0), (Shares(5), Shares(7)), NO_FEE)
        assert (room(state, 0, Side.SELL), room(state, 1, Side.SELL)) == (5, 7)

    @pytest.mark.parametrize("odds", [(1, 9_999_000), (1, 1, 1_000_000)])
    def test_no_market_opens_above_it(self, odds: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match="above the ceiling"):
            LmsrState.opened(liquidity=B, odds=odds)


class TestNoFloor:
    def test_anybody_can_bet_against_a_favourite(self) -> None:
        """However often the others were bought up, and however little is left of the third outcome."""
        state = squeezed(rounds=20)
        assert state.prices == (100, 999_900, 0)
        state = traded(state, Order(0, Side.BUY, amount=Units(100_000_000)))
        assert state.prices[0] > 600_000

    def test_the_all_but_impossible_is_sold_by_the_unit(self) -> None:
        """At a price near 10^-80 one unit buys a great many shares, and no number of them is free."""
        state = squeezed(rounds=20)
        fill = quote(state, Order(2, Side.BUY, amount=Units(1)))
        assert isinstance(fill, Fill)
        assert fill.shares > 100 * B
        free = quote(state, Order(2, Side.BUY, shares=Shares(1_000)))
        assert isinstance(free, Fill)
        assert (free.gross, free.rounding_picounits) == (1, 10**12)

    def test_what_was_all_but_impossible_can_become_the_favourite(self) -> None:
        state = squeezed(rounds=20)
        state = traded(state, Order(2, Side.BUY, shares=room(state, 2, Side.BUY)))
        assert state.prices[2] == 999_900
