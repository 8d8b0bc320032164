"""Finding an integer beside a closed form that is all but exact."""

from collections.abc import Callable


def last_within(guess: int, exceeds: Callable[[int], bool]) -> int:
    """Give the largest integer that does not exceed, where everything above some number does.

    A good guess takes two looks: at itself and at its neighbour. A bad one costs the logarithm of its error.
    """
    low, stride = guess, 1
    while exceeds(low):
        low, stride = low - stride, 2 * stride
    high, stride = low + 1, 1
    while not exceeds(high):
        low, high, stride = high, high + stride, 2 * stride
    while high - low > 1:
        middle = (low + high) // 2
        if exceeds(middle):
            high = middle
        else:
            low = middle
    return low
