"""Quotes on an LMSR market: worked examples to the unit, and every reason to refuse."""

from dataclasses import replace

import pytest

from oraculum_money import INT64_MAX, Price, Shares, Units
from oraculum_prediction.pricing import (
    FORMULA_VERSION_LMSR,
    Fill,
    FlatFee,
    LmsrState,
    Order,
    QuadraticFee,
    Reason,
    Refusal,
    Side,
    StateMismatch,
    even_odds,
    quote,
    verify,
)
from oraculum_prediction.pricing.fees import NO_FEE, FeeSchedule

NO, YES = 0, 1
B = Units(100_000_000)


def market(fee: FeeSchedule = NO_FEE) -> LmsrState:
    """Liquidity 100, even odds, as in the worked examples."""
    return LmsrState.opened(liquidity=B, odds=even_odds(2), fee=fee)


def buy(state: LmsrState, outcome: int = YES, **size: int) -> Fill:
    fill = quote(state, Order(outcome, Side.BUY, **size))  # type: ignore[arg-type]
    assert isinstance(fill, Fill)
    return fill


def sell(state: LmsrState, outcome: int = YES, **size: int) -> Fill:
    fill = quote(state, Order(outcome, Side.SELL, **size))  # type: ignore[arg-type]
    assert isinstance(fill, Fill)
    return fill


def refusal(state: LmsrState, order: Order) -> Refusal:
    answer = quote(state, order)
    assert isinstance(answer, Refusal)
    return answer


class TestPurchase:
    def test_by_shares(self) -> None:
        """10 YES cost 5.1249479514, charged 5.124948; the price goes to 0.524979."""
        state = market()
        fill = buy(state, shares=10_000_000)
        assert fill == Fill(
            order=Order(YES, Side.BUY, shares=Shares(10_000_000)),
            shares=Shares(10_000_000),
            gross=Units(5_124_948),
            fee=Units(0),
            net=Units(5_124_948),
            rounding_picounits=48_637_441_459,
            price_before=Price(500_000),
            price_after=Price(524_979),
            state_before=state.state_hash,
            state_after=fill.state_after,
            formula_version="oraculum/lmsr/1",
        )

    def test_by_amount(self) -> None:
        """10 on YES: 19.0902828926 shares, of which 19.090282 are whole."""
        fill = buy(market(), amount=10_000_000)
        assert (fill.shares, fill.gross, fill.price_after) == (19_090_282, 10_000_000, 547_581)

    def test_state_after_has_the_shares(self) -> None:
        state = market()
        fill = buy(state, shares=10_000_000)
        after = state.after(fill)
        assert after.sold == (0, 10_000_000)
        assert after.prices == (475_021, 524_979)
        assert after.state_hash == fill.state_after

    def test_one_unit_buys_one_share_and_change(self) -> None:
        """The smallest stake at even odds pays for one share; half of it is the rounding."""
        fill = buy(market(), amount=1)
        assert (fill.shares, fill.gross) == (1, 1)
        assert fill.rounding_picounits == pytest.approx(5 * 10**11, rel=1e-6)

    def test_of_three_outcomes(self) -> None:
        """50 of outcome 1 of three: 19.5764480750, charged 19.576449."""
        state = LmsrState.opened(liquidity=B, odds=even_odds(3))
        fill = buy(state, 1, shares=50_000_000)
        assert fill.gross == 19_576_449
        assert state.after(fill).prices == (274_069, 451_863, 274_068)


class TestSale:
    def test_gives_back_a_unit_less(self) -> None:
        state = market()
        bought = buy(state, shares=10_000_000)
        sold = sell(state.after(bought), shares=10_000_000)
        assert (sold.gross, sold.net, sold.price_after) == (5_124_947, 5_124_947, 500_000)
        assert state.after(bought).after(sold) == state

    def test_by_amount_takes_the_fewest_shares(self) -> None:
        state = market().after(buy(market(), shares=10_000_000))
        sold = sell(state, amount=2_000_000)
        assert sold.gross == 2_000_000
        assert sell(state, shares=sold.shares - 1).gross == 1_999_999


class TestFees:
    def test_flat_is_on_top_of_a_purchase(self) -> None:
        fill = buy(market(FlatFee(150)), shares=10_000_000)
        assert (fill.gross, fill.fee, fill.net) == (5_124_948, 76_875, 5_201_823)

    def test_flat_is_taken_from_a_sale(self) -> None:
        state = market(FlatFee(150))
        state = state.after(buy(state, shares=10_000_000))
        fill = sell(state, shares=10_000_000)
        assert (fill.gross, fill.fee, fill.net) == (5_124_947, 76_875, 5_048_072)

    def test_quadratic_is_the_rate_times_liquidity_times_the_move(self) -> None:
        """0.07 x 100 x (0.5249791875 - 0.5) = 0.1748543124, charged 0.174855."""
        fill = buy(market(QuadraticFee(70_000)), shares=10_000_000)
        assert fill.fee == 174_855


class TestLimit:
    def test_average_price_within_it(self) -> None:
        assert buy(market(), shares=10_000_000, limit=512_495).gross == 5_124_948

    def test_average_price_beyond_it(self) -> None:
        answer = refusal(market(), Order(YES, Side.BUY, shares=Shares(10_000_000), limit=Price(512_494)))
        assert answer.reason is Reason.PRICE_LIMIT
        assert "512495" in answer.message
        assert "512494" in answer.message

    def test_of_a_sale(self) -> None:
        state = market().after(buy(market(), shares=10_000_000))
        assert sell(state, shares=10_000_000, limit=512_494).gross == 5_124_947
        answer = refusal(state, Order(YES, Side.SELL, shares=Shares(10_000_000), limit=Price(512_496)))
        assert answer.reason is Reason.PRICE_LIMIT

    def test_rounding_to_a_unit_does_not_break_it(self) -> None:
        """One share at 0.50 costs one unit, which is no worse than asked but for the rounding."""
        assert buy(market(), shares=1, limit=510_000).gross == 1


