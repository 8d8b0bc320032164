"""Real numbers for the formulas: one decimal context, the same on every machine and for ever.

`decimal` gives exp and ln correctly rounded in its C and in its Python form alike, which `math` promises nowhere, so
two machines agree to the last digit; `logarithm` finds the same digits of ln sooner. Every operation goes through the
one context below and none through the operators of `Decimal`: these would follow the context of the running thread, which
anybody may change. Comparisons and `Decimal(int)` are exact and need no context.

Forty digits carry the largest market (an int64 of units) with twenty digits behind the point; the formulas keep twelve.
A change of any constant here changes results, and must come with a new formula version.
"""

from decimal import (
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Final

from oraculum_prediction.pricing import logarithm

PRECISION: Final = 40

# Underflow is left untrapped: the weight of an outcome that is all but impossible becomes zero, as it should.
_CONTEXT: Final = Context(
    prec=PRECISION,
    rounding=ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)

exp = _CONTEXT.exp
add = _CONTEXT.add
subtract = _CONTEXT.subtract
multiply = _CONTEXT.multiply
divide = _CONTEXT.divide
scaleb = _CONTEXT.scaleb
sqrt = _CONTEXT.sqrt


def ln(value: Decimal) -> Decimal:
    """Give the natural logarithm, correctly rounded: digit for digit what the context gives, in a fifth of its time."""
    ends = logarithm.enclosed(value)
    if ends is not None:
        low, high = (divide(end, logarithm.UNITS_OF_ONE) for end in ends)
        if low == high:
            return low
    return _CONTEXT.ln(value)


def floor(value: Decimal) -> int:
    """Give the largest integer that is not above the value."""
    return int(value.to_integral_value(ROUND_FLOOR, _CONTEXT))


def nearest(value: Decimal) -> int:
    """Give the closest integer, the even one of two that are equally close."""
    return int(value.to_integral_value(ROUND_HALF_EVEN, _CONTEXT))


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """Give a positive base to the power of any exponent, or zero for zero."""
    return exp(multiply(exponent, ln(base))) if base else base
