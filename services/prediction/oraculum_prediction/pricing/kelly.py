"""How large a part of one's money a bet should be (J. L. Kelly, 1956): what makes the expected logarithm of it grow most.

At a price that bets do not move, probabilities and prices are decimals between 0 and 1, and the answers are parts of the
bankroll; nothing is an amount there. A fee on the stake makes a price dearer: give c / (1 - fee) for c. On a curve that bets
do move the answer is an amount, found in integers. A cautious better takes a fixed part of each answer.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Final, NamedTuple

from oraculum_money import PRICE_ONE, Price, Shares, Units
from oraculum_prediction.pricing.arithmetic import add, divide, multiply, subtract
from oraculum_prediction.pricing.search import last_within

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)

# A price on a curve is measured finer than it is told, so that the unit by which its fee is rounded up hardly counts.
MARGINAL_ONE: Final = 1_000 * PRICE_ONE


class Bet(NamedTuple):
    """The side to take, and the part of the bankroll to stake on it."""

    yes: bool
    fraction: Decimal


class Position(NamedTuple):
    """What a stake buys on a curve, and the marginal price at which it would go on, of which a whole one is MARGINAL_ONE."""

    # What is paid for them in all, the fee included.
    paid: Units
    shares: Shares
    marginal: int


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
    probability: Price, bankroll: Units, position: Callable[[Units], Position | None]
) -> Units:
    """Give the stake n for which p ln(B - n + S(n)) + (1 - p) ln(B - n) is largest, on a curve that bets move.

    `position` says what a stake buys: its shares S, which grow, and the price c afterwards, which rises; None where that
    cannot be had. As long as one share more would be worth its price, that is as long as

        p (1 - c) (B - n) > (1 - p) c (B - n + S),

    more is staked. The left side falls and the right side rises with every share, so the last stake for which it holds is
    found by halving.
    """
    if not 0 < probability < PRICE_ONE:
        raise ValueError(f"a probability lies between 0 and {PRICE_ONE}, not at {probability}")

    def pays(stake: Units) -> bool:
        there = position(stake)
        return there is not None and there.paid < bankroll and _worth_more(probability, bankroll, there)

    return last_stake(pays, bankroll)


def last_stake(holds: Callable[[Units], bool], highest: Units) -> Units:
    """Give the largest stake for which it holds, where it holds up to some stake and not beyond; 0 if for none."""
    return Units(last_within(0, lambda size: size > highest or (size > 0 and not holds(Units(size)))))


def _worth_more(probability: Price, bankroll: Units, there: Position) -> bool:
    left = bankroll - there.paid
    gain = probability * (MARGINAL_ONE - there.marginal) * left
    loss = (PRICE_ONE - probability) * there.marginal * (left + there.shares)
    return gain > loss


def _check(part: Decimal) -> None:
    if not 0 < part < 1:
        raise ValueError(f"probabilities and prices lie between 0 and 1, not at {part}")
