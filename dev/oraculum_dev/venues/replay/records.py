"""Reads recorded documents and finds the objects in them, each with the very bytes that it had in its file."""

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from oraculum_dev.venues.replay.kinds import Kind, classify
from oraculum_dev.venues.sim.terms import Venue

_DEEPEST = 8
_CONTEXT = ("ticker", "market_ticker", "event_ticker", "series_ticker", "period_interval")

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_array = msgspec.json.Decoder(list[msgspec.Raw])

Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One recorded object. `context` is what its surroundings say about it, such as the ticker of a book."""

    file: str
    kind: Kind
    raw: bytes
    context: Context
    nested: bool


@dataclass(slots=True)
class Report:
    """What was found in one file."""

    file: str
    found: Counter[str] = field(default_factory=Counter)
    problem: str | None = None


def documents(path: Path) -> Iterator[bytes]:
    """Return the JSON documents of a file: one, or one a line."""
    content = path.read_bytes()
    if path.suffix == ".jsonl":
        yield from (line for line in content.split(b"\n") if line.strip())
    else:
        yield content


class Reader:
    """Reads the REST recordings of one venue."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.records: list[Record] = []
        self.reports: list[Report] = []

    def read(self, path: Path, name: str) -> None:
        """Read one file; what is no JSON is reported and left out."""
        report = Report(name)
        self.reports.append(report)
        try:
            for document in documents(path):
                self._walk(document, {}, report, 0, nested=False)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            report.problem = f"{name}: {error}"

    def _walk(self, raw: bytes, context: Context, report: Report, depth: int, *, nested: bool) -> None:
        start = raw.lstrip()[:1]
        if depth > _DEEPEST:
            return
        if start == b"[":
            for item in _array.decode(raw):
                self._walk(bytes(item), context, report, depth + 1, nested=nested)
        elif start == b"{":
            self._object(raw, context, report, depth, nested=nested)

    def _object(self, raw: bytes, context: Context, report: Report, depth: int, *, nested: bool) -> None:
        members = _object.decode(raw)
        inner = dict(context) | _hints(members)
        if "response_body" in members:
            self._walk(_text(members["response_body"]), inner, report, depth + 1, nested=False)
            return
        kind = classify(self._venue, members)
        if kind is not None:
            report.found[kind] += 1
            self.records.append(Record(report.file, kind, raw.strip(), inner, nested))
        for name, member in members.items():
            below = inner | {"name": name}
            self._walk(bytes(member), below, report, depth + 1, nested=nested or kind is not None)


def _text(raw: msgspec.Raw) -> bytes:
    """Return the document that was kept as a string inside another; it may not be JSON at all."""
    return msgspec.json.decode(raw, type=str).encode()


def _hints(members: Mapping[str, msgspec.Raw]) -> dict[str, Any]:
    """Return what an object says about those inside it, its recorder's remarks included."""
    hints: dict[str, Any] = {}
    for source in (members, _metadata(members)):
        for name in _CONTEXT:
            if name in source:
                value = msgspec.json.decode(source[name])
                if isinstance(value, str | int):
                    hints[name] = value
    if "url" in members:
        with contextlib.suppress(msgspec.ValidationError):
            parts = urlsplit(msgspec.json.decode(members["url"], type=str)).path.split("/")
            if "markets" in parts[:-1]:
                hints["ticker"] = parts[parts.index("markets") + 1]
    return hints


def _metadata(members: Mapping[str, msgspec.Raw]) -> Mapping[str, msgspec.Raw]:
    remarks = members.get("_metadata")
    if remarks is None or not bytes(remarks).lstrip().startswith(b"{"):
        return {}
    return _object.decode(remarks)
