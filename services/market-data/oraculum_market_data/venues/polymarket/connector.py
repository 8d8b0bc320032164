"""Asking Polymarket.

Markets are listed inside their events, because tags are there. Gamma ignores parameters that it does not know and its
throttling delays answers instead of refusing them.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from oraculum_kit.clock import Clock
from oraculum_market_data.decoding import Decoded, Source
from oraculum_market_data.normal import Market, Trade, Venue
from oraculum_market_data.venues.connector import Page
from oraculum_market_data.venues.http import Parameters, VenueClient
from oraculum_market_data.venues.reading import reading

_EVENTS_PAGE: Final = 100
_RECENT: Final = 40
_NAMED_PAGE: Final = 50
_TRADES_PAGE: Final = 500
_TRADES_OFFSET_MAX: Final = 1000
# Trades that are made between two pages push the rest on; none is left out as long as they are fewer than these.
_TRADES_OVERLAP: Final = 50


class PolymarketConnector:
    """Gamma's listings, and the books of the order book service."""

    venue = Venue.POLYMARKET

    def __init__(
        self, gamma: VenueClient, clob: VenueClient, data: VenueClient, clock: Clock, markets_max: int
    ) -> None:
        self._gamma = gamma
        self._clob = clob
        self._data = data
        self._clock = clock
        self._markets_max = markets_max
        self._reading = reading(self.venue)

    async def sweep(self) -> AsyncIterator[Decoded]:
        """Events by what was traded in them today, page by page."""
        async for page in self._pages("/events", closed="false", order="volume24hr", ascending="false"):
            yield page

    async def archive(self) -> AsyncIterator[Decoded]:
        """Events and markets, closed ones last: where a market was recorded twice, its end is the newer state."""
        for closed in ("false", "true"):
            for listing in ("/events", "/markets"):
                async for page in self._pages(listing, closed=closed):
                    yield page

    async def recent(self, now: datetime) -> AsyncIterator[Decoded]:  # noqa: ARG002  orders say enough here
        """Those that began last, and those that closed last."""
        yield await self._ask("/events", closed="false", order="startDate", ascending="false", limit=_RECENT)
        yield await self._ask("/markets", closed="true", order="closedTime", ascending="false", limit=_RECENT)

    async def named(self, markets: Sequence[Market]) -> AsyncIterator[Decoded]:
        """Markets by gamma's ids; open ones and closed ones are asked for apart."""
        numbers = iter([market.aliases["gamma"] for market in markets if "gamma" in market.aliases])
        while page := list(islice(numbers, _NAMED_PAGE)):
            for closed in ("false", "true"):
                yield await self._ask("/markets", id=page, closed=closed, limit=_NAMED_PAGE)

    async def book(self, market: Market) -> AsyncIterator[Decoded]:
        """The book of each token."""
        for outcome in market.outcomes:
            if outcome.id is not None:
                body = await self._clob.get("/book", {"token_id": outcome.id})
                if body is not None:
                    yield await self._reading.answer(body, Source(self._clock.now(), outcome.id))

    async def history(
        self,
        market: Market,
        since: datetime,
        until: datetime,  # noqa: ARG002  the newest come first, whatever is asked for
        cursor: str,
    ) -> Page:
        """Trades by offset from the newest. Beyond some offset the venue repeats itself, so what is older stays unknown."""
        offset = int(cursor) if cursor.isdecimal() else 0
        body = await self._data.get("/trades", {"market": market.id, "limit": _TRADES_PAGE, "offset": offset})
        decoded = Decoded() if body is None else await self._reading.answer(body, Source(self._clock.now()))
        times = [item.venue_time for item in decoded.items if isinstance(item, Trade) and item.venue_time]
        following = offset + _TRADES_PAGE - _TRADES_OVERLAP
        is_last = len(times) < _TRADES_PAGE or min(times) <= since or following > _TRADES_OFFSET_MAX
        return Page(decoded, None if is_last else str(following))

    async def _pages(self, listing: str, **parameters: str) -> AsyncIterator[Decoded]:
        offset, seen = 0, 0
        while seen < self._markets_max:
            page = await self._ask(listing, limit=_EVENTS_PAGE, offset=offset, **parameters)
            yield page
            found = sum(isinstance(item, Market) for item in page.items)
            if page.records == 0:
                return
            seen += found
            offset += _EVENTS_PAGE

    async def _ask(self, path: str, **parameters: str | int | Sequence[str]) -> Decoded:
        given: Parameters = parameters
        body = await self._gamma.get(path, given)
        return Decoded() if body is None else await self._reading.answer(body, Source(self._clock.now()))
