"""Dividends: who held what when they came in is paid, once, and never more than came in."""

import json
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_money import Units
from oraculum_prediction.creators.dividends import Accumulator, Holder, by_time_held

VECTORS = Path(__file__).resolve().parents[5] / "shared" / "data" / "vectors"
ETHER = 10**18


class Token:
    """A creator's shares with their holders."""

    def __init__(self) -> None:
        self.accumulator = Accumulator()
        self.holders: dict[str, Holder] = {}
        self.counts: defaultdict[str, int] = defaultdict(int)

    def settle(self, who: str) -> Holder:
        known = self.holders.get(who) or Holder.beginning(self.accumulator)
        self.holders[who] = known.settled(self.counts[who], self.accumulator)
        return self.holders[who]

    def mint(self, who: str, count: int) -> None:
        self.settle(who)
        self.counts[who] += count

    def distribute(self, amount: int) -> None:
        self.accumulator = self.accumulator.distributed(Units(amount), sum(self.counts.values()))

    def claim(self, who: str) -> int:
        self.settle(who)
        self.holders[who], paid = self.holders[who].claimed()
        return paid


def test_known_answers() -> None:
    path = VECTORS / "holder_dividends.json"
    if not path.exists():
        pytest.skip("the known answers of holder_dividends are not beside this repository")
    for case in json.loads(path.read_text())["cases"]:
        tokens = {"": Token(), "_other": Token()}
        for event, *arguments in case["events"]:
            token = tokens["_other" if "other_token" in event else ""]
            match event.removesuffix("_other_token"):
                case "mint":
                    token.mint(*arguments)
                case "add_fees":
                    token.distribute(int(arguments[0]) * ETHER)
                case "claim":
                    assert int(arguments[1]) * ETHER == token.claim(arguments[0]), case
                case "batch_claim":
                    paid = [each.claim(arguments[0]) for each in tokens.values()]
                    assert [int(each) * ETHER for each in case["batch_paid"]] == paid, case
                case other:
                    pytest.fail(f"an event {other} that this test does not know")
        for who, amount in case["claimable"].items():
            token = tokens["_other" if who.endswith("_other") else ""]
            assert Fraction(amount) * ETHER == token.settle(who.removesuffix("_other")).owed, case


def test_a_newcomer_gets_nothing_of_what_came_before() -> None:
    token = Token()
    token.mint("owner", 10)
    token.distribute(100)
    token.mint("friend", 10)
    assert (100, 0) == (token.claim("owner"), token.claim("friend"))


def test_a_transfer_settles_both_and_pays_nobody_twice() -> None:
    token = Token()
    token.mint("owner", 10)
    token.distribute(100)
    token.mint("owner", -10)
    token.mint("friend", 10)
    assert (100, 0) == (token.claim("owner"), token.claim("friend"))
    assert 0 == token.claim("owner")


def test_what_comes_in_while_nobody_holds_waits_for_the_next() -> None:
    token = Token()
    token.distribute(7)
    token.mint("owner", 3)
    assert 0 == token.claim("owner")
    token.distribute(2)
    assert 9 == token.claim("owner")


names = st.sampled_from(["ann", "bob", "cid"])
steps = st.one_of(
    st.tuples(st.just("trade"), names, st.integers(-20, 50)),
    st.tuples(st.just("distribute"), st.none(), st.integers(0, 10**6)),
    st.tuples(st.just("claim"), names, st.none()),
)


@given(st.lists(steps, max_size=40))
def test_all_are_paid_their_part_and_never_more_than_came_in(story: list[tuple]) -> None:
    token, exact, paid, came, parked = Token(), defaultdict(Fraction), defaultdict(int), 0, 0
    for kind, who, number in story:
        if kind == "trade":
            token.mint(who, max(number, -token.counts[who]))
        elif kind == "distribute":
            token.distribute(number)
            supply, came, parked = sum(token.counts.values()), came + number, parked + number
            if supply:
                for each, count in token.counts.items():
                    exact[each] += Fraction(parked * count, supply)
                parked = 0
        else:
            paid[who] += token.claim(who)
    for who in list(token.counts):
        paid[who] += token.claim(who)
        assert exact[who] - len(story) - 1 < paid[who] <= exact[who] + Fraction(1, 10**9)
    assert sum(paid.values()) <= came


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any))
def test_by_time_held_shares_out_everything(amount: int, weights: list[int]) -> None:
    assert amount == sum(by_time_held(Units(amount), weights))


def test_by_time_held_needs_somebody() -> None:
    with pytest.raises(ValueError, match="nobody has held"):
        by_time_held(Units(1), [0, 0])
