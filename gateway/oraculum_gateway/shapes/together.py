"""Bets that are filled together: baskets, and filled bets that are edited."""

from typing import Annotated

from pydantic import Field, model_validator

from oraculum_gateway.shapes.base import DecimalIn, Given, Id, PriceIn, Told
from oraculum_gateway.shapes.events import SideName
from oraculum_gateway.shapes.trading import PredictionOut


class BasketLegIn(Given):
    """One of several bets in one event that are filled together: an amount or a number of shares, at once and whole."""

    outcome: Annotated[int, Field(ge=0, lt=100)]
    side: SideName = "buy"
    amount: DecimalIn | None = None
    shares: DecimalIn | None = None
    # The worst average price of a share before the fee.
    price: PriceIn | None = None

    @model_validator(mode="after")
    def one_quantity(self) -> "BasketLegIn":
        """Refuse both or neither quantity."""
        if (self.amount is None) == (self.shares is None):
            raise ValueError("send amount or shares, one of them")
        return self


class BasketIn(Given):
    """Several bets in one event, of different outcomes, that are filled together or not at all."""

    event_id: Id
    legs: Annotated[list[BasketLegIn], Field(min_length=1, max_length=20)]
    # The most that all of it may cost, fees included and proceeds of sales taken off.
    max_cost: DecimalIn | None = None


class EditedOut(PredictionOut):
    """The bet that stands now."""

    # The sale of what a filled bet had bought; null where what rests was changed.
    sale: PredictionOut | None


class BasketOut(Told):
    """The filled bets, one for each leg in their order."""

    data: list[PredictionOut]
