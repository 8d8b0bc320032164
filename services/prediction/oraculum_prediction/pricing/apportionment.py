"""Dividing a whole into integer parts that add up to it exactly: the method of the largest remainder (Hamilton)."""

from collections.abc import Sequence


def apportion(weights: Sequence[int], whole: int) -> tuple[int, ...]:
    """Split `whole` in proportion to the weights, each part at most one away from its exact share.

    Each part is rounded down first; what is missing goes, one by one, to the largest remainders, of equal ones to the
    lower index. Weights are not negative and not all zero.
    """
    total = sum(weights)
    divided = [divmod(weight * whole, total) for weight in weights]
    parts = [quotient for quotient, _ in divided]
    missing = whole - sum(parts)
    if missing:
        # The sort is stable, which is what gives equal remainders to the lower index.
        by_remainder = sorted(range(len(parts)), key=lambda index: -divided[index][1])
        for index in by_remainder[:missing]:
            parts[index] += 1
    return tuple(parts)
