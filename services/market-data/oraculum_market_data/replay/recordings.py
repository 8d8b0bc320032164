"""Recordings on disk: which files there are, and the payloads in each.

A file is one answer, or one payload a line, or plain text; which of them its content says, for recorders name files as
they please. Compressed files are read as they are.
"""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from oraculum_market_data import moments
from oraculum_market_data.normal import Venue
from oraculum_market_data.refusals import Refused

_SUFFIXES: Final = frozenset({".json", ".jsonl", ".ndjson", ".txt", ".har"})
_BY_LINE: Final = frozenset({".jsonl", ".ndjson"})
_COMPRESSED: Final = ".gz"
_OPENINGS: Final = (b"{", b"[")
# "2026-05-20T11:54:44.725Z {...}": a line of a log, with the time at which the frame came.
_STAMPED = re.compile(rb"^([0-9T:.+\-Zz ,]{8,40}?)[\s,;|]*(?=[{\[])")

_whole = msgspec.json.Decoder(msgspec.Raw)


@dataclass(frozen=True, slots=True)
class Payload:
    """One answer or frame. `number` counts from 1; `name` is what a refusal calls it, empty for a whole file."""

    number: int
    name: str
    body: bytes
    received_at: datetime | None = None


def files_in(directory: Path) -> list[Path]:
    """All recordings under a directory, in the order of their names; a single file is a recording, too."""
    if directory.is_file():
        return [directory]
    return sorted(path for path in directory.rglob("*") if path.is_file() and _suffix(path) in _SUFFIXES)


def venue_named(path: Path) -> Venue | None:
    """The venue that the folders of a file, or its own name, speak of; the nearest folder has the last word."""
    for part in (*reversed(path.absolute().parent.parts), path.name):
        for venue in Venue:
            if venue.value in part.lower():
                return venue
    return None


def payloads_of(path: Path) -> Iterator[Payload]:
    """The payloads of a file, read line by line where it has lines."""
    if _suffix(path) in _BY_LINE:
        with _opened(path) as lines:
            yield from _numbered(lines)
        return
    with _opened(path) as file:
        content = file.read()
    if not content.strip():
        return
    if _is_one_text(content):
        yield Payload(1, "", content)
    else:
        yield from _numbered(iter(content.splitlines()))


def _suffix(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == _COMPRESSED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _opened(path: Path) -> gzip.GzipFile:
    """Open a file for reading; a plain one is read through the same kind of object."""
    return gzip.open(path, "rb") if path.suffix.lower() == _COMPRESSED else path.open("rb")  # type: ignore[return-value]


def _is_one_text(content: bytes) -> bool:
    """Whether a file is one payload: valid JSON, or text of which not every line is JSON of its own."""
    lines = [line for line in content.splitlines() if line.strip()]
    if len(lines) < 2 or not all(line.lstrip().startswith(_OPENINGS) for line in lines):
        return True
    try:
        _whole.decode(content)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return True


def _numbered(lines: Iterator[bytes]) -> Iterator[Payload]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        body, received_at = _unstamped(line.strip())
        yield Payload(number, f"line {number}", body, received_at)


def _unstamped(line: bytes) -> tuple[bytes, datetime | None]:
    found = _STAMPED.match(line)
    if found is None:
        return line, None
    stamp = found[1].decode("ascii").strip()
    try:
        received_at = (
            moments.from_epoch(int(stamp), "stamp") if stamp.isdigit() else moments.instant(stamp, "stamp")
        )
    except Refused:
        received_at = None
    return line[found.end() :], received_at
