"""Asking Manifold.

Its listings have yes-or-no markets whole, but of a multiple choice market only the question: the answers come when a
market is asked for by itself. Listings are not decoded for markets without answers, so those are asked for one by one,
as many in a poll as the rate budget bears, those that were listed first before the others.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from oraculum_kit.clock import Clock
from oraculum_market_data.decoding import Decoded, Source
from oraculum_market_data.normal import Market, Order, Trade, Venue
from oraculum_market_data.venues.connector import Page
from oraculum_market_data.venues.http import VenueClient
from oraculum_market_data.venues.reading import reading

_PAGE: Final = 500
_BETS_PAGE: Final = 1000
_OFFSET_MAX: Final = 1000
_RECENT: Final = 40
_WHOLE_PER_SWEEP: Final = 40


class ManifoldConnector:
    """The v0 API's listings."""

    venue = Venue.MANIFOLD

    def __init__(self, api: VenueClient, clock: Clock, markets_max: int) -> None:
        self._api = api
        self._clock = clock
        self._markets_max = markets_max
        self._reading = reading(self.venue)
        self._whole: set[str] = set()

    async def sweep(self) -> AsyncIterator[Decoded]:
        """Open markets by what was traded in them today, and the answers of those that have some."""
        offset, seen = 0, 0
        partial: list[Market] = []
        while seen < self._markets_max and offset <= _OFFSET_MAX:
            page = await self._ask(
                "/search-markets", filter="open", sort="24-hour-vol", limit=_PAGE, offset=offset
            )
            yield page
            found = [item for item in page.items if isinstance(item, Market)]
            partial += [market for market in found if not market.outcomes and market.id not in self._whole]
            seen += len(found)
            if len(found) < _PAGE:
                break
            offset += _PAGE
        async for page in self.named(partial[:_WHOLE_PER_SWEEP]):
            yield page

    async def archive(self) -> AsyncIterator[Decoded]:
        """Markets from the newest to the oldest, each page beginning after the last one's end."""
        before, seen = "", 0
        while seen < self._markets_max:
            after = {"before": before} if before else {}
            page = await self._ask("/markets", limit=_PAGE, **after)
            yield page
            found = [item.id for item in page.items if isinstance(item, Market)]
            if not found or found[-1] == before:
                return
            before = found[-1]
            seen += len(found)

    async def recent(self, now: datetime) -> AsyncIterator[Decoded]:  # noqa: ARG002  orders say enough here
        """Those that were made last, and those that were resolved last."""
        yield await self._ask("/search-markets", filter="all", sort="newest", limit=_RECENT)
        yield await self._ask("/search-markets", filter="resolved", sort="resolve-date", limit=_RECENT)

    async def named(self, markets: Sequence[Market]) -> AsyncIterator[Decoded]:
        """Markets by id, one by one."""
        for market in markets:
            answer = await self._ask(f"/market/{market.id}")
            if any(isinstance(item, Market) for item in answer.items):
                # Until it was told, it is asked for again: an answer may be empty, cut short, or unreadable.
                self._whole.add(market.id)
            yield answer

    async def book(self, market: Market) -> AsyncIterator[Decoded]:  # noqa: ARG002  the interface
        """None: a market maker stands in for a book."""
        none: tuple[Decoded, ...] = ()
        for answer in none:
            yield answer

    async def history(self, market: Market, since: datetime, until: datetime, cursor: str) -> Page:
        """Bets from the newest, each page beginning after the last one's end: many share a moment, but none an id."""
        asked: dict[str, str | int] = {
            "contractId": market.id,
            "limit": _BETS_PAGE,
            "afterTime": _milliseconds(since),
            **({"before": cursor} if cursor else {"beforeTime": _milliseconds(until) + 1}),
        }
        page = await self._ask("/bets", **asked)
        bets = [item.id for item in page.items if isinstance(item, Trade | Order)]
        return Page(page, bets[-1] if page.records >= _BETS_PAGE and bets else None)

    async def _ask(self, path: str, **parameters: str | int) -> Decoded:
        body = await self._api.get(path, parameters)
        return Decoded() if body is None else await self._reading.answer(body, Source(self._clock.now()))


def _milliseconds(time: datetime) -> int:
    return int(time.timestamp() * 1000)
