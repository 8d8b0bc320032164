"""More liquidity for a market that trades: somebody adds to its subsidy, and no price moves.

With b' = c b the quantities q' = c q have the prices that q had under b. The shares sold are what they are, so the offsets
make up the difference, prior' = c q - sold, rounded to whole shares and shifted so that the largest is 0; prices stay what
they are to that rounding.

It is as if a second market of liquidity b' - b were opened beside the first, at the prices of the moment, and all trades
were shared between the two. So it costs what opening that one costs, (b' - b) ln(1 / p) of the least likely outcome: the
most that the new part can lose, whatever comes, so that nobody who lifts a price, adds liquidity and brings it back gains more
than was added. The escrow must also hold K(q) - min(prior) at every moment (see `liquidity`); as the worst outcome
of a sum is never worse than the sum of the worst, that has risen by no more, and it is looked at because of the rounding.
"""

from oraculum_money import Units
from oraculum_prediction.pricing import curve
from oraculum_prediction.pricing.arithmetic import divide, floor, ln, multiply, nearest, subtract
from oraculum_prediction.pricing.limits import LIQUIDITY_MAX
from oraculum_prediction.pricing.liquidity import covering
from oraculum_prediction.pricing.lmsr import LmsrState
from oraculum_prediction.pricing.search import last_within


def deepened(state: LmsrState, subsidy: Units) -> LmsrState:
    """Give the market with all the liquidity that this much more subsidy pays for; ValueError where it pays for none."""
    if subsidy <= 0:
        raise ValueError("a subsidy is positive")
    covered, most = covering(state.point, state.prior) + subsidy, _most(state, subsidy)

    def exceeds(liquidity: int) -> bool:
        if liquidity <= state.liquidity:
            return False
        if liquidity > most:
            return True
        prior = _offsets(state, liquidity)
        quantities = tuple(map(int.__add__, prior, state.sold))
        return covering(curve.evaluate(quantities, liquidity), prior) > covered

    liquidity = last_within(most, exceeds)
    if liquidity <= state.liquidity:
        raise ValueError(f"{subsidy} units pay for no more liquidity")
    return LmsrState(Units(liquidity), _offsets(state, liquidity), state.sold, state.fee, state.price_max)


def _most(state: LmsrState, subsidy: Units) -> int:
    """Give b + S / ln(1 / p) of the least likely outcome."""
    lowest = divide(min(state.quantities) - max(state.quantities), state.liquidity)
    spread = subtract(ln(state.point.total), lowest)
    return min(state.liquidity + floor(divide(subsidy, spread)), LIQUIDITY_MAX)


def _offsets(state: LmsrState, liquidity: int) -> tuple[int, ...]:
    highest = max(state.quantities)
    stretched = [
        nearest(divide(multiply(quantity - highest, liquidity), state.liquidity)) - sold
        for quantity, sold in zip(state.quantities, state.sold, strict=True)
    ]
    return tuple(offset - max(stretched) for offset in stretched)
