"""The days that a question names: a day, a month or a year, as exactly as it does.

"By the end of 2026", "in 2026" and "before 2027" name the same year; "by June 30" names a day whose year the closing
date tells.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
            ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"), ("october", "oct"),
            ("november", "nov"), ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_NAMED: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_BEFORE: Final = r"(?P<before>\b(?:before|until)\s+)?"
_DAY_FIRST: Final = re.compile(
    rf"{_BEFORE}\b(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_NAMED})\b\.?,?\s*(?P<year>20[0-9]{{2}})?",
    re.IGNORECASE,
)
_MONTH_FIRST: Final = re.compile(
    rf"{_BEFORE}\b(?P<month>{_NAMED})\b\.?\s*(?:(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?\b(?!\s*%|[.,]?[0-9]))?"
    rf",?\s*(?P<year>20[0-9]{{2}})?",
    re.IGNORECASE,
)
_ISO: Final = re.compile(r"\b(?P<year>20[0-9]{2})-(?P<month>[01][0-9])-(?P<day>[0-3][0-9])\b")
_YEAR: Final = re.compile(
    r"(?P<before>\b(?:before|until)\s+(?:the\s+)?)?\b(?P<year>20[0-9]{2})\b", re.IGNORECASE
)
# "may" is a month only where a number or "in" stands beside it; else it is a verb.
_VERB: Final = re.compile(r"\b(?<!in )(?<!by )(?<!of )may\b(?!\s*[0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, a month (day is 0) or a year (month is 0, too)."""

    year: int
    month: int = 0
    day: int = 0

    @property
    def last(self) -> date:
        """The last day of it."""
        if not self.month:
            return date(self.year, 12, 31)
        if not self.day:
            return date(self.year, self.month, monthrange(self.year, self.month)[1])
        return date(self.year, self.month, min(self.day, monthrange(self.year, self.month)[1]))

    def fits(self, other: "Day") -> bool:
        """Whether both may mean the same time: a year and its last day do, a year and a day in its middle do not."""
        if self.year != other.year:
            return False
        if bool(self.month) == bool(other.month) and not (self.day or other.day):
            return self.month == other.month
        return abs((self.last - other.last).days) <= 1


def days_in(text: str, closes_on: date | None) -> tuple[list[Day], str]:
    """The days that a text names, and the text without them."""
    days: list[Day] = []
    left = _VERB.sub(" ", text)
    for pattern in (_ISO, _DAY_FIRST, _MONTH_FIRST, _YEAR):
        for found in pattern.finditer(left):
            day = _day(found, closes_on)
            if day is not None:
                days.append(day)
        left = pattern.sub(" ", left)
    return days, left


def _day(found: re.Match[str], closes_on: date | None) -> Day | None:
    named = found.groupdict()
    month_text = (named.get("month") or "").casefold()
    month = int(month_text) if month_text.isdigit() else _MONTHS.get(month_text, 0)
    day = int(named.get("day") or 0)
    year = int(named["year"]) if named.get("year") else 0
    if not year:
        if closes_on is None:
            return None
        year = _nearest_year(month, closes_on)
    if named.get("before"):
        return _day_before(year, month, day)
    return Day(year, month, day)


def _nearest_year(month: int, closes_on: date) -> int:
    """The year of a month that is named without one: that in which it is nearest to the closing date."""
    return min(
        (closes_on.year - 1, closes_on.year, closes_on.year + 1),
        key=lambda year: abs((date(year, month, 15) - closes_on).days),
    )


def _day_before(year: int, month: int, day: int) -> Day:
    """Before a time is by the end of the one before it."""
    if not month:
        return Day(year - 1)
    if not day:
        return Day(year, month - 1) if month > 1 else Day(year - 1, 12)
    try:
        before = date(year, month, day) - timedelta(days=1)
    except ValueError:
        return Day(year, month, day)
    return Day(before.year, before.month, before.day)
