"""All feeds of a process: three venues for each set of addresses."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from oraculum_kit.clock import Clock
from oraculum_market_data.catalog import Catalog
from oraculum_market_data.config import Source
from oraculum_market_data.feed import Feed
from oraculum_market_data.intake import Intake
from oraculum_market_data.normal import Venue
from oraculum_market_data.venues.connector import Connector
from oraculum_market_data.venues.http import RateBudget, VenueClient
from oraculum_market_data.venues.kalshi.connector import KalshiConnector
from oraculum_market_data.venues.manifold.connector import ManifoldConnector
from oraculum_market_data.venues.polymarket.connector import PolymarketConnector


@asynccontextmanager
async def open_feeds(
    sources: Sequence[Source], markets_max: int, intake: Intake, catalog: Catalog, clock: Clock
) -> AsyncIterator[list[Feed]]:
    """The feeds of some sets of venues, with their connections open."""
    async with AsyncExitStack() as stack:
        feeds: list[Feed] = []
        for source in sources:
            feeds += [
                Feed(connector, intake, catalog, clock, source.pace)
                for connector in await _connectors(stack, source, markets_max, clock)
            ]
        yield feeds


async def _connectors(
    stack: AsyncExitStack, source: Source, markets_max: int, clock: Clock
) -> list[Connector]:
    async def client(venue: Venue, address: str) -> VenueClient:
        budget = RateBudget(source.requests_per_second)
        return await stack.enter_async_context(VenueClient(venue, address, budget))

    where = source.addresses
    return [
        PolymarketConnector(await client(Venue.POLYMARKET, where.polymarket_gamma), clock, markets_max),
        KalshiConnector(await client(Venue.KALSHI, where.kalshi), clock, markets_max),
        ManifoldConnector(await client(Venue.MANIFOLD, where.manifold), clock, markets_max),
    ]
