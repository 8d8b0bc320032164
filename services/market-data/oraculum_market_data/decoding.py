"""From bytes to typed records: what every venue's decoder is built of.

A decoder never raises. It gives a `Decoded`: the facts in the normal form, the records that it refused with reasons,
and what it does not know, counted and kept.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec

from oraculum_market_data.normal import Item
from oraculum_market_data.refusals import Refused

Shape = TypeVar("Shape")

NESTED_TOO_DEEPLY: Final = "nested too deeply"
_WHOLE: Final = "$"
# msgspec ends its message with the place: "Expected `str`, got `int` - at `$.tokens[0].price`".
_PLACE = re.compile(r"^(?P<reason>.*?)(?: - at `(?P<place>[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"missing required field `(?P<field>[^`]+)`")


class Wire(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A record as a venue writes it. Fields that are not declared are skipped unread."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is known about a payload beside its bytes: when it reached us, which market and span were asked for."""

    received_at: datetime | None = None
    subject: str | None = None
    period_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message or a body of a kind that we have no decoder for."""

    kind: str
    raw: bytes


@dataclass(slots=True)
class Decoded:
    """All that one payload told. `records` counts what was in it: each is an item, a refusal or an unknown.

    `stream` and `sequence` are the venue's own count of a live message, where it keeps one. They are there even when
    the message is unknown or refused: a count knows no kinds.
    """

    items: list[Item] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    records: int = 0
    stream: int | None = None
    sequence: int | None = None

    def add(self, other: "Decoded") -> None:
        """Take in what another payload told."""
        self.items += other.items
        self.refused += other.refused
        self.unknown += other.unknown
        self.records += other.records


class SocketDecoder(Protocol):
    """Decodes the frames of one connection, in their order."""

    def decode(self, frame: bytes | str, received_at: datetime | None = None) -> Decoded:
        """Decode one frame."""
        ...


class Reader(Generic[Shape]):
    """Reads one record into its typed shape, or refuses it."""

    def __init__(self, shape: type[Shape]) -> None:
        self._decoder = msgspec.json.Decoder(shape)

    def __call__(self, raw: bytes | str | msgspec.Raw) -> Shape:
        """Read one record."""
        try:
            return self._decoder.decode(raw)
        except msgspec.ValidationError as error:
            return self._again_without_blanks(raw, error)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise malformed(error) from None

    def _again_without_blanks(self, raw: bytes | str | msgspec.Raw, first: msgspec.ValidationError) -> Shape:
        """Read a record in which a venue wrote "" or null for what it has not got."""
        try:
            stripped = without_blanks(raw)
            return self._decoder.decode(stripped)
        except msgspec.ValidationError:
            raise invalid(first) from None
        except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as error:
            raise malformed(error) from None


_anything = msgspec.json.Decoder(float_hook=Decimal)
_numbers = msgspec.json.Encoder(decimal_format="number")


def without_blanks(raw: bytes | str | msgspec.Raw) -> bytes:
    """The same record without the fields that are null or an empty text. Numbers keep all their digits."""
    return _numbers.encode(_stripped(_anything.decode(raw)))


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(inner) for key, inner in value.items() if inner is not None and inner != ""}
    if isinstance(value, list):
        return [_stripped(inner) for inner in value]
    return value


def invalid(error: msgspec.ValidationError) -> Refused:
    """Tell a record of the wrong shape as a refusal."""
    found = _PLACE.match(str(error))
    reason = found["reason"] if found else str(error)
    place = (found["place"] or _WHOLE) if found else _WHOLE
    missing = _MISSING.search(reason)
    if missing is not None:
        return Refused(_inside(f"{place}.{missing['field']}"), "missing")
    return Refused(_inside(place), reason)


def malformed(error: Exception) -> Refused:
    """Tell a text that is no JSON as a refusal."""
    if isinstance(error, RecursionError):
        return Refused(_WHOLE, NESTED_TOO_DEEPLY)
    if isinstance(error, UnicodeError):
        return Refused(_WHOLE, "not UTF-8 text")
    return Refused(_WHOLE, str(error))


def _inside(place: str) -> str:
    return place.removeprefix("$.") or _WHOLE


def text_of(value: msgspec.Raw) -> str:
    """What a JSON value says: the text of a string, else the JSON as it stands."""
    raw = bytes(value)
    if raw[:1] == b'"':
        try:
            return msgspec.json.decode(raw, type=str)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise malformed(error) from None
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise malformed(error) from None


def details_of(fields: dict[str, msgspec.Raw]) -> dict[str, str]:
    """The fields of a record as texts; nulls are left out."""
    return {name: text_of(value) for name, value in fields.items() if bytes(value) != b"null"}


def each(
    raws: list[msgspec.Raw], into: Decoded, label: str, decode: Callable[[msgspec.Raw], list[Item]]
) -> None:
    """Decode the records of a list one by one, so that one bad record does not take its neighbours along."""
    for index, raw in enumerate(raws):
        into.records += 1
        try:
            into.items += decode(raw)
        except Refused as refusal:
            into.refused.append(refusal.within(f"{label}[{index}]"))
