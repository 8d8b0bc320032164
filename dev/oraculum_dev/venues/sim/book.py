"""One order book in the prices of YES, and the two things that happen to it: quotes move, takers take."""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from oraculum_dev.venues.sim.terms import DOLLAR

_DEPTH = 12
_REACH = 10


class Side(StrEnum):
    """The side of a resting order, or of a taker."""

    BID = "bid"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class LevelChange:
    """A level's new size and by how much it changed: one venue sends the former, another the latter."""

    side: Side
    price: int
    size: int
    delta: int


@dataclass(frozen=True, slots=True)
class Fill:
    """What a taker took: `side` is the taker's, BID where YES was bought."""

    side: Side
    price: int
    size: int


@dataclass(slots=True)
class Book:
    """Resting sizes by price; a level that is empty is absent."""

    bids: dict[int, int] = field(default_factory=dict)
    asks: dict[int, int] = field(default_factory=dict)

    @property
    def best_bid(self) -> int | None:
        """The highest price that somebody would pay."""
        return max(self.bids, default=None)

    @property
    def best_ask(self) -> int | None:
        """The lowest price at which somebody would sell."""
        return min(self.asks, default=None)

    def levels(self, side: Side) -> dict[int, int]:
        """Return the levels of one side."""
        return self.bids if side is Side.BID else self.asks

    def put(self, side: Side, price: int, size: int) -> LevelChange | None:
        """Set a level to a size; 0 removes it. Nothing is returned where nothing changed."""
        levels = self.levels(side)
        delta = size - levels.get(price, 0)
        if delta == 0:
            return None
        if size:
            levels[price] = size
        else:
            del levels[price]
        return LevelChange(side, price, size, delta)


def _a_size(random: Random) -> int:
    """Return a believable size: mostly small and round, sometimes large or with cents."""
    shares = int(random.lognormvariate(4.6, 1.3)) + 5
    cents = random.randrange(100) if random.random() < 0.3 else 0
    return shares * 100 + cents


def target(fair: float, step: int) -> tuple[int, int]:
    """Return the best bid and ask that belong to a fair price; 0 and one dollar mean that side is empty."""
    bid = int(fair * DOLLAR / step - 0.25) * step
    ask = bid + step if fair * DOLLAR - bid < step else bid + 2 * step
    return max(0, bid), min(DOLLAR, ask)


def requote(book: Book, fair: float, step: int, random: Random) -> list[LevelChange]:
    """Move the book to a fair price, and stir one level deeper down."""
    bid, ask = target(fair, step)
    changes = [book.put(Side.BID, price, 0) for price in [p for p in book.bids if p > bid]]
    changes += [book.put(Side.ASK, price, 0) for price in [p for p in book.asks if p < ask]]
    if bid > 0 and bid not in book.bids:
        changes.append(book.put(Side.BID, bid, _a_size(random)))
    if ask < DOLLAR and ask not in book.asks:
        changes.append(book.put(Side.ASK, ask, _a_size(random)))
    changes.append(_stir(book, bid, ask, step, random))
    changes += _prune(book)
    return [change for change in changes if change is not None]


def _stir(book: Book, bid: int, ask: int, step: int, random: Random) -> LevelChange | None:
    distance = random.randrange(_REACH) * step
    if random.random() < 0.5:
        price = bid - distance
        return book.put(Side.BID, price, _a_size(random)) if price > 0 else None
    price = ask + distance
    return book.put(Side.ASK, price, _a_size(random)) if price < DOLLAR else None


def _prune(book: Book) -> list[LevelChange | None]:
    """Keep a side to a bounded depth by cancelling what rests farthest away."""
    changes: list[LevelChange | None] = []
    if len(book.bids) > _DEPTH:
        changes.append(book.put(Side.BID, min(book.bids), 0))
    if len(book.asks) > _DEPTH:
        changes.append(book.put(Side.ASK, max(book.asks), 0))
    return changes


def opening(fair: float, step: int, random: Random) -> Book:
    """Return a book around a fair price with levels thinning out on both sides."""
    book = Book()
    bid, ask = target(fair, step)
    for distance in range(_DEPTH):
        if distance and random.random() < 0.25:
            continue
        if bid - distance * step > 0:
            book.put(Side.BID, bid - distance * step, _a_size(random))
        if ask + distance * step < DOLLAR:
            book.put(Side.ASK, ask + distance * step, _a_size(random))
    return book


def take(book: Book, random: Random) -> tuple[Fill, LevelChange] | None:
    """Let a taker hit the best level of one side, if anybody rests there."""
    side = Side.BID if random.random() < 0.5 else Side.ASK
    resting = Side.ASK if side is Side.BID else Side.BID
    price = book.best_ask if side is Side.BID else book.best_bid
    if price is None:
        return None
    available = book.levels(resting)[price]
    size = min(available, _a_size(random) // 2)
    change = book.put(resting, price, available - size)
    return None if change is None else (Fill(side, price, size), change)
