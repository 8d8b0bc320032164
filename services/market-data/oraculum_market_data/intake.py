"""Where everything that the venues say comes in: sorted by kind, counted, and handed on where it belongs."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from oraculum_kit.clock import Clock
from oraculum_market_data import metrics
from oraculum_market_data.board import Board, QuoteKey, Top
from oraculum_market_data.catalog import Catalog, MarketKey
from oraculum_market_data.decoding import Decoded
from oraculum_market_data.inspector import Inspector
from oraculum_market_data.normal import (
    BookDelta,
    BookSnapshot,
    Item,
    Market,
    MarketChange,
    Quote,
    Trade,
    Venue,
)
from oraculum_market_data.refusals import Refused
from oraculum_market_data.sinks.sink import Sink
from oraculum_market_data.trades import Deal, deal_of

_log = structlog.stdlib.get_logger(__name__)

# A field's name comes from the venue and labels a metric: no more of them than a person can read.
_FIELDS_MAX: Final = 50
# After so many items others have a turn: a listing of thousands must not keep whoever asks us waiting. A market costs
# about a tenth of a millisecond.
_PER_TURN: Final = 50
# Whoever keeps the books of a connection has digested these; here they only count.
_DIGESTED: Final = frozenset({BookDelta, BookSnapshot})


@dataclass(slots=True)
class Heard:
    """What was heard of one venue since the process began."""

    updates: int = 0
    refused: int = 0
    last_at: datetime | None = None


class Intake:
    """Takes what was decoded."""

    def __init__(
        self,
        catalog: Catalog,
        board: Board,
        announce: Callable[[MarketKey], None],
        sinks: Sequence[Sink],
        inspector: Inspector,
        clock: Clock,
    ) -> None:
        self._catalog = catalog
        self._board = board
        self._announce = announce
        self._sinks = sinks
        self._inspector = inspector
        self._clock = clock
        self._counts: dict[Venue, defaultdict[type[Item], int]] = {venue: defaultdict(int) for venue in Venue}
        self._fields: set[tuple[Venue, str]] = set()
        self.heard: dict[Venue, Heard] = {venue: Heard() for venue in Venue}

    async def take(self, venue: Venue, decoded: Decoded, *, is_live: bool = False) -> None:
        """Take what one payload told: markets first, so that quotes of a new market find it."""
        items = self._count(venue, decoded)
        if items:
            await self._sort(items, is_live=is_live)

    async def _sort(self, items: Sequence[Item], *, is_live: bool) -> None:
        for start in range(0, len(items), _PER_TURN):
            if start:
                await asyncio.sleep(0)
            for item in items[start : start + _PER_TURN]:
                self._market(item)
        for start in range(0, len(items), _PER_TURN):
            if start:
                await asyncio.sleep(0)
            for item in items[start : start + _PER_TURN]:
                if isinstance(item, Quote):
                    self.quote(item)
                elif isinstance(item, Trade):
                    await self.trade(item, is_live=is_live)

    def _market(self, item: Item) -> None:
        if isinstance(item, Market):
            if self._catalog.put(item):
                self._changed((item.venue, item.id))
        elif isinstance(item, MarketChange) and self._catalog.change(item):
            self._changed((item.venue, item.market_id))

    def _changed(self, name: MarketKey) -> None:
        self._announce(name)
        market = self._catalog.get(*name)
        if market is not None:
            self._inspector.over(market, self._clock.now())

    def is_news(self, quote: Quote) -> bool:
        """Whether a polled probability is of a later moment than what we hold.

        Where a market maker makes the price, whatever moved it has a time. A book's top has none to be compared.
        """
        if quote.venue is not Venue.MANIFOLD or quote.venue_time is None:
            return False
        outcome = self._catalog.outcome(quote.venue, quote.market_id, quote.outcome_id)
        held = next(
            (top for top in self._board.of_market(quote.venue, quote.market_id) if top.outcome == outcome),
            None,
        )
        if outcome is None or held is None or quote.last is None:
            return outcome is not None
        return (held.venue_time is None or quote.venue_time > held.venue_time) and quote.last != held.last

    def quote(self, quote: Quote) -> None:
        """Take a quote; of a market that we do not follow it says nothing to anybody."""
        key = self._catalog.quote_key(quote.venue, quote.market_id, quote.outcome_id)
        if key is not None:
            self._hand_on(self._board.quote(quote, key))

    async def trade(self, trade: Trade, *, is_live: bool = False) -> None:
        """Take a trade."""
        key = self._key_of(trade)
        now = self._clock.now()
        deal = None if key is None else deal_of(trade, key[2], now)
        if key is None or deal is None:
            return
        self._inspector.deal(deal, now, is_live=is_live)
        self._hand_on(self._board.trade(trade, key))
        for sink in self._sinks:
            await sink.trade(deal)

    def deals(self, items: Sequence[Item]) -> list[Deal]:
        """The trades among some items, of markets that we know, for who only writes them down."""
        now = self._clock.now()
        told = [(item, self._key_of(item)) for item in items if isinstance(item, Trade)]
        deals = [deal_of(trade, key[2], now) for trade, key in told if key is not None]
        return [deal for deal in deals if deal is not None]

    def _key_of(self, trade: Trade) -> QuoteKey | None:
        """The outcome that a trade's price is of: on Manifold always YES, whichever side was bet on."""
        outcome_id = "YES" if trade.venue is Venue.MANIFOLD and trade.outcome_id == "NO" else trade.outcome_id
        return self._catalog.quote_key(trade.venue, trade.market_id, outcome_id)

    def _hand_on(self, top: Top | None) -> None:
        if top is not None:
            self._inspector.quote(top)
            for sink in self._sinks:
                sink.quote(top)

    def publish_counts(self) -> None:
        """Show what was counted since the last time; counting by label for each frame would cost more than decoding."""
        for venue, counts in self._counts.items():
            for kind, count in counts.items():
                metrics.UPDATES.labels(venue.value, _kind(kind)).inc(count)
            counts.clear()

    def _count(self, venue: Venue, decoded: Decoded) -> list[Item]:
        """Count all of it; what somebody still wants to know of it."""
        heard = self.heard[venue]
        wanted: list[Item] = []
        if decoded.items:
            heard.updates += len(decoded.items)
            heard.last_at = self._clock.now()
            counts = self._counts[venue]
            for item in decoded.items:
                kind = type(item)
                counts[kind] += 1
                if kind not in _DIGESTED:
                    wanted.append(item)
        heard.refused += len(decoded.refused)
        for refused in decoded.refused:
            self._count_refused(venue, refused)
        if decoded.unknown:
            metrics.UNKNOWN.labels(venue.value).inc(len(decoded.unknown))
        return wanted

    def _count_refused(self, venue: Venue, refused: Refused) -> None:
        """Count a refusal, and tell of the first of each field: the same record comes again with every poll."""
        name = (venue, refused.field)
        is_new = name not in self._fields
        if is_new and len(self._fields) < _FIELDS_MAX:
            self._fields.add(name)
            _log.warning(
                "venue.refused",
                venue=venue.value,
                record=refused.record,
                field=refused.field,
                reason=refused.reason,
            )
        metrics.REFUSED.labels(venue.value, refused.field if name in self._fields else "other").inc()


def _kind(kind: type[Item]) -> str:
    return str(kind.__struct_config__.tag)
