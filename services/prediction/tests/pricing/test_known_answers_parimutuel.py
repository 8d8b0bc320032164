"""Published parimutuel settlements: Zeitgeist's, with a fee when the bet is made, and the plain formula's."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from oraculum_money import Units
from oraculum_prediction.pricing import FlatFee, parimutuel_payout

Vectors = Callable[[str], list[dict[str, Any]]]


def settle(case: dict[str, Any]) -> tuple[dict[str, int], int, int]:
    """Give payouts, the pot, and the number of winners; the fee of the file is taken out of the bet."""
    outcomes = sorted({outcome for _, outcome, _ in case["bets"]} | {case["winner"]}, key=str)
    fee = FlatFee(case["fee_percent"] * 100)
    stakes: dict[str, list[Units]] = defaultdict(lambda: [Units(0)] * len(outcomes))
    for person, outcome, amount in case["bets"]:
        stake = amount - fee.charge(Units(amount), 0)
        stakes[person][outcomes.index(outcome)] = Units(stakes[person][outcomes.index(outcome)] + stake)
    pools = [Units(sum(each)) for each in zip(*stakes.values(), strict=True)]
    winner = outcomes.index(case["winner"])
    payouts = {person: parimutuel_payout(own, pools, winner) for person, own in stakes.items()}
    return payouts, sum(pools), sum(1 for own in stakes.values() if own[winner])


class TestPublished:
    def test_payouts(self, vectors: Vectors) -> None:
        for case in vectors("parimutuel_payouts"):
            payouts, pot, winners = settle(case)
            assert {person: paid for person, paid in payouts.items() if paid} == case["payouts"], case
            dust = pot - sum(payouts.values())
            assert 0 <= dust < max(winners, 1), case
            assert dust == case.get("dust", dust), case

    def test_worked_example(self) -> None:
        """1 %, Alice 20 and Charlie 30 on A, Bob 10 on B: A wins 23.76 and 35.64."""
        bets = [["alice", "A", 20_000000], ["charlie", "A", 30_000000], ["bob", "B", 10_000000]]
        payouts, pot, _ = settle({"fee_percent": 1, "bets": bets, "winner": "A"})
        assert pot == 59_400000
        assert payouts == {"alice": 23_760000, "charlie": 35_640000, "bob": 0}

    def test_nobody_on_the_winner(self) -> None:
        """The stakes go back, less the fee already taken: 19.8 and 9.9."""
        bets = [["alice", "A", 20_000000], ["bob", "B", 10_000000]]
        payouts, pot, _ = settle({"fee_percent": 1, "bets": bets, "winner": "C"})
        assert payouts == {"alice": 19_800000, "bob": 9_900000}
        assert pot == sum(payouts.values())
