"""How far a trade moves an LMSR market, in both directions: the cost of shares, and the shares to a price."""

from collections.abc import Callable
from decimal import Decimal

from oraculum_money import PRICE_ONE, Price, Shares, Units, checked_units
from oraculum_prediction.pricing import curve
from oraculum_prediction.pricing.arithmetic import divide, multiply, subtract
from oraculum_prediction.pricing.curve import PICOUNITS, Point
from oraculum_prediction.pricing.limits import below_ceiling
from oraculum_prediction.pricing.lmsr import LmsrState
from oraculum_prediction.pricing.orders import Side
from oraculum_prediction.pricing.search import last_within


def gross_of(rise_picounits: int, side: Side) -> Units:
    """Round what a trade moves the potential by: a cost up, proceeds down.

    Shares of an outcome that is all but impossible may cost less than a picounit, and yet they cost a unit.
    """
    if side is Side.BUY:
        return checked_units(max(1, -(-rise_picounits // PICOUNITS)))
    return checked_units(-rise_picounits // PICOUNITS)


def cost(state: LmsrState, outcome: int, shares: Shares) -> Units:
    """Give what buying these shares, one or more, costs before fees. The ceiling is `quote`'s to keep."""
    return gross_of(_rise(state, outcome, shares), Side.BUY)


def proceeds(state: LmsrState, outcome: int, shares: Shares) -> Units:
    """Give what selling these shares fetches before fees. What is outstanding is `quote`'s to know."""
    return gross_of(_rise(state, outcome, -shares), Side.SELL)


def shares_to_price(state: LmsrState, outcome: int, target: Price) -> int:
    """Give the shares that bring the price of an outcome to the target: bought if positive, sold if negative.

    The most that neither pass the target nor lift any outcome above the market's ceiling. How many are outstanding is
    not asked.
    """
    if not 0 < target < PRICE_ONE:
        raise ValueError(f"a price to reach lies between 0 and 1, not at {target} millionths")
    here = state.point
    if multiply(here.total, target) > multiply(here.weights[outcome], PRICE_ONE):
        highest = min(target, state.price_max)
        return _shares_until(
            state, outcome, 1, Decimal(highest), lambda there: price_above(there, outcome, highest)
        )
    lowest = max(Decimal(target), _lowest_reachable(state, outcome))
    return -_shares_until(
        state,
        outcome,
        -1,
        lowest,
        lambda there: price_below(there, outcome, target) or _too_high(state, there),
    )


def amount_to_price(state: LmsrState, outcome: int, target: Price) -> Units:
    """Give what buying to a higher price costs, or what selling to a lower one fetches; before fees."""
    step = shares_to_price(state, outcome, target)
    return cost(state, outcome, Shares(step)) if step > 0 else proceeds(state, outcome, Shares(-step))


def room(state: LmsrState, outcome: int, side: Side) -> Shares:
    """Give the most shares of an outcome that can be bought or sold before a price passes the market's ceiling.

    A sale lifts the other outcomes; no more can be sold than is outstanding.
    """
    if side is Side.BUY:
        return Shares(shares_to_price(state, outcome, state.price_max))
    outstanding, lowest = state.sold[outcome], _lowest_reachable(state, outcome)
    if lowest <= 0:
        return outstanding
    most = _shares_until(state, outcome, -1, lowest, lambda there: _too_high(state, there))
    return Shares(min(most, outstanding))


def _shares_until(
    state: LmsrState, outcome: int, direction: int, price: Decimal, exceeds: Callable[[Point], bool]
) -> int:
    """Give the most shares traded in a direction that do not exceed, begun at the closed form for a price."""
    aim = divide(price, PRICE_ONE)
    closed_form = curve.step_for_price(state.quantities, state.liquidity, outcome, aim)

    def beyond(size: int) -> bool:
        there = curve.moved(state.quantities, outcome, direction * size)
        return exceeds(curve.evaluate(there, state.liquidity))

    return last_within(abs(int(closed_form)), beyond)


def _lowest_reachable(state: LmsrState, outcome: int) -> Decimal:
    # In millionths. The others share 1 - p and keep their ratios, so the largest of them meets the ceiling first; where
    # it never does, the result is zero or less.
    others = state.point.weights[:outcome] + state.point.weights[outcome + 1 :]
    shared = subtract(state.point.total, state.point.weights[outcome])
    return subtract(Decimal(PRICE_ONE), divide(multiply(shared, state.price_max), max(others)))


def price_above(there: Point, outcome: int, millionths: int) -> bool:
    """Tell whether an outcome's price is above this one, by the weights themselves and not by rounded prices."""
    return multiply(there.weights[outcome], PRICE_ONE) > multiply(there.total, millionths)


def price_below(there: Point, outcome: int, millionths: int) -> bool:
    """Tell whether an outcome's price is below this one."""
    return multiply(there.weights[outcome], PRICE_ONE) < multiply(there.total, millionths)


def _too_high(state: LmsrState, there: Point) -> bool:
    return not below_ceiling(there, state.price_max)


def _rise(state: LmsrState, outcome: int, step: int) -> int:
    after = curve.evaluate(curve.moved(state.quantities, outcome, step), state.liquidity)
    return after.potential - state.point.potential
