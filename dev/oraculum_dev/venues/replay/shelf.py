"""Records of one kind, ready to be listed: each once, and of one object the oldest first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from oraculum_dev.venues.replay.kinds import Kind
from oraculum_dev.venues.replay.records import Record
from oraculum_dev.venues.wire.rows import Row

Fields = Mapping[str, Any]


def kept(record: Record, names: Sequence[str]) -> dict[str, Any]:
    """Return the members of a record that something is filtered or ordered by; the rest stays in its bytes."""
    members = msgspec.json.decode(record.raw)
    return {name: members[name] for name in names if name in members}


def shelf(
    records: Iterable[Record],
    kind: Kind,
    names: Sequence[str],
    *,
    identity: Callable[[Fields], Any],
    updated: Callable[[Fields], Any],
    with_nested: bool = True,
) -> list[Row]:
    """Return the rows of a kind.

    All recorded states of an object are listed, since each was once what the venue said; the newest comes
    last, so that whoever keeps the last one keeps that. An object that was recorded inside another is listed
    only where it was not recorded by itself, and not at all without `with_nested`.
    """
    chosen = [
        (record, kept(record, names))
        for record in records
        if record.kind is kind and (with_nested or not record.nested)
    ]
    alone = {identity(fields) for record, fields in chosen if not record.nested}
    seen: set[bytes] = set()
    rows: list[Row] = []
    for record, fields in chosen:
        if record.raw in seen or (record.nested and identity(fields) in alone):
            continue
        seen.add(record.raw)
        rows.append(Row(fields, record.raw))
    return sorted(rows, key=lambda row: str(updated(row.fields) or ""))
