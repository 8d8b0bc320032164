"""Recorded socket sessions: the frames of a file in their order, with their times and what they are about."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from oraculum_dev.venues.replay.records import Report, documents
from oraculum_dev.venues.sim.terms import SECOND, Venue


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. `parts` are the elements of a frame that is an array, each with the key it is about."""

    raw: bytes
    keys: frozenset[str]
    at_ms: int
    kind: str = ""
    message: bytes = b""
    parts: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """The frames of one file."""

    file: str
    frames: tuple[Frame, ...]

    @property
    def keys(self) -> frozenset[str]:
        """What the frames are about: tokens, tickers or topics."""
        return frozenset[str]().union(*(frame.keys for frame in self.frames))


def _milliseconds(value: Any) -> int | None:
    """Read a time however the venue wrote it: milliseconds, seconds, text of either, or ISO."""
    if isinstance(value, str):
        if value.isdigit():
            return _milliseconds(int(value))
        try:
            return int(datetime.fromisoformat(value).timestamp() * SECOND)
        except ValueError:
            return None
    if isinstance(value, int | float):
        return int(value if value > 10**11 else value * SECOND)
    return None


def _polymarket_part(frame: dict[str, Any]) -> tuple[frozenset[str], int | None]:
    keys = {frame["asset_id"]} if "asset_id" in frame else set[str]()
    keys |= {change["asset_id"] for change in frame.get("price_changes") or () if "asset_id" in change}
    keys |= set(frame.get("assets_ids") or ())
    return frozenset(keys), _milliseconds(frame.get("timestamp"))


def _polymarket(raw: bytes, before_ms: int) -> Frame | None:
    if not raw.lstrip().startswith(b"["):
        frame: dict[str, Any] = msgspec.json.decode(raw)
        keys, at_ms = _polymarket_part(frame)
        kind = str(frame.get("event_type", ""))
        return Frame(raw, keys, at_ms or before_ms, kind) if keys else None
    parts: list[tuple[str, bytes]] = []
    first_ms: int | None = None
    for item in msgspec.json.decode(raw, type=list[msgspec.Raw]):
        keys, at_ms = _polymarket_part(msgspec.json.decode(item))
        parts += [(key, bytes(item)) for key in keys]
        first_ms = first_ms or at_ms
    named = frozenset(key for key, _ in parts)
    return Frame(raw, named, first_ms or before_ms, parts=tuple(parts)) if named else None


class _Envelope(msgspec.Struct):
    type: str
    msg: msgspec.Raw


def _kalshi(raw: bytes, before_ms: int) -> Frame | None:
    """Return a frame of a feed. Answers to commands are not replayed: a client gets answers of its own."""
    try:
        envelope = msgspec.json.decode(raw, type=_Envelope)
    except msgspec.ValidationError:
        return None
    message = msgspec.json.decode(envelope.msg)
    if envelope.type in ("subscribed", "ok", "unsubscribed", "error") or not isinstance(message, dict):
        return None
    named = (message.get(name) for name in ("market_ticker", "ticker", "event_ticker"))
    keys = frozenset(name for name in named if isinstance(name, str))
    at_ms = _milliseconds(message.get("ts_ms")) or _milliseconds(message.get("ts"))
    return Frame(raw, keys, at_ms or before_ms, envelope.type, bytes(envelope.msg))


class _Broadcast(msgspec.Struct):
    topic: str
    data: msgspec.Raw


def _manifold(raw: bytes, before_ms: int) -> Frame | None:
    """Return a broadcast; acknowledgements are not replayed."""
    try:
        broadcast = msgspec.json.decode(raw, type=_Broadcast)
    except msgspec.ValidationError:
        return None
    return Frame(raw, frozenset({broadcast.topic}), before_ms, "broadcast", bytes(broadcast.data))


_READERS: dict[Venue, Callable[[bytes, int], Frame | None]] = {
    Venue.POLYMARKET: _polymarket,
    Venue.KALSHI: _kalshi,
    Venue.MANIFOLD: _manifold,
}


def _frames(venue: Venue, path: Path, report: Report) -> Iterator[Frame]:
    at_ms = 0
    for document in documents(path):
        frame = _READERS[venue](document, at_ms)
        if frame is None:
            report.found["not replayed"] += 1
            continue
        at_ms = frame.at_ms
        report.found["frame"] += 1
        yield frame


def read(venue: Venue, path: Path, name: str) -> tuple[Stream, Report]:
    """Read one recorded session; a file that is no session of this venue's feed gives no frames."""
    report = Report(name)
    frames: list[Frame] = []
    try:
        frames.extend(_frames(venue, path, report))
    except (msgspec.DecodeError, AttributeError, TypeError) as error:
        report.problem = f"{name}: {error}"
    return Stream(name, tuple(frames)), report
