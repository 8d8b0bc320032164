"""Keeping Kalshi's books.

One book per market: a NO bid at p is kept as a YES ask at 1 - p. Every frame of a subscription has a number, and so
have the answers to commands among them; answers may overtake. A number that stays away means that every book of that
subscription is wrong until its next snapshot.
"""

from collections.abc import Sequence
from datetime import datetime

from oraculum_market_data.book import Applied, OrderBook, Trouble, TroubleKind, meet, shows, top
from oraculum_market_data.decoding import Decoded
from oraculum_market_data.figures import complement
from oraculum_market_data.normal import BookDelta, BookSnapshot, Item, Quote, Side, Venue
from oraculum_market_data.sequence import WINDOW, Released, Sequencer
from oraculum_market_data.venues.kalshi.vocabulary import NO, YES


class _Kept:
    """The book of one market, as YES sees it."""

    __slots__ = ("book", "is_trusted", "quote", "stream")

    def __init__(self, snapshot: BookSnapshot) -> None:
        self.book = OrderBook(snapshot.bids, snapshot.asks)
        self.stream = snapshot.stream
        self.quote: Quote | None = None
        self.is_trusted = True


class KalshiBooks:
    """The books of one connection."""

    def __init__(self, window: int = WINDOW) -> None:
        self._window = window
        self._streams: dict[int, Sequencer[Sequence[Item]]] = {}
        self._books: dict[str, _Kept] = {}
        self._missing: set[str] = set()

    def apply(self, decoded: Decoded) -> Applied:
        """Apply one frame, whatever its kind: it has its number even when nothing in it is ours."""
        if decoded.stream is None or decoded.sequence is None:
            return self._apply_items(decoded.items)
        stream = self._streams.get(decoded.stream)
        if stream is None:
            stream = self._streams[decoded.stream] = Sequencer(self._window)
        applied = Applied()
        self._take(decoded.stream, stream.offer(decoded.sequence, decoded.items), applied)
        if decoded.refused:
            # The number came but what it carried is lost: to the books that is a gap.
            self._lose(decoded.stream, f"frame {decoded.sequence} was refused", applied)
        return applied

    def flush(self) -> Applied:
        """Give up numbers that are still missing: the connection has been silent for a moment, or has ended."""
        applied = Applied()
        for number, stream in self._streams.items():
            self._take(number, stream.flush(), applied)
        return applied

    def book(self, market_id: str) -> OrderBook | None:
        """A market's book as YES sees it, while it can be trusted."""
        kept = self._books.get(market_id)
        return kept.book if kept is not None and kept.is_trusted else None

    def forget(self, market_id: str) -> None:
        """Stop keeping a book: nobody subscribes to it any more."""
        self._books.pop(market_id, None)
        self._missing.discard(market_id)

    def _take(self, stream: int, released: Released[Sequence[Item]], applied: Applied) -> None:
        if released.missing:
            lost = f"{len(released.missing)} frames from {released.missing[0]} on are missing"
            self._lose(stream, lost, applied)
        for items in released.messages:
            applied.add(self._apply_items(items))

    def _lose(self, stream: int, detail: str, applied: Applied) -> None:
        for market_id, kept in self._books.items():
            if kept.stream == stream and kept.is_trusted:
                kept.is_trusted = False
                applied.troubles.append(Trouble(TroubleKind.GAP, market_id, None, detail))

    def _apply_items(self, items: Sequence[Item]) -> Applied:
        applied = Applied()
        for item in items:
            match item:
                case BookSnapshot(outcome_id="yes"):
                    self._replace(item, applied)
                case BookDelta():
                    self._change(item, applied)
        return applied

    def _replace(self, snapshot: BookSnapshot, applied: Applied) -> None:
        kept = _Kept(snapshot)
        before = self._books.get(snapshot.market_id)
        kept.quote = None if before is None else before.quote
        self._books[snapshot.market_id] = kept
        self._missing.discard(snapshot.market_id)
        self._settle(snapshot.market_id, kept, snapshot.venue_time, snapshot.received_at, applied)

    def _change(self, delta: BookDelta, applied: Applied) -> None:
        kept = self._books.get(delta.market_id)
        if kept is None:
            if delta.market_id not in self._missing:
                self._missing.add(delta.market_id)
                applied.troubles.append(
                    Trouble(TroubleKind.NO_SNAPSHOT, delta.market_id, None, "changed before it was shown")
                )
            return
        if not kept.is_trusted or delta.change is None:
            return
        is_no_bid = delta.outcome_id == NO
        price = complement(delta.price) if is_no_bid else delta.price
        is_ask = is_no_bid or delta.side is Side.ASK
        left = (kept.book.asks if is_ask else kept.book.bids).grow(price, delta.change)
        if left < 0:
            kept.is_trusted = False
            detail = f"{left} left of {delta.outcome_id} at {delta.price}"
            applied.troubles.append(Trouble(TroubleKind.NEGATIVE, delta.market_id, delta.outcome_id, detail))
            return
        self._settle(delta.market_id, kept, delta.venue_time, delta.received_at, applied)

    def _settle(
        self,
        market_id: str,
        kept: _Kept,
        venue_time: datetime | None,
        received_at: datetime | None,
        applied: Applied,
    ) -> None:
        bid, ask = kept.book.best_bid, kept.book.best_ask
        if meet(bid, ask):
            kept.is_trusted = False
            applied.troubles.append(Trouble(TroubleKind.CROSSED, market_id, None, "bids meet asks"))
            return
        if not shows(kept.quote, bid, ask):
            kept.quote = top(
                Venue.KALSHI, market_id, YES, bid, ask, venue_time=venue_time, received_at=received_at
            )
            applied.quotes += [kept.quote, _seen_from_no(kept.quote)]


def _seen_from_no(yes: Quote) -> Quote:
    """The same top as NO sees it: its bid is what YES asks."""
    return Quote(
        venue=yes.venue,
        market_id=yes.market_id,
        outcome_id=NO,
        bid=None if yes.ask is None else complement(yes.ask),
        ask=None if yes.bid is None else complement(yes.bid),
        bid_size=yes.ask_size,
        ask_size=yes.bid_size,
        venue_time=yes.venue_time,
        received_at=yes.received_at,
    )
