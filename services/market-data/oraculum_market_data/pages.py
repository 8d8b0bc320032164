"""Turning the pages of a venue's listings.

Kalshi ends with an empty or null `cursor`; Polymarket's order book service names the offset in base64 and ends with
that of -1, its newer listings with no `next_cursor`, or a null one inside `pagination`. Where pages are turned by offset or by the last id there is no
cursor, and the caller counts.
"""

from typing import Final

from oraculum_market_data.decoding import Reader, Wire
from oraculum_market_data.refusals import Refused

_ENDS: Final = frozenset({"", "LTE="})


class _Pagination(Wire, frozen=True):
    next_cursor: str | None = None


class _Page(Wire, frozen=True):
    cursor: str | None = None
    next_cursor: str | None = None
    pagination: _Pagination | None = None


_read_page = Reader(_Page)


def next_cursor(body: bytes) -> str | None:
    """The cursor of the page that follows; None at the end, and where a listing has no cursors."""
    try:
        page = _read_page(body)
    except Refused:
        return None
    nested = page.pagination.next_cursor if page.pagination else None
    cursor = page.next_cursor or page.cursor or nested or ""
    return None if cursor in _ENDS else cursor
