"""The range of a scalar event: what may be one, and what a number in it pays.

LOW and HIGH share one whole unit: HIGH has the part of the range that lies below the number, LOW the rest. What does
not come out even in millionths goes to LOW, so that the two always sum to one.
"""

from decimal import Decimal, DecimalException, Inexact, localcontext
from typing import Final

from oraculum_event.records import Scale
from oraculum_kit.validation import Violations
from oraculum_money import Price

ONE: Final = 1_000_000
LABELS: Final = ["LOW", "HIGH"]
UNIT_LENGTH_MAX: Final = 50
# Enough for any measure, and small enough that no number of a stranger's becomes a large piece of work.
DIGITS_MAX: Final = 30
_FRACTION_MAX: Final = 12


def read_decimal(field: str, text: str, check: Violations) -> Decimal | None:
    """An exact decimal number, or nothing with the field named."""
    plain = text.strip()
    digits = plain.removeprefix("-").replace(".", "", 1)
    if not (plain.isascii() and digits.isdecimal() and len(digits) <= DIGITS_MAX):
        check.refuse(field, f"must be a plain decimal number of at most {DIGITS_MAX} digits")
        return None
    number = Decimal(plain)
    if not isinstance(number.as_tuple().exponent, int) or -int(number.as_tuple().exponent) > _FRACTION_MAX:
        check.refuse(field, f"must have at most {_FRACTION_MAX} digits after the point")
        return None
    return number


def read_scale(lower: str, upper: str, step: str, unit: str, check: Violations) -> Scale | None:
    """A range as somebody gives it; every bad part is named."""
    low = read_decimal("scale.lower", lower, check)
    high = read_decimal("scale.upper", upper, check)
    by = read_decimal("scale.step", step, check)
    check.text("scale.unit", unit, minimum=1, maximum=UNIT_LENGTH_MAX)
    if low is None or high is None or by is None:
        return None
    if low >= high:
        check.refuse("scale.upper", "must be above the lower end")
        return None
    if by <= 0:
        check.refuse("scale.step", "must be positive")
    elif not _multiple(high - low, by):
        check.refuse("scale.step", "must divide the range from the lower to the upper end")
    return Scale(low, high, by, unit.strip())


def read_value(text: str, scale: Scale, check: Violations) -> Decimal | None:
    """The number that an event came to; it lies on the scale's steps, though it may lie beyond its ends."""
    value = read_decimal("value", text, check)
    if value is not None and not _multiple(value - scale.lower, scale.step):
        check.refuse(
            "value", f"must be a whole number of steps of {format(scale.step, 'f')} from the lower end"
        )
    return value


def payout(scale: Scale, value: Decimal) -> list[Price]:
    """What a share of LOW and of HIGH pays for a number; beyond an end it counts as that end."""
    clamped = min(max(value, scale.lower), scale.upper)
    with localcontext(prec=100):
        high = int((clamped - scale.lower) * ONE // (scale.upper - scale.lower))
    return [Price(ONE - high), Price(high)]


def _multiple(distance: Decimal, step: Decimal) -> bool:
    try:
        with localcontext(prec=100) as context:
            context.traps[Inexact] = True
            return distance % step == 0
    except DecimalException:
        return False
