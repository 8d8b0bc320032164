"""Keeping Polymarket's books.

There is no sequence number. What a venue says of its own top after each change (`best_bid`, `best_ask`) is the check,
and one timestamp is the unit: a taker's order first shows as resting beyond the other side and the eaten levels go only
then, all at the same millisecond. So a book is judged, and a crossed top told, when the next timestamp has come.
"""

from collections.abc import Sequence
from typing import Final

from oraculum_market_data.book import Applied, OrderBook, Trouble, TroubleKind, meet, shows, top
from oraculum_market_data.figures import Price
from oraculum_market_data.normal import BookDelta, BookSnapshot, Item, Level, Quote, Side, Venue

# A member of an enumeration is a search in its class.
_BID: Final = Side.BID


class _Kept:
    """One book, and what is still to be judged of it."""

    __slots__ = ("ask", "bid", "book", "is_trusted", "market_id", "quote", "snapshot_time", "unjudged")

    def __init__(self, snapshot: BookSnapshot) -> None:
        self.book = OrderBook(snapshot.bids, snapshot.asks)
        self.market_id = snapshot.market_id
        self.snapshot_time = snapshot.venue_time
        self.quote: Quote | None = None
        # The levels that the quote was made of.
        self.bid: Level | None = None
        self.ask: Level | None = None
        self.unjudged: BookDelta | None = None
        self.is_trusted = True


class PolymarketBooks:
    """The books of one connection."""

    def __init__(self) -> None:
        self._books: dict[str | None, _Kept] = {}
        self._missing: set[str | None] = set()
        self._unjudged: dict[str | None, _Kept] = {}

    def apply(self, items: Sequence[Item]) -> Applied:
        """Apply the items of one frame."""
        applied = Applied()
        touched: dict[str | None, BookDelta] = {}
        for item in items:
            # A class is asked for by itself: nothing is derived from these.
            if type(item) is BookDelta:
                self._change(item, touched, applied)
            elif type(item) is BookSnapshot:
                self._replace(item, applied)
        for outcome_id, delta in touched.items():
            self._settle(outcome_id, delta, applied)
        return applied

    def flush(self) -> Applied:
        """Judge every book as it stands: the connection has been silent for a moment, or has ended."""
        applied = Applied()
        for outcome_id, kept in list(self._unjudged.items()):
            self._judge(outcome_id, kept, applied)
        return applied

    def book(self, outcome_id: str) -> OrderBook | None:
        """A book, while it can be trusted."""
        kept = self._books.get(outcome_id)
        return kept.book if kept is not None and kept.is_trusted else None

    def forget(self, outcome_id: str) -> None:
        """Stop keeping a book: nobody subscribes to it any more."""
        self._books.pop(outcome_id, None)
        self._unjudged.pop(outcome_id, None)
        self._missing.discard(outcome_id)

    def _replace(self, snapshot: BookSnapshot, applied: Applied) -> None:
        kept = _Kept(snapshot)
        before = self._books.get(snapshot.outcome_id)
        kept.quote = None if before is None else before.quote
        self._books[snapshot.outcome_id] = kept
        self._missing.discard(snapshot.outcome_id)
        self._unjudged.pop(snapshot.outcome_id, None)
        if kept.book.is_crossed:
            self._distrust(snapshot.outcome_id, kept, TroubleKind.CROSSED, "in its snapshot", applied)
        else:
            _tell(kept, snapshot, kept.book.best_bid, kept.book.best_ask, applied)

    def _change(self, delta: BookDelta, touched: dict[str | None, BookDelta], applied: Applied) -> None:
        kept = self._books.get(delta.outcome_id)
        if kept is None:
            self._miss(delta, applied)
            return
        told, shown = delta.venue_time, kept.snapshot_time
        if told is not None and shown is not None and told < shown:
            return
        if kept.unjudged is not None and kept.unjudged.venue_time != told:
            self._judge(delta.outcome_id, kept, applied)
        ladder = kept.book.bids if delta.side is _BID else kept.book.asks
        if delta.size is not None:
            ladder.put(delta.price, delta.size)
        touched[delta.outcome_id] = delta

    def _miss(self, delta: BookDelta, applied: Applied) -> None:
        """A change of a book that we have not got: told once, for a snapshot has to be fetched once."""
        if delta.outcome_id in self._missing:
            return
        self._missing.add(delta.outcome_id)
        applied.troubles.append(
            Trouble(TroubleKind.NO_SNAPSHOT, delta.market_id, delta.outcome_id, "changed before it was shown")
        )

    def _settle(self, outcome_id: str | None, delta: BookDelta, applied: Applied) -> None:
        """After a frame: tell the top if the book makes sense, else wait for the rest of its timestamp."""
        kept = self._books[outcome_id]
        bid, ask = kept.book.bids.highest, kept.book.asks.lowest
        if kept.unjudged is None and _stands(kept, bid, ask, delta):
            return
        if meet(bid, ask) or not _agrees(bid, ask, delta):
            kept.unjudged = delta
            self._unjudged[outcome_id] = kept
            return
        if kept.unjudged is not None:
            kept.unjudged = None
            self._unjudged.pop(outcome_id, None)
        if kept.is_trusted:
            _tell(kept, delta, bid, ask, applied)

    def _judge(self, outcome_id: str | None, kept: _Kept, applied: Applied) -> None:
        delta = kept.unjudged
        kept.unjudged = None
        self._unjudged.pop(outcome_id, None)
        if delta is None or not kept.is_trusted:
            return
        if kept.book.is_crossed:
            self._distrust(outcome_id, kept, TroubleKind.CROSSED, "after its timestamp", applied)
        else:
            said = f"the venue says {delta.best_bid} and {delta.best_ask}"
            self._distrust(outcome_id, kept, TroubleKind.MISMATCH, said, applied)

    def _distrust(
        self, outcome_id: str | None, kept: _Kept, kind: TroubleKind, detail: str, applied: Applied
    ) -> None:
        kept.is_trusted = False
        applied.troubles.append(Trouble(kind, kept.market_id, outcome_id, detail))


def _stands(kept: _Kept, bid: Level | None, ask: Level | None, delta: BookDelta) -> bool:
    """Whether the top is the one that was told, and the venue says so too: most changes are of levels below it."""
    return (
        bid is kept.bid
        and ask is kept.ask
        and bid is not None
        and ask is not None
        and bid.price is delta.best_bid
        and ask.price is delta.best_ask
    )


def _agrees(bid: Level | None, ask: Level | None, delta: BookDelta) -> bool:
    """Whether our top is what the venue says; frames of the older kinds say nothing."""
    if delta.best_bid is None and delta.best_ask is None:
        return True
    return _is_at(bid, delta.best_bid, 0) and _is_at(ask, delta.best_ask, 1)


def _is_at(level: Level | None, price: Price | None, nothing: int) -> bool:
    """An empty side is told as its outermost price, or not at all."""
    if level is None:
        return price is None or price.exact == nothing
    return level.price is price or (price is not None and level.price.key == price.key)


def _tell(
    kept: _Kept, told: BookSnapshot | BookDelta, bid: Level | None, ask: Level | None, applied: Applied
) -> None:
    """Tell the top when it differs from the one that was told last."""
    if not shows(kept.quote, bid, ask):
        kept.quote = top(
            Venue.POLYMARKET,
            kept.market_id,
            told.outcome_id,
            bid,
            ask,
            venue_time=told.venue_time,
            received_at=told.received_at,
        )
        applied.quotes.append(kept.quote)
    kept.bid, kept.ask = bid, ask
