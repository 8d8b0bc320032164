"""Small steps that the decoders of all venues share when they fill in the normal form."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from oraculum_market_data import moments
from oraculum_market_data.figures import Price, finite, price_of
from oraculum_market_data.refusals import Refused


class Kept:
    """Collects the venue's own text of what a field of the normal form cannot hold."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def time(self, name: str, text: str | None) -> datetime | None:
        """Read a time that describes a market; one that is no time to us is kept as text and refuses nothing."""
        if not text:
            return None
        try:
            read = moments.instant(text, name)
        except Refused:
            self.texts[name] = text
            return None
        if moments.is_finer_than_microseconds(text):
            self.texts[name] = text
        return read

    def epoch(self, name: str, count: int | None) -> datetime | None:
        """Take a count since 1970 that describes a market; 0 means "unset", a date past the year 9999 is kept."""
        if not count:
            return None
        try:
            return moments.from_epoch(count, name)
        except Refused:
            self.texts[name] = format(Decimal(count), "f") if abs(count) < 10**30 else "beyond the calendar"
            return None

    def tradable(self, name: str, of: Price | None, *, never: Decimal | int) -> Price | None:
        """A price, unless it is the one by which the venue says that there is none."""
        if of is not None and of.exact == never:
            self.texts[name] = str(of)
            return None
        return of


def optional_price(value: Decimal | None, field: str) -> Price | None:
    """Take a price that may be absent."""
    return None if value is None else price_of(value, field)


def optional_figure(value: Decimal | None, field: str) -> Decimal | None:
    """Take a figure that may be absent."""
    return None if value is None else finite(value, field)


def first_figure(*candidates: tuple[Decimal | None, str]) -> Decimal | None:
    """The first figure that is there: the exact one of several that a venue gives."""
    return next((finite(value, field) for value, field in candidates if value is not None), None)


def numbered(labels: Sequence[str]) -> list[int]:
    """Number outcomes: NO is 0 and YES is 1 wherever a market asks yes or no; others keep the venue's order."""
    words = [label.strip().lower() for label in labels]
    if words == ["yes", "no"]:
        return [1, 0]
    return list(range(len(labels)))


def words(**flags: object) -> str:
    """A venue's own words of where a market stands, those that it said."""
    return " ".join(
        f"{name}={str(value).lower() if isinstance(value, bool) else value}"
        for name, value in flags.items()
        if value is not None and value != ""
    )
