"""A book is asked for until it has come."""

from itertools import pairwise

from oraculum_market_data.venues.repairs import Repairs

FOLLOWED = ("a", "b")


def turns(repairs: Repairs, count: int, whole: frozenset[str] = frozenset()) -> list[list[str]]:
    return [repairs.due(FOLLOWED, whole.__contains__) for _ in range(count)]


def test_what_went_wrong_is_asked_for_at_once_and_again_until_it_has_come() -> None:
    repairs = Repairs()
    repairs.now("a")
    asked = turns(repairs, 9, frozenset({"b"}))
    assert [["a"], [], [], [], [], [], [], ["a"], []] == asked
    assert [[]] * 20 == turns(repairs, 20, frozenset({"a", "b"}))


def test_what_looks_whole_and_is_suspected_is_asked_for_all_the_same() -> None:
    repairs = Repairs()
    repairs.now("a")
    assert [["a"], []] == turns(repairs, 2, frozenset({"a", "b"}))


def test_what_never_came_is_asked_for_after_a_while_and_less_and_less_often() -> None:
    asked = [index for index, names in enumerate(turns(Repairs(), 400, frozenset({"b"}))) if names]
    gaps = [second - first for first, second in pairwise(asked)]
    assert asked[0] == 6
    assert sorted(gaps) == gaps
    assert gaps[-1] > gaps[0]


def test_what_is_followed_no_more_is_left() -> None:
    repairs = Repairs()
    repairs.now("z")
    assert [[]] * 3 == turns(repairs, 3, frozenset(FOLLOWED))
