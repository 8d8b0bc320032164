"""How large a market and a price may be.

**The ceiling.** Near certainty an LMSR price is a matter of the fourth digit: a bet there moves much money and says next to
nothing. Venues stop before (neo-swaps keeps its spot price in [0.005, 0.995], Manifold in [0.01, 0.99]). Here it is one
number per market, `price_max`: no trade may leave any outcome above it. By default it is 0.9999, for the favourites of the
markets that we follow go that far. With two outcomes it is a floor as well, 0.0001.

There is no separate floor, and on purpose. With three outcomes or more, one that nobody believes in would soon lie on
it, and then every purchase of another would be refused because it pushes that one down: nobody could bet against a
favourite. Without a floor an outcome may become all but impossible. Its price in millionths then reads 0, its shares
are still sold at their exact price, a unit at least, and the escrow covers them as it covers all (see `liquidity`).

**Where one pool opens.** Its weight is the price that it opens at, and stays. The heavier a side, the fewer of its last shares a
pool gives out for any money, so a weighted pool opens between 0.01 and 0.99, as on Manifold, and trades on to the ceiling.

**Why no size overflows.** A purchase raises the potential by b ln((1 - p) / (1 - p')) < 13.9 b, as p' is at most 0.999999,
and a sale lowers it by no more. An amount beyond 14 b is therefore refused before anything is computed from it; shares of
any number only ever enter exponentials of what is zero or less. And a market whose escrow an account could not hold is refused.
"""

from typing import Final

from oraculum_money import PRICE_ONE, Price, Units
from oraculum_prediction.pricing.arithmetic import multiply
from oraculum_prediction.pricing.curve import Point

OUTCOMES_MIN: Final = 2
OUTCOMES_MAX: Final = 200

# From a thousand units on, one share moves the log-odds by a thousandth or less, so whole shares meet a prior.
LIQUIDITY_MIN: Final = Units(1_000)

# The largest purchase of such a market, 14 b, and as much again in fees, still fit an int64.
LIQUIDITY_MAX: Final = Units(2**57)

RISE_MAX_LIQUIDITIES: Final = 14

PRICE_MAX: Final = Price(999_900)

# The prices between which a market on one weighted pool opens.
POOL_OPENS_FROM: Final = Price(10_000)
POOL_OPENS_TO: Final = Price(PRICE_ONE - POOL_OPENS_FROM)


def below_ceiling(point: Point, price_max: Price) -> bool:
    """Tell whether no price is above the ceiling, by the weights themselves and not by rounded prices."""
    # The leading outcome has the weight 1.
    return multiply(point.total, price_max) >= PRICE_ONE
