"""Cursors carry what a list needs to go on, and nothing that is not one is taken for one."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_kit.errors import InvalidArgument
from oraculum_kit.paging import Page, decode_cursor, encode_cursor, page_size

ID = UUID("01890000-0000-7000-8000-000000000001")
NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def test_what_was_packed_comes_back() -> None:
    assert decode_cursor(encode_cursor(NOW, ID, 7, "ä b"), datetime, UUID, int, str) == (NOW, ID, 7, "ä b")


def test_no_cursor_is_the_first_page() -> None:
    assert decode_cursor("", datetime) is None


@given(st.text(max_size=60))
def test_whatever_a_stranger_sends_is_a_named_refusal_or_a_cursor(text: str) -> None:
    with suppress(InvalidArgument):
        decode_cursor(text, datetime, UUID)


@pytest.mark.parametrize(
    "cursor",
    [
        encode_cursor(NOW),
        encode_cursor(NOW, ID, ID),
        encode_cursor(ID, NOW),
        encode_cursor("2026-01-01T00:00:00", ID),
        encode_cursor(NOW, ID) + "!",
        "A" * 5000,
    ],
)
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidArgument):
        decode_cursor(cursor, datetime, UUID)


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 0])
def test_a_number_that_a_row_may_have_comes_back(number: int) -> None:
    assert decode_cursor(encode_cursor(number), int) == (number,)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30, 10**900])
def test_a_number_that_no_row_has_is_refused_by_name(number: int) -> None:
    """A database would fail on it, and that were our defect and not the reader's."""
    with pytest.raises(InvalidArgument) as refused:
        decode_cursor(encode_cursor(number), int)
    assert [violation.field for violation in refused.value.violations] == ["cursor"]


def test_a_page_knows_whether_more_follow() -> None:
    assert Page.cut([1, 2, 3], 2, lambda row: (row,)) == Page([1, 2], encode_cursor(2))
    assert Page.cut([1, 2], 2, lambda row: (row,)) == Page([1, 2], "")
    assert Page.cut([], 2, lambda row: (row,)) == Page([], "")


@pytest.mark.parametrize("limit", [-1, 101, 2**31 - 1])
def test_a_page_has_a_bounded_size(limit: int) -> None:
    with pytest.raises(InvalidArgument) as refused:
        page_size(limit)
    assert [violation.field for violation in refused.value.violations] == ["limit"]


def test_no_size_is_the_default() -> None:
    assert page_size(0) == 20
    assert page_size(100) == 100
