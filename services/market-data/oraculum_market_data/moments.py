"""Times, in every form that the venues write them, as aware UTC.

Each function gives None where the venue says "unknown": an empty text, or the year 1 that Go programs send for a time
that was never set.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from oraculum_market_data.refusals import Refused

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, name in enumerate(
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        start=1,
    )
}
# "November 02, 2020": how Polymarket's oldest markets say when they were settled.
_WRITTEN_OUT = re.compile(r"([A-Z][a-z]+) ([0-9]{1,2}), ([0-9]{4})", re.ASCII)
_FRACTION = re.compile(r"\.[0-9]{6}([0-9]+)", re.ASCII)
_UNSET_YEAR: Final = 1
# Seconds since 1970 pass this number in the year 5138, milliseconds passed it in 1973.
_SECONDS_BELOW: Final = 10**11


def instant(text: str, field: str) -> datetime | None:
    """Read an ISO 8601 time (any offset, any separator, a date alone) or a date written out in English."""
    if not text:
        return None
    try:
        read = _written_out(text) or datetime.fromisoformat(text)
        aware = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        # Year 1 with an offset falls off the calendar when it is taken to UTC: it is the unset time as well.
        if text.startswith("0001-01-01"):
            return None
        raise Refused(field, f"not a time: {text[:40]!r}") from None
    return None if aware.year == _UNSET_YEAR else aware


def is_finer_than_microseconds(text: str) -> bool:
    """Whether a time has digits that a datetime drops."""
    found = _FRACTION.search(text)
    return found is not None and found[1].strip("0") != ""


def from_milliseconds(count: int, field: str) -> datetime:
    """Take milliseconds since 1970."""
    try:
        # By its parts: what a timedelta makes of milliseconds alone takes twice as long.
        return EPOCH + timedelta(0, count // 1000, count % 1000 * 1000)
    except OverflowError:
        raise Refused(field, f"a time beyond the calendar: {_shortened(count)} ms") from None


def from_seconds(count: int, field: str) -> datetime:
    """Take seconds since 1970."""
    try:
        return EPOCH + timedelta(seconds=count)
    except OverflowError:
        raise Refused(field, f"a time beyond the calendar: {_shortened(count)} s") from None


def from_epoch(count: int, field: str) -> datetime:
    """Take seconds or milliseconds since 1970, told apart by their size."""
    return from_seconds(count, field) if abs(count) < _SECONDS_BELOW else from_milliseconds(count, field)


def from_epoch_text(text: str | int, field: str) -> datetime:
    """Take a count since 1970 that came as a number, or as digits in a text, as Polymarket's frames have it."""
    return from_epoch(text, field) if isinstance(text, int) else _from_digits(text, field)


@lru_cache(maxsize=256)
def _from_digits(text: str, field: str) -> datetime:
    """Remember the last ones: when much happens, dozens of frames say the same millisecond."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Refused(field, f"not a count of milliseconds: {text[:40]!r}")
    return from_epoch(int(text), field)


def _written_out(text: str) -> datetime | None:
    found = _WRITTEN_OUT.fullmatch(text)
    if found is None or found[1] not in _MONTHS:
        return None
    return datetime(int(found[3]), _MONTHS[found[1]], int(found[2]), tzinfo=UTC)


def _shortened(count: int) -> str:
    # Python refuses to print integers of thousands of digits, and nobody would read them.
    return str(count) if abs(count) < 10**30 else "a number of more than 30 digits"
