"""What shares and stakes are paid when the outcome is known.

A payout vector says what one share of each outcome pays, in millionths; it adds up to one at most, so that an escrow that
covers every single outcome covers the vector too. Every person is paid once per event, and rounded down once.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from oraculum_money import PRICE_ONE, Price, Shares, Units, checked_units, mul_div_floor
from oraculum_prediction.pricing.apportionment import apportion

PayoutVector = tuple[Price, ...]


def payout_vector(millionths: Sequence[int]) -> PayoutVector:
    """Give these payouts per share as a vector, or raise ValueError: each is 0 or more, together at most one."""
    if min(millionths) < 0 or sum(millionths) > PRICE_ONE:
        raise ValueError("a payout vector has no negative part and adds up to one at most")
    return tuple(map(Price, millionths))


def winner_takes_all(outcomes: int, winner: int) -> PayoutVector:
    """Give the vector that pays one for a share of the winner and nothing for the others."""
    if not 0 <= winner < outcomes:
        raise ValueError(f"the winner is one of the outcomes 0 to {outcomes - 1}, not {winner}")
    return payout_vector([PRICE_ONE if outcome == winner else 0 for outcome in range(outcomes)])


def scalar_payout(value: Decimal | int, low: Decimal | int, high: Decimal | int) -> PayoutVector:
    """Give the vector (NO, YES) of a scalar event: YES pays the value's place between the bounds, NO the rest.

    A value outside counts as the bound it passed. The two add up to one exactly; half a millionth goes to NO.
    """
    value, low, high = Decimal(value), Decimal(low), Decimal(high)
    if not (value.is_finite() and low.is_finite() and high.is_finite()):
        raise ValueError("a scalar value and its bounds are finite numbers")
    if low >= high:
        raise ValueError("the lower bound lies below the upper one")
    bottom, top, clipped = Fraction(low), Fraction(high), Fraction(min(max(value, low), high))
    place = (clipped - bottom) / (top - bottom)
    parts = apportion((place.denominator - place.numerator, place.numerator), PRICE_ONE)
    return payout_vector(parts)


def payout(shares: Sequence[Shares], vector: PayoutVector) -> Units:
    """Give what a person's shares of all outcomes pay together, rounded down."""
    total = sum(count * price for count, price in zip(shares, vector, strict=True))
    return checked_units(total // PRICE_ONE)


def parimutuel_payout(stakes: Sequence[Units], pools: Sequence[Units], winner: int) -> Units:
    """Give what a person's stakes on all outcomes pay: floor( stake x pot / winning pool ).

    Where nobody staked on the winner there is nobody to pay, and every stake goes back. What the floors leave, less than
    one unit per winner, is the pot less all payouts, and belongs to the account `rounding`.
    """
    if pools[winner] == 0:
        return parimutuel_refund(stakes)
    return Units(mul_div_floor(stakes[winner], sum(pools), pools[winner]))


def parimutuel_refund(stakes: Sequence[Units]) -> Units:
    """Give a person's stakes back: the event was cancelled or nobody had the winner. Fees taken are not in a pool."""
    return Units(sum(stakes))
