"""All feeds of a process: three venues for each set of addresses."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Final

from oraculum_kit.clock import Clock
from oraculum_market_data.catalog import Catalog
from oraculum_market_data.config import Source
from oraculum_market_data.feed import Feed
from oraculum_market_data.inspector import Inspector
from oraculum_market_data.intake import Intake
from oraculum_market_data.live import Line
from oraculum_market_data.normal import Venue
from oraculum_market_data.recording.recorder import Keep
from oraculum_market_data.shards import Shards
from oraculum_market_data.skew import Skew
from oraculum_market_data.venues.budget import PUBLISHED, RateBudget
from oraculum_market_data.venues.connector import Connector
from oraculum_market_data.venues.http import VenueClient
from oraculum_market_data.venues.kalshi.connector import KalshiConnector
from oraculum_market_data.venues.kalshi.dialogue import KalshiDialogue
from oraculum_market_data.venues.manifold.connector import ManifoldConnector
from oraculum_market_data.venues.manifold.dialogue import ManifoldDialogue
from oraculum_market_data.venues.polymarket.connector import PolymarketConnector
from oraculum_market_data.venues.polymarket.dialogue import PolymarketDialogue

# Polymarket's socket falls silent beyond some five hundred tokens, and a market has two.
_PER_SOCKET: Final = {Venue.POLYMARKET: 200}


@asynccontextmanager
async def open_feeds(
    sources: Sequence[Source],
    intake: Intake,
    catalog: Catalog,
    inspector: Inspector,
    clock: Clock,
    keep: Keep | None = None,
) -> AsyncIterator[list[Feed]]:
    """The feeds of some sets of venues, ready to ask; sockets are opened when they run. `keep` gets all that comes."""
    async with AsyncExitStack() as stack:
        feeds: list[Feed] = []
        for source in sources:
            lines = _lines(source, keep)
            feeds += [
                Feed(
                    connector,
                    lines[connector.venue],
                    intake,
                    catalog,
                    inspector,
                    clock,
                    source.pace,
                    Shards(len(lines[connector.venue]), _PER_SOCKET.get(connector.venue, source.markets_max)),
                )
                for connector in await _connectors(stack, source, inspector.skew, clock, keep)
            ]
        yield feeds


async def _connectors(
    stack: AsyncExitStack, source: Source, skew: Skew, clock: Clock, keep: Keep | None
) -> list[Connector]:
    budgets = {
        venue: RateBudget(source.requests_per_second, PUBLISHED[venue] if source.is_real else ())
        for venue in Venue
    }

    async def client(venue: Venue, address: str, service: str = "") -> VenueClient:
        asking = VenueClient(venue, address, budgets[venue], skew, clock, keep, service=service)
        return await stack.enter_async_context(asking)

    where, markets_max = source.addresses, source.markets_max
    return [
        PolymarketConnector(
            await client(Venue.POLYMARKET, where.polymarket_gamma, "gamma"),
            await client(Venue.POLYMARKET, where.polymarket_clob, "clob"),
            await client(Venue.POLYMARKET, where.polymarket_data, "data"),
            clock,
            markets_max,
        ),
        KalshiConnector(await client(Venue.KALSHI, where.kalshi), clock, markets_max),
        ManifoldConnector(await client(Venue.MANIFOLD, where.manifold), clock, markets_max),
    ]


def _lines(source: Source, keep: Keep | None) -> dict[Venue, list[Line]]:
    """The sockets of each venue."""
    where, silence = source.addresses, source.silence_seconds
    polymarket = Line(Venue.POLYMARKET, where.polymarket_socket, PolymarketDialogue, silence, keep=keep)
    headers = None
    if source.kalshi_key is not None:
        key = source.kalshi_key
        headers = lambda now: key.headers(where.kalshi_socket, now)  # noqa: E731  three words
    kalshi = Line(Venue.KALSHI, where.kalshi_socket, KalshiDialogue, silence, headers=headers, keep=keep)
    manifold = Line(Venue.MANIFOLD, where.manifold_socket, ManifoldDialogue, silence, keep=keep)
    shards = -(-source.markets_max // _PER_SOCKET[Venue.POLYMARKET])
    return {
        Venue.POLYMARKET: [polymarket, *[replace(polymarket, is_first=False)] * (shards - 1)],
        Venue.KALSHI: [kalshi] if source.has_kalshi_socket else [],
        Venue.MANIFOLD: [manifold],
    }
