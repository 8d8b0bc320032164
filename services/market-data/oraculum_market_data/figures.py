"""Prices and amounts, read exactly as the venue wrote them.

A venue's price arrives as text ("0.53"), as a JSON number with float noise (0.21999995306666104) or, long ago, as
integer cents. It is kept as the exact decimal that was written; beside it stands the nearest millionth, the unit in
which the rest of the system counts. Nothing here ever passes through a binary float.
"""

import re
from decimal import ROUND_HALF_EVEN, Clamped, Context, Decimal, InvalidOperation, Overflow
from typing import Final, final

from oraculum_market_data.refusals import Refused

# Wide enough that adding and subtracting any two figures that are let in below is exact.
EXACT: Final = Context(prec=160, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Overflow, Clamped])

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_CENTS: Final = Decimal(100)
# No figure of a market is this long; hostile ones are stopped before arithmetic meets them.
_LENGTH_MAX: Final = 64
_MAGNITUDE_MAX: Final = 40
_PRICES_KEPT: Final = 50_000
_TOO_LONG: Final = "longer than any figure of a market"

# Stricter than Decimal itself, which also takes NaN, underscores, blanks and the digits of every script.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)


@final
class Price:
    """A probability as the venue wrote it, and the nearest millionth of it.

    `key` is what a level of a book is filed under: the millionths, or the same scale with a fraction where one is.
    """

    __slots__ = ("_complement", "_text", "exact", "key", "millionths")

    exact: Decimal
    millionths: int
    key: int | Decimal
    _complement: "Price | None"
    _text: str

    def __init__(self, exact: Decimal) -> None:
        scaled = exact.scaleb(6, EXACT)
        self.exact = exact
        self.millionths = int(scaled.to_integral_value(ROUND_HALF_EVEN, EXACT))
        self.key = self.millionths if scaled == self.millionths else scaled
        self._complement = None
        self._text = ""

    @property
    def complement(self) -> "Price":
        """One less this: the price of the other side of a yes-or-no market. Asked for often, so it is kept."""
        if self._complement is None:
            self._complement = Price(EXACT.subtract(_ONE, self.exact))
        return self._complement

    @property
    def is_whole(self) -> bool:
        """Whether the millionths say all that the venue said."""
        return isinstance(self.key, int)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Price) and self.exact == other.exact

    def __hash__(self) -> int:
        return hash(self.exact)

    def __str__(self) -> str:
        if not self._text:
            self._text = format(self.exact, "f")
        return self._text

    def __repr__(self) -> str:
        return f"Price({self})"


# Venues repeat the same few thousand prices all day; reading one again is a dictionary look-up.
_prices: dict[str, Price] = {}


def price(text: str, field: str) -> Price:
    """Read a price that came as text."""
    known = _prices.get(text)
    if known is not None:
        return known
    read = price_of(amount(text, field), field)
    if len(_prices) >= _PRICES_KEPT:
        _prices.clear()
    _prices[text] = read
    return read


def price_of(value: Decimal, field: str) -> Price:
    """Take a price that the decoder read as a decimal already."""
    checked = finite(value, field)
    if not _ZERO <= checked <= _ONE:
        raise Refused(field, f"a price lies between 0 and 1, this one is {checked}")
    return Price(checked)


def price_of_cents(cents: int | Decimal, field: str) -> Price:
    """Take a price in cents, as Kalshi wrote until 2026: exact, for a hundredth of an integer always is."""
    return price_of(EXACT.divide(finite(Decimal(cents), field), _CENTS), field)


def complement(of: Price) -> Price:
    """The price of the other side of a yes-or-no market: one less this."""
    return of.complement


def amount(text: str, field: str) -> Decimal:
    """Read a size, a volume or any other figure that came as text."""
    if _is_plain(text):
        return Decimal(text)
    if len(text) > _LENGTH_MAX or _NUMBER.fullmatch(text) is None:
        raise Refused(field, f"not a number: {text[:_LENGTH_MAX]!r}")
    value = Decimal(text)
    if abs(value.adjusted()) > _MAGNITUDE_MAX:
        raise Refused(field, _TOO_LONG)
    return value


def size(text: str, field: str) -> Decimal:
    """Read an amount that cannot be negative."""
    if _is_plain(text):
        return Decimal(text)
    return not_negative(amount(text, field), field)


def _is_plain(text: str) -> bool:
    """Whether it is digits with at most one point, too few of them to be too large: nearly every figure is."""
    return len(text) <= _MAGNITUDE_MAX and text.isascii() and text.replace(".", "", 1).isdigit()


def not_negative(value: Decimal, field: str) -> Decimal:
    """Take an amount that cannot be negative."""
    if value < 0:
        raise Refused(field, f"cannot be negative, is {value}")
    return value


def finite(value: Decimal, field: str) -> Decimal:
    """Take a figure that is a number and no longer than a number of a market can be."""
    if not value.is_finite():
        raise Refused(field, f"not a number: {value}")
    if abs(value.adjusted()) > _MAGNITUDE_MAX or _digits(value) > _LENGTH_MAX:
        raise Refused(field, _TOO_LONG)
    return value


def _digits(value: Decimal) -> int:
    return len(value.as_tuple().digits)
