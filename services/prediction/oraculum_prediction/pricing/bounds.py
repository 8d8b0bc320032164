"""Between which prices a market trades.

Near 0 and 1 an LMSR price is a matter of the fourth digit of very little: a bet there moves much money for next to no
information, and past what the digits can tell apart shares would be free. Venues stop there (neo-swaps keeps its spot
price in [0.005, 0.995], Manifold in [0.01, 0.99]). We let a favourite go to 0.9999, for crawled markets do, and treat the
limits as data of each market. A trade that would leave any outcome outside is refused, so every state that exists lies
inside, and no size of trade can lead to a place where a weight underflows.

Two outcomes mirror each other, so 0.0001 is then the lower limit. The more outcomes, the less each may hold: with n of
them it is 0.0002 / n, and one of two hundred may still fall to one millionth, the smallest price there is.
"""

from dataclasses import dataclass
from typing import Final, Self

from oraculum_money import PRICE_ONE, Price
from oraculum_prediction.pricing.arithmetic import multiply
from oraculum_prediction.pricing.curve import Point

OUTCOMES_MIN: Final = 2
OUTCOMES_MAX: Final = 200

# From the smallest price to the largest the potential rises by ln(10^6) b at most, and a quantity by twice that.
RISE_MAX_LIQUIDITIES: Final = 14
STEP_MAX_LIQUIDITIES: Final = 28

_HIGH = Price(999_900)
_LOW_SHARED = 200


@dataclass(frozen=True, slots=True)
class PriceBounds:
    """The lowest and the highest price that any outcome may have after a trade, both inclusive."""

    low: Price
    high: Price

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high < PRICE_ONE:
            raise ValueError(
                f"price bounds lie strictly between 0 and 1, not {self.low} and {self.high} millionths"
            )

    @classmethod
    def for_outcomes(cls, outcomes: int) -> Self:
        """Give the bounds that a market with so many outcomes has unless it says otherwise."""
        return cls(low=Price(max(1, _LOW_SHARED // outcomes)), high=_HIGH)

    def hold(self, point: Point) -> bool:
        """Tell whether every price lies inside, by the weights themselves and not by rounded prices."""
        smallest = multiply(min(point.weights), PRICE_ONE)
        largest = multiply(max(point.weights), PRICE_ONE)
        return multiply(point.total, self.low) <= smallest and largest <= multiply(point.total, self.high)
