"""Pages of a list: a bounded size and an opaque cursor that is stable under inserts.

A cursor carries the sort values of the last row shown, so the next page begins right after it whatever came meanwhile:

    rows = await repository.page(connection, after=decode_cursor(cursor, datetime, UUID), row_count=limit + 1)
    return Page.cut(rows, limit, lambda row: (row.created_at, row.id))
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Self, TypeVar
from uuid import UUID

from oraculum_kit.errors import InvalidArgument, Violation

Row = TypeVar("Row")

CURSOR_LENGTH_MAX: Final = 1024

# What a bigint holds: a larger number is none that a row had, and no database takes it.
_INTEGERS: Final = range(-(2**63), 2**63)


def _integer(text: str) -> int:
    number = int(text)
    if number not in _INTEGERS:
        raise ValueError("no row has such a number")
    return number


_PARSERS: Final[dict[type, Callable[[str], Any]]] = {
    str: str,
    int: _integer,
    UUID: UUID,
    datetime: datetime.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and where the next ones begin; an empty cursor means that there are none."""

    rows: list[Row]
    next_cursor: str

    @classmethod
    def cut(cls, rows: Sequence[Row], limit: int, position: Callable[[Row], tuple[object, ...]]) -> Self:
        """Make a page of `limit` rows from a query that asked for one more."""
        shown = list(rows[:limit])
        return cls(shown, encode_cursor(*position(shown[-1])) if len(rows) > limit else "")


def page_size(limit: int, *, default: int = 20, maximum: int = 100) -> int:
    """The number of rows asked for; 0 means the default."""
    if not 0 <= limit <= maximum:
        raise InvalidArgument(violations=[Violation("limit", f"must lie between 1 and {maximum}")])
    return limit or default


def encode_cursor(*values: object) -> str:
    """Pack the sort values of a row."""
    texts = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *types: type) -> tuple[Any, ...] | None:
    """The sort values of the last row shown, as these types; None for the first page."""
    if not cursor:
        return None
    try:
        values = tuple(_PARSERS[kind](text) for kind, text in zip(types, _unpack(cursor), strict=True))
    except (ValueError, RecursionError, OverflowError) as error:
        raise InvalidArgument(violations=[Violation("cursor", "is not one that this list gave")]) from error
    if any(isinstance(value, datetime) and value.tzinfo is None for value in values):
        raise InvalidArgument(violations=[Violation("cursor", "is not one that this list gave")])
    return values


def _unpack(cursor: str) -> list[str]:
    if len(cursor) > CURSOR_LENGTH_MAX:
        raise ValueError("too long")
    packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    texts = json.loads(packed)
    if not isinstance(texts, list) or not all(isinstance(text, str) and "\0" not in text for text in texts):
        raise ValueError("not a list of texts")
    return texts
