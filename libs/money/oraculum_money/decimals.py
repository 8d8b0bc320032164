"""Decimal text to scaled integer and back, exactly.

The grammar is JSON's number without its exponent: an optional minus, digits without needless leading zeros, and
optionally a point with digits behind it. Only the ASCII digits count: `str.isdigit` and `Decimal` would also take the
digits of every other script, and `int` would take underscores and blanks.
"""

import re
from decimal import Decimal

from oraculum_money.errors import AmountOutOfRange, MalformedAmount, TooManyDecimals

_PLAIN = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?", re.ASCII)

# Longer than any number that fits, zeros included; it keeps a hostile megabyte of digits out of the arithmetic.
_LENGTH_MAX = 64


def scale(value: str | int | Decimal, decimals: int, what: str) -> int:
    """Give value x 10^decimals as an integer, or raise the MoneyError that names what is wrong.

    `what` names the quantity in the message. Zeros past the last decimal are harmless and accepted. A `Decimal` may
    carry an exponent, for that is how a JSON number arrives; text may not.
    """
    match value:
        case bool():
            raise MalformedAmount(f"{what} is a number, not {value}")
        case int():
            return _scaled(value, 0, decimals, what)
        case Decimal():
            return _scale_decimal(value, decimals, what)
        case str():
            return _scale_text(value, decimals, what)
        case _:
            # Reached by callers without a type checker; above all by floats, which are never exact.
            raise MalformedAmount(
                f"{what} is a decimal string, an int or a Decimal, not {type(value).__name__}"
            )


def unscale(scaled: int, decimals: int, decimals_min: int) -> str:
    """Write scaled / 10^decimals without an exponent, trailing zeros cut down to `decimals_min` decimals."""
    digits = str(abs(scaled)).rjust(decimals + 1, "0")
    fraction = digits[-decimals:].rstrip("0").ljust(decimals_min, "0")
    return f"{'-' if scaled < 0 else ''}{digits[:-decimals]}.{fraction}"


def _scale_text(text: str, decimals: int, what: str) -> int:
    found = _PLAIN.fullmatch(text) if len(text) <= _LENGTH_MAX else None
    if found is None:
        raise MalformedAmount(f"{what} is a plain decimal number such as 12.50, not {text[:_LENGTH_MAX]!r}")
    sign, whole, fraction = found[1], found[2], found[3] or ""
    return _scaled(int(f"{sign}{whole}{fraction}"), -len(fraction), decimals, what)


def _scale_decimal(value: Decimal, decimals: int, what: str) -> int:
    sign, digits, exponent = value.as_tuple()
    if isinstance(exponent, str):
        raise MalformedAmount(f"{what} is a finite number, not {value}")
    if not value:
        return 0
    # Checked on the exponent: 1E+999999999 must not be written out before it is refused.
    if value.adjusted() > _LENGTH_MAX:
        raise AmountOutOfRange(f"{what} is too large")
    if exponent < -_LENGTH_MAX or len(digits) > _LENGTH_MAX:
        raise TooManyDecimals(f"{what} has at most {decimals} decimals")
    coefficient = int("".join(map(str, digits)))
    return _scaled(-coefficient if sign else coefficient, exponent, decimals, what)


def _scaled(coefficient: int, exponent: int, decimals: int, what: str) -> int:
    shift = exponent + decimals
    if shift >= 0:
        return int(coefficient * 10**shift)
    scaled, rest = divmod(coefficient, 10**-shift)
    if rest:
        raise TooManyDecimals(f"{what} has at most {decimals} decimals")
    return int(scaled)
