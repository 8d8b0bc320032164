"""What comes of an order that meets a book: a group of fills, changed resting orders, and what is left.

Whose rounding is whose. The taker pays the exact cost of its part rounded up, or is paid the exact proceeds rounded down, as
against the market maker alone. A maker's fills are rounded as one (see `Resting`). All fractions stay in the escrow. When
a later fill of the same maker makes a whole unit of fractions kept before, that unit leaves again, so the rounding of a
single group may be less than zero, by one unit for each of its makers at most; over the life of a market it never is:

    escrow  >=  S + K(q) - K(offset) + sum over makers of what their fills were rounded by so far  >=  max_i sold_i

which is the law of `liquidity` with a term more that is never negative.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing.book import Resting
from oraculum_prediction.pricing.market import MarketState
from oraculum_prediction.pricing.orders import Fill, Side
from oraculum_prediction.pricing.takers import Taker

FORMULA_VERSION_MATCH: Final = "oraculum/match/1"


class Role(StrEnum):
    """Who came and who was there."""

    TAKER = "taker"
    MAKER = "maker"


@dataclass(frozen=True, slots=True)
class MatchFill:
    """One person's trade in a group. A maker pays no fee, and its `price` is the one it rested at.

    A purchase pays gross + fee, a sale is paid gross - fee. A maker's gross may be nothing where a fill is of few units.
    """

    order_id: UUID
    user_id: UUID
    role: Role
    outcome: int
    side: Side
    shares: Shares
    gross: Units
    fee: Units
    price: Price | None = None

    @property
    def net(self) -> Units:
        """What the person pays or is paid in the end."""
        return Units(self.gross + self.fee if self.side is Side.BUY else self.gross - self.fee)


class Change(StrEnum):
    """What happened to a resting order."""

    FILLED = "filled"  # used up
    SHRUNK = "shrunk"  # filled in part
    MET = "met"  # reached, and yet too little was left over for a whole unit of it: nothing of it has changed
    SELF_TRADE = "self_trade"  # cancelled, because the taker is of the same person
    EXPIRED = "expired"  # cancelled, because its time was over when it was reached


@dataclass(frozen=True, slots=True)
class MakerChange:
    """A resting order that the taker has met, in the order of meeting; `after` is None when it rests no more."""

    before: Resting
    after: Resting | None
    change: Change
    shares: Shares = Shares(0)


class Ending(StrEnum):
    """Why the taker stopped."""

    FILLED = "filled"  # all of it has traded
    RESTS = "rests"  # the limit was reached; the rest rests
    LIMIT = "limit"  # the limit was reached; the rest is given up (IOC)
    CEILING = "ceiling"  # no price may go further in this market; the rest is given up even if it was to rest
    SELF_TRADE = "self_trade"  # it met an order of the same person and gives way; the rest is given up
    LITTLE = "little"  # what is left is worth too little to rest; said by who lets it rest, not by pricing


@dataclass(frozen=True, slots=True)
class Match:
    """The group of fills of one taker, none at all included, and all that it changes.

    `fills` stand in the order in which they are booked: all purchases before all sales, so that the escrow never goes short.
    Each is of another order. `state` is the market afterwards; `state_before` the fingerprint it was made on.
    """

    fills: tuple[MatchFill, ...]
    makers: tuple[MakerChange, ...]
    state_before: bytes
    state: MarketState
    ending: Ending
    # What is left of the size that was ordered, in what it was counted in: money or shares.
    left: int
    rests: Resting | None
    prices_before: tuple[Price, ...]
    # What the rounding of all fills together left in escrow, in 10^-12 units; see above for why it may be negative.
    rounding_picounits: int
    formula_version: str
    # The order of the same person that the taker gave way to, where it did.
    blocked_by: Resting | None = None

    @property
    def taker(self) -> MatchFill | None:
        """The fill of the one who came, if anything was traded."""
        return next((fill for fill in self.fills if fill.role is Role.TAKER), None)

    @property
    def escrow_change(self) -> int:
        """What comes into the escrow, or leaves it if negative."""
        return sum(fill.gross if fill.side is Side.BUY else -fill.gross for fill in self.fills)


def match_of(state: MarketState, taker: Taker, fill: Fill) -> Match:
    """Give the group of one who has traded with the market maker only."""
    return Match(
        fills=(
            MatchFill(
                taker.order_id,
                taker.user_id,
                Role.TAKER,
                taker.outcome,
                taker.side,
                fill.shares,
                fill.gross,
                fill.fee,
            ),
        ),
        makers=(),
        state_before=state.state_hash,
        state=state.after(fill),
        ending=Ending.FILLED,
        left=0,
        rests=None,
        prices_before=state.prices,
        rounding_picounits=fill.rounding_picounits,
        formula_version=fill.formula_version,
    )
