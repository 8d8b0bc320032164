"""Order books for whoever asks: from the socket that keeps them, else asked of the venue for the moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Final

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_kit.timestamps import to_wire_optional
from oraculum_market_data.book import Ladder, OrderBook
from oraculum_market_data.errors import VenueAwayError
from oraculum_market_data.feed import Feed
from oraculum_market_data.figures import Price, complement
from oraculum_market_data.normal import BookSnapshot, Level, Market
from oraculum_market_data.venues.dialogue import Shown
from oraculum_market_data.wire import text_of

# As many levels of a side are shown; whoever wants all of a book asks the venue.
_DEPTH: Final = 100
# A book that was asked for is shown to others who ask for it this soon.
_FRESH_SECONDS: Final = 2.0
_SHELF_MAX: Final = 500


@dataclass(slots=True)
class _Asked:
    books: list[pb.OutcomeBook]
    at: float = field(default_factory=monotonic)


class Bookshelf:
    """Shows books."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, str], _Asked] = {}

    async def of_market(self, market: Market, feeds: Sequence[Feed]) -> list[pb.OutcomeBook]:
        """The books of a market, in outcome order; none where the venue shows none."""
        of_venue = [feed for feed in feeds if feed.venue is market.venue]
        index_of = {outcome.id: outcome.index for outcome in market.outcomes}
        for feed in of_venue:
            shown = feed.books(market)
            if shown:
                return _in_order([_live(book, index_of) for book in shown])
        return await self._ask(market, of_venue, index_of)

    async def _ask(
        self, market: Market, feeds: Sequence[Feed], index_of: Mapping[str | None, int]
    ) -> list[pb.OutcomeBook]:
        key = market.venue.value, market.id
        asked = self._asked.get(key)
        if asked is not None and monotonic() - asked.at < _FRESH_SECONDS:
            return asked.books
        # The feed that has brought the market asks its own venue; before any has, each may know it.
        owners = [feed for feed in feeds if feed.knows(market.id)] or feeds
        for feed in owners:
            books = await _snapshots(market, feed, index_of)
            if books:
                if len(self._asked) >= _SHELF_MAX:
                    self._asked.clear()
                self._asked[key] = _Asked(books)
                return books
        return []


async def _snapshots(market: Market, feed: Feed, index_of: Mapping[str | None, int]) -> list[pb.OutcomeBook]:
    books: dict[int, pb.OutcomeBook] = {}
    try:
        async for page in feed.connector.book(market):
            for item in page.items:
                if isinstance(item, BookSnapshot) and item.outcome_id in index_of:
                    outcome = index_of[item.outcome_id]
                    book = OrderBook(item.bids, item.asks)
                    books[outcome] = _book(outcome, book, venue_time=item.venue_time)
    except VenueAwayError:
        # What we could not get is not shown; the feed's state says that the venue is away.
        return []
    return _in_order(list(books.values()))


def _live(shown: Shown, index_of: Mapping[str | None, int]) -> pb.OutcomeBook:
    return _book(index_of.get(shown.outcome_id, 0), shown.book, is_mirrored=shown.is_mirrored)


def _book(
    outcome: int, book: OrderBook, *, is_mirrored: bool = False, venue_time: datetime | None = None
) -> pb.OutcomeBook:
    bids, asks = _best_first(book.bids, highest=True), _best_first(book.asks, highest=False)
    if is_mirrored:
        bids, asks = _mirrored(asks), _mirrored(bids)
    return pb.OutcomeBook(
        outcome=outcome,
        bids=[_level(level.price, level) for level in bids],
        asks=[_level(level.price, level) for level in asks],
        venue_time=to_wire_optional(venue_time),
    )


def _best_first(ladder: Ladder, *, highest: bool) -> Sequence[Level]:
    rising = ladder.rising()
    return rising[: -_DEPTH - 1 : -1] if highest else rising[:_DEPTH]


def _mirrored(levels: Sequence[Level]) -> Sequence[Level]:
    """The levels as the other side of a yes-or-no market sees them."""
    return [Level(complement(level.price), level.size) for level in levels]


def _level(price: Price, level: Level) -> pb.BookLevel:
    return pb.BookLevel(price=text_of(price), size=text_of(level.size))


def _in_order(books: list[pb.OutcomeBook]) -> list[pb.OutcomeBook]:
    return sorted(books, key=lambda book: book.outcome)
