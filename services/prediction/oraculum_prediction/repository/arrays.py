"""Arrays as PostgreSQL writes them, for statements that take a batch.

psycopg looks at every element of a list to find its type and to quote it, which for a batch costs more than pricing it.
What comes through here needs no quotes: ids, numbers, times, and words from our own source; never text from people.
"""

from collections.abc import Iterable


def literal(values: Iterable[object]) -> str:
    """An array of plain values; None is null."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def literals(rows: Iterable[Iterable[int]]) -> str:
    """An array of texts that are arrays of numbers themselves: unnest() would flatten an array of arrays."""
    return "{" + ",".join(['"{' + ",".join(map(str, row)) + '}"' for row in rows]) + "}"


def hexadecimals(values: Iterable[bytes]) -> str:
    """An array of texts for decode(..., 'hex')."""
    return "{" + ",".join([value.hex() for value in values]) + "}"
