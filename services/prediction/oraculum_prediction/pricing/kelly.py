"""How large a part of one's money a bet should be (J. L. Kelly, 1956): what makes the expected logarithm of it grow most.

Probabilities and prices are decimals between 0 and 1, and the answers are parts of the bankroll; nothing is an amount here.
A fee on the stake makes a price dearer: give c / (1 - fee) for c. A cautious better takes a fixed part of each answer.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Final, NamedTuple

from oraculum_money import Price
from oraculum_prediction.pricing.arithmetic import add, divide, multiply, scaleb, subtract

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)

# Each halving gains three tenths of a digit.
_HALVINGS: Final = 130


class Bet(NamedTuple):
    """The side to take, and the part of the bankroll to stake on it."""

    yes: bool
    fraction: Decimal


class Position(NamedTuple):
    """What a stake buys on a curve, and the price at which it would go on."""

    shares: Decimal
    price: Decimal


def fraction_at_odds(probability: Decimal, odds: Decimal) -> Decimal:
    """Give p - (1 - p) / odds, where one staked wins `odds`; zero or less says: no bet."""
    _check(probability)
    return subtract(probability, divide(subtract(_ONE, probability), odds))


def bet_at_price(probability: Decimal, price: Decimal) -> Bet | None:
    """Give (p - c) / (1 - c) on YES where the price is too low, (c - p) / c on NO where it is too high."""
    _check(probability)
    _check(price)
    edge = subtract(probability, price)
    if edge > 0:
        return Bet(yes=True, fraction=divide(edge, subtract(_ONE, price)))
    if edge < 0:
        return Bet(yes=False, fraction=divide(edge.copy_negate(), price))
    return None


def fractions(probabilities: Sequence[Decimal], prices: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Give the stakes on all outcomes of one market together, of which exactly one comes true.

    Outcomes are taken in by p / c, the largest first, while that is above the reserve rate R = (1 - sum p) / (1 - sum c)
    of those taken in; each gets p - c R. An outcome may belong in although it is priced fairly: it insures the others. Where
    the prices add up to less than one everything is staked, a part p on each: the profit is sure.
    """
    for each in (*probabilities, *prices):
        _check(each)
    *_, total = accumulate(probabilities, add)
    if total > 1:
        raise ValueError("the probabilities of outcomes that exclude each other add up to one at most")
    by_ratio = sorted(range(len(prices)), key=lambda one: (-divide(probabilities[one], prices[one]), one))
    chosen: list[int] = []
    rate, probability, price = _ONE, _ONE, _ONE
    for one in by_ratio:
        if divide(probabilities[one], prices[one]) <= rate:
            break
        chosen.append(one)
        probability, price = subtract(probability, probabilities[one]), subtract(price, prices[one])
        rate = divide(probability, price)
    stakes = [_ZERO] * len(prices)
    for one in chosen:
        stakes[one] = subtract(probabilities[one], multiply(prices[one], rate))
    return tuple(stakes)


def stake_with_impact(
    probability: Decimal, bankroll: Decimal, position: Callable[[Decimal], Position]
) -> Decimal:
    """Give the stake a for which p ln(B - a + S(a)) + (1 - p) ln(B - a) is largest, on a curve that bets move.

    `position` says what a stake buys: its shares S(a), which grow, and the price afterwards, which rises. So the derivative,
    p (1/c - 1) / (B - a + S) - (1 - p) / (B - a), only falls; where it passes zero is found by halving.
    """
    _check(probability)
    low, high = _ZERO, bankroll
    if not _worth_more(probability, bankroll, _ZERO, position(_ZERO)):
        return _ZERO
    for _ in range(_HALVINGS):
        middle = divide(add(low, high), 2)
        if _worth_more(probability, bankroll, middle, position(middle)):
            low = middle
        else:
            high = middle
    return low


def _worth_more(probability: Decimal, bankroll: Decimal, stake: Decimal, there: Position) -> bool:
    left = subtract(bankroll, stake)
    gain = multiply(multiply(probability, subtract(_ONE, there.price)), left)
    loss = multiply(multiply(subtract(_ONE, probability), there.price), add(left, there.shares))
    return gain > loss


def millionths(price: Price) -> Decimal:
    """Give a price in millionths as the decimal that these functions take."""
    return scaleb(Decimal(price), -6)


def _check(part: Decimal) -> None:
    if not 0 < part < 1:
        raise ValueError(f"probabilities and prices lie between 0 and 1, not at {part}")
