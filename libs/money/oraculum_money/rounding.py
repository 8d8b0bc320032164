"""The two ways a fraction may be rounded, and the range an amount may take.

Products are formed in full before the division, so two int64 factors never overflow on the way.
"""

from typing import Final

INT64_MAX: Final = 2**63 - 1
INT64_MIN: Final = -(2**63)


def mul_div_floor(multiplicand: int, multiplier: int, divisor: int) -> int:
    """Give multiplicand x multiplier / divisor, rounded towards minus infinity."""
    if divisor <= 0:
        raise ValueError(f"the divisor must be positive, not {divisor}")
    return multiplicand * multiplier // divisor


def mul_div_ceil(multiplicand: int, multiplier: int, divisor: int) -> int:
    """Give multiplicand x multiplier / divisor, rounded towards plus infinity."""
    return -mul_div_floor(-multiplicand, multiplier, divisor)
