"""Several outcomes in one order: all of them or none, and one limit for all together.

Each leg is an order of its own that meets market maker and book like any other, on what the legs before it left; what
they cost together does not depend on their order where only the market maker is met, for its potential knows no ways.

    found = match_basket(state, book, legs, most=Units(5_000_000))
    if isinstance(found, Basket):
        for each in found.matches: book.apply(each)

A basket by amount has the same number of shares of every outcome: `basket_shares` says how many.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from oraculum_money import Shares, Units
from oraculum_prediction.pricing import curve
from oraculum_prediction.pricing.arithmetic import add, divide, exp, floor, ln, multiply, subtract
from oraculum_prediction.pricing.book import Book
from oraculum_prediction.pricing.curve import PICOUNITS
from oraculum_prediction.pricing.limits import RISE_MAX_LIQUIDITIES
from oraculum_prediction.pricing.lmsr import LmsrState
from oraculum_prediction.pricing.market import MarketState
from oraculum_prediction.pricing.matches import Match
from oraculum_prediction.pricing.matching import match
from oraculum_prediction.pricing.orders import Reason, Refusal, Side
from oraculum_prediction.pricing.search import last_within
from oraculum_prediction.pricing.takers import OrderKind, Taker


@dataclass(frozen=True, slots=True)
class Basket:
    """The groups of fills of all legs, in their order; each starts where the one before it ended."""

    matches: tuple[Match, ...]

    @property
    def net(self) -> Units:
        """What the person pays for all of it; less than nothing is what they are paid."""
        fills = [each.taker for each in self.matches if each.taker is not None]
        return Units(sum(fill.net if fill.side is Side.BUY else -fill.net for fill in fills))

    @property
    def state(self) -> MarketState:
        """The market afterwards."""
        return self.matches[-1].state


def match_basket(
    state: MarketState,
    book: Book,
    legs: Sequence[Taker],
    now: datetime | None = None,
    *,
    most: Units | None = None,
) -> Basket | Refusal:
    """Give what comes of all legs, or the refusal of the first that cannot be filled; then nothing happens.

    `most` is the most that all of them together may cost, fees included; less than nothing for the least that they
    shall fetch. Legs are market orders on different outcomes.
    """
    if not legs or any(leg.kind is not OrderKind.MARKET for leg in legs):
        raise ValueError("a basket has one market order or more")
    if len({leg.outcome for leg in legs}) != len(legs):
        raise ValueError("a basket has every outcome once")
    book = book.fork()
    matches: list[Match] = []
    for leg in legs:
        found = match(state, book, leg, now)
        if isinstance(found, Refusal):
            return found
        book.apply(found)
        state = found.state
        matches.append(found)
    basket = Basket(tuple(matches))
    if most is not None and basket.net > most:
        return Refusal(
            Reason.PRICE_LIMIT, f"all of it comes to {basket.net} units, {most} at most were agreed to"
        )
    return basket


def basket_shares(state: LmsrState, outcomes: Collection[int], amount: Units) -> Shares | Refusal:
    """Give how many shares of each of these outcomes the amount buys of the market maker alone, before fees.

    With W the weights of the basket and V all others, y = b ln( ((W + V) exp(A / b) - V) / W ), and the integer potential
    decides between its neighbours.
    """
    chosen = set(outcomes)
    if not chosen or not chosen < set(range(state.outcomes)):
        raise ValueError("a basket has some of the outcomes and not all of them")
    if amount > RISE_MAX_LIQUIDITIES * state.liquidity:
        return Refusal(Reason.PRICE_CEILING, "so much would lift prices past the ceiling of this market")
    level = state.point.potential + amount * PICOUNITS

    def exceeds(count: int) -> bool:
        return curve.evaluate(_raised(state, chosen, Shares(count)), state.liquidity).potential > level

    return Shares(max(0, last_within(_closed_form(state, chosen, amount), exceeds)))


def _closed_form(state: LmsrState, chosen: Collection[int], amount: Units) -> int:
    *_, inside = accumulate((state.point.weights[outcome] for outcome in chosen), add)
    grown = multiply(state.point.total, exp(divide(amount, state.liquidity)))
    outside = subtract(state.point.total, inside)
    return floor(multiply(ln(divide(subtract(grown, outside), inside)), state.liquidity))


def _raised(state: LmsrState, chosen: Collection[int], shares: Shares) -> tuple[int, ...]:
    return tuple(
        quantity + (shares if outcome in chosen else 0) for outcome, quantity in enumerate(state.quantities)
    )
