"""What it takes to open an LMSR market: prior odds, the subsidy they need, and the liquidity a subsidy pays for.

A prior is a vector of offsets that stand in the quantities before anybody trades: offset_i = b ln(p_i / p_max), rounded
to whole shares, so the likeliest outcome has 0 and the others less. Odds are any positive integers in proportion to the
probabilities: prices in millionths, or (1, 1) for even odds.

The subsidy is the worst loss, in exact integers: S = ceil( C(offset) - min(offset) ), which is b ln n for even odds and
b ln(1 / p_min) for a prior.

Why an escrow that begins with S covers every outcome at every moment. Let K be the integer potential, q = offset + sold the
quantities, and E the escrow in units. Each purchase adds at least the rise of K, each sale takes at most its fall (costs
are rounded up, proceeds down, by differences of K itself), so along any sequence of trades

    E  >=  S + K(q) - K(offset)  >=  K(q) - min(offset)  >=  q_i - min(offset)  >=  sold_i      for every outcome i.

The third step is K(q) >= max q, which holds exactly (see `curve`). The house's result is what is left. It covers a void
too: a payout vector that sums to at most one pays sum_i v_i sold_i <= max_i sold_i.
"""

from collections.abc import Sequence

from oraculum_money import Units, checked_units
from oraculum_prediction.pricing.arithmetic import divide, floor, ln, multiply, nearest
from oraculum_prediction.pricing.curve import PICOUNITS, Point, evaluate
from oraculum_prediction.pricing.limits import LIQUIDITY_MAX, LIQUIDITY_MIN, OUTCOMES_MAX, OUTCOMES_MIN


def even_odds(outcomes: int) -> tuple[int, ...]:
    """Give the odds of a market that favours no outcome."""
    return (1,) * outcomes


def prior_for(liquidity: Units, odds: Sequence[int]) -> tuple[int, ...]:
    """Give the offsets with which a market of this liquidity opens at these odds."""
    _check_odds(odds)
    _check_liquidity(liquidity)
    return _offsets(liquidity, odds)


def subsidy_for(liquidity: Units, odds: Sequence[int]) -> Units:
    """Give the money that must lie in escrow before such a market opens: the most it can lose."""
    return worst_loss(liquidity, prior_for(liquidity, odds))


def liquidity_for(subsidy: Units, odds: Sequence[int]) -> Units:
    """Give the liquidity that a subsidy pays for: b = S / ln(1 / p_min), or up to two units less where rounding asks it."""
    _check_odds(odds)
    loss_per_unit = ln(divide(sum(odds), min(odds)))
    liquidity = min(floor(divide(subsidy, loss_per_unit)), LIQUIDITY_MAX)
    while liquidity >= LIQUIDITY_MIN:
        if worst_loss(Units(liquidity), _offsets(liquidity, odds)) <= subsidy:
            return Units(liquidity)
        liquidity -= 1
    raise ValueError(
        f"a subsidy of {subsidy} units is too small: it pays for less than a liquidity of {LIQUIDITY_MIN}"
    )


def worst_loss(liquidity: Units, prior: Sequence[int]) -> Units:
    """Give S of the module docstring for these offsets."""
    return checked_units(covering(evaluate(tuple(prior), liquidity), prior))


def covering(point: Point, prior: Sequence[int]) -> int:
    """Give K(q) - min(offset) in whole units, rounded up: what an escrow holds at least, and enough for any outcome."""
    return -(-(point.potential - min(prior) * PICOUNITS) // PICOUNITS)


def _offsets(liquidity: int, odds: Sequence[int]) -> tuple[int, ...]:
    largest = max(odds)
    return tuple(nearest(multiply(ln(divide(each, largest)), liquidity)) for each in odds)


def _check_odds(odds: Sequence[int]) -> None:
    if not OUTCOMES_MIN <= len(odds) <= OUTCOMES_MAX:
        raise ValueError(f"a market has {OUTCOMES_MIN} to {OUTCOMES_MAX} outcomes, not {len(odds)}")
    if min(odds) <= 0:
        raise ValueError("odds are positive integers")


def _check_liquidity(liquidity: int) -> None:
    if not LIQUIDITY_MIN <= liquidity <= LIQUIDITY_MAX:
        raise ValueError(
            f"liquidity lies between {LIQUIDITY_MIN} and {LIQUIDITY_MAX} units, not at {liquidity}"
        )
