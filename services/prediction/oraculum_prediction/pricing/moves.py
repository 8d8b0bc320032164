"""How far a trade moves an LMSR market, in both directions: the cost of shares, and the shares to a price."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from oraculum_money import PRICE_ONE, Price, Shares, Units, checked_units
from oraculum_prediction.pricing import curve
from oraculum_prediction.pricing.arithmetic import divide, multiply, subtract
from oraculum_prediction.pricing.curve import PICOUNITS
from oraculum_prediction.pricing.lmsr import LmsrState
from oraculum_prediction.pricing.orders import Side

_RISING: Final = 1
_FALLING: Final = -1


def cost(state: LmsrState, outcome: int, shares: Shares) -> Units:
    """Give what buying these shares costs before fees, rounded up. Price bounds are `quote`'s to keep."""
    return checked_units(-(-_rise(state, outcome, shares) // PICOUNITS))


def proceeds(state: LmsrState, outcome: int, shares: Shares) -> Units:
    """Give what selling these shares fetches before fees, rounded down. Price bounds are `quote`'s to keep."""
    return checked_units(-_rise(state, outcome, -shares) // PICOUNITS)


def amount_to_price(state: LmsrState, outcome: int, target: Price) -> Units:
    """Give what buying to a higher price costs, or what selling to a lower one fetches; before fees."""
    step = shares_to_price(state, outcome, target)
    return cost(state, outcome, Shares(step)) if step > 0 else proceeds(state, outcome, Shares(-step))


def room(state: LmsrState, outcome: int, side: Side) -> Shares:
    """Give the most shares of an outcome that can be bought or sold before a price leaves the market's bounds."""
    target = state.bounds.high if side is Side.BUY else state.bounds.low
    return Shares(abs(shares_to_price(state, outcome, target)))


def shares_to_price(state: LmsrState, outcome: int, target: Price) -> int:
    """Give the shares that bring the price of an outcome to the target: bought if positive, sold if negative.

    The most that neither pass the target nor take any outcome out of the market's bounds. How many are outstanding is
    not asked.
    """
    here = state.point
    rising = multiply(here.total, target) > multiply(here.weights[outcome], PRICE_ONE)
    direction = _RISING if rising else _FALLING
    reachable = _reachable(state, outcome, direction)
    aim = min(Decimal(target), reachable) if rising else max(Decimal(target), reachable)

    def goes_too_far(size: int) -> bool:
        there = curve.evaluate(curve.moved(state.quantities, outcome, direction * size), state.liquidity)
        reached, goal = multiply(there.weights[outcome], PRICE_ONE), multiply(there.total, target)
        return (reached > goal if rising else reached < goal) or not state.bounds.hold(there)

    closed_form = int(curve.step_for_price(here, state.liquidity, outcome, divide(aim, PRICE_ONE)))
    return direction * _largest_size(abs(closed_form), goes_too_far)


def _reachable(state: LmsrState, outcome: int, direction: int) -> Decimal:
    # The others share 1 - p and keep their ratios, so the first of them to meet a bound has a say too: the smallest when
    # this outcome rises, the largest when it falls. The result is in millionths.
    weights, total, bounds = state.point.weights, state.point.total, state.bounds
    others = weights[:outcome] + weights[outcome + 1 :]
    shared = subtract(total, weights[outcome])
    if direction == _RISING:
        kept = divide(multiply(shared, bounds.low), min(others))
        return min(Decimal(bounds.high), subtract(Decimal(PRICE_ONE), kept))
    kept = divide(multiply(shared, bounds.high), max(others))
    return max(Decimal(bounds.low), subtract(Decimal(PRICE_ONE), kept))


def _largest_size(closed_form: int, goes_too_far: Callable[[int], bool]) -> int:
    # The closed form is off by far less than one share, so this looks at one neighbour or two.
    size = closed_form
    while size > 0 and goes_too_far(size):
        size -= 1
    while not goes_too_far(size + 1):
        size += 1
    return size


def _rise(state: LmsrState, outcome: int, step: int) -> int:
    after = curve.evaluate(curve.moved(state.quantities, outcome, step), state.liquidity)
    return after.potential - state.point.potential
