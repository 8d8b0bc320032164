"""What is asked of a market and what it answers: orders, fills, refusals."""

from dataclasses import dataclass
from enum import StrEnum

from oraculum_money import PRICE_ONE, Price, Shares, Units, mul_div_ceil, mul_div_floor


class Side(StrEnum):
    """Which way shares go, seen from the person."""

    BUY = "buy"
    SELL = "sell"


@dataclass(frozen=True, slots=True)
class Order:
    """A wish to trade now: one outcome, one side, and its size either as money or as shares.

    `amount` is counted before fees: what a purchase spends, or what a sale shall fetch. `limit` is the worst average
    price per share, also before fees; without one any price will do.
    """

    outcome: int
    side: Side
    amount: Units | None = None
    shares: Shares | None = None
    limit: Price | None = None

    def __post_init__(self) -> None:
        size = self.size
        if (self.amount is None) == (self.shares is None) or size <= 0:
            raise ValueError("an order has either an amount or a number of shares, and it is positive")
        if self.limit is not None and not 0 < self.limit <= PRICE_ONE:
            raise ValueError(f"a limit lies above 0 and at most at 1, not at {self.limit} millionths")

    @property
    def size(self) -> int:
        """The amount or the number of shares, whichever was ordered."""
        return self.amount or self.shares or 0

    def within_limit(self, shares: Shares, gross: Units) -> bool:
        """Tell whether a trade keeps the limit; the unit that rounding takes does not count against it."""
        if self.limit is None:
            return True
        if self.side is Side.BUY:
            return gross <= mul_div_ceil(shares, self.limit, PRICE_ONE)
        return gross >= mul_div_floor(shares, self.limit, PRICE_ONE)


@dataclass(frozen=True, slots=True)
class Fill:
    """A trade with its receipt: everything needed to compute it again and to see that it is right.

    A purchase pays `net` = gross + fee, a sale is paid `net` = gross - fee. The gross amount is the exact one rounded
    against the person, and `rounding_picounits` (10^-12 units, at most one unit) is what the rounding took.
    """

    order: Order
    shares: Shares
    gross: Units
    fee: Units
    net: Units
    rounding_picounits: int
    price_before: Price
    price_after: Price
    state_before: bytes
    state_after: bytes
    formula_version: str


class Reason(StrEnum):
    """Why an order cannot be filled."""

    UNKNOWN_OUTCOME = "UNKNOWN_OUTCOME"
    PRICE_LIMIT = "PRICE_LIMIT"
    PRICE_CEILING = "PRICE_CEILING"
    TOO_SMALL = "TOO_SMALL"
    TOO_LARGE = "TOO_LARGE"
    NOT_ENOUGH_SHARES = "NOT_ENOUGH_SHARES"
    NOT_OFFERED = "NOT_OFFERED"
    NOT_ALL = "NOT_ALL"  # fill or kill, and less than all would have been filled
    WOULD_TRADE = "WOULD_TRADE"  # post only, and it would have traded
    SELF_TRADE = "SELF_TRADE"  # it met an order of the same person and gives way


@dataclass(frozen=True, slots=True)
class Refusal:
    """An order that is not filled, and why.

    `fits` is the largest size, in what the order counted (money or shares), that this rule would have let pass.
    """

    reason: Reason
    message: str
    fits: int | None = None


class StateMismatch(ValueError):
    """The fill was made on another state of the market."""
