"""Trading an order against the market maker and the book together, in the order of the best price.

    found = match(state, book, taker, now)
    if isinstance(found, Match):
        state = found.state
        book.apply(found)

A taker that buys outcome i walks up its price and meets, wherever the price is the best one:

a) resting sales of i at their price r: shares change hands, the market maker's quantities stay as they are;
b) the market maker;
c) resting bids for another outcome j at r_j: once p_j has fallen to r_j, j is bought for the bidder just so much that
   p_j stays there. The bidder pays r_j a share, the taker the rest of what the potential rises by. With two outcomes
   this is two people who pay for complete sets together, and needs no case of its own.

A taker that sells walks down and meets the mirror: bids for i, the market maker, sales of other outcomes.

The whole walk is found first and booked once, so that no fill lies outside the prices before and after, nor beyond its
own limit. Nothing here changes the book or the state.
"""

from datetime import datetime

from oraculum_money import Units
from oraculum_prediction.pricing.book import Book
from oraculum_prediction.pricing.lmsr import LmsrState
from oraculum_prediction.pricing.matches import Match
from oraculum_prediction.pricing.orders import Refusal
from oraculum_prediction.pricing.takers import Taker


def match(state: LmsrState, book: Book, taker: Taker, now: datetime | None = None) -> Match | Refusal:
    """Give what comes of this order, or the refusal that names its reason; then nothing happens, to no one.

    Resting orders that have expired by `now` are met by nobody; those that the walk reaches are cancelled as it passes.
    """
    raise NotImplementedError


def reserve_for(state: LmsrState, taker: Taker) -> Units:
    """Give the most that this order can take from its person over its whole life, whatever state and book do meanwhile.

    The stake, or the shares at the limit (at 1 without one), and the largest fee on that; nothing for a sale. `match`
    refuses orders for which this would not fit an amount.
    """
    raise NotImplementedError
