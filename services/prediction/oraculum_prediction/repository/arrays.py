"""Arrays as PostgreSQL writes them, for statements that take a batch.

psycopg looks at every element of a list to find its type and to quote it, which for a batch costs more than pricing it.
What comes through here needs no quotes: ids, numbers, times, and words from our own source; never text from people.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID


def literal(values: Iterable[object]) -> str | list[Any]:
    """An array of plain values of one kind; None is null. Ids and times stay a list: the kit writes them quicker."""
    given: list[Any] = list(values)
    if given and isinstance(given[0], UUID | datetime):
        return given
    return "{" + ",".join(["NULL" if value is None else str(value) for value in given]) + "}"


def literals(rows: Iterable[Iterable[int]]) -> str:
    """An array of texts that are arrays of numbers themselves: unnest() would flatten an array of arrays."""
    return "{" + ",".join(['"{' + ",".join(map(str, row)) + '}"' for row in rows]) + "}"
