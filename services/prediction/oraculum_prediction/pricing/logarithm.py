"""The logarithm between two integers: a tenth of the work of `decimal`, whose digits it is asked for.

With c the point nearest to x of 1,024 between two powers of two,

    ln x  =  ln c + 2 artanh( (x - c) / (x + c) )          artanh s = s + s^3 / 3 + s^5 / 5 + ...

and since s is 2^-12 at most, seven terms of the series reach 180 bits. All of it is integers in units of 2^-180, each step
rounded down by less than one of them. Counted together that is 1 for ln c, 20 for the power of two, and for the artanh,
doubled, 2 for the quotient, 8 for the terms and 1 for what the series leaves out and what x was cut by: 32, and 64 is said.

Who asks rounds both ends. Where these meet in one number, as they do but for one x in thousands of millions, that is what
a logarithm of any precision is rounded to; where they do not, `decimal` is asked.
"""

from decimal import Context, Decimal
from functools import cache
from typing import Final

_BITS: Final = 180

# What the ends are counted in.
UNITS_OF_ONE: Final = Decimal(2**_BITS)

_ERROR_UNITS: Final = 64

# Wide enough for any product below to be exact, so its rounding does not matter.
_WIDE: Final = Context(prec=200, Emin=-999_999, Emax=999_999)
_LN_2: Final = int(_WIDE.multiply(_WIDE.ln(Decimal(2)), UNITS_OF_ONE))

# Finer than the rest, so that an x far below one still has all of its digits.
_X_BITS: Final = 212
_X_UNITS: Final = Decimal(2**_X_BITS)
_LEAST: Final = Decimal("0.000001")
_MOST: Final = Decimal(1_000_000)

_POINT_BITS: Final = 11

# 1/3, 1/5 and so on, in units; the last comes first.
_FRACTIONS: Final = tuple((1 << _BITS) // odd for odd in range(13, 2, -2))


def enclosed(value: Decimal) -> tuple[int, int] | None:
    """Give two integers between which the logarithm lies, in units of 2^-180; None for what is hardly ever asked."""
    if not _LEAST <= value <= _MOST:
        return None
    x = int(_WIDE.multiply(value, _X_UNITS))
    length = x.bit_length()
    leading = x >> length - _POINT_BITS
    point = 2 * leading + 1 << length - _POINT_BITS - 1
    argument = (x - point << _BITS) // (x + point)
    square = argument * argument >> _BITS
    series = 0
    for fraction in _FRACTIONS:
        series = (series + fraction) * square >> _BITS
    beside = argument + (argument * series >> _BITS)
    logarithm = _of_point(leading) + (length - 1 - _X_BITS) * _LN_2 + 2 * beside
    return logarithm - _ERROR_UNITS, logarithm + _ERROR_UNITS


@cache
def _of_point(leading: int) -> int:
    """The logarithm of the point between this many of 1,024 and the next: there are 1,024, from 1 to 2."""
    return int(_WIDE.multiply(_WIDE.ln(_WIDE.divide(2 * leading + 1, 1 << _POINT_BITS)), UNITS_OF_ONE))
