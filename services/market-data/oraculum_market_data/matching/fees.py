"""What a taker pays the venue for one share at a price, and what two prices leave after both have been paid.

Polymarket names a rate and an exponent with the market, Kalshi takes 0.07 of p (1 - p) and rounds an order's fee up to
the cent, Manifold takes nothing. Rounding an order of many shares costs each of them next to nothing, so a share's fee
is told unrounded; what is left is rounded down.
"""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from oraculum_market_data.figures import EXACT, Price
from oraculum_market_data.normal import Market, Venue

_KALSHI_RATE: Final = Decimal("0.07")
_ONE: Final = Decimal(1)
_NOTHING: Final = Decimal(0)
_MILLION_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Side:
    """What an outcome can be bought and sold for, and where."""

    market: Market
    bid: Price | None
    ask: Price | None


@dataclass(frozen=True, slots=True)
class Edge:
    """What buying here and selling there leaves of a share. `buy` is 1 for the first side and 2 for the second."""

    millionths: int
    buy: int


def fee(market: Market, price: Decimal) -> Decimal:
    """What a taker pays for a share at a price."""
    spread = EXACT.multiply(price, EXACT.subtract(_ONE, price))
    if market.venue is Venue.KALSHI:
        return EXACT.multiply(_KALSHI_RATE, spread)
    if market.venue is Venue.POLYMARKET:
        rate = _figure(market.fees.get("rate"))
        exponent = _figure(market.fees.get("exponent")) or _ONE
        return (
            _NOTHING
            if not rate or market.fees.get("enabled") == "false"
            else EXACT.multiply(rate, EXACT.power(spread, exponent))
        )
    return _NOTHING


def edge(first: Side, second: Side) -> Edge | None:
    """The better of the two ways round; None where neither can be traded."""
    ways = [
        Edge(left, buy)
        for buy, (cheap, dear) in enumerate(((first, second), (second, first)), start=1)
        if (left := _left(cheap, dear)) is not None
    ]
    return max(ways, key=lambda way: way.millionths, default=None)


def _left(buying: Side, selling: Side) -> int | None:
    if buying.ask is None or selling.bid is None:
        return None
    paid = EXACT.add(buying.ask.exact, fee(buying.market, buying.ask.exact))
    got = EXACT.subtract(selling.bid.exact, fee(selling.market, selling.bid.exact))
    left = EXACT.subtract(got, paid)
    return int(left.scaleb(_MILLION_DIGITS, EXACT).to_integral_value(ROUND_FLOOR, EXACT))


def _figure(text: str | None) -> Decimal:
    try:
        return _NOTHING if not text else Decimal(text)
    except ArithmeticError:
        return _NOTHING
