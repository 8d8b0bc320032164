"""Finding the records in an answer of a venue, whatever it is wrapped in.

A REST answer is a record, a list of records or a page around such a list; a recording of it may stand in an envelope
of its own, keyed by market, numbered, or as JSON inside a text. So endpoints are told by the shape of what they
answer, never by a file's name: the walk goes down until an object has the fields of a record that the venue knows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec

from oraculum_market_data import moments
from oraculum_market_data.decoding import Decoded, SocketDecoder, Source, Unknown, malformed, text_of
from oraculum_market_data.refusals import Refused

_DEPTH_MAX: Final = 16
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_elements = msgspec.json.Decoder(list[msgspec.Raw])
_text = msgspec.json.Decoder(str)
_EMPTY: Final = (b"[]", b"{}", b"null")

# What recorders call the time at which an answer or a frame reached them.
_RECEIPT: Final = (
    "received_at",
    "recorded_at",
    "fetched_at",
    "captured_at",
    "captured_ms",
    "recv_ts",
    "recv_time",
    "ts_recv",
    "received_ts",
    "local_timestamp",
)
# What a wrapper, or the request that it tells of, calls the market.
_SUBJECT: Final = ("ticker", "market_ticker", "token_id", "asset_id", "contractId", "contract_id")
_REQUEST: Final = ("_metadata", "metadata", "request", "params")
_PERIOD_MINUTES: Final = "period_interval"
_IDENTITY: Final = (
    "id",
    "conditionId",
    "condition_id",
    "ticker",
    "market_ticker",
    "event_ticker",
    "trade_id",
    "asset_id",
    "transactionHash",
)

RecordDecoder = Callable[[msgspec.Raw, Source, Decoded], None]
"""Adds what a record tells, and raises `Refused` when the record as a whole cannot be taken."""


@dataclass(frozen=True, slots=True)
class RecordShape:
    """A record is of this shape when it has all of `fields` and none of `absent`.

    A `holder` is no record itself but holds records that say less than they need to stand alone.
    """

    name: str
    fields: frozenset[str]
    decode: RecordDecoder
    absent: frozenset[str] = frozenset()
    is_holder: bool = False

    def matches(self, fields: Mapping[str, msgspec.Raw]) -> bool:
        """Whether an object with these fields is one of ours."""
        names = fields.keys()
        return self.fields <= names and self.absent.isdisjoint(names)


@dataclass(frozen=True, slots=True)
class Language:
    """What a venue's answers look like: the first shape that matches stands, so the more particular come first.

    `envelopes` are fields that hold records: an empty one is understood, a stranger in one is counted. `names_market` tells
    whether a key or a request's address names a market, and which.
    """

    shapes: Sequence[RecordShape]
    envelopes: frozenset[str]
    names_market: Callable[[str], str | None]

    def shape_of(self, fields: Mapping[str, msgspec.Raw]) -> RecordShape | None:
        """The shape of a record, if it is one."""
        return next((shape for shape in self.shapes if shape.matches(fields)), None)


def shape(name: str, fields: str, decode: RecordDecoder, absent: str = "") -> RecordShape:
    """Write a shape down: its fields with blanks between them."""
    return RecordShape(name, frozenset(fields.split()), decode, frozenset(absent.split()))


def holder(name: str, fields: str, decode: RecordDecoder) -> RecordShape:
    """Write down the shape of what holds records."""
    return RecordShape(name, frozenset(fields.split()), decode, is_holder=True)


def frame_decoder(socket: SocketDecoder) -> RecordDecoder:
    """Hand the frames of a recording to the decoder of its connection, in order."""

    def decode(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
        decoded = socket.decode(bytes(raw), source.received_at)
        # The walk has counted the frame already; what counts are the records in it.
        decoded.records -= 1
        into.add(decoded)
        into.stream, into.sequence = decoded.stream, decoded.sequence

    return decode


def read_body(language: Language, body: bytes | str, source: Source) -> Decoded:
    """Decode an answer: all records in it, by shape."""
    into = Decoded()
    raw = msgspec.Raw(body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass"))
    try:
        understood = _walk(language, raw, "", source, into, 0)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        into.records += 1
        into.refused.append(malformed(error).within("body"))
        return into
    if not understood:
        into.unknown.append(Unknown("body", bytes(raw)))
        into.records += 1
    return into


def _walk(language: Language, raw: msgspec.Raw, path: str, source: Source, into: Decoded, depth: int) -> bool:
    """Go down one value; true when there was something in it that the venue's language knows."""
    if depth > _DEPTH_MAX:
        return False
    match _opening(raw):
        case b"{":
            return _walk_object(language, raw, path, source, into, depth)
        case b"[":
            return _walk_list(language, raw, path, source, into, depth)
        case b'"' if _holds_json(raw):
            return _walk_text(language, raw, path, source, into, depth)
    return False


