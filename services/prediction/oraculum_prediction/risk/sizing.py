"""How much to stake, and what an order does to a price: what a market answers, asked again and again. Pure.

Kelly with price impact (E. Thorp; see also Kelly 1956): stake what makes the expected logarithm of the bankroll largest,

    p ln(B - n + s) + (1 - p) ln(B - n)

with n paid for s shares. As long as one share more at the marginal price c, fee included, makes it larger, that is as long as
p (1 - c)(B - n) > (1 - p) c (B - n + s), more is staked; the left side falls and the right side rises with every share, so
the last amount for which it holds is found by halving. All in integers, the marginal
price in millionths.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from oraculum_money import PRICE_ONE, Price, Shares, Units, mul_div_floor
from oraculum_prediction.pricing import (
    Fill,
    LmsrState,
    Order,
    Side,
    cost,
    proceeds,
    quote,
    shares_to_price,
    uncertainty_at,
)
from oraculum_prediction.pricing.search import last_within

# Prices of an impact ladder, away from where the price is.
LADDER: Final = (10_000, 50_000, 100_000)
# A marginal price is measured on a thousand million shares, so that rounding the fee up hardly counts.
_MEASURE: Final = 1_000


class Stake(NamedTuple):
    """What to stake, and what it buys."""

    amount_units: Units
    full_units: Units
    fill: Fill | None
    # What made it smaller than the fraction of the full stake; empty where nothing did.
    capped_by: str


class Step(NamedTuple):
    """What brings a price somewhere."""

    price: Price
    amount_units: Units
    shares: Shares


def kelly(
    state: LmsrState,
    outcome: int,
    *,
    probability_millionths: int,
    bankroll_units: Units,
    fraction_millionths: int,
    caps: dict[str, Units],
) -> Stake:
    """The stake, before the fee, that makes the bankroll grow fastest; caps are on what is paid in all, by name."""

    def pays(amount: Units) -> bool:
        fill = _bought(state, outcome, amount)
        return (
            fill is not None
            and fill.net < bankroll_units
            and _grows(state, fill, probability_millionths, bankroll_units)
        )

    full = _last(pays, bankroll_units)
    wanted = Units(mul_div_floor(full, fraction_millionths, PRICE_ONE))
    name, cap = min(caps.items(), key=lambda item: item[1])

    def fits(amount: Units) -> bool:
        fill = _bought(state, outcome, amount)
        return fill is not None and fill.net <= cap

    amount = wanted if wanted == 0 or fits(wanted) else _last(fits, wanted)
    fill = _bought(state, outcome, amount) if amount else None
    return Stake(amount if fill else Units(0), full, fill, name if amount < wanted else "")


def ladder(state: LmsrState, outcome: int, side: Side) -> list[Step]:
    """What moves the price by 1, 5 and 10 hundredths, as far as the market lets it go."""
    here, steps = state.prices[outcome], []
    for distance in LADDER:
        target = Price(here + distance if side is Side.BUY else here - distance)
        if not 0 < target < PRICE_ONE:
            break
        shares = shares_to_price(state, outcome, target)
        if side is Side.BUY and shares > 0 and target <= state.price_max:
            steps.append(Step(target, cost(state, outcome, Shares(shares)), Shares(shares)))
        elif side is Side.SELL and 0 < -shares <= state.sold[outcome]:
            steps.append(Step(target, proceeds(state, outcome, Shares(-shares)), Shares(-shares)))
    return steps


def _bought(state: LmsrState, outcome: int, amount: Units) -> Fill | None:
    fill = quote(state, Order(outcome=outcome, side=Side.BUY, amount=amount))
    return fill if isinstance(fill, Fill) and fill.shares > 0 else None


def _grows(state: LmsrState, fill: Fill, probability: int, bankroll_units: Units) -> bool:
    """Whether one share more after this fill would still be worth its price."""
    price = fill.price_after
    fee = state.fee.charge(Units(price * _MEASURE), uncertainty_at(price, Shares(PRICE_ONE * _MEASURE)))
    marginal, whole = price * _MEASURE + fee, PRICE_ONE * _MEASURE
    left = bankroll_units - fill.net
    gain = probability * (whole - marginal) * left
    loss = (PRICE_ONE - probability) * marginal * (left + fill.shares)
    return gain > loss


def _last(holds: Callable[[Units], bool], highest: Units) -> Units:
    """The largest amount for which it holds, where it holds up to some amount and not beyond; 0 if for none."""
    return Units(last_within(0, lambda size: size > highest or (size > 0 and not holds(Units(size)))))
