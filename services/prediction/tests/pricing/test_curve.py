"""The curve: worked examples, agreement with mpmath, and the laws that must hold exactly."""

import _pydecimal
import decimal
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from oraculum_prediction.pricing import arithmetic, curve
from oraculum_prediction.pricing.curve import PICOUNITS, cost_picounits, evaluate, largest_step, moved

B = 100_000_000  # 100 whole units of six decimals, as in the worked examples

liquidities = st.integers(3, 62).flatmap(
    lambda bits: st.integers(max(1_000, 2 ** (bits - 1)), max(1_001, 2**bits))
)


def to_ten_decimals(picounits: int) -> int:
    """Round picounits of a six-decimal asset to 10^-10 of its whole unit, the precision of the worked examples."""
    return (picounits + 50_000_000) // 100_000_000


@st.composite
def curves(draw: st.DrawFn, spread: int = 14) -> tuple[tuple[int, ...], int]:
    """Quantities that lie up to `spread` liquidities apart, anywhere on the number line."""
    liquidity = draw(liquidities)
    base = draw(st.integers(-(2**63), 2**63))
    count = draw(st.integers(2, 8))
    distances = draw(st.lists(st.integers(0, spread * liquidity), min_size=count, max_size=count))
    return tuple(base - distance for distance in distances), liquidity


class TestWorkedExamples:
    def test_even_market_of_two(self) -> None:
        """C0 = 69.3147180560; 10 YES cost 5.1249479514 and lead to 0.5249791875."""
        start = evaluate((0, 0), B)
        assert to_ten_decimals(start.potential) == 69_3147180560
        assert to_ten_decimals(cost_picounits((0, 0), B, (0, 10_000_000))) == 5_1249479514
        after = evaluate((0, 10_000_000), B)
        assert round(arithmetic.divide(after.weights[1], after.total), 10) == Decimal("0.5249791875")
        assert after.prices == (475_021, 524_979)

    def test_spending_ten(self) -> None:
        """Spend 10 on YES: 19.0902828926 shares, of which 19.090282 are whole."""
        step = curve.step_for_rise((0, 0), B, 1, 10_000_000)
        assert str(step).startswith("19090282.892")
        assert largest_step((0, 0), B, 1, 10_000_000) == 19_090_282

    def test_three_outcomes(self) -> None:
        """Buy 50 of outcome 1: cost 19.5764480750, prices 0.4518627619 and twice 0.2740686191."""
        assert to_ten_decimals(cost_picounits((0, 0, 0), B, (0, 50_000_000, 0))) == 19_5764480750
        assert evaluate((0, 50_000_000, 0), B).prices == (274_069, 451_863, 274_068)

    def test_stability(self) -> None:
        """B = 100, q = (1e6, 0): C = 1000000 and p = (1, 0), where the naive form is infinite."""
        point = evaluate((10**6, 0), 100)
        assert point.potential == 10**6 * PICOUNITS
        assert point.prices == (1_000_000, 0)

    def test_reserve_form_sell(self) -> None:
        """R = 17, x = 8, b = 7: z = 0.4334780553."""
        scale = 10**18
        other = -int(7 * scale * mp.log(1 - mp.exp(-mp.mpf(17) / 7)))
        fetched = -cost_picounits((-17 * scale, -other), 7 * scale, (-8 * scale, 0))
        assert str(fetched).startswith("4334780553")
        assert len(str(fetched)) == len("4334780553") + 20

    def test_reserve_form_buy(self) -> None:
        """R = x = 10, b = 14.4269504088: shares 15.8496250072."""
        scale = 10**8
        quantities = (-100_000_000_000 * scale, -100_000_000_000 * scale)
        step = largest_step(quantities, 144_269_504_088 * scale, 0, 100_000_000_000 * scale)
        assert step is not None
        assert round(step, -8) // scale == 158_496_250_072

    def test_gnosis_first_purchase(self) -> None:
        """Funding 10, two outcomes, one share from zero: 0.508662605808965971 (good to 10^-9), price 0.517321."""
        liquidity = int(10**19 / mp.log(2))
        cost = cost_picounits((0, 0), liquidity, (10**18, 0)) // PICOUNITS
        assert abs(cost - 508_662_605_808_965_971) < 508_662_606
        point = evaluate((10**18, 0), liquidity)
        assert str(arithmetic.divide(point.weights[0], point.total)).startswith("0.517321")


