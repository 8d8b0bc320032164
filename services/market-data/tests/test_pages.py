"""Pages end where the venue says so."""

import pytest

from oraculum_market_data.pages import next_cursor


@pytest.mark.parametrize(
    ("body", "cursor"),
    [
        (b'{"data": [], "next_cursor": "MTAwMA==", "limit": 1000}', "MTAwMA=="),
        (b'{"data": [], "next_cursor": "LTE="}', None),
        (b'{"markets": [], "cursor": "CgwI"}', "CgwI"),
        (b'{"markets": [], "cursor": ""}', None),
        (b'{"markets": [], "cursor": null}', None),
        (b'{"data": [], "pagination": {"next_cursor": "abc"}}', "abc"),
        (b'{"data": [], "pagination": {"next_cursor": null}}', None),
        (b"[]", None),
        (b"404 page not found", None),
    ],
)
def test_next_cursor(body: bytes, cursor: str | None) -> None:
    assert cursor == next_cursor(body)
