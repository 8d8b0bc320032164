"""Lists as parameters of statements that take a batch, written fast.

psycopg looks at every element of a list several times: for its type, for the size of its type, for what needs quotes.
For a batch that costs more than all else that a service does to it. Lists of what our statements take (ids, numbers,
times, texts, bytes) are written here at once; whatever else there is goes psycopg's own way. Ids, bytes and
times go in the binary form: as texts they are twice as long, and the server reads texts of arrays character by character.

The array has no type of its own: the statement says it, by a cast or by what it is compared with. So a statement has
one plan, and not one for each size of number that came along.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from struct import Struct
from types import MappingProxyType
from typing import Any, Final, Self
from uuid import UUID

import psycopg
from psycopg import pq
from psycopg.abc import DumperKey, PyFormat
from psycopg.types.array import ListDumper

Write = Callable[[Sequence[Any]], bytes]

# One dimension, perhaps with nulls, of this type, with this many elements, the first of which is number 1.
_HEAD: Final = Struct("!5i")
_UUID: Final = 2950
_BYTEA: Final = 17
_TIMESTAMPTZ: Final = 1184
# An element is its length and itself; that of null is -1.
_LENGTH: Final = Struct("!i")
_TIME: Final = Struct("!iq")
_ID_LENGTH: Final = _LENGTH.pack(16)
_NULL: Final = _LENGTH.pack(-1)
# From when the server counts microseconds.
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def register(connection: "psycopg.AsyncConnection[Any]") -> None:
    """Write the lists of this connection's statements as below."""
    connection.adapters.register_dumper(list, BatchDumper)


class BatchDumper(ListDumper):
    """Writes a list by the type of its first element."""

    _write: Write | None = None

    def get_key(self, obj: list[Any], format: PyFormat) -> DumperKey:  # noqa: A002  as psycopg calls it
        """What tells this kind of list from others."""
        kind = _kind(obj)
        return (self.cls, kind) if kind is not None and kind in _WRITERS else super().get_key(obj, format)

    def upgrade(self, obj: list[Any], format: PyFormat) -> "ListDumper":  # noqa: A002  as psycopg calls it
        """The dumper for this kind of list."""
        kind = _kind(obj)
        write = None if kind is None else _WRITERS.get(kind)
        if write is None:
            return ListDumper(self.cls, self._tx).upgrade(obj, format)  # type: ignore[return-value]
        dumper = BinaryBatchDumper if kind in _BINARY else BatchDumper
        return dumper(self.cls, self._tx).writing(write)

    def writing(self, write: Write) -> Self:
        """Itself, for lists that are written so."""
        self._write = write
        return self

    def dump(self, obj: list[Any]) -> Any:
        """The list as PostgreSQL reads arrays."""
        return self._write(obj) if self._write is not None else super().dump(obj)


class BinaryBatchDumper(BatchDumper):
    """Writes a list in the binary form."""

    format = pq.Format.BINARY


def _kind(values: Sequence[Any]) -> type | None:
    for value in values:
        if value is not None:
            return type(value)
    return None


def _plain(values: Sequence[Any]) -> bytes:
    """What needs no quotes."""
    return ("{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}").encode()


def _ids(values: Sequence[UUID | None]) -> bytes:
    elements = [_NULL if value is None else _ID_LENGTH + value.int.to_bytes(16) for value in values]
    return _HEAD.pack(1, 1, _UUID, len(values), 1) + b"".join(elements)


def _bytes(values: Sequence[bytes | None]) -> bytes:
    elements = [_NULL if value is None else _LENGTH.pack(len(value)) + value for value in values]
    return _HEAD.pack(1, 1, _BYTEA, len(values), 1) + b"".join(elements)


def _times(values: Sequence[datetime | None]) -> bytes:
    elements = [
        _NULL if value is None else _TIME.pack(8, (value - _EPOCH) // _MICROSECOND) for value in values
    ]
    return _HEAD.pack(1, 1, _TIMESTAMPTZ, len(values), 1) + b"".join(elements)


def _texts(values: Sequence[str | None]) -> bytes:
    """Texts between quotes; those in which a quote or a backslash stands are looked at one by one."""
    if None not in values:
        text = '","'.join(values)  # type: ignore[arg-type]  # nothing in it is None
        if "\\" not in text and text.count('"') == 2 * (len(values) - 1):
            return f'{{"{text}"}}'.encode()
    return ("{" + ",".join(["NULL" if value is None else _quoted(value) for value in values]) + "}").encode()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_WRITERS: Final = MappingProxyType[type, Write](
    {
        int: _plain,
        bool: _plain,
        float: _plain,
        Decimal: _plain,
        datetime: _times,
        UUID: _ids,
        bytes: _bytes,
        str: _texts,
    }
)
_BINARY: Final = frozenset({UUID, bytes, datetime})
