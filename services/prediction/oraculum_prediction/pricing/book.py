"""The orders that rest in a market, by outcome and side, the best price first and the earlier of two at one price.

A book changes; a batch that may yet be thrown away works on a `fork` of it. A fork costs nothing by itself and copies only
the ladders that it changes, once. Matching reads a book and never changes it: it answers with a `Match`, and `apply` puts
that into a book.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from oraculum_money import PRICE_ONE, Price, Shares, Units, mul_div_ceil, mul_div_floor
from oraculum_prediction.pricing.orders import Side

if TYPE_CHECKING:
    from oraculum_prediction.pricing.matches import Match


@dataclass(frozen=True, slots=True)
class Resting:
    """A limit order that rests, as it is now.

    `left` are the shares that it still wants to trade, `filled` those that were traded since it rests. Money goes by the
    sum of both: a bid of price r has paid ceil(filled x r) after every fill, so all its fills together never take more
    than the reserve ceil(all x r) that it began to rest with; a sale has been paid floor(filled x r). What the order took
    when it came was rounded by itself and is no part of this: one sum over both would give back a fraction twice.
    """

    order_id: UUID
    user_id: UUID
    outcome: int
    side: Side
    price: Price
    left: Shares
    priority: int
    filled: Shares = Shares(0)
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.left <= 0 or self.filled < 0:
            raise ValueError("an order rests with shares that are left to trade")
        if not 0 < self.price < PRICE_ONE:
            raise ValueError(f"an order rests at a price between 0 and 1, not at {self.price} millionths")

    @property
    def rank(self) -> tuple[int, int]:
        """Its place in the ladder; the smaller goes first."""
        return (-self.price if self.side is Side.BUY else self.price, self.priority)

    def gross_of(self, shares: Shares) -> Units:
        """Give what its next `shares` cost or fetch: a fill of one unit may be free, the sum of all is right."""
        rounded = mul_div_ceil if self.side is Side.BUY else mul_div_floor
        return Units(
            rounded(self.filled + shares, self.price, PRICE_ONE) - rounded(self.filled, self.price, PRICE_ONE)
        )

    @property
    def reserve(self) -> Units:
        """The money that its fills still to come can take: what must be left of its order reserve. None for a sale."""
        return self.gross_of(self.left) if self.side is Side.BUY else Units(0)

    def after(self, shares: Shares) -> Self | None:
        """Give what rests once so many more are filled; nothing if those were the last."""
        if shares == self.left:
            return None
        return replace(self, left=Shares(self.left - shares), filled=Shares(self.filled + shares))

    def expired(self, now: datetime | None) -> bool:
        """Tell whether its time is over."""
        return now is not None and self.expires_at is not None and self.expires_at <= now


def _rank(resting: Resting) -> tuple[int, int]:
    return resting.rank


# An outcome and the side of those who rest there.
_Ladder = tuple[int, Side]


class Book:
    """All that rests in one market."""

    __slots__ = ("_by_id", "_ladders", "_own")

    def __init__(self, resting: Iterable[Resting] = ()) -> None:
        self._by_id: dict[UUID, Resting] = {}
        self._ladders: dict[_Ladder, list[Resting]] = {}
        # The ladders that no other book shares; None while everything is shared, the dictionaries too.
        self._own: set[_Ladder] | None = set()
        for each in resting:
            self.add(each)

    def fork(self) -> "Book":
        """Give a book with the same orders. It is for one to be dropped: the older must not change while both live."""
        forked = Book.__new__(Book)
        forked._by_id = self._by_id  # noqa: SLF001  a fork is one of us
        forked._ladders = self._ladders  # noqa: SLF001
        forked._own = None  # noqa: SLF001
        return forked

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Resting]:
        return iter(self._by_id.values())

    def __contains__(self, order_id: UUID) -> bool:
        return order_id in self._by_id

    def get(self, order_id: UUID) -> Resting | None:
        """Give an order if it rests here."""
        return self._by_id.get(order_id)

    def ladder(self, outcome: int, side: Side) -> Sequence[Resting]:
        """Give the orders of one side of an outcome, the next to be filled first. Not to be changed."""
        return self._ladders.get((outcome, side), ())

    def add(self, resting: Resting) -> None:
        """Let an order rest."""
        if resting.order_id in self._by_id:
            raise ValueError(f"the order {resting.order_id} rests already")
        insort(self._writable(resting), resting, key=_rank)
        self._by_id[resting.order_id] = resting

    def remove(self, order_id: UUID) -> Resting:
        """Take an order out and give it back; KeyError if it does not rest here."""
        resting = self._by_id[order_id]
        ladder = self._writable(resting)
        del ladder[bisect_left(ladder, resting.rank, key=_rank)]
        del self._by_id[order_id]
        return resting

    def replace(self, resting: Resting) -> None:
        """Put an order in the place of what it was; price and priority say where, so they may have changed."""
        self.remove(resting.order_id)
        self.add(resting)

    def apply(self, match: "Match") -> None:
        """Change what a match has changed: orders used up or cancelled go, others shrink, what is left of the taker rests."""
        for change in match.makers:
            if change.after is None:
                self.remove(change.before.order_id)
            else:
                self.replace(change.after)
        if match.rests is not None:
            self.add(match.rests)

    def _writable(self, resting: Resting) -> list[Resting]:
        if self._own is None:
            self._by_id = dict(self._by_id)
            self._ladders = dict(self._ladders)
            self._own = set()
        key = (resting.outcome, resting.side)
        if key not in self._own:
            self._ladders[key] = list(self._ladders.get(key, ()))
            self._own.add(key)
        return self._ladders[key]