def _walk_list(
    language: Language, raw: msgspec.Raw, path: str, source: Source, into: Decoded, depth: int
) -> bool:
    """Go down a list. Records of one list are of one kind: a stranger among those we know is counted, never skipped."""
    elements = _elements.decode(raw)
    found = [
        _walk(language, element, f"{path}[{index}]", source, into, depth + 1)
        for index, element in enumerate(elements)
    ]
    if any(found) or path.rpartition(".")[2] in language.envelopes:
        strangers = [
            element
            for element, known in zip(elements, found, strict=True)
            if not known and _opening(element) == b"{"
        ]
        into.records += len(strangers)
        into.unknown += [Unknown("record", bytes(stranger)) for stranger in strangers]
        return any(found) or bool(strangers)
    return not elements and not path


def _walk_object(
    language: Language, raw: msgspec.Raw, path: str, source: Source, into: Decoded, depth: int
) -> bool:
    fields = _fields.decode(raw)
    shape = language.shape_of(fields)
    if shape is not None:
        _decode_record(shape, raw, fields, path, source, into)
        return True
    found = any(name in language.envelopes and _is_empty(value) for name, value in fields.items())
    inner = _refined(language, source, fields)
    for name, value in fields.items():
        market = language.names_market(name)
        there = inner if market is None else replace(inner, subject=market)
        found |= _walk(language, value, f"{path}.{name}" if path else name, there, into, depth + 1)
    return found


def _walk_text(
    language: Language, raw: msgspec.Raw, path: str, source: Source, into: Decoded, depth: int
) -> bool:
    """Go down a text that holds JSON, as recorders keep a body; a text that only looks like it is just a text."""
    try:
        return _walk(language, msgspec.Raw(_text.decode(raw).encode()), path, source, into, depth + 1)
    except (msgspec.DecodeError, UnicodeError):
        return False


def _decode_record(
    shape: RecordShape,
    raw: msgspec.Raw,
    fields: Mapping[str, msgspec.Raw],
    path: str,
    source: Source,
    into: Decoded,
) -> None:
    into.records += not shape.is_holder
    refused_before = len(into.refused)
    label = _label(path, fields)
    try:
        shape.decode(raw, source, into)
    except Refused as refusal:
        # A holder that is refused stands for all that was in it.
        into.records += shape.is_holder
        into.refused.append(refusal)
    into.refused[refused_before:] = [refusal.within(label) for refusal in into.refused[refused_before:]]


def _label(path: str, fields: Mapping[str, msgspec.Raw]) -> str:
    """Name a record by where it stands and, where it says so, by its id."""
    for name in _IDENTITY:
        value = fields.get(name)
        if value is not None and len(bytes(value)) <= 100:
            return f"{path or 'body'} {name}={bytes(value).decode(errors='replace').strip(chr(34))}"
    return path or "body"


def _refined(language: Language, source: Source, fields: Mapping[str, msgspec.Raw]) -> Source:
    """Add what a wrapper says of the answer inside: when it came, which market and which span it is about."""
    received_at, subject, period = _receipt(fields), _subject(language, fields), _period(fields)
    for name in _REQUEST:
        value = fields.get(name)
        if value is not None and _opening(value) == b"{":
            request = _fields.decode(value)
            received_at = received_at or _receipt(request)
            subject = subject or _subject(language, request)
            period = period or _period(request)
    return Source(
        received_at or source.received_at, subject or source.subject, period or source.period_seconds
    )


def _period(fields: Mapping[str, msgspec.Raw]) -> int | None:
    text = text_of(fields[_PERIOD_MINUTES]) if _PERIOD_MINUTES in fields else ""
    return int(text) * 60 if text.isascii() and text.isdigit() and len(text) < 6 else None


def _subject(language: Language, fields: Mapping[str, msgspec.Raw]) -> str | None:
    for name in _SUBJECT:
        value = fields.get(name)
        if value is not None and _opening(value) == b'"':
            return text_of(value)
    url = fields.get("url")
    return None if url is None else language.names_market(text_of(url))


def _receipt(fields: Mapping[str, msgspec.Raw]) -> datetime | None:
    for name in _RECEIPT:
        value = fields.get(name)
        if value is None:
            continue
        text = text_of(value)
        try:
            if text.isascii() and text.isdigit() and len(text) < 14:
                return moments.from_epoch(int(text), name)
            return moments.instant(text, name)
        except Refused:
            # A recorder's own note, not the venue's: what cannot be read is left out.
            continue
    return None


def _is_empty(raw: msgspec.Raw) -> bool:
    return b"".join(bytes(raw).split()) in _EMPTY


def _opening(raw: msgspec.Raw) -> bytes:
    return bytes(raw).lstrip()[:1]


def _holds_json(raw: msgspec.Raw) -> bool:
    return bytes(raw).lstrip()[1:2] in (b"{", b"[")
