"""Published answers of mechanisms that we compare with and do not offer; where ours is a special case of one, ours is asked."""

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import isclose, prod
from typing import Any

import pytest

from oraculum_money import PRICE_ONE, Price, Shares, Units
from oraculum_prediction.pricing import payout, payout_vector, winner_takes_all
from oraculum_prediction.pricing.cpmm_multi_state import WholePool

Vectors = Callable[[str], list[dict[str, Any]]]

WAD = 10**18


def ceil_div(number: int, divisor: int) -> int:
    return -(-number // divisor)


class TestFixedProduct:
    """Gnosis' FixedProductMarketMaker, MATH section 6."""

    def test_buys(self, vectors: Vectors) -> None:
        for case in self.cases(vectors, "buy"):
            balances, investment, outcome = self.balances(case), int(case["investment"]), case["outcome"]
            net = investment - investment * int(case["fee_wad"]) // WAD
            ending = balances[outcome] * WAD
            for other, balance in enumerate(balances):
                if other != outcome:
                    ending = ceil_div(ending * balance, balance + net)
            tokens = balances[outcome] + net - ceil_div(ending, WAD)
            assert int(case["outcome_tokens"]) == tokens, case
            if case["n"] == 2:
                pool = WholePool(Shares(balances[outcome]), Shares(balances[1 - outcome]))
                assert tokens == pool.shares(Units(net)), case

    def test_sales(self, vectors: Vectors) -> None:
        for case in self.cases(vectors, "sell"):
            balances, outcome, fee = self.balances(case), case["outcome"], int(case["fee_wad"])
            with_fee = int(case["return_amount"]) * WAD // (WAD - fee)
            ending = balances[outcome] * WAD
            for other, balance in enumerate(balances):
                if other != outcome:
                    ending = ceil_div(ending * balance, balance - with_fee)
            tokens = with_fee + ceil_div(ending, WAD) - balances[outcome]
            assert int(case["outcome_tokens_sold"]) == tokens, case

    def test_funding(self, vectors: Vectors) -> None:
        for case in self.cases(vectors, "add_funding"):
            balances, added, supply = self.balances(case), int(case["added"]), int(case["supply_before"])
            weight = max(balances)
            kept = [balance + added * balance // weight for balance in balances]
            assert [int(each) for each in case["balances_after"]] == kept, case
            assert int(case["supply_after"]) == supply + added * supply // weight, case
        for case in self.cases(vectors, "remove_funding"):
            balances, burned, supply = self.balances(case), int(case["burned"]), int(case["supply_before"])
            left = [balance - balance * burned // supply for balance in balances]
            assert [int(each) for each in case["balances_after"]] == left, case

    def test_play_money(self, vectors: Vectors) -> None:
        """The peer rounds to two decimals; its sales start from numbers that were rounded already."""
        for case in vectors("fpmm_multi_playmoney"):
            shares, target, amount = case["shares"], case["target_index"], case["amount"]
            others = [each for index, each in enumerate(shares) if index != target]
            if case["op"] == "buy":
                bought = shares[target] + amount - prod(shares) / prod(each + amount for each in others)
                assert abs(bought - case["expected"]) < 0.011, case
            else:
                assert abs(self.fetched(shares[target], others, amount) - case["expected"]) < 0.06, case

    @staticmethod
    def fetched(target: float, others: Sequence[float], sold: float) -> float:
        """What leaves the product as it was, by halving."""
        low, high = 0.0, min(*others, target + sold)
        for _ in range(80):
            middle = (low + high) / 2
            after = (target + sold - middle) * prod(each - middle for each in others)
            low, high = (middle, high) if after > target * prod(others) else (low, middle)
        return low

    @staticmethod
    def cases(vectors: Vectors, operation: str) -> list[dict[str, Any]]:
        found = [case for case in vectors("fpmm_gnosis_onchain") if case["op"] == operation]
        assert found
        return found

    @staticmethod
    def balances(case: dict[str, Any]) -> list[int]:
        return [int(balance) for balance in case["balances_before"]]


class TestResolutionOfAPool:
    """Manifold's payouts of a weighted constant product, MATH section 5."""

    def test_traders_are_paid_by_our_payout_vectors(self, vectors: Vectors) -> None:
        for case in vectors("resolution_payouts_cpmm"):
            for position, expected in zip(case["positions"], case["result"]["traderPayouts"], strict=True):
                shares = [Shares(int(position[side] * 1_000_000)) for side in ("no", "yes")]
                paid = payout(shares, self.vector(case))
                assert isclose(paid / 1_000_000, expected["payout"], rel_tol=1e-9, abs_tol=1e-9), case

    def test_the_pot_of_those_who_brought_liquidity(self, vectors: Vectors) -> None:
        for case in vectors("resolution_payouts_cpmm"):
            no, yes = (Fraction(price, PRICE_ONE) for price in self.vector(case))
            pot = (
                yes * Fraction(case["pool"]["YES"]) + no * Fraction(case["pool"]["NO"]) + case["subsidy_pool"]
            )
            brought: dict[str, int] = {}
            for who, amount in case["lps"]:
                brought[who] = brought.get(who, 0) + amount
            weights = {who: max(0, amount) for who, amount in brought.items()}
            for expected in case["result"]["liquidityPayouts"]:
                part = pot * weights[expected["userId"]] / sum(weights.values())
                assert isclose(float(part), expected["payout"], rel_tol=1e-9), case

    @staticmethod
    def vector(case: dict[str, Any]) -> tuple[Price, ...]:
        if case["resolution"] == "MKT":
            yes = int(Decimal(repr(case["prob"])) * PRICE_ONE)
            return payout_vector([PRICE_ONE - yes, yes])
        return winner_takes_all(2, ("NO", "YES").index(case["resolution"]))


def test_symmetric_fee(vectors: Vectors) -> None:
    """Polymarket's exchange: bps of min(p, 1 - p) of the size; in shares for a purchase, in money for a sale."""
    for case in vectors("symmetric_fee_polymarket_onchain"):
        buying, tokens = case["side"] == "BUY", case["outcome_tokens"]
        paid, received = case["maker_amount"], case["taker_amount"]
        price = paid * 10**6 // received if buying else received * 10**6 // paid
        fee = 0
        if price <= 10**6:
            size = case["fee_rate_bps"] * min(price, 10**6 - price) * tokens
            fee = size // (price * 10_000) if buying else size // (10_000 * 10**6)
        assert case["fee"] == fee, case


class TestDynamicParimutuel:
    """SocialPredict's WPAM and DBPM, MATH section 7.3: what we do not do, because its payouts are not known in advance."""

    def test_published_steps(self, vectors: Vectors) -> None:
        for case in vectors("socialpredict_wpam_dbpm"):
            getattr(self, f"check_{case['op']}")(case)

    def check_pool_shares(self, case: dict[str, Any]) -> None:
        volume = sum(amount for _, amount in case["bets"])
        yes = self.rounded(volume * Decimal(repr(case["final_prob"])))
        assert (case["yes"], case["no"]) == (yes, volume - yes), case

    def check_course_payouts(self, case: dict[str, Any]) -> None:
        *_, final = case["probs"]
        # The first probability is that before any bet.
        for (_, amount), at, expected in zip(case["bets"], case["probs"][1:], case["payouts"], strict=True):
            assert abs(final - at) * amount == pytest.approx(expected, abs=1e-9), case

    def check_normalizers(self, case: dict[str, Any]) -> None:
        for side in ("yes", "no"):
            course = sum(part for name, part in case["course"] if name == side.upper())
            assert case[side] / course == pytest.approx(case[f"f_{side}"], rel=1e-9), case

    def check_scaled(self, case: dict[str, Any]) -> None:
        factors = {"YES": case["f_yes"], "NO": case["f_no"]}
        scaled = [self.rounded(Decimal(part * factors[name])) for name, part in case["course"]]
        assert case["scaled"] == scaled, case

    def check_adjust_negative_excess(self, case: dict[str, Any]) -> None:
        """What lacks is dealt out one by one, the oldest bet first."""
        each, more = divmod(-case["excess"], len(case["scaled"]))
        dealt = [size + each + (index < more) for index, size in enumerate(case["scaled"])]
        assert case["result"] == dealt, case

    @staticmethod
    def rounded(number: Decimal) -> int:
        return int(number.quantize(Decimal(1), ROUND_HALF_UP))