class TestAgainstMpmath:
    @given(curves())
    def test_potential_is_the_nearest_picounit(self, exact: Any, drawn: tuple[tuple[int, ...], int]) -> None:
        quantities, liquidity = drawn
        expected = exact.potential(quantities, liquidity) * PICOUNITS
        assert abs(evaluate(quantities, liquidity).potential - expected) < 0.501

    @given(curves())
    def test_prices_are_the_nearest_that_add_up(self, exact: Any, drawn: tuple[tuple[int, ...], int]) -> None:
        quantities, liquidity = drawn
        prices = evaluate(quantities, liquidity).prices
        assert sum(prices) == 1_000_000
        for price, expected in zip(prices, exact.prices(quantities, liquidity), strict=True):
            assert abs(price - expected * 1_000_000) < 1

    @given(curves(), st.integers(1, 14 * 10**6), st.sampled_from([1, -1]))
    def test_step_is_the_closed_form(
        self, exact: Any, drawn: tuple[tuple[int, ...], int], millionths: int, sign: int
    ) -> None:
        """The real step differs from the whole one by less than a share, and so by less than a unit of money."""
        quantities, liquidity = drawn
        rise = sign * max(1, liquidity * millionths // 10**6)
        price = exact.prices(quantities, liquidity)[0]
        inside = 1 + mp.expm1(mp.mpf(rise) / liquidity) / price
        step = largest_step(quantities, liquidity, 0, rise)
        if step is None:
            assert inside * price / mp.exp(mp.mpf(rise) / liquidity) < mp.mpf("1.001e-20")
        else:
            assert -1e-6 < liquidity * mp.log(inside) - step < 1 + 1e-6


class TestLaws:
    @given(curves(spread=10**6))
    def test_potential_is_never_below_a_quantity(self, drawn: tuple[tuple[int, ...], int]) -> None:
        """The step of the escrow's proof that rests on arithmetic, however far apart the quantities lie."""
        quantities, liquidity = drawn
        assert evaluate(quantities, liquidity).potential >= max(quantities) * PICOUNITS

    @given(curves(), st.integers(-(2**62), 2**62))
    def test_complete_sets_cost_exactly_one_each(self, drawn: tuple[tuple[int, ...], int], sets: int) -> None:
        quantities, liquidity = drawn
        assert cost_picounits(quantities, liquidity, [sets] * len(quantities)) == sets * PICOUNITS

    @given(curves(), st.integers(-(2**60), 2**60), st.integers(-(2**60), 2**60))
    def test_parts_add_up_to_the_whole(
        self, drawn: tuple[tuple[int, ...], int], first: int, second: int
    ) -> None:
        quantities, liquidity = drawn
        rest = [0] * (len(quantities) - 1)
        between = moved(quantities, 0, first)
        parts = cost_picounits(quantities, liquidity, [first, *rest]) + cost_picounits(
            between, liquidity, [second, *rest]
        )
        assert cost_picounits(quantities, liquidity, [first + second, *rest]) == parts

    @given(curves(), st.integers(1, 14 * 10**6), st.sampled_from([1, -1]))
    def test_step_is_the_largest(
        self, drawn: tuple[tuple[int, ...], int], millionths: int, sign: int
    ) -> None:
        quantities, liquidity = drawn
        rise = sign * max(1, liquidity * millionths // 10**6)
        step = largest_step(quantities, liquidity, 0, rise)
        if step is not None:
            rest = [0] * (len(quantities) - 1)
            assert cost_picounits(quantities, liquidity, [step, *rest]) <= rise * PICOUNITS
            assert cost_picounits(quantities, liquidity, [step + 1, *rest]) > rise * PICOUNITS


class TestEveryMachineAgrees:
    @given(curves())
    def test_the_threads_own_context_does_not_matter(self, drawn: tuple[tuple[int, ...], int]) -> None:
        quantities, liquidity = drawn
        expected = evaluate(quantities, liquidity)
        curve._exponential.cache_clear()
        hostile = decimal.Context(prec=3, rounding=decimal.ROUND_UP, Emax=5, Emin=-5)
        with decimal.localcontext(hostile):
            again = evaluate.__wrapped__(quantities, liquidity)
        assert expected == again

    @pytest.mark.parametrize("text", ["-0.1", "-13.815", "-1e-18", "0.69314", "-2.5e3"])
    def test_pure_python_gives_the_same_digits(self, text: str) -> None:
        """Exp and ln are correctly rounded in both implementations of decimal, or receipts could not be checked."""
        context = _pydecimal.Context(prec=arithmetic.PRECISION, rounding=_pydecimal.ROUND_HALF_EVEN)
        power = arithmetic.exp(Decimal(text))
        assert str(context.exp(_pydecimal.Decimal(text))) == str(power)
        sum_of_weights = arithmetic.add(power, 1)
        assert str(context.ln(_pydecimal.Decimal(str(sum_of_weights)))) == str(arithmetic.ln(sum_of_weights))
