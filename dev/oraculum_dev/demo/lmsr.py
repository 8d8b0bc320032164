"""The market maker's formula once more, written from the book and not from the service, to check its prices.

Hanson's logarithmic market scoring rule: with b the liquidity and p the prices before, buying d shares of outcome i
costs `b ln(1 + p_i (exp(d/b) - 1))`, and afterwards `p_i' = p_i exp(d/b) / (1 + p_i (exp(d/b) - 1))`. The market shows
its prices to a millionth, so a check is an interval: what the prices just below and just above the shown one allow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

# A shown price may be off by one in its last digit: the shown ones add up to exactly one.
MILLIONTH = Decimal("0.000001")
# A cost is rounded up and proceeds are rounded down to this.
UNIT = Decimal("0.000001")
DIGITS = 50


@dataclass(frozen=True)
class Range:
    """From here to there, both included."""

    low: Decimal
    high: Decimal

    def __contains__(self, value: object) -> bool:
        return isinstance(value, Decimal) and self.low <= value <= self.high

    def __str__(self) -> str:
        """Both ends."""
        return f"{self.low:.6f} to {self.high:.6f}"


def cost(liquidity: Decimal, price: Decimal, shares: Decimal) -> Decimal:
    """What so many shares of an outcome cost from this price on; negative shares are sold and bring money."""
    with localcontext(prec=DIGITS):
        return liquidity * (1 + price * _growth(shares, liquidity)).ln()


def price_after(liquidity: Decimal, price: Decimal, shares: Decimal) -> Decimal:
    """The outcome's price once so many of its shares were bought (or, when negative, sold)."""
    with localcontext(prec=DIGITS):
        growth = _growth(shares, liquidity)
        return price * (1 + growth) / (1 + price * growth)


def prices_after(
    liquidity: Decimal, prices: Sequence[Decimal], outcome: int, shares: Decimal
) -> list[Decimal]:
    """All prices afterwards: the others shrink alike, since together they are one."""
    with localcontext(prec=DIGITS):
        total = 1 + prices[outcome] * _growth(shares, liquidity)
        moved = price_after(liquidity, prices[outcome], shares)
        return [moved if index == outcome else price / total for index, price in enumerate(prices)]


def cost_range(liquidity: Decimal, price: Decimal, shares: Decimal) -> Range:
    """What may be paid for shares when the price before is known to a millionth and the sum is a whole unit."""
    ends = [cost(liquidity, price + error, shares) for error in (-MILLIONTH, MILLIONTH)]
    return Range(min(ends) - UNIT, max(ends) + UNIT)


def price_range(liquidity: Decimal, price: Decimal, shares: Decimal) -> Range:
    """Which price may be shown afterwards."""
    ends = [price_after(liquidity, price + error, shares) for error in (-MILLIONTH, MILLIONTH)]
    return Range(min(ends) - MILLIONTH, max(ends) + MILLIONTH)


def _growth(shares: Decimal, liquidity: Decimal) -> Decimal:
    return (shares / liquidity).exp() - 1