class TestRefusal:
    @pytest.mark.parametrize("outcome", [-1, 2])
    def test_unknown_outcome(self, outcome: int) -> None:
        answer = refusal(market(), Order(outcome, Side.BUY, amount=Units(1)))
        assert answer.reason is Reason.UNKNOWN_OUTCOME

    @pytest.mark.parametrize("size", [{"amount": INT64_MAX}, {"shares": INT64_MAX}, {"amount": 852_000_000}])
    def test_above_the_ceiling(self, size: dict[str, int]) -> None:
        """From even odds 851.719319 lead to 0.9999; no size overflows on the way."""
        answer = refusal(market(), Order(YES, Side.BUY, **size))  # type: ignore[arg-type]
        assert answer.reason is Reason.PRICE_CEILING
        assert answer.fits == (851_719_319 if "amount" in size else 921_024_036)

    def test_more_than_is_outstanding(self) -> None:
        state = market().after(buy(market(), shares=10_000_000))
        by_shares = refusal(state, Order(YES, Side.SELL, shares=Shares(10_000_001)))
        assert (by_shares.reason, by_shares.fits) == (Reason.NOT_ENOUGH_SHARES, 10_000_000)
        by_amount = refusal(state, Order(YES, Side.SELL, amount=Units(5_124_948)))
        assert (by_amount.reason, by_amount.fits) == (Reason.NOT_ENOUGH_SHARES, 5_124_947)

    def test_a_sale_that_fetches_nothing(self) -> None:
        state = market().after(buy(market(), shares=10_000_000))
        assert refusal(state, Order(YES, Side.SELL, shares=Shares(1))).reason is Reason.TOO_SMALL

    def test_a_sale_that_the_fee_eats(self) -> None:
        state = market(FlatFee(10_000))
        state = state.after(buy(state, shares=10_000_000))
        assert refusal(state, Order(YES, Side.SELL, shares=Shares(1_000_000))).reason is Reason.TOO_SMALL

    def test_more_than_an_escrow_can_hold(self) -> None:
        """Both outcomes were bought in turn for years, so the counts are high though the price is even."""
        full = Shares(INT64_MAX - 69_314_719 - 3)
        state = LmsrState(B, (0, 0), (full, full), NO_FEE)
        assert buy(state, shares=7).gross == 4
        assert refusal(state, Order(YES, Side.BUY, shares=Shares(8))).reason is Reason.TOO_LARGE


class TestAfter:
    def test_refuses_a_fill_of_another_state(self) -> None:
        state = market()
        fill = buy(state, shares=10_000_000)
        with pytest.raises(StateMismatch):
            state.after(fill).after(fill)


class TestVerify:
    def test_true_fill(self) -> None:
        state = market(QuadraticFee(70_000))
        assert verify(state, buy(state, amount=10_000_000))

    @pytest.mark.parametrize(
        "change",
        [
            {"gross": 1},
            {"fee": 1},
            {"shares": 1},
            {"rounding_picounits": 1},
            {"state_after": b""},
            {"formula_version": "2"},
        ],
    )
    def test_any_changed_field_is_found(self, change: dict[str, object]) -> None:
        state = market()
        assert not verify(state, replace(buy(state, amount=10_000_000), **change))  # type: ignore[arg-type]

    def test_a_fill_that_should_have_been_refused(self) -> None:
        state = market()
        fill = buy(state, amount=10_000_000)
        impossible = replace(fill, order=Order(YES, Side.SELL, shares=Shares(5)))
        assert not verify(state, impossible)


class TestState:
    def test_prior_odds(self) -> None:
        state = LmsrState.opened(liquidity=B, odds=(300_000, 700_000))
        assert state.prices == (300_000, 700_000)
        assert state.prior == (-84_729_786, 0)

    @pytest.mark.parametrize(
        ("liquidity", "prior", "sold"),
        [
            (999, (0, 0), (0, 0)),
            (2**57 + 1, (0, 0), (0, 0)),
            (B, (0,), (0,)),
            (B, (0, 0), (0, 0, 0)),
            (B, (0,) * 201, (0,) * 201),
            (B, (0, 0), (-1, 0)),
            (B, (0, 0), (2**63, 2**63)),
            (B, (1, 0), (0, 0)),
            (B, (-1, -1), (0, 0)),
            (B, (-(2**63) - 1, 0, 0), (0, 0, 0)),
            (B, (0, 0), (0, 922_000_000)),
        ],
    )
    def test_that_no_market_can_have(
        self, liquidity: int, prior: tuple[int, ...], sold: tuple[int, ...]
    ) -> None:
        """Among them one whose price would lie above the ceiling: there is no such state."""
        with pytest.raises(ValueError, match=r"make no market|liquidity|outstanding|offsets|ceiling|escrow"):
            LmsrState(Units(liquidity), prior, tuple(map(Shares, sold)), NO_FEE)

    @pytest.mark.parametrize("price_max", [0, 1_000_000])
    def test_a_ceiling_is_a_price_between_nothing_and_one(self, price_max: int) -> None:
        with pytest.raises(ValueError, match="a ceiling lies"):
            LmsrState(B, (0, 0), (Shares(0), Shares(0)), NO_FEE, Price(price_max))

    def test_hash_is_part_of_no_comparison(self) -> None:
        assert market() == market()
        assert market().state_hash == market().state_hash
        assert FORMULA_VERSION_LMSR in repr(buy(market(), amount=1))
