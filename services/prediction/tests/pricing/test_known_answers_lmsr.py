"""Published answers for the LMSR: Zeitgeist's neo-swaps and combo tests, and Gnosis' contract run on a chain.

Zeitgeist's numbers are integers of 10^-10 and its pools hold reserves r with sum exp(-r/b) = 1, which are our quantities
with the sign turned. A case is scaled up first, so that whole shares do not blur the comparison; then it is rounded back
and may differ by what the file allows.
"""

from collections.abc import Callable
from typing import Any

import pytest
from mpmath import mp, mpf

from oraculum_money import Units
from oraculum_prediction.pricing import liquidity_for
from oraculum_prediction.pricing.arithmetic import divide
from oraculum_prediction.pricing.curve import (
    PICOUNITS,
    cost_picounits,
    evaluate,
    largest_step,
    moved,
    step_for_price,
)
from oraculum_prediction.pricing.liquidity import prior_for

Vectors = Callable[[str], list[dict[str, Any]]]

SCALE = 10**8
ONE = 10**10
LARGE = 10**17


def tolerance(case: dict[str, Any]) -> int:
    """One unit, two for very large numbers, as the files say."""
    return 2 if case["expected"] > LARGE else 1


def unscaled(number: int, scale: int = SCALE) -> int:
    """Round back to the units of the file."""
    return (2 * number + scale) // (2 * scale)


def pool_of_two(reserve: int, liquidity: int) -> tuple[int, int]:
    """Give the quantities of a pool with this reserve, the other following from sum exp(-r/b) = 1."""
    other = liquidity * mp.log(-mp.expm1(-mpf(reserve) / liquidity))
    return (-reserve * SCALE, int(mp.nint(other * SCALE)))


def pool_at(price: int, liquidity: int) -> tuple[int, int]:
    """Give quantities of a pool whose first outcome has this price."""
    return (int(mp.nint(liquidity * SCALE * mp.log(mpf(price) / (ONE - price)))), 0)


