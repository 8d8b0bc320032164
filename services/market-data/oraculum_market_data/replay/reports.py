"""Reading one recording and telling what was in it."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from oraculum_market_data.decoding import Decoded, Source
from oraculum_market_data.figures import Price
from oraculum_market_data.normal import Item, Venue, VenueError
from oraculum_market_data.refusals import Refused
from oraculum_market_data.replay.pace import Pace
from oraculum_market_data.replay.recordings import Payload, payloads_of, venue_named
from oraculum_market_data.venues.reading import Reading, reading

_LOOKED_AT: Final = 20


def _told(value: object) -> object:
    if isinstance(value, Price):
        return str(value)
    raise NotImplementedError(f"{type(value)} has no place in the normal form")


encoder = msgspec.json.Encoder(enc_hook=_told)
"""Writes the normal form as JSON: prices and sizes as decimal texts, times in RFC 3339."""


class Refusal(msgspec.Struct, frozen=True):
    """A record that was refused."""

    record: str
    field: str
    reason: str


class DumpLine(msgspec.Struct, frozen=True):
    """One item of the normal form, and the payload that it came from."""

    file: str
    message: int
    item: Item


class FileReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a file held. `unknown` counts the messages of kinds that nobody has told us of."""

    file: str
    venue: str
    messages: int
    records: int
    updates: int
    refused: list[Refusal]
    unknown: dict[str, int] = msgspec.field(default_factory=dict)


@dataclass(slots=True)
class _Count:
    messages: int = 0
    records: int = 0
    updates: int = 0
    refused: list[Refusal] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)

    def add(self, payload: Payload, decoded: Decoded) -> None:
        self.messages += 1
        self.records += decoded.records
        self.updates += len(decoded.items)
        self.refused += [_refusal(payload, refused) for refused in decoded.refused]
        self.unknown.update(unknown.kind for unknown in decoded.unknown)


def report(
    path: Path, name: str, tell: Callable[[DumpLine], None] | None = None, pace: Pace | None = None
) -> FileReport:
    """Read a file to its end, at its pace; every item goes to `tell` as it comes."""
    count = _Count()
    venue: Venue | None = None
    try:
        venue = venue_of(path)
        for payload, decoded in _decoded(path, reading(venue or Venue.POLYMARKET)):
            if pace is not None:
                pace.keep(payload.received_at)
            count.add(payload, decoded)
            if tell is not None:
                for item in decoded.items:
                    tell(DumpLine(name, payload.number, item))
    except (OSError, EOFError, zlib.error) as error:
        count.refused.append(Refusal("file", "$", f"cannot be read: {error}"))
    return FileReport(
        file=name,
        venue=venue.value if venue else "unknown",
        messages=count.messages,
        records=count.records,
        updates=count.updates,
        refused=count.refused,
        unknown=dict(count.unknown),
    )


def venue_of(path: Path) -> Venue | None:
    """Whose recording a file is: what its folder says, unless its content is plainly another's."""
    named = venue_named(path)
    if named is not None and _understood(path, named):
        return named
    understood = {venue: _understood(path, venue) for venue in Venue}
    best = max(understood, key=lambda venue: understood[venue])
    return best if understood[best] else named


def _understood(path: Path, venue: Venue) -> int:
    """How much of a file's beginning makes sense as a venue's words. An error says nothing of whose it is."""
    items = 0
    for _, decoded in islice(_decoded(path, reading(venue)), _LOOKED_AT):
        items += sum(not isinstance(item, VenueError) for item in decoded.items)
        items += len(decoded.refused)
    return items


def _decoded(path: Path, venue: Reading) -> Iterator[tuple[Payload, Decoded]]:
    for payload in payloads_of(path):
        yield payload, venue.body(payload.body, Source(payload.received_at))


def _refusal(payload: Payload, refused: Refused) -> Refusal:
    record = " ".join(filter(None, (payload.name, refused.record)))
    return Refusal(record, refused.field, refused.reason)
