"""What was traded on an event, as everybody can read it, and whether each price follows from the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from oraculum_dev.demo import lmsr


@dataclass(frozen=True)
class Fill:
    """One trade, with the prices of all outcomes right after it."""

    outcome: int
    # Negative for a sale.
    shares: Decimal
    # What was paid for the shares, or, negative, what they brought; before the fee.
    amount: Decimal
    prices: tuple[Decimal, ...]
    sequence: int

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Read one from `/events/{id}/trades`."""
        sign = 1 if row["side"] == "buy" else -1
        return cls(
            outcome=row["outcome"],
            shares=sign * Decimal(row["shares"]),
            amount=sign * Decimal(row["amount"]),
            prices=tuple(map(Decimal, row["prices"])),
            sequence=row["sequence"],
        )


def in_order(rows: Sequence[dict[str, Any]]) -> list[Fill]:
    """The trades of a page, oldest first."""
    return sorted(map(Fill.of, rows), key=lambda fill: fill.sequence)


def wrong_costs(liquidity: Decimal, opening: Sequence[Decimal], fills: Sequence[Fill]) -> list[str]:
    """Trades that cost something else than the formula says, in words."""
    wrong, before = [], tuple(opening)
    for fill in fills:
        expected = lmsr.cost_range(liquidity, before[fill.outcome], fill.shares)
        if fill.amount not in expected:
            wrong.append(f"trade {fill.sequence} at {fill.amount}, not {expected}")
        before = fill.prices
    return wrong


def wrong_prices(liquidity: Decimal, opening: Sequence[Decimal], fills: Sequence[Fill]) -> list[str]:
    """Trades after which the price is another than the formula says, in words."""
    wrong, before = [], tuple(opening)
    for fill in fills:
        expected = lmsr.price_range(liquidity, before[fill.outcome], fill.shares)
        if fill.prices[fill.outcome] not in expected:
            wrong.append(f"after trade {fill.sequence} {fill.prices[fill.outcome]}, not {expected}")
        before = fill.prices
    return wrong


def whole_way(
    liquidity: Decimal, opening: Sequence[Decimal], fills: Sequence[Fill], outcome: int
) -> lmsr.Range:
    """The outcome's price after all trades, from the opening prices in one step: the way there does not matter."""
    # Buying every other outcome alike is selling this one: only the difference moves a price of two.
    net = sum((fill.shares if fill.outcome == outcome else -fill.shares for fill in fills), Decimal(0))
    return lmsr.price_range(liquidity, opening[outcome], net)
