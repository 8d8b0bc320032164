"""A cursor for each statement of a connection, kept for as long as the connection is.

Making a cursor takes a fifth of what a statement costs us: it copies the tables of how values are written and read, and
looks up anew how to write each of this statement's parameters and how to read its columns. One that runs the same
statement again knows all of that.
"""

from typing import Any, Final

import psycopg
from psycopg.rows import class_row, tuple_row

# Twice as many as any service has in its files. Lists that are filtered and sorted in many ways have one for each.
_KEPT_MAX: Final = 300


class KeptCursor(psycopg.AsyncCursor[Any]):
    """A cursor that is used again and again."""

    def release(self) -> None:
        """Let go of parameters and rows: those of a large batch are megabytes."""
        self._reset()
        # Without one there was no execution yet that ended well, and nothing that could read its rows.
        if self._last_query is not None:
            self._tx.set_pgresult(None)


class KeepingConnection(psycopg.AsyncConnection[Any]):
    """A connection with its cursors, by what they run and what they make of a row."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.kept: dict[tuple[object, type | None], KeptCursor] = {}


def cursor_for(
    connection: psycopg.AsyncConnection[Any], statement: object, into: type | None = None
) -> KeptCursor:
    """The cursor that runs a statement and makes rows `into`, or tuples; kept where the connection can keep it.

    Two tasks may have the same one: psycopg lets one execution at a time into a connection, and whoever ran one has its
    rows before another begins.
    """
    kept: dict[tuple[object, type | None], KeptCursor] = getattr(connection, "kept", {})
    cursor = kept.get((statement, into))
    if cursor is None:
        if len(kept) >= _KEPT_MAX:
            # Seldom, and then those that are in use are made again; in which order they were used is nothing to keep account of.
            kept.clear()
        rows = tuple_row if into is None else class_row(into)
        cursor = kept[statement, into] = KeptCursor(connection, row_factory=rows)
    return cursor
