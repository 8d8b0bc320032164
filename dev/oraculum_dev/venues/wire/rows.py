"""A row of a listing: the bytes that are served, and the fields that a venue lets its callers filter by.

Invented and recorded markets come as rows alike, so one set of routes serves both, and a recorded row goes
out as the very bytes that were recorded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

Fields = Mapping[str, Any]

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a listing."""

    fields: Fields
    raw: bytes


def row(fields: Fields) -> Row:
    """Return the row of an object that is made here."""
    return Row(fields, _encoder.encode(fields))


def encode(value: object) -> bytes:
    """Write any value as JSON."""
    return _encoder.encode(value)


def array(rows: Iterable[Row]) -> bytes:
    """Write rows as a JSON array, each with its own bytes."""
    return b"[" + b",".join(row.raw for row in rows) + b"]"


def compose(**members: bytes) -> bytes:
    """Write a JSON object whose members are JSON already."""
    return b"{" + b",".join(b'"%b":%b' % (name.encode(), raw) for name, raw in members.items()) + b"}"
