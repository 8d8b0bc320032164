"""The LMSR curve (Hanson): the potential of a market, and everything that follows from it.

With `q_i` the quantity of outcome i, `b` the liquidity and `m` the largest quantity,

    C(q)  = m + b ln( sum_i exp((q_i - m) / b) )           the potential, never below any q_i
    p_i   = exp((q_i - m) / b) / sum_j exp((q_j - m) / b)  the prices, which add up to one

and a trade costs the rise of the potential. Subtracting `m` first keeps every exponential in (0, 1].

The potential is not used as the real number it is, but rounded once per state to an integer of picounits (10^-12
units). This is what makes the laws of the market exact and no matter of numerical error: a cost is a difference of two
integers, so costs along a path add up to the difference of its ends without any drift, whatever way was taken. And
since ln of a sum that contains the term 1 is never negative, the integer potential is never below a quantity either.

Quantities and liquidity are plain integers of any size, in one and the same unit.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

from oraculum_money import PRICE_ONE, Price
from oraculum_prediction.pricing.apportionment import apportion
from oraculum_prediction.pricing.arithmetic import (
    add,
    divide,
    exp,
    floor,
    ln,
    multiply,
    nearest,
    scaleb,
    subtract,
)
from oraculum_prediction.pricing.search import last_within

PICOUNITS: Final = 10**12

# Weights become integers of this many digits before prices are apportioned: far finer than a millionth.
_WEIGHT_DIGITS = 30

# What rounding two potentials and a tangent can amount to, doubled.
_ROUNDING_PICOUNITS = 4


class Point(NamedTuple):
    """Where a market stands on its curve."""

    weights: tuple[Decimal, ...]  # exp((q_i - m) / b)
    total: Decimal
    potential: int  # picounits
    prices: tuple[Price, ...]  # they add up to one exactly


# A function of its arguments and nothing else, so the cache can save time and cannot change a result. A thousand
# markets of two outcomes take one megabyte, of two hundred outcomes twenty.
@lru_cache(maxsize=1024)
def evaluate(quantities: tuple[int, ...], liquidity: int) -> Point:
    """Give the point of these quantities."""
    highest = max(quantities)
    weights = tuple([_exponential(quantity - highest, liquidity) for quantity in quantities])
    *_, total = accumulate(weights, add)
    rise = nearest(multiply(ln(total), liquidity * PICOUNITS))
    whole_weights = [int(scaleb(weight, _WEIGHT_DIGITS)) for weight in weights]
    prices = tuple(map(Price, apportion(whole_weights, PRICE_ONE)))
    return Point(weights, total, highest * PICOUNITS + rise, prices)


@lru_cache(maxsize=8192)
def _exponential(rise: int, liquidity: int) -> Decimal:
    # Cached by itself because a trade on any but the leading outcome leaves every other distance as it was, and because
    # people spend round amounts.
    return exp(divide(rise, liquidity))


def moved(quantities: tuple[int, ...], outcome: int, step: int) -> tuple[int, ...]:
    """Give the quantities after a trade of `step` shares of one outcome; a sale is a negative step."""
    return (*quantities[:outcome], quantities[outcome] + step, *quantities[outcome + 1 :])


def probability_picounits(point: Point, outcome: int, liquidity: int) -> int:
    """Give b times the price of an outcome, in picounits.

    The integral of p(1 - p) over a trade is b times the change of the price, because dp/dq = p(1 - p) / b. As with the
    potential, rounding per state and not per trade makes the parts of a trade add up to the whole.
    """
    return nearest(divide(multiply(point.weights[outcome], liquidity * PICOUNITS), point.total))


def step_for_rise(quantities: tuple[int, ...], liquidity: int, outcome: int, rise: int) -> Decimal | None:
    """Give the shares of one outcome that raise the potential by `rise` units: a spend, or less than zero for a sale.

    C(q + s e_i) = C(q) + A has the solution s = b ln( 1 + (exp(A / b) - 1) / p_i ), which is written here with weights w
    and their sum W, so that nothing is divided by a price near zero:   s = (m - q_i) + b ln( w_i + (exp(A / b) - 1) W ).
    None means that no sale can fetch so much, or only one that leaves a price below 10^-20.
    """
    point = evaluate(quantities, liquidity)
    total_after = multiply(point.total, _exponential(rise, liquidity))
    weight_after = add(point.weights[outcome], subtract(total_after, point.total))
    if scaleb(weight_after, 20) < total_after:
        return None
    return _step_to_weight(quantities, liquidity, outcome, weight_after)


def step_for_price(quantities: tuple[int, ...], liquidity: int, outcome: int, target: Decimal) -> Decimal:
    """Give the shares of one outcome that bring its price to the target, the others keeping their ratios.

    s = b ln( t (1 - p_i) / (p_i (1 - t)) ), less than zero where the target lies below the price.
    """
    point = evaluate(quantities, liquidity)
    others = subtract(point.total, point.weights[outcome])
    weight_after = divide(multiply(target, others), subtract(Decimal(1), target))
    return _step_to_weight(quantities, liquidity, outcome, weight_after)


def _step_to_weight(
    quantities: tuple[int, ...], liquidity: int, outcome: int, weight_after: Decimal
) -> Decimal:
    return add(multiply(ln(weight_after), liquidity), max(quantities) - quantities[outcome])


def largest_step(quantities: tuple[int, ...], liquidity: int, outcome: int, rise: int) -> int | None:
    """Give the largest whole step that raises the potential by at most `rise` units; None as in `step_for_rise`.

    For a purchase these are the most shares that the amount pays for. For a sale, where both numbers are negative,
    these are the fewest shares that fetch the amount. The closed form is off by far less than a share, so the integer
    below it is right or a neighbour is; the integer potential decides.
    """
    closed_form = step_for_rise(quantities, liquidity, outcome, rise)
    if closed_form is None:
        return None
    level = evaluate(quantities, liquidity).potential + rise * PICOUNITS

    def exceeds(step: int) -> bool:
        return evaluate(moved(quantities, outcome, step), liquidity).potential > level

    step = floor(closed_form)
    # The curve is convex: one more share raises it by the present price or more. Where already the tangent ends above
    # the level, as it mostly does, this saves an exponential and a logarithm; the answer is the same.
    here = evaluate(moved(quantities, outcome, step), liquidity)
    tangent = floor(divide(scaleb(here.weights[outcome], 12), here.total))
    if here.potential <= level < here.potential + tangent - _ROUNDING_PICOUNITS:
        return step
    return last_within(step, exceeds)


def cost_picounits(quantities: tuple[int, ...], liquidity: int, trade: Sequence[int]) -> int:
    """Give the cost of any trade, one signed number of shares per outcome; what a sale fetches is negative."""
    after = tuple(quantity + step for quantity, step in zip(quantities, trade, strict=True))
    return evaluate(after, liquidity).potential - evaluate(quantities, liquidity).potential
