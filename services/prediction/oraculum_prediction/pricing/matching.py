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

from oraculum_money import INT64_MAX, PRICE_ONE, Units, checked_units, mul_div_ceil
from oraculum_prediction.pricing.book import Book
from oraculum_prediction.pricing.grounds import BookState, ground_of
from oraculum_prediction.pricing.groups import group_of
from oraculum_prediction.pricing.market import MarketState, quote
from oraculum_prediction.pricing.matches import Match, match_of
from oraculum_prediction.pricing.orders import Fill, Reason, Refusal, Side
from oraculum_prediction.pricing.takers import OrderKind, Taker, TimeInForce
from oraculum_prediction.pricing.walk import walk


def match(
    state: MarketState,
    book: Book,
    taker: Taker,
    now: datetime | None = None,
    *,
    meetings_max: int | None = None,
) -> Match | Refusal:
    """Give what comes of this order, or the refusal that names its reason; then nothing happens, to no one.

    An order that would meet more than `meetings_max` others is too large: each costs time in which nobody else is served.
    It is a bound for what is new; what was matched is computed again without one. Resting orders that have expired by `now`
    are met by nobody; those that the walk reaches are cancelled as it passes.
    Markets on several pools have no book, nor have stakes; there a market order is what `quote` says and a limit order is
    not offered.
    """
    if taker.kind is OrderKind.MARKET and (not book or not isinstance(state, BookState)):
        return _alone(state, taker)
    if not isinstance(state, BookState):
        return Refusal(Reason.NOT_OFFERED, "this market has no order book, so it takes no limit orders")
    refused = _refused_unseen(state, taker)
    if refused is not None:
        return refused
    return _untouched(state, book, taker) or _walked(state, book, taker, now, meetings_max)


def _walked(
    state: BookState, book: Book, taker: Taker, now: datetime | None, meetings_max: int | None
) -> Match | Refusal:
    ground = ground_of(state)
    track = ground.track(taker.outcome, taker.side)
    try:
        found = walk(track, book, taker, state.outcomes, state.price_max, now, meetings_max)
        if found is None:
            message = f"it would meet more than {meetings_max} resting orders, place it in parts"
            return Refusal(Reason.TOO_LARGE, message)
        return group_of(state, ground, taker, found)
    except ArithmeticError:
        # An outcome has become so improbable that forty digits do not tell it from nothing, and what rests pins all the
        # others: rather refused than computed wrongly.
        return Refusal(Reason.TOO_LARGE, "the prices lie too far apart for this order to be computed")


def reserve_for(state: MarketState, taker: Taker) -> Units:
    """Give the most that this order can take from its person over its whole life, whatever state and book do meanwhile.

    The stake, or the shares at the limit (at 1 without one), and the largest fee on that; nothing for a sale. An order by
    shares that may take and then rest is rounded up once for each, which is a unit more. An order that `match` does not
    refuse has a reserve that fits an amount; of others AmountOutOfRange may be raised.
    """
    return checked_units(_most(state, taker))


def _most(state: MarketState, taker: Taker) -> int:
    order = taker.order
    if order.side is Side.SELL:
        return 0
    gross = order.amount or mul_div_ceil(order.size, order.limit or PRICE_ONE, PRICE_ONE)
    twice = order.shares is not None and taker.time_in_force is TimeInForce.GTC and not taker.post_only
    return gross + state.fee.most(Units(gross)) + int(twice)


def _alone(state: MarketState, taker: Taker) -> Match | Refusal:
    quoted = quote(state, taker.order)
    return match_of(state, taker, quoted) if isinstance(quoted, Fill) else quoted


def _refused_unseen(state: BookState, taker: Taker) -> Refusal | None:
    """Refuse what no market can do, so that no number grows beyond what it is made for."""
    if not 0 <= taker.outcome < state.outcomes:
        return Refusal(Reason.UNKNOWN_OUTCOME, f"the market has the outcomes 0 to {state.outcomes - 1}")
    outstanding = state.sold[taker.outcome]
    if taker.side is Side.SELL and (taker.shares or 0) > outstanding:
        message = "more shares than are outstanding cannot be sold"
        return Refusal(Reason.NOT_ENOUGH_SHARES, message, outstanding)
    if _most(state, taker) > INT64_MAX or taker.order.size > INT64_MAX:
        return Refusal(Reason.TOO_LARGE, "no account could hold so much")
    return None


def _untouched(state: BookState, book: Book, taker: Taker) -> Match | None:
    """Give the match of an order that the market maker fills whole before any other is reached: most are such."""
    limit, sign = taker.marginal_limit, 1 if taker.side is Side.BUY else -1
    if taker.post_only or (limit is not None and sign * (limit - state.prices[taker.outcome]) <= 1):
        return None
    quoted = quote(state, taker.order)
    if not isinstance(quoted, Fill):
        return None
    after = state.after(quoted)
    # To a millionth or two: where it is close, the walk tells.
    if limit is not None and sign * (limit - after.prices[taker.outcome]) <= 1:
        return None
    return None if _touches(after, book, taker) else match_of(state, taker, quoted)


def _touches(after: BookState, book: Book, taker: Taker) -> bool:
    """Tell whether a trade with the market maker alone may have passed a resting order, to a millionth or two.

    A match of these would not be another one where the answer is wrongly yes: it only takes longer to find.
    """
    buying = taker.side is Side.BUY
    direction = 1 if buying else -1
    for outcome, price in enumerate(after.prices):
        own = outcome == taker.outcome
        ladder = book.ladder(outcome, Side.SELL if own is buying else Side.BUY)
        toward = direction if own else -direction
        if ladder and toward * (price - ladder[0].price) >= -1:
            return True
    return False
