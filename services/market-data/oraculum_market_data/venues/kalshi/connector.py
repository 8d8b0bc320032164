"""Asking Kalshi.

Markets are listed inside their events, which have the category. What was made or changed since the last look is asked
for by time, which finds new markets, early ends and results alike. Combinations of other markets are left out.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from oraculum_kit.clock import Clock
from oraculum_market_data.decoding import Decoded, Source
from oraculum_market_data.normal import Market, Venue
from oraculum_market_data.pages import next_cursor
from oraculum_market_data.venues.connector import Page
from oraculum_market_data.venues.http import VenueClient
from oraculum_market_data.venues.reading import reading

_EVENTS_PAGE: Final = 200
_RECENT_PAGE: Final = 1000
_RECENT_PAGES_MAX: Final = 5
_NAMED_PAGE: Final = 50
_BOOK_DEPTH: Final = 100
_TRADES_PAGE: Final = 1000
# Which listing a cursor belongs to.
_RECENT, _ARCHIVE = "recent", "archive"
# The venue keeps some three months at hand; what reaches back further than two is looked for in its archive too.
_LIVE_WINDOW: Final = timedelta(days=60)
# Clocks differ, and what is asked for twice costs nothing.
_OVERLAP: Final = timedelta(seconds=10)
_FIRST_LOOK: Final = timedelta(minutes=5)


class KalshiConnector:
    """The trade API's listings."""

    venue = Venue.KALSHI

    def __init__(self, api: VenueClient, clock: Clock, markets_max: int) -> None:
        self._api = api
        self._clock = clock
        self._markets_max = markets_max
        self._reading = reading(self.venue)
        self._looked_at: datetime | None = None

    async def sweep(self) -> AsyncIterator[Decoded]:
        """Events with their markets, page by page."""
        async for page in self._pages("/events", _EVENTS_PAGE, status="open", with_nested_markets="true"):
            yield page

    async def archive(self) -> AsyncIterator[Decoded]:
        """Markets, combinations too, and after them the events, which know the category."""
        async for page in self._pages("/markets", _RECENT_PAGE):
            yield page
        for listing in ("/events", "/events/multivariate"):
            async for page in self._pages(listing, _EVENTS_PAGE, with_nested_markets="true"):
                yield page

    async def recent(self, now: datetime) -> AsyncIterator[Decoded]:
        """What was made or changed since the last look."""
        since = self._looked_at or now - _FIRST_LOOK
        cursor = ""
        for _ in range(_RECENT_PAGES_MAX):
            page, following = await self._page(
                "/markets",
                min_updated_ts=int((since - _OVERLAP).timestamp()),
                mve_filter="exclude",
                limit=_RECENT_PAGE,
                cursor=cursor,
            )
            yield page
            if following is None:
                break
            cursor = following
        # Only after the last page: a look that fails is taken again from where it began.
        self._looked_at = now

    async def named(self, markets: Sequence[Market]) -> AsyncIterator[Decoded]:
        """Markets by ticker."""
        tickers = iter([market.id for market in markets])
        while page := list(islice(tickers, _NAMED_PAGE)):
            yield (await self._page("/markets", tickers=",".join(page), limit=_NAMED_PAGE))[0]

    async def book(self, market: Market) -> AsyncIterator[Decoded]:
        """The book of both sides."""
        body = await self._api.get(f"/markets/{market.id}/orderbook", {"depth": _BOOK_DEPTH})
        if body is not None:
            yield await self._reading.answer(body, Source(self._clock.now(), market.id))

    async def history(self, market: Market, since: datetime, until: datetime, cursor: str) -> Page:
        """Trades by cursor, those of the last months first; what is older stands in an archive of its own."""
        place, _, at = cursor.partition(":")
        listing = "/historical/trades" if place == _ARCHIVE else "/markets/trades"
        page, following = await self._page(
            listing,
            ticker=market.id,
            min_ts=int(since.timestamp()),
            max_ts=int(until.timestamp()) + 1,
            limit=_TRADES_PAGE,
            cursor=at,
        )
        if following is not None:
            return Page(page, f"{place or _RECENT}:{following}")
        is_older = place != _ARCHIVE and until - since > _LIVE_WINDOW
        return Page(page, f"{_ARCHIVE}:" if is_older else None)

    async def _pages(self, listing: str, limit: int, **parameters: str) -> AsyncIterator[Decoded]:
        cursor, seen = "", 0
        while seen < self._markets_max:
            page, following = await self._page(listing, limit=limit, cursor=cursor, **parameters)
            yield page
            seen += sum(isinstance(item, Market) for item in page.items)
            if following is None:
                return
            cursor = following

    async def _page(self, path: str, **parameters: str | int) -> tuple[Decoded, str | None]:
        given = {name: value for name, value in parameters.items() if value != ""}
        body = await self._api.get(path, given)
        if body is None:
            return Decoded(), None
        return await self._reading.answer(body, Source(self._clock.now())), next_cursor(body)
