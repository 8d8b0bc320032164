"""What rules would open of the venues' markets now, and why not the others. Nothing is written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import grpc.aio

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.market_data.v1 import market_data_service_pb2 as market_data
from oraculum.market_data.v1.market_data_facts_pb2 import VenueMarketChanged
from oraculum.market_data.v1.market_data_service_pb2_grpc import MarketDataServiceStub
from oraculum_event.crawler import Rulebook
from oraculum_event.repository import Events
from oraculum_kit.db import Connection

SAFE: Final = ("/oraculum.market_data.v1.MarketDataService/ListMarkets",)
MARKETS_MAX: Final = 1000
MARKETS_DEFAULT: Final = 200
_PER_PAGE: Final = 100


class DryRun:
    """Tries rules on what market-data knows."""

    def __init__(self, market_data_channel: grpc.aio.Channel) -> None:
        self._market_data = MarketDataServiceStub(market_data_channel)
        self._events = Events()

    async def markets(self, venue: str, limit: int) -> list[market_data.VenueMarket]:
        """Open markets of the venues, the last seen first."""
        found: list[market_data.VenueMarket] = []
        cursor = ""
        while len(found) < limit:
            page = await self._market_data.ListMarkets(
                market_data.ListMarketsRequest(
                    venue=venue,
                    statuses=[market_data.VENUE_MARKET_STATUS_OPEN],
                    limit=min(_PER_PAGE, limit - len(found)),
                    cursor=cursor,
                )
            )
            found += page.markets
            cursor = page.next_cursor
            if not cursor:
                break
        return found

    async def run(
        self,
        connection: Connection,
        book: Rulebook,
        markets: Sequence[market_data.VenueMarket],
        now: datetime,
    ) -> pb.DryRunCrawlerRulesResponse:
        """Judge each market as the crawler would, in this order, with what is open already."""
        known = await self._events.of_venue_markets(
            connection, [(market.venue, market.venue_market_id) for market in markets]
        )
        stand = await self._events.count_open_by_rule(connection, {rule.tag for rule in book.rules})
        verdicts = []
        for market in markets:
            judged = book.judge(VenueMarketChanged(market=market), now)
            reasons = list(judged.reasons)
            if (market.venue, market.venue_market_id) in known:
                reasons = ["an event was opened from it already"]
            elif judged.draft is not None and judged.rule is not None:
                if stand[judged.rule.tag] >= judged.rule.open_max:
                    reasons = [f"{judged.rule.name}: {judged.rule.open_max} events of this rule are open"]
                else:
                    stand[judged.rule.tag] += 1
            verdicts.append(
                pb.CrawlerVerdict(
                    venue=market.venue,
                    venue_market_id=market.venue_market_id,
                    title=market.title,
                    rule=judged.rule.name if judged.rule else "",
                    opens=not reasons,
                    reasons=reasons,
                )
            )
        verdicts.sort(key=lambda verdict: not verdict.opens)
        return pb.DryRunCrawlerRulesResponse(
            verdicts=verdicts,
            market_count=len(verdicts),
            opens_count=sum(verdict.opens for verdict in verdicts),
        )
