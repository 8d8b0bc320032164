"""Identifiers."""

from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_kit.ids import derived, is_uuid7, uuid7, uuid7_text


class TestUuid7:
    def test_later_ids_sort_later(self) -> None:
        made = [uuid7() for _ in range(1000)]
        assert made == sorted(made)
        assert {identifier.version for identifier in made} == {7}


class TestDerived:
    def test_is_the_same_for_the_same_parts_in_every_release(self) -> None:
        """Rows of yesterday must be found today: a change of this value loses them."""
        assert str(derived("user", "route", 7)) == "a106f2b6-6d3f-5095-a1df-cf61cc2a86a9"

    @given(parts=st.lists(st.text(), min_size=1))
    def test_is_the_uuid5_of_its_parts_and_their_lengths(self, parts: list[str]) -> None:
        """As every library makes it, whichever is the quickest."""
        name = "".join(f"{len(part)}:{part}" for part in parts)
        assert uuid5(UUID("6b1f3d1e-52a8-5d0f-9a54-0f6f0c6d8a11"), name) == derived(*parts)

    def test_borders_between_parts_matter(self) -> None:
        assert derived("a", "bc") != derived("ab", "c")

    def test_of_nothing_is_a_mistake(self) -> None:
        with pytest.raises(ValueError, match="derived from something"):
            derived()


def test_a_uuid7_is_told_from_other_texts() -> None:
    ours = str(uuid7())
    assert [True, True] == [is_uuid7(ours), is_uuid7(uuid7_text())]
    others = [None, "", "no id", str(derived("a")), ours.upper(), ours + "0", ours.replace("-", "")]
    assert [False] * len(others) == [is_uuid7(other) for other in others]
