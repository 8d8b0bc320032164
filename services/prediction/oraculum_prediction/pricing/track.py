"""What matching asks of a curve: how far it is to the next thing, and what happens on the way.

A track is one taker's way along the curve, in real numbers: where it stands, which other outcomes are pinned to the
price of a resting order, and what the taker and the pinned ones have traded so far. Ways are compared by their *reach*, a
number from one on that grows along the way and is cheap to find for a price; a `Stretch` is a piece of the way ahead with
everything that is known at its end.

Nothing here is booked. Matching finds its way on a track and then settles it in integers (see `settling`).
"""

from decimal import Decimal
from typing import NamedTuple, Protocol

from oraculum_money import Shares


class Stretch(NamedTuple):
    """A piece of the way that lies ahead."""

    # In the track's own measure, never below zero except for a look back by less than a share.
    distance: Decimal
    # What the taker trades on it, with the market maker and the pinned orders together, and pays or gets for that.
    shares: Decimal
    amount: Decimal
    # The taker's price at its end.
    price: Decimal


class Track(Protocol):
    """One taker's way along a curve. Prices are millionths; amounts and shares are positive whichever way it goes."""

    # Traded so far; the fee's base is the sum of p(1 - p) over the shares.
    shares: Decimal
    amount: Decimal
    uncertainty: Decimal

    def reach_of_price(self, millionths: int) -> Decimal | None:
        """Where the taker's outcome has this price: one or less if it has it already, None if it never will."""

    def reach_of_other(self, outcome: int, millionths: int) -> Decimal:
        """Where another outcome, not pinned, has this price."""

    def reach_of_ceiling(self, millionths: int) -> Decimal | None:
        """Where some price would pass the ceiling of the market."""

    def distance(self, reach: Decimal) -> Decimal:
        """How far that is from here."""

    def distance_to_use_up(self, outcome: int, shares: Shares) -> Decimal:
        """How far it is until a pinned outcome has traded so many shares since it was pinned."""

    def stretch(self, distance: Decimal) -> Stretch | None:
        """The way ahead of this length; None if the taker can never go so far."""

    def stretch_of_shares(self, shares: Decimal) -> Stretch:
        """The way ahead on which the taker trades so many shares; a little less than none is allowed."""

    def stretch_of_amount(self, amount: Decimal) -> Stretch | None:
        """The way ahead on which the taker pays or gets so much; None if it never can."""

    def advance(self, stretch: Stretch) -> None:
        """Go there."""

    def pin(self, outcome: int, millionths: int) -> None:
        """Hold the price of another outcome where it is: a resting order trades whatever that takes."""

    def release(self, outcome: int) -> None:
        """Let a pinned price go again."""

    def taken(self, outcome: int, stretch: Stretch) -> Decimal:
        """What a pinned outcome has traded since it was pinned, by the end of this stretch."""

    def uncertainty_by(self, stretch: Stretch) -> Decimal:
        """What `uncertainty` will be at the end of this stretch."""
