"""Correlation in integers, against the statistics module."""

import statistics

from hypothesis import given
from hypothesis import strategies as st

from oraculum_money import Price
from oraculum_prediction.risk.correlation import pairs, pearson_millionths

changes = st.lists(
    st.tuples(st.integers(-900_000, 900_000), st.integers(-900_000, 900_000)), min_size=3, max_size=60
)


@given(changes)
def test_it_is_pearsons_coefficient(both: list[tuple[int, int]]) -> None:
    ours = pearson_millionths(both)
    first, second = zip(*both, strict=True)
    if len(set(first)) == 1 or len(set(second)) == 1:
        assert ours is None
        return
    assert ours is not None
    assert abs(ours - statistics.correlation(first, second) * 1_000_000) <= 2


def test_yes_and_no_move_against_each_other() -> None:
    yes = [Price(value) for value in (500_000, 520_000, 510_000, 560_000, 560_000)]
    no = [Price(1_000_000 - value) for value in yes]
    assert [pair[:3] for pair in pairs([yes, no, yes])] == [
        (0, 1, -1_000_000),
        (0, 2, 1_000_000),
        (1, 2, -1_000_000),
    ]


def test_what_never_moved_or_is_too_young_has_no_coefficient() -> None:
    moving: list[Price | None] = [Price(value) for value in (1, 5, 3, 9, 4)]
    still: list[Price | None] = [Price(7)] * 5
    young: list[Price | None] = [None, None, None, Price(4), Price(9)]
    assert pairs([moving, still, young]) == []
