"""The book as people see it: what rests at each price, and what the market maker trades up to there.

The market maker has no orders; it trades along its curve. So between two prices of the book, and at steps beyond the best,
it is shown with the shares that bring its price from the one to the other. Whoever walks down the levels in order meets
what an order would meet, but for resting orders of other outcomes, with which a purchase mints and a sale burns: those make
a real order a little better than the book says, never worse.

Anybody may ask for two hundred levels, each a walk along the curve: others have their turn after each of them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_money import PRICE_ONE, Price
from oraculum_prediction import statuses
from oraculum_prediction.pricing import MakerState, shares_to_price
from oraculum_prediction.repository.resting import Level

STEP_DEFAULT: Final = 10_000
LEVELS_DEFAULT: Final = 20


async def book(
    state: MakerState, resting: Sequence[Level], outcome: int, *, levels: int, step: int
) -> tuple[list[pb.BookLevel], list[pb.BookLevel]]:
    """Bids and asks of one outcome, the best prices first."""
    bids = {level.price: level for level in resting if level.side == statuses.BUY}
    asks = {level.price: level for level in resting if level.side == statuses.SELL}
    price = state.prices[outcome]
    down = [price // step * step - step * number for number in range(levels + 1)]
    up = [-(-price // step) * step + step * number for number in range(levels + 1)]
    return (
        await _side(state, outcome, bids, down, levels, sign=-1),
        await _side(state, outcome, asks, up, levels, sign=1),
    )


async def _side(
    state: MakerState,
    outcome: int,
    by_price: Mapping[Price, Level],
    steps: Sequence[int],
    levels: int,
    *,
    sign: int,
) -> list[pb.BookLevel]:
    prices = sorted({*by_price, *steps}, reverse=sign < 0)
    shown: list[pb.BookLevel] = []
    reached = 0
    for price in prices:
        if not 0 < price < PRICE_ONE:
            continue
        await asyncio.sleep(0)
        # Signed: positive where shares are bought of the market maker.
        total = max(0, sign * shares_to_price(state, outcome, Price(price)))
        there = by_price.get(Price(price))
        level = pb.BookLevel(
            price_millionths=price,
            resting_shares=there.shares if there else 0,
            resting_orders=there.orders if there else 0,
            market_maker_shares=_limited(state, outcome, total, sign) - reached,
        )
        if level.resting_orders or level.market_maker_shares:
            shown.append(level)
            reached += level.market_maker_shares
        if len(shown) == levels:
            break
    return shown


def _limited(state: MakerState, outcome: int, total: int, sign: int) -> int:
    """No more can be sold to the market maker than is outstanding."""
    return total if sign > 0 else min(total, state.sold[outcome])
