"""How much to stake, and what an order does to a price: what a market answers, asked again and again. Pure.

The rule is Kelly's with price impact, `pricing.kelly`; here stand the market that it is asked of, and the caps. Finding a
stake takes some eighty purchases, which in a market of many outcomes are half a second: `kelly_between` lets everybody else
have their turn after each.
"""

import asyncio
from collections.abc import Callable
from typing import Final, NamedTuple

from oraculum_money import PRICE_ONE, Price, Shares, Units, mul_div_floor
from oraculum_prediction.pricing import (
    Fill,
    MakerState,
    Order,
    Side,
    quote,
    shares_to_price,
    uncertainty_at,
)
from oraculum_prediction.pricing.kelly import MARGINAL_ONE, Position, last_stake, stake_with_impact

# Prices of an impact ladder, away from where the price is.
LADDER: Final = (10_000, 50_000, 100_000)


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


# What a purchase for an amount would be; None where that cannot be had.
_Buys = Callable[[Units], Fill | None]


class _Unknown(Exception):
    """A purchase that the search asks for, and that was not looked at yet."""

    def __init__(self, amount: Units) -> None:
        super().__init__(amount)
        self.amount = amount


async def kelly_between(
    state: MakerState,
    outcome: int,
    *,
    probability_millionths: int,
    bankroll_units: Units,
    fraction_millionths: int,
    caps: dict[str, Units],
) -> Stake:
    """`kelly`, in a process that has others to answer.

    The search begins anew with every purchase that it learns: what it asked before it knows, so that costs next to nothing.
    """
    known: dict[Units, Fill | None] = {}

    def buys(amount: Units) -> Fill | None:
        try:
            return known[amount]
        except KeyError:
            raise _Unknown(amount) from None

    while True:
        try:
            return kelly(
                state,
                outcome,
                probability_millionths=probability_millionths,
                bankroll_units=bankroll_units,
                fraction_millionths=fraction_millionths,
                caps=caps,
                buys=buys,
            )
        except _Unknown as unknown:
            known[unknown.amount] = _bought(state, outcome, unknown.amount)
        await asyncio.sleep(0)


def kelly(
    state: MakerState,
    outcome: int,
    *,
    probability_millionths: int,
    bankroll_units: Units,
    fraction_millionths: int,
    caps: dict[str, Units],
    buys: _Buys | None = None,
) -> Stake:
    """The stake, before the fee, that makes the bankroll grow fastest; caps are on what is paid in all, by name."""
    bought = buys or (lambda amount: _bought(state, outcome, amount))
    full = stake_with_impact(
        Price(probability_millionths), bankroll_units, lambda amount: _position(state, bought(amount))
    )
    wanted = Units(mul_div_floor(full, fraction_millionths, PRICE_ONE))
    name, cap = min(caps.items(), key=lambda item: item[1])

    def fits(amount: Units) -> bool:
        fill = bought(amount)
        return fill is not None and fill.net <= cap

    amount = wanted if wanted == 0 or fits(wanted) else last_stake(fits, wanted)
    fill = bought(amount) if amount else None
    return Stake(amount if fill else Units(0), full, fill, name if amount < wanted else "")


def ladder(state: MakerState, outcome: int, side: Side) -> list[Step]:
    """What moves the price by 1, 5 and 10 hundredths, as far as the market lets it go."""
    here, steps = state.prices[outcome], []
    for distance in LADDER:
        target = Price(here + distance if side is Side.BUY else here - distance)
        if not 0 < target < PRICE_ONE:
            break
        shares = shares_to_price(state, outcome, target) * (1 if side is Side.BUY else -1)
        if shares <= 0 or target > state.price_max:
            continue
        fill = quote(state, Order(outcome, side, shares=Shares(shares)))
        if isinstance(fill, Fill):
            steps.append(Step(target, fill.gross, fill.shares))
    return steps


def _bought(state: MakerState, outcome: int, amount: Units) -> Fill | None:
    fill = quote(state, Order(outcome=outcome, side=Side.BUY, amount=amount))
    return fill if isinstance(fill, Fill) and fill.shares > 0 else None


def _position(state: MakerState, fill: Fill | None) -> Position | None:
    """Where a purchase, the fee on top, would lead to."""
    if fill is None:
        return None
    # The price of a whole share of MARGINAL_ONE units.
    price = fill.price_after * (MARGINAL_ONE // PRICE_ONE)
    fee = state.fee.charge(Units(price), uncertainty_at(fill.price_after, Shares(MARGINAL_ONE)))
    return Position(fill.net, fill.shares, price + fee)
