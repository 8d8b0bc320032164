"""Shapes of the order book."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from oraculum_gateway.shapes.base import AmountOut, Given, PriceIn, PriceOut, Told


class BookQuery(Given):
    """Which side of which outcome, and how much of it."""

    outcome: Annotated[int, Field(ge=0, lt=100)] = 1
    levels: Annotated[int, Field(ge=1, le=100)] = 20
    # How far apart the prices are at which the market maker is asked.
    step: Annotated[PriceIn, Field(ge=Decimal("0.0001"), le=Decimal("0.5"), examples=["0.01"])] = Decimal(
        "0.01"
    )


class LevelOut(Told):
    """What is to be had at a price."""

    price: PriceOut
    # Of resting orders at this price, and how many those are.
    shares: AmountOut
    orders: int
    # What the market maker trades between the level before and this price.
    market_maker_shares: AmountOut


class BookOut(Told):
    """What rests by price, the best first, and what the market maker gives between.

    The market maker has no orders: it trades along its curve, and is shown at every price of the book and at even steps.
    Resting orders of other outcomes may make a trade a little better than this, never worse.
    """

    event_id: str
    outcome: int
    price: PriceOut
    bids: list[LevelOut]
    asks: list[LevelOut]
    sequence: int
    asset: str
