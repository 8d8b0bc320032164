"""An order book that is kept right by a snapshot and what follows it.

How a change is told differs by venue (what is left of a level, or by how much it grew), and so does how one learns of a
loss; that is in each venue's `bookkeeper`. Here are the two sides, and the words for what can go wrong.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from oraculum_market_data.figures import EXACT, Price
from oraculum_market_data.normal import Level, Quote, Venue


class TroubleKind(StrEnum):
    """What is wrong with a book."""

    NO_SNAPSHOT = "no_snapshot"
    GAP = "gap"
    MISMATCH = "mismatch"
    CROSSED = "crossed"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A book that must not be trusted until its next snapshot; a gap of a stream names every book of it."""

    kind: TroubleKind
    market_id: str
    outcome_id: str | None
    detail: str


@dataclass(slots=True)
class Applied:
    """What came of applying a message: tops that changed, and books that went wrong."""

    quotes: list[Quote] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    def add(self, other: "Applied") -> None:
        """Take in what came of another message."""
        self.quotes += other.quotes
        self.troubles += other.troubles


class Ladder:
    """One side of a book: what can be had at each price.

    Prices are kept in order. `highest` and `lowest` are the levels at the ends: both sides of a book are looked at
    after every change, though it touched but one.
    """

    __slots__ = ("_keys", "_levels", "highest", "lowest")

    highest: Level | None
    lowest: Level | None

    def __init__(self, levels: Iterable[Level] = ()) -> None:
        self._levels = {level.price.key: level for level in levels if level.size}
        self._keys = sorted(self._levels)
        self._look()

    def __len__(self) -> int:
        return len(self._keys)

    def put(self, price: Price, size: Decimal) -> None:
        """Say what is left of a level; nothing removes it."""
        key, keys = price.key, self._keys
        if size:
            level = Level(price, size)
            if key not in self._levels:
                insort(keys, key)
            self._levels[key] = level
            # Four of five changes are of a level within, and leave the ends as they are.
            if key == keys[-1]:
                self.highest = level
            if key == keys[0]:
                self.lowest = level
        elif self._levels.pop(key, None) is not None:
            del keys[bisect_left(keys, key)]
            self._look()

    def grow(self, price: Price, change: Decimal) -> Decimal:
        """Let a level grow or shrink, and say what is left. Less than nothing is left standing for nobody to use."""
        held = self._levels.get(price.key)
        left = change if held is None else EXACT.add(held.size, change)
        self.put(price, max(left, Decimal(0)))
        return left

    def rising(self) -> tuple[Level, ...]:
        """All levels, the lowest price first."""
        return tuple(self._levels[key] for key in self._keys)

    def _look(self) -> None:
        keys = self._keys
        self.highest = self._levels[keys[-1]] if keys else None
        self.lowest = self._levels[keys[0]] if keys else None


class OrderBook:
    """Bids and asks of one outcome."""

    __slots__ = ("asks", "bids")

    def __init__(self, bids: Iterable[Level] = (), asks: Iterable[Level] = ()) -> None:
        self.bids = Ladder(bids)
        self.asks = Ladder(asks)

    @property
    def best_bid(self) -> Level | None:
        """The highest bid."""
        return self.bids.highest

    @property
    def best_ask(self) -> Level | None:
        """The lowest ask."""
        return self.asks.lowest

    @property
    def is_crossed(self) -> bool:
        """Whether somebody bids as much as another asks: the two should have traded."""
        return meet(self.best_bid, self.best_ask)

    def quote(
        self,
        venue: Venue,
        market_id: str,
        outcome_id: str | None,
        *,
        venue_time: datetime | None,
        received_at: datetime | None,
    ) -> Quote:
        """The top of the book."""
        return top(
            venue,
            market_id,
            outcome_id,
            self.best_bid,
            self.best_ask,
            venue_time=venue_time,
            received_at=received_at,
        )


def meet(bid: Level | None, ask: Level | None) -> bool:
    """Whether the best bid is as high as the best ask: such a book is crossed."""
    return bid is not None and ask is not None and bid.price.key >= ask.price.key


def top(
    venue: Venue,
    market_id: str,
    outcome_id: str | None,
    bid: Level | None,
    ask: Level | None,
    *,
    venue_time: datetime | None,
    received_at: datetime | None,
) -> Quote:
    """The quote of two best levels."""
    return Quote(
        venue=venue,
        market_id=market_id,
        outcome_id=outcome_id,
        bid=None if bid is None else bid.price,
        ask=None if ask is None else ask.price,
        bid_size=None if bid is None else bid.size,
        ask_size=None if ask is None else ask.size,
        venue_time=venue_time,
        received_at=received_at,
    )


def shows(quote: Quote | None, bid: Level | None, ask: Level | None) -> bool:
    """Whether a quote still says what the best levels are, whenever it said it."""
    return quote is not None and _is(bid, quote.bid, quote.bid_size) and _is(ask, quote.ask, quote.ask_size)


def _is(level: Level | None, price: Price | None, size: Decimal | None) -> bool:
    if level is None or price is None:
        return level is None and price is None
    return (level.price is price or level.price.key == price.key) and (
        level.size is size or level.size == size
    )