class TestNeoSwaps:
    def test_spot_price(self, vectors: Vectors) -> None:
        for case in vectors("lmsr_spot_price"):
            point = evaluate(pool_of_two(case["reserve"], case["liquidity"]), case["liquidity"] * SCALE)
            assert abs(divide(point.weights[0], point.total) * ONE - case["expected"]) <= 1, case

    def test_buy_swap_out(self, vectors: Vectors) -> None:
        for case in vectors("lmsr_buy_swap_out"):
            quantities = pool_of_two(case["reserve"], case["liquidity"])
            shares = largest_step(quantities, case["liquidity"] * SCALE, 0, case["amount_in"] * SCALE)
            assert shares is not None
            assert abs(unscaled(shares) - case["amount_in"] - case["expected"]) <= tolerance(case), case

    def test_sell_swap_out(self, vectors: Vectors) -> None:
        for case in vectors("lmsr_sell_swap_out"):
            quantities = pool_of_two(case["reserve"], case["liquidity"])
            trade = (-case["amount_in"] * SCALE, 0)
            fetched = -cost_picounits(quantities, case["liquidity"] * SCALE, trade)
            assert abs(unscaled(fetched // PICOUNITS) - case["expected"]) <= tolerance(case), case

    def test_buy_amount_until(self, vectors: Vectors) -> None:
        for case in vectors("lmsr_buy_amount_until"):
            quantities, liquidity = pool_at(case["spot_price"], case["liquidity"]), case["liquidity"] * SCALE
            step = int(step_for_price(quantities, liquidity, 0, divide(case["until"], ONE)))
            amount = cost_picounits(quantities, liquidity, (max(step, 0), 0)) // PICOUNITS
            assert abs(unscaled(amount) - case["expected"]) <= 2, case

    def test_sell_amount_until(self, vectors: Vectors) -> None:
        for case in vectors("lmsr_sell_amount_until"):
            quantities, liquidity = pool_at(case["spot_price"], case["liquidity"]), case["liquidity"] * SCALE
            step = int(step_for_price(quantities, liquidity, 0, divide(case["until"], ONE)))
            assert abs(unscaled(max(-step, 0)) - case["expected"]) <= 2, case

    def test_reserves_from_prices(self, vectors: Vectors) -> None:
        """A deposit is our subsidy: it sets the liquidity, and reserves are the prior's offsets above the smallest."""
        for case in vectors("lmsr_reserves_from_prices"):
            # Kept below the largest liquidity a market may have; the relation is linear.
            scale = mpf(10) ** (16 - len(str(case["amount"])))
            # One case does not add up to one, which the peer's function does not ask; another outcome has the rest.
            missing = ONE - sum(case["spot_prices"])
            odds = case["spot_prices"] + [missing] * (missing > 0)
            liquidity = liquidity_for(Units(int(case["amount"] * scale)), odds)
            allowed = 12 if case["expected_liquidity"] > LARGE else 2
            assert abs(liquidity / scale - case["expected_liquidity"]) <= allowed + 2 / scale, case
            prior = prior_for(liquidity, odds)[: len(case["spot_prices"])]
            smallest = min(case["expected_reserves"])
            for offset, reserve in zip(prior, case["expected_reserves"], strict=True):
                assert abs(-offset / scale - (reserve - smallest)) <= allowed + 4 / scale, case

    def test_pool_scenarios(self, vectors: Vectors) -> None:
        """Liquidity is in proportion to what lies in the pool, whoever joined or left."""
        for case in vectors("lmsr_pool_scenarios"):
            deployed = case["deploy_liquidity"]
            if case["op"] == "join":
                remaining = deployed + case["amounts_in"][0]
                assert remaining == case["reserves_after"][0]
            else:
                remaining = deployed + case["second_lp"] - case["amounts_out"][0]
            liquidity = liquidity_for(Units(remaining * 10**5), case["spot_prices"])
            assert abs(liquidity / mpf(10**5) - case["new_liquidity_parameter"]) <= 2, case


class TestCombinations:
    """Trades over several outcomes at once: what they cost is a difference of potentials like any other."""

    def test_basket_price(self, vectors: Vectors) -> None:
        for case in vectors("lmsr_combo_spot_price"):
            quantities = [-reserve for reserve in case["buy"] + case["sell"]]
            point = evaluate(tuple(quantities), case["liquidity"])
            bought = sum(divide(weight, point.total) for weight in point.weights[: len(case["buy"])])
            assert abs(bought * ONE - case["expected"]) <= 1, case

    def test_basket_purchase(self, vectors: Vectors) -> None:
        """The published shares are the ones that cost the amount: two units more cost more, two less cost less."""
        for case in vectors("lmsr_combo_buy_swap_out"):
            shares = case["amount_in"] + case["expected"]
            kept = case.get("keep", [])
            quantities = [-reserve * SCALE for reserve in case["buy"] + kept + case["sell"]]

            def cost(each: int, case: dict[str, Any] = case, quantities: list[int] = quantities) -> int:
                kept = case.get("keep", [])
                trade = [each] * len(case["buy"]) + [case["amount_in"]] * len(kept) + [0] * len(case["sell"])
                scaled = [step * SCALE for step in trade]
                return cost_picounits(tuple(quantities), case["liquidity"] * SCALE, scaled)

            amount = case["amount_in"] * SCALE * PICOUNITS
            assert cost(shares - 2) < amount < cost(shares + 2), case

    def test_equalising_costs_nothing(self, vectors: Vectors) -> None:
        for case in vectors("lmsr_combo_equalize"):
            difference = case["amount_buy"] - case["amount_sell"]
            quantities = tuple(-reserve * SCALE for reserve in case["buy"] + case["sell"])

            def cost(
                given_up: int,
                case: dict[str, Any] = case,
                gap: int = difference,
                q: tuple[int, ...] = quantities,
            ) -> int:
                trade = [-given_up * SCALE] * len(case["buy"]) + [(gap - given_up) * SCALE] * len(
                    case["sell"]
                )
                return cost_picounits(q, case["liquidity"] * SCALE, trade)

            assert cost(case["expected"] + 2) < 0 < cost(case["expected"] - 2), case

    def test_basket_sale(self, vectors: Vectors) -> None:
        for case in vectors("lmsr_combo_sell_swap_out"):
            quantities = tuple(-reserve * SCALE for reserve in case["buy"] + case["keep"] + case["sell"])
            trade = [-case["amount_buy"] * SCALE] * len(case["buy"])
            trade += [-case["amount_keep"] * SCALE] * len(case["keep"]) + [0] * len(case["sell"])
            fetched = -cost_picounits(quantities, case["liquidity"] * SCALE, trade)
            assert abs(unscaled(fetched // PICOUNITS) - case["expected"]) <= 2, case


class TestGnosisOnChain:
    def test_net_cost_and_prices(self, vectors: Vectors) -> None:
        """The contract's own exp and ln are good to 10^-9; on top it rounds to a whole unit."""
        for case in vectors("lmsr_gnosis_onchain"):
            liquidity = int(mp.nint(mpf(case["funding"]) / mp.log(case["n"])))
            before = tuple(map(int, case["net_sold_before"]))
            trade = tuple(map(int, case["trade"]))
            expected = int(case["net_cost"])
            cost = -(-cost_picounits(before, liquidity, trade) // PICOUNITS)
            assert cost == pytest.approx(expected, rel=1e-8, abs=1), case
            after = before
            for outcome, step in enumerate(trade):
                after = moved(after, outcome, step)
            for price, fraction in zip(
                evaluate(after, liquidity).prices, case["marginal_prices_after_x2e64"], strict=True
            ):
                assert abs(price - int(fraction) * 10**6 / mpf(2) ** 64) < 1, case
